"""Random OLX folders: import, export, import; an independent reading of both finds the same."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.content.models import CourseHead
from common.content.olx.exporter import export_course
from common.content.olx.headsfile import HEADS_JSON
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import Files, tar_gz
from common.content.olx.tests.independent import compare, load

# All that XML can hold, line breaks, quotes and other scripts included.
TEXT = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])),
    ),
    max_size=30,
)
VALUES = st.one_of(
    TEXT,
    st.sampled_from(["", "null", "true", "3", "2.50", "[1,2]", '{"a": "b"}', '"quoted"', "1e5"]),
    st.sampled_from(["2020-01-31T00:00:00Z", '"2020-01-31"', "1 day 3 hours", "00:01:05", "never"]),
)
KNOWN = [
    *("display_name", "start", "due", "graded", "format", "graceperiod", "max_attempts", "weight"),
    *("showanswer", "group_access", "visible_to_staff_only", "user_partitions", "rerandomize"),
]
ATTRIBUTES = st.dictionaries(
    st.one_of(st.sampled_from(KNOWN), st.from_regex(r"\A[a-z][a-z_]{2,8}\Z").map("x_{}".format)),
    VALUES,
    max_size=5,
)
NEVER_PUBLISHED = json.dumps({"format": 1, "published": False}, indent=4) + "\n"
LEVELS = ["chapter", "sequential", "vertical", "vertical"]
LEAVES = [
    "html",
    "html-inside",
    "problem",
    "video",
    "discussion",
    "poll",
    "mystery",
    "mystery-file",
]


class _Maker:
    """Draws one course, file by file."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.files: Files = {"course.xml": '<course url_name="R" org="O" course="C"/>'}
        self.policy: dict[str, object] = {"course/R": draw(POLICY)}
        self._count = 0

    def name(self) -> str:
        """Return a new url_name."""
        self._count += 1
        stems = ["n", "Näme", "a.b", "x-y", "deep:er", "50%25", "_"]
        return f"{self.draw(st.sampled_from(stems))}{self._count}"

    def attributes(self) -> str:
        return "".join(f" {key}={_quote(text)}" for key, text in self.draw(ATTRIBUTES).items())

    def put(self, tag: str, inner: str) -> str:
        """Return the element that the parent gets: a pointer, or the whole."""
        mine, draw = self.name(), self.draw
        whole = f"{self.attributes()}>{inner}</{tag}>"
        if draw(st.booleans()):
            path = f"{tag}/{mine.replace(':', '/')}.xml"
            self.files[path] = f"{draw(AROUND)}<{tag}{whole}{draw(AROUND)}"
            if draw(st.integers(0, 4)) == 0:
                self.policy[f"{tag}/{mine}"] = draw(POLICY)
            return f'<{tag} url_name="{mine}"/>'
        return f'<{tag} url_name="{mine}" x_inline="1"{whole}'

    def children(self, depth: int) -> str:
        """Return what stands inside a container of this depth."""
        pieces = []
        for _ in range(self.draw(st.integers(0, 3))):
            pieces.append(self.draw(st.sampled_from(["", "\n  ", "<!-- note -->", "stray"])))
            pieces.append(self._child(depth))
        return "".join(pieces)

    def _child(self, depth: int) -> str:
        if depth < len(LEVELS) and self.draw(st.integers(0, 5)):
            return self.put(LEVELS[depth], self.children(depth + 1))
        return self._leaf(self.draw(st.sampled_from(LEAVES)))

    def _leaf(self, kind: str) -> str:
        draw, files = self.draw, self.files
        if kind == "html":
            mine = self.name()
            path = mine.replace(":", "/")
            filename = path.rpartition("/")[2]
            files[f"html/{path}.xml"] = f'<html filename="{filename}"{self.attributes()}/>'
            files[f"html/{path}.html"] = draw(st.text(st.characters(exclude_categories=["Cs"])))
            return f'<html url_name="{mine}"/>'
        if kind == "mystery-file":
            mine = self.name().replace(":", "")
            files[f"mystery/{mine}.xml"] = f"<mystery{self.attributes()}>{draw(BODY)}</mystery>"
            return f'<mystery url_name="{mine}"/>'
        if kind == "poll":
            return f'<poll url_name="{self.name()}" question={_quote(draw(TEXT))} x_junk="1"/>'
        return self.put(kind.removesuffix("-inside"), draw(BODY) if kind != "discussion" else "")

    def finish(self) -> Files:
        """Add what is beside the blocks; return all files."""
        draw, files = self.draw, self.files
        files["course/R.xml"] = f"<course{self.attributes()}>{self.children(0)}</course>"
        files["policies/R/policy.json"] = json.dumps(self.policy)
        files["policies/assets.json"] = "{}"
        for number, data in enumerate(draw(st.lists(st.binary(max_size=20), max_size=2))):
            files[f"static/file {number}.bin"] = data
        for page in draw(st.sets(st.sampled_from(["about/overview", "info/updates", "tabs/x"]))):
            files[f"{page}.html"] = draw(TEXT)
        for number, data in enumerate(draw(st.lists(st.binary(max_size=9), max_size=2))):
            files[f"other/extra{number}"] = data
        if draw(st.integers(0, 3)) == 0:
            files[HEADS_JSON] = NEVER_PUBLISHED
        return files


@st.composite
def courses(draw: st.DrawFn) -> Files:
    """Return the files of a random course."""
    return _Maker(draw).finish()


JSON_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXT, st.just([1]))
POLICY = st.dictionaries(
    st.one_of(st.sampled_from([*KNOWN, "tabs", "language"]), st.just("odd")),
    JSON_VALUES,
    max_size=3,
)
AROUND = st.sampled_from(["", "", "<!-- around -->", "<?pi around?>"])
BODY = st.lists(
    st.one_of(
        TEXT.map(escape),
        st.sampled_from(
            ["<p>x</p>", "<b/>", "<![CDATA[<raw>&]]>", "<!-- in -->", "<a b='c'>d</a>e"]
        ),
    ),
    max_size=4,
).map("".join)


def _quote(text: str) -> str:
    """Return an attribute in quotes; white space that parsers would change is escaped."""
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


@pytest.mark.django_db
@settings(
    max_examples=max(10, settings().max_examples // 2),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(files=courses())
def test_random_course_round_trips(files: Files) -> None:
    # What the course of the example before has published would stay.
    CourseHead.objects.update(published=None)
    with TemporaryDirectory() as name:
        source, exported = Path(name, "a.tar.gz"), Path(name, "b.tar.gz")
        source.write_bytes(tar_gz(files))
        report = import_archive(source)
        export_course(report.course_key, exported)
        again = import_archive(exported)
        assert (report.version is None) == (HEADS_JSON in files)
        assert again.version == report.version
        assert again.draft_version == report.draft_version
        assert compare(load(source), load(exported)).differences == []
