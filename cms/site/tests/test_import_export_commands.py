"""import_course and export_course, as a person and as a script see them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from cms.site.management.commands import import_course
from common.content.api import find_heads, get_heads, is_version_of, load_version
from common.content.olx.tests.building import course, tar_gz
from common.content.tests.factories import make_course
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import get_run
from common.courses.errors import CourseRunNotFoundError

pytestmark = pytest.mark.django_db
CLOSED = 'start="2031-02-03" end="2020-01-01" invitation_only="true" enrollment_end="2019-01-01"'


def run(*arguments: object) -> tuple[str, str]:
    """Run a command; return stdout and stderr."""
    out, err = StringIO(), StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a small closed course with a draft and something to warn of."""
    files = course('<problem url_name="q" max_attempts="many"><p/></problem>', attributes=CLOSED)
    files["drafts/vertical/v.xml"] = (
        '<vertical parent_url="i4x://O/C/sequential/s" index_in_children_list="1"/>'
    )
    path = tmp_path / "course.tar.gz"
    path.write_bytes(tar_gz(files))
    return path


def test_json_is_exactly_one_object_on_stdout(archive: Path) -> None:
    out, err = run("import_course", archive, "--json")
    report = json.loads(out)
    assert set(report) == {"course_key", "version", "blocks", "drafts", "warnings"}
    assert report["course_key"] == "course-v1:O+C+R"
    assert report["version"] == get_heads(parse_course_key("course-v1:O+C+R")).published
    assert report["blocks"] == {
        "chapter": 1,
        "course": 1,
        "problem": 1,
        "sequential": 1,
        "vertical": 1,
    }
    assert report["drafts"] == {"vertical": 1}
    codes = {warning["code"] for warning in report["warnings"]}
    assert codes == {
        "invalid_value",
        "not_started",
        "ended",
        "invitation_only",
        "enrollment_closed",
    }
    assert all(set(w) == {"code", "message", "file", "line"} for w in report["warnings"])
    assert "Reading the course" in err


def test_a_person_sees_counts_warnings_and_what_keeps_learners_out(archive: Path) -> None:
    out, err = run("import_course", archive)
    assert "5 blocks" in out
    assert "Learners cannot enter yet:\n  The course starts on 2031-02-03" in out
    assert "vertical/u.xml:1: [invalid_value] max_attempts='many' is ignored" in err


def test_start_and_open_let_learners_in(archive: Path) -> None:
    out, _ = run("import_course", archive, "--open", "--start", "2020-05-06", "--json")
    report = json.loads(out)
    assert {warning["code"] for warning in report["warnings"]} == {"invalid_value"}
    settings = load_version(report["version"]).course.settings
    assert settings["start"] == "2020-05-06T00:00:00Z"
    assert settings["invitation_only"] is False
    assert settings["end"] is None
    assert settings["enrollment_end"] is None


def test_the_run_exists_for_learners_and_scripts_are_trusted_when_asked(archive: Path) -> None:
    run("import_course", archive, "--key", "course-v1:X+Y+Z")
    key = parse_course_key("course-v1:X+Y+Z")
    assert get_run(key).display_name == "Course"
    assert not get_run(key).trusts_scripts
    run("import_course", archive, "--key", "course-v1:X+Y+Z", "--trust-scripts")
    assert get_run(key).trusts_scripts


def test_a_course_whose_scripts_cannot_be_trusted_is_not_imported(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_key: CourseKey, *, trusts_scripts: bool) -> None:
        assert trusts_scripts
        raise CourseRunNotFoundError

    monkeypatch.setattr(import_course, "set_trusts_scripts", refuse)
    with pytest.raises(CommandError):
        run("import_course", archive, "--trust-scripts")
    assert find_heads(parse_course_key("course-v1:O+C+R")) is None


@pytest.mark.parametrize("name", ["out.tar.gz", "out.zip", "folder"])
def test_export_and_import_again_give_the_same_version(
    archive: Path, tmp_path: Path, name: str
) -> None:
    before = json.loads(run("import_course", archive, "--json")[0])
    out, _ = run("export_course", "course-v1:O+C+R", tmp_path / name)
    assert "Exported course-v1:O+C+R: 5 blocks, 1 draft" in out
    after = json.loads(run("import_course", tmp_path / name, "--json")[0])
    assert after["version"] == before["version"]


