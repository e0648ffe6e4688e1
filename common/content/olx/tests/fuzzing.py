"""Mutate archives and import them: each must end in a course or in a clear error.

    python -m common.content.olx.tests.fuzzing 100000 [SEED]

Mutations: bytes of the archive, bytes of one file, pieces of XML, files moved, dropped,
copied and swapped. An import that works must also export and import again.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from common.content.olx.tests.building import Files, as_bytes, course, tar_gz, zip_file

_PIECES = [
    *(b"<", b">", b"&", b'"', b"'", b"/>", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"&nbsp;"),
    *(b"<?pi x?>", b"\x00", b"\xff", b"\xed\xa0\x80", b"&#0;", b"&#xD800;", b"<!DOCTYPE a>"),
    *(
        b"<!ENTITY a 'b'>",
        b"null",
        b"NaN",
        b"1e999",
        b"-1",
        b"[" * 300,
        b"{}",
        b'{"a":1}',
        b"\\ud800",
    ),
    *(b' url_name="u"', b' url_name="../x"', b' url_name=""', b' filename="x"', b' org="&#10;"'),
    *(b"<vertical/>", b'<vertical url_name="u"/>', b'<problem url_name="q"/>', b"<course/>"),
    *(b'<html url_name="h"/>', b"<x:y/>", b'<poll url_name="p" answers="[]"/>', b"<meta>{}</meta>"),
    *(b"<meta>[</meta>", b'<wiki slug="w"/>', b'<video url_name="v" youtube="1:2,"/>', b"true"),
]


def seeds() -> list[Files]:
    """Return small courses that use every kind of file."""
    rich = course(
        '<html url_name="h"/><problem url_name="q" max_attempts="2"/><video url_name="v"/>'
        '<poll url_name="p" question="?" answers="[[&quot;R&quot;, {}]]"/>'
        '<done url_name="d"/><odd url_name="o"><x/></odd><conditional url_name="k" '
        'sources="i4x://O/C/problem/q" correct="True"><html url_name="shown">x</html>'
        '<show sources="i4x://O/C/html/h"/></conditional><split_test url_name="t" '
        'user_partition_id="1" group_id_to_child=\'{"1": "i4x://O/C/vertical/a"}\'>'
        '<vertical url_name="a"><html url_name="deep">d</html></vertical></split_test>'
        '<library_content url_name="l"><problem url_name="l1"><p/></problem></library_content>',
        attributes='user_partitions=\'[{"id": 1, "groups": [{"id": 1, "name": "A"}]}]\' '
        'start="2020-01-01T00:00:00Z" graceperiod="1 day"',
    )
    rich |= {
        "html/h.xml": '<html filename="h" display_name="H"/>',
        "html/h.html": "<p>One <b>two</b> <img src='/c4x/O/C/asset/a.png'></p>",
        "problem/q.xml": (
            '<problem display_name="Q" weight="2" markdown="null" showanswer="closed">'
            '<multiplechoiceresponse><choicegroup><choice correct="true">a</choice>'
            '<choice correct="false">b</choice></choicegroup></multiplechoiceresponse></problem>'
        ),
        "video/v.xml": (
            '<video youtube="1.00:abc" sub="x" start_time="00:00:01"><source src="a.mp4"/>'
            '<transcript language="de" src="d.srt"/><video_asset client_video_id="1"/></video>'
        ),
        "policies/R/policy.json": (
            '{"course/R": {"display_name": "P", "tabs": [{"type": "courseware", "name": "C"}], '
            '"end": "2030-01-01"}, "problem/q": {"weight": 3}}'
        ),
        "policies/R/grading_policy.json": (
            '{"GRADER": [{"type": "Homework", "min_count": 1, "drop_count": 0, "weight": 1}], '
            '"GRADE_CUTOFFS": {"Pass": 0.5}}'
        ),
        "policies/assets.json": '{"a.png": {"displayname": "a.png", "locked": false}}',
        "static/a.png": b"\x89PNG",
        "about/overview.html": "<h1>About</h1>",
        "about/R/short_description.html": "Short",
        "info/updates.items.json": '[{"id": 1, "content": "x"}]',
        "tabs/t.html": "tab",
        "drafts/vertical/u.xml": (
            '<vertical display_name="Draft" parent_url="i4x://O/C/sequential/s" '
            'index_in_children_list="0"><html url_name="h"/></vertical>'
        ),
        "drafts/html/h.xml": '<html filename="h"/>',
        "drafts/html/h.html": "<p>draft</p>",
        "problem/orphan.xml": "<problem/>",
    }
    inline: Files = {
        "course.xml": (
            '<course url_name="R" org="O" course="C"><chapter><sequential format="Homework" '
            'graded="true"><problem><p>1</p></problem><html>two</html></sequential></chapter>'
            '<textbook title="T" book_url="u"/><wiki slug="w"/></course>'
        )
    }
    return [rich, inline]


def mutate(rng: random.Random, files: Files) -> bytes:
    """Return an archive of a changed copy of ``files``."""
    mutated = dict(files)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        rng.choice([_change_bytes, _insert_piece, _insert_piece, _cut, _move, _swap, _drop])(
            rng, mutated
        )
    if rng.random() < 0.1:
        return _damage(rng, zip_file(mutated))
    return _damage(rng, tar_gz(mutated))


def _pick(rng: random.Random, files: Files) -> str | None:
    return rng.choice(sorted(files)) if files else None


def _change_bytes(rng: random.Random, files: Files) -> None:
    path = _pick(rng, files)
    if path is not None and files[path]:
        data = bytearray(as_bytes(files[path]))
        for _ in range(rng.choice([1, 2, 10])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        files[path] = bytes(data)


def _insert_piece(rng: random.Random, files: Files) -> None:
    path = _pick(rng, files)
    if path is not None:
        data = as_bytes(files[path])
        at = rng.randint(0, len(data))
        files[path] = data[:at] + rng.choice(_PIECES) + data[at:]


def _cut(rng: random.Random, files: Files) -> None:
    path = _pick(rng, files)
    if path is not None:
        data = as_bytes(files[path])
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice([1, 3, 10, 1000]))
        files[path] = data[:start] + data[end:]


def _move(rng: random.Random, files: Files) -> None:
    path, other = _pick(rng, files), _pick(rng, files)
    if path is not None and other is not None:
        folder = other.rpartition("/")[0]
        files[f"{folder}/{path.rpartition('/')[2]}".lstrip("/")] = files.pop(path)


def _swap(rng: random.Random, files: Files) -> None:
    path, other = _pick(rng, files), _pick(rng, files)
    if path is not None and other is not None:
        files[path] = files[other]


def _drop(rng: random.Random, files: Files) -> None:
    path = _pick(rng, files)
    if path is not None and path != "course.xml":
        del files[path]


def _damage(rng: random.Random, archive: bytes) -> bytes:
    """Damage one archive in ten as a whole."""
    if rng.random() > 0.1:
        return archive
    if rng.random() < 0.5:
        return archive[: rng.randint(0, len(archive))]
    data = bytearray(archive)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def run_one(archive: bytes, folder: Path, *, round_trip: bool) -> str:
    """Import one archive; return how it ended. Anything unexpected raises.

    An import that fails must have left the heads alone; one that works must give a version
    that can be read whole and, with ``round_trip``, the same versions again.
    """
    from common.content import api
    from common.content.models import CourseHead
    from common.content.olx.errors import InvalidCourseError
    from common.content.olx.exporter import export_course
    from common.content.olx.importer import import_archive

    path = folder / "fuzz.tar.gz"
    path.write_bytes(archive)
    before = CourseHead.objects.count()
    try:
        report = import_archive(path)
    except InvalidCourseError:
        if CourseHead.objects.count() != before:
            raise AssertionError("a failed import left a course") from None
        return "error"
    version = api.load_version(report.version or report.draft_version)
    count = len(list(version.iter_blocks()))
    told = report.blocks if report.version else report.drafts
    if count != sum(told.values()):
        raise AssertionError(f"{count} blocks are there, {told} were reported")
    if round_trip:
        exported = folder / "again.tar.gz"
        export_course(report.course_key, exported)
        again = import_archive(exported)
        if (again.version, again.draft_version) != (report.version, report.draft_version):
            raise AssertionError("the export imports to other versions")
        exported.unlink()
    return "warnings" if report.warnings else "clean"


def fuzz(count: int, seed: int, *, round_trip_every: int = 5) -> Counter[str]:
    """Import ``count`` mutated archives; return how they ended. Raises on the first bug."""
    from django.db import transaction

    endings: Counter[str] = Counter()
    originals = seeds()
    with tempfile.TemporaryDirectory() as name:
        for number in range(count):
            rng = random.Random(f"{seed}/{number}")
            # Most mutations of a course in one file hit the one file that must be right.
            archive = mutate(rng, rng.choices(originals, [4, 1])[0])
            try:
                with transaction.atomic():
                    ending = run_one(archive, Path(name), round_trip=number % round_trip_every == 0)
                    endings[ending] += 1
                    transaction.set_rollback(True)
            except Exception as error:
                kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{number}.tar.gz"
                kept.write_bytes(archive)
                raise AssertionError(f"mutation {number} of seed {seed}: {kept}") from error
    return endings


def main() -> None:
    """Run by hand, on an empty database of its own."""
    os.environ["LYCEUM_HOME"] = tempfile.mkdtemp(prefix="lyceum-fuzz-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings"
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    print(f"{count} archives, seed {seed}", flush=True)
    started = time.monotonic()
    endings: Counter[str] = Counter()
    step = 1000
    for done in range(0, count, step):
        endings += fuzz(min(step, count - done), seed * 1_000_000 + done)
        rate = (done + step) / (time.monotonic() - started)
        print(f"{done + step}: {dict(endings)}, {rate:.0f}/s", flush=True)


if __name__ == "__main__":
    main()
