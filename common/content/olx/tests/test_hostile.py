"""Archives of people who mean harm, or whose disk is failing: a clear error, nothing written."""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from common.content.models import ContentObject, CourseHead
from common.content.olx.errors import InvalidCourseError
from common.content.olx.importer import import_archive
from common.content.olx.limits import Limits
from common.content.olx.tests.building import course, tar_gz, write_folder, zip_file
from common.content.olx.tests.conftest import Imported

Import = Callable[..., Imported]
GOOD = course('<problem url_name="q"><p>x</p></problem>')


def tar_with(*members: tarfile.TarInfo | tuple[str, bytes], good: bool = True) -> bytes:
    """Return a .tar.gz of the good course and these members."""
    buffer = io.BytesIO()
    files = {f"course/{path}": str(data).encode() for path, data in GOOD.items()} if good else {}
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in [*files.items(), *(m for m in members if isinstance(m, tuple))]:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
    return gzip.compress(buffer.getvalue())


def link(name: str, target: str, *, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return a link, or another special member."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def refused(source: bytes | Path, tmp_path: Path, **options: object) -> str:
    """Import what must be refused; return the sentence. Nothing may have been written."""
    path = source
    if isinstance(source, bytes):
        path = tmp_path / "hostile.tar.gz"
        path.write_bytes(source)
    assert isinstance(path, Path)
    with pytest.raises(InvalidCourseError) as caught:
        import_archive(path, **options)  # type: ignore[arg-type]
    assert not CourseHead.objects.exists()
    assert not ContentObject.objects.exists()
    return str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param(tar_with(("../evil", b"x")), "leads out", id="parent folder"),
        pytest.param(tar_with(("course/../../evil", b"x")), "leads out", id="parent in the middle"),
        pytest.param(tar_with(("/etc/passwd", b"x")), "absolute", id="absolute path"),
        pytest.param(tar_with(link("course/l", "/etc/passwd")), "link out", id="absolute link"),
        pytest.param(tar_with(link("course/l", "../../x")), "link out", id="relative link out"),
        pytest.param(
            tar_with(link("course/l", "../x", kind=tarfile.LNKTYPE)), "link out", id="hard link out"
        ),
        pytest.param(
            tar_with(link("course/d", "", kind=tarfile.CHRTYPE)), "not an ordinary", id="device"
        ),
        pytest.param(
            tar_with(link("course/d", "", kind=tarfile.FIFOTYPE)), "not an ordinary", id="pipe"
        ),
        pytest.param(tar_with(good=False), "no course.xml", id="empty archive"),
        pytest.param(tar_gz({"library.xml": "<library/>"}), "library", id="a library"),
        pytest.param(tar_gz({"course.xml": "<html/>"}), "<html>", id="no course"),
        pytest.param(tar_gz({"course.xml": "<course"}), "cannot be read", id="broken course.xml"),
        pytest.param(
            tar_gz({"course.xml": '<course url_name="R" org="O" course="C"/>'}),
            "not in the archive",
            id="course file missing",
        ),
        pytest.param(tar_with()[:-40], "damaged", id="truncated"),
        pytest.param(tar_with()[:300], "damaged", id="cut to a piece"),
        pytest.param(b"", "damaged", id="empty file"),
        pytest.param(b"PK\x03\x04" + b"x" * 100, "damaged", id="no zip after all"),
        pytest.param(b"\x1f\x8b" + b"x" * 100, "damaged", id="no gzip after all"),
        pytest.param(os.urandom(2000), "damaged", id="noise"),
        pytest.param(zip_file({"../evil": "x", **GOOD}, top=""), "leads out", id="zip parent"),
        pytest.param(
            zip_file({"..\\evil": "x", **GOOD}, top=""), "leads out", id="zip backslash parent"
        ),
        pytest.param(zip_file({"C:\\evil": "x"}, top=""), "absolute", id="zip drive"),
    ],
)
def test_refused(source: bytes, says: str, tmp_path: Path) -> None:
    assert says in refused(source, tmp_path)


@pytest.mark.django_db
def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    assert "200 times" in refused(tar_with(("course/static/z", bytes(20_000_000))), tmp_path)
    bomb = zip_file({**GOOD, "static/z": bytes(20_000_000)})
    assert "200 times" in refused(bomb, tmp_path)


@pytest.mark.django_db
def test_caps_on_size_number_and_text(tmp_path: Path) -> None:
    noise = tar_with(("course/static/z", os.urandom(100_000)))
    assert "more than 50000 bytes" in refused(noise, tmp_path, limits=Limits(total_bytes=50_000))
    assert "more than 3 files" in refused(noise, tmp_path, limits=Limits(files=3))
    assert "too much text" in refused(noise, tmp_path, limits=Limits(text_bytes=20))


@pytest.mark.django_db
def test_a_bad_header_in_the_middle_is_no_silent_end(tmp_path: Path) -> None:
    plain = bytearray(gzip.decompress(tar_with()))
    plain[1024 + 148 : 1024 + 156] = b"99999999"
    assert "damaged" in refused(gzip.compress(bytes(plain)), tmp_path)
    assert "damaged" in refused(gzip.compress(bytes(plain[:1024])), tmp_path)