def test_a_person_is_told_that_nothing_is_published(tmp_path: Path) -> None:
    key = make_course("course-v1:O+C+R", published=False)
    out, _ = run("export_course", key, tmp_path / "x.tar.gz")
    assert "Nothing of it is published" in out
    out, _ = run("import_course", tmp_path / "x.tar.gz")
    assert out.startswith(
        "Imported course-v1:O+C+R: nothing is published.\nDrafts not yet published:"
    )
    assert "Learners cannot enter yet:\n  The archive's course was never published" in out
    assert get_heads(key).published is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import_course", "/nowhere.tar.gz"], "Check the path"),
        (["import_course", "ARCHIVE", "--key", "nonsense"], "course-v1:ORG"),
        (["import_course", "ARCHIVE", "--start", "soon"], "2026-01-31"),
        (["export_course", "course-v1:No+Such+Course", "x.zip"], "does not exist"),
        (["export_course", "nonsense", "x.zip"], "nonsense is no key.* course-v1:ORG"),
        (["import_course", "EMPTY"], "There is no course.xml"),
        (["import_course", "NOISE"], "neither .tar.gz nor .zip"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(
    archive: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    noise = tmp_path / "noise.tar.gz"
    noise.write_bytes(b"noise" * 1000)
    (tmp_path / "empty").mkdir()
    names = {"ARCHIVE": str(archive), "NOISE": str(noise), "EMPTY": str(tmp_path / "empty")}
    with pytest.raises(CommandError, match=says):
        run(*[names.get(argument, argument) for argument in arguments])


def test_export_does_not_overwrite_a_folder(archive: Path, tmp_path: Path) -> None:
    run("import_course", archive)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    with pytest.raises(CommandError, match="there already"):
        run("export_course", "course-v1:O+C+R", tmp_path / "full")


def test_export_makes_no_folder_that_nobody_asked_for(archive: Path, tmp_path: Path) -> None:
    run("import_course", archive)
    with pytest.raises(CommandError, match="There is no folder"):
        run("export_course", "course-v1:O+C+R", tmp_path / "misspelt" / "x.tar.gz")
    assert not (tmp_path / "misspelt").exists()


def test_an_archive_of_another_kind_is_refused_instead_of_a_folder_of_that_name(
    archive: Path, tmp_path: Path
) -> None:
    run("import_course", archive)
    for name in ("x.rar", "x.tar", "x.ZIP", "x.tar.bz2"):
        with pytest.raises(CommandError, match=r"Name an archive \.tar\.gz or \.zip"):
            run("export_course", "course-v1:O+C+R", tmp_path / name)
        assert not (tmp_path / name).exists()


def test_where_nothing_can_be_written_the_reason_is_said_in_words(archive: Path) -> None:
    run("import_course", archive)
    with pytest.raises(CommandError) as caught:
        run("export_course", "course-v1:O+C+R", "/proc/x.tar.gz")
    assert str(caught.value).startswith("/proc/x.tar.gz cannot be written: ")
    assert "Errno" not in str(caught.value)


def test_an_archive_may_be_written_over(archive: Path, tmp_path: Path) -> None:
    run("import_course", archive)
    (tmp_path / "x.zip").write_text("earlier")
    run("export_course", "course-v1:O+C+R", tmp_path / "x.zip")
    assert (tmp_path / "x.zip").read_bytes().startswith(b"PK")


def test_a_course_that_is_there_is_replaced_and_stays_in_the_history(archive: Path) -> None:
    run("import_course", archive)
    first = get_heads(parse_course_key("course-v1:O+C+R"))
    run("import_course", archive, "--start", "2020-05-06")
    second = get_heads(first.course_key)
    assert (second.revision, second.published != first.published) == (2, True)
    assert is_version_of(first.course_key, str(first.published))


def test_a_mistake_is_said_once(archive: Path, tmp_path: Path) -> None:
    run("import_course", archive)
    with pytest.raises(CommandError) as caught:
        run("export_course", "course-v1:O+C+R", tmp_path)
    assert str(caught.value).count("is there already") == 1
