"""Build tiny archives for tests."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

Files = dict[str, str | bytes]


def as_bytes(data: str | bytes) -> bytes:
    """Return text as UTF-8, bytes as they are."""
    return data.encode() if isinstance(data, str) else data


def tar_gz(files: Mapping[str, str | bytes], top: str = "course") -> bytes:
    """Return a .tar.gz of these files in one folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(f"{top}/{path}" if top else path)
            info.size = len(as_bytes(data))
            archive.addfile(info, io.BytesIO(as_bytes(data)))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)


def zip_file(files: Mapping[str, str | bytes], top: str = "course") -> bytes:
    """Return a .zip of these files in one folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(f"{top}/{path}" if top else path, as_bytes(data))
    return buffer.getvalue()


def write_folder(files: Mapping[str, str | bytes], folder: Path) -> Path:
    """Write the files below a folder; return it."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(as_bytes(data))
    return folder


def course(inner: str = "", *, attributes: str = "") -> Files:
    """Return a course of one section, subsection and unit that holds ``inner``."""
    return {
        "course.xml": '<course url_name="R" org="O" course="C"/>',
        "course/R.xml": (
            f'<course display_name="Course" {attributes}><chapter url_name="c"/></course>'
        ),
        "chapter/c.xml": '<chapter display_name="Section"><sequential url_name="s"/></chapter>',
        "sequential/s.xml": '<sequential display_name="Sub"><vertical url_name="u"/></sequential>',
        "vertical/u.xml": f'<vertical display_name="Unit">{inner}</vertical>',
    }
