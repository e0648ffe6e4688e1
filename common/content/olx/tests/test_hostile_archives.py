"""Archives with odd members: each imports, with a warning where due, or is refused clearly."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from common.content.olx.errors import ExportError, InvalidCourseError
from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import as_bytes, course, zip_file
from common.content.olx.tests.conftest import Imported

Import = Callable[..., Imported]


def tar_with(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Return a .tar.gz of a small course and these members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in course().items():
            info = tarfile.TarInfo(f"course/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(as_bytes(data)))
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), 1)


def member(
    name: str, data: bytes = b"x", *, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    return info, data


def zip_patched(at: int, value: int) -> bytes:
    """Return a .zip whose first central entry has another 16-bit number at an offset."""
    data = bytearray(zip_file(course()))
    central = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, central + at, value)
    return bytes(data)


ARCHIVES = {
    "links in a circle": tar_with(
        member("course/a", kind=tarfile.SYMTYPE, link="b"),
        member("course/b", kind=tarfile.SYMTYPE, link="a"),
    ),
    "a hard link to itself": tar_with(member("course/a", kind=tarfile.LNKTYPE, link="course/a")),
    "a hard link to what comes later": tar_with(
        member("course/a", kind=tarfile.LNKTYPE, link="course/b"), member("course/b")
    ),
    "names that differ in case": tar_with(member("course/A.txt"), member("course/a.TXT")),
    "a name of 5,000 letters": tar_with(member("course/static/" + "n" * 5000)),
    "a path of 2,000 folders": tar_with(member("course/static/" + "d/" * 2000 + "x")),
    "a name with a line break": tar_with(member("course/static/a\nb.png")),
    "a name with half a character": tar_with(member("course/static/\udcff.png")),
    "a name that turns writing around": tar_with(member("course/static/\u202egnp.exe")),
    "an archive in the archive": tar_with(member("course/static/in.tar.gz", tar_with())),
    "an encrypted zip": zip_patched(8, 1),
    "a zip of an unknown compression": zip_patched(10, 99),
    "a zip with a wrong checksum": zip_patched(16, 7),
    "a zip with a wrong packed size": zip_patched(20, 3),
    "a zip with a wrong size": zip_patched(24, 3),
    "a zip that says it is somewhere else": zip_patched(42, 9999),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_odd_archive_is_a_course_or_a_clear_error(db: None, tmp_path: Path, name: str) -> None:
    del db
    path = tmp_path / "course.tar.gz"
    path.write_bytes(ARCHIVES[name])
    try:
        report = import_archive(path)
    except InvalidCourseError:
        return  # its message is always a sentence
    try:
        export_course(report.course_key, tmp_path / "again.tar.gz")
    except ExportError:
        return
    again = import_archive(tmp_path / "again.tar.gz")
    assert again.version == report.version


def test_a_zip_made_for_large_files_is_read(olx: Import) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in course().items():
            with archive.open(f"course/{path}", "w", force_zip64=True) as handle:
                handle.write(as_bytes(data))
    assert olx(buffer.getvalue()).report.blocks["vertical"] == 1