@pytest.mark.django_db
def test_a_zip_link_out_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO(zip_file(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("course/l")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "../../../etc/passwd")
    assert "link out" in refused(buffer.getvalue(), tmp_path)


def test_links_inside_become_files_and_dead_ones_are_dropped(olx: Import) -> None:
    one = olx(
        tar_with(
            ("course/static/a.txt", b"A"),
            link("course/static/b.txt", "a.txt"),
            link("course/static/c.txt", "course/static/a.txt", kind=tarfile.LNKTYPE),
            link("course/static/dead.txt", "gone.txt"),
            link("course/static/loop", "loop"),
        )
    )
    assert set(one.published.assets) == {"a.txt", "b.txt", "c.txt"}
    assert len(one.warnings("link_dropped")) == 2


def test_of_a_member_that_is_there_twice_the_last_counts(olx: Import) -> None:
    one = olx(tar_with(("course/static/a", b"1"), ("course/static/a", b"22")))
    assert one.published.assets["a"].size == 2
    assert len(one.warnings("duplicate_member")) == 1


def test_names_in_another_encoding(olx: Import) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", encoding="latin-1", format=tarfile.GNU_FORMAT) as t:
        for path, data in [*GOOD.items(), ("static/ü.txt", "x")]:
            info = tarfile.TarInfo(f"course/{path}")
            info.size = len(data)
            t.addfile(info, io.BytesIO(str(data).encode()))
    one = olx(gzip.compress(buffer.getvalue()))
    assert set(one.published.assets) == {"ü.txt"}
    assert len(one.warnings("name_encoding")) == 1


@pytest.mark.django_db
def test_a_folder_with_links_out_or_sockets_is_refused(tmp_path: Path) -> None:
    folder = write_folder(GOOD, tmp_path / "linked")
    (folder / "static").symlink_to("/etc")
    assert "link out" in refused(folder, tmp_path)
    other = write_folder(GOOD, tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(other / "s"))
        assert "not an ordinary" in refused(other, tmp_path)


@pytest.mark.django_db
def test_nothing_there(tmp_path: Path) -> None:
    assert "Check the path" in refused(tmp_path / "gone.tar.gz", tmp_path)


BILLION = "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(10)
)


@pytest.mark.parametrize(
    "xml",
    [
        f"<!DOCTYPE problem [{BILLION}]><problem>&e9;</problem>",
        f'<!DOCTYPE problem [{BILLION}]><problem a="&e9;"/>',
        '<!DOCTYPE problem SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY % a "b"> %a;]><problem/>',
        f'<?xml version="1.0"?><!-- x --><!DOCTYPE problem [{BILLION}]><problem>&e9;</problem>',
        "<problem>" + "<a>" * 5000 + "</a>" * 5000 + "</problem>",
    ],
)
def test_xml_that_declares_entities_or_never_ends_is_dropped(olx: Import, xml: str) -> None:
    files = course('<problem url_name="x"/>') | {"problem/x.xml": xml}
    one = olx(files)
    assert one.names() == ["chapter@c", "sequential@s", "vertical@u"]
    assert one.codes & {"bad_xml"}
    utf16 = files | {"problem/x.xml": xml.encode("utf-16")}
    assert "problem@x" not in olx(utf16).names()


def test_blocks_inside_themselves_are_dropped(olx: Import) -> None:
    files = course('<vertical url_name="a"/>')
    files["vertical/a.xml"] = (
        '<vertical><vertical url_name="b"/><vertical url_name="u"/></vertical>'
    )
    files["vertical/b.xml"] = '<vertical><vertical url_name="a"/></vertical>'
    one = olx(files)
    assert len(one.warnings("cycle")) == 2
    assert one.names()[2:] == ["vertical@u", "vertical@a", "vertical@b"]


def test_a_chain_of_files_without_end_is_cut(olx: Import) -> None:
    files = course('<vertical url_name="v0"/>')
    for number in range(150):
        files[f"vertical/v{number}.xml"] = (
            f'<vertical><vertical url_name="v{number + 1}"/></vertical>'
        )
    assert olx(files).codes >= {"too_deep"}


@pytest.mark.django_db
def test_doubling_is_refused(tmp_path: Path) -> None:
    files = course('<vertical url_name="v0"/>')
    for n in range(40):
        files[f"vertical/v{n}.xml"] = (
            f'<vertical><vertical url_name="w{n}"/><vertical url_name="v{n + 1}"/></vertical>'
        )
        files[f"vertical/w{n}.xml"] = f'<vertical><vertical url_name="v{n + 1}"/></vertical>'
    files["vertical/v40.xml"] = "<vertical><!-- end --></vertical>"
    assert "too many places" in refused(tar_gz(files), tmp_path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<p>caf\xe9</p>", "<p>café</p>"),
        (b"\xff\xfe" + "<p>é</p>".encode("utf-16-le"), "<p>é</p>"),
        (b"\x81\x8d", "\x81\x8d"),
    ],
)
def test_html_in_other_encodings_is_read_and_written_as_it_was(
    olx: Import, data: bytes, text: str
) -> None:
    from common.content.olx.tests.independent import load

    files = course('<html url_name="h"/>') | {"html/h.xml": '<html filename="h"/>'}
    files["html/h.html"] = data
    one = olx(files)
    assert one.definition("html@h").fields["data"] == text
    assert load(one.export("again.tar.gz"))["html/h.html"] == data


def test_a_failed_import_leaves_the_course_as_it_was(olx: Import, tmp_path: Path) -> None:
    one = olx(GOOD)
    before = CourseHead.objects.get()
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(tar_gz(GOOD)[:-30])
    with pytest.raises(InvalidCourseError):
        import_archive(bad)
    after = CourseHead.objects.get()
    assert (before.draft, before.published, before.revision) == (
        after.draft,
        after.published,
        after.revision,
    )
    assert one.names()
