"""What opens a subsection after another survives import, export and import, however written."""

from __future__ import annotations

import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from common.blocks.outline_builder import build_outline
from common.content.api import load_version
from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import course, tar_gz
from common.core.keys import BlockKey

pytestmark = pytest.mark.django_db

LATE = BlockKey("sequential", "late")
NAMES = ("prereq", "prereq_min_score", "prereq_min_completion")


def gated(attributes: str) -> dict[str, str | bytes]:
    """Return a course whose second subsection has ``attributes``."""
    made = course("<problem url_name='p'/>")
    made["chapter/c.xml"] = (
        '<chapter><sequential url_name="s"/><sequential url_name="late"/></chapter>'
    )
    made["sequential/late.xml"] = f'<sequential {attributes}><vertical url_name="w"/></sequential>'
    made["vertical/w.xml"] = "<vertical/>"
    return made


def written(archive: Path) -> dict[str, str]:
    """Return the attributes of the second subsection in an archive."""
    with tarfile.open(archive) as opened:
        name = next(name for name in opened.getnames() if name.endswith("sequential/late.xml"))
        found = opened.extractfile(name)
        assert found is not None
        root = ET.fromstring(found.read())  # noqa: S314 # our own export
    return {name: root.attrib[name] for name in NAMES if name in root.attrib}


@pytest.mark.parametrize(
    ("attributes", "settings", "gate"),
    [
        pytest.param(
            'prereq="s" prereq_min_score="80" prereq_min_completion="100"',
            {"prereq": "s", "prereq_min_score": 80.0, "prereq_min_completion": 100.0},
            (0.8, 1.0),
            id="whole numbers",
        ),
        pytest.param(
            'prereq="s" prereq_min_score="66.5" prereq_min_completion="0"',
            {"prereq": "s", "prereq_min_score": 66.5, "prereq_min_completion": 0.0},
            (0.665, 0.0),
            id="parts, and nothing",
        ),
        pytest.param('prereq="s"', {"prereq": "s"}, (1.0, 1.0), id="no numbers ask for all"),
        pytest.param(
            'prereq="&quot;s&quot;" prereq_min_score="&quot;80&quot;"', None, None, id="quoted"
        ),
        pytest.param('prereq="s" prereq_min_score=""', None, None, id="empty"),
        pytest.param('prereq="s" prereq_min_score="most"', None, None, id="no number"),
        pytest.param('prereq="gone" prereq_min_score="80"', None, None, id="a part that is gone"),
        pytest.param('prereq="" prereq_min_completion="1e1"', None, None, id="no part"),
    ],
)
def test_a_gate_comes_back_as_it_was(
    tmp_path: Path,
    attributes: str,
    settings: dict[str, Any] | None,
    gate: tuple[float, float] | None,
) -> None:
    given, first, second = (tmp_path / f"{name}.tar.gz" for name in ("given", "first", "second"))
    given.write_bytes(tar_gz(gated(attributes)))
    before = import_archive(given)
    export_course(before.course_key, first)
    after = import_archive(first)
    export_course(after.course_key, second)
    assert after.version == before.version
    assert written(second) == written(first)
    assert after.version is not None
    version = load_version(after.version)
    if settings is not None:
        found = version.block(LATE).settings
        assert {name: found[name] for name in NAMES if name in found} == settings
        assert set(written(second)) == set(settings)
    if gate is not None:
        made = build_outline(version).gates[LATE]
        assert made.before == BlockKey("sequential", "s")
        assert (made.min_score, made.min_completion) == pytest.approx(gate)
