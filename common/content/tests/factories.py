"""Small courses for tests, here and in the layers above.

``make_course("course-v1:O+C+R")`` writes a published course and returns its key; ``make_tree``
gives the tree alone; ``course_trees()`` is a hypothesis strategy of random ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from common.content.api import ObjectWriter, create_or_replace_course, write_tree
from common.content.data import JSON, Asset, Block, CourseTree, Definition
from common.content.olx.codecs.opaque import UNREAD
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseKey, parse_course_key

DEFAULT_KEY = "course-v1:Lyceum+T101+2026"


@dataclass(slots=True)
class Node:
    """A block to be: its settings, content fields and children, written inline in a test."""

    block_type: str
    block_id: str
    settings: Mapping[str, JSON] = field(default_factory=dict)
    fields: Mapping[str, JSON] | None = None
    children: Sequence[Node] = ()
    xml: Mapping[str, JSON] = field(default_factory=dict)
    olx: str | None = None

    @property
    def key(self) -> BlockKey:
        return BlockKey(self.block_type, self.block_id)


def problem(block_id: str, data: str = "", **settings: JSON) -> Node:
    """Return a problem whose one question has the right answer ``choice_0``, unless given."""
    data = data or (
        "<problem><multiplechoiceresponse><p>Which?</p><choicegroup>"
        '<choice correct="true">right</choice><choice correct="false">wrong</choice>'
        "</choicegroup></multiplechoiceresponse></problem>"
    )
    return Node("problem", block_id, settings, {"data": data})


def html(block_id: str, data: str = "<p>Text</p>", **settings: JSON) -> Node:
    """Return an HTML block."""
    return Node("html", block_id, settings, {"data": data})


def unit(block_id: str, *children: Node, **settings: JSON) -> Node:
    """Return a unit."""
    return Node("vertical", block_id, settings, children=children)


def subsection(block_id: str, *children: Node, **settings: JSON) -> Node:
    """Return a subsection."""
    return Node("sequential", block_id, settings, children=children)


def section(block_id: str, *children: Node, **settings: JSON) -> Node:
    """Return a section."""
    return Node("chapter", block_id, settings, children=children)


def small_sections(
    sections: int = 2, subsections: int = 2, units: int = 2, problems: int = 1, **settings: JSON
) -> list[Node]:
    """Return sections s0, s1…; subsections s0_0…; units s0_0_0…; each with one html and problems.

    Subsections are graded as Homework unless ``settings`` say otherwise.
    """
    graded = {"graded": True, "format": "Homework", **settings}
    return [
        section(
            f"s{i}",
            *(
                subsection(
                    f"s{i}_{j}",
                    *(
                        unit(
                            f"s{i}_{j}_{k}",
                            html(f"h{i}_{j}_{k}"),
                            *(
                                problem(f"p{i}_{j}_{k}_{n}", display_name=f"Problem {n}")
                                for n in range(problems)
                            ),
                            display_name=f"Unit {k}",
                        )
                        for k in range(units)
                    ),
                    **{"display_name": f"Subsection {j}", **graded},
                )
                for j in range(subsections)
            ),
            display_name=f"Section {i}",
        )
        for i in range(sections)
    ]


def make_tree(
    *,
    sections: Sequence[Node] | None = None,
    settings: Mapping[str, JSON] | None = None,
    policy: JSON = None,
    assets: Sequence[Asset] = (),
    pages: Mapping[str, str] | None = None,
    extras: Mapping[str, str] | None = None,
    detached: Sequence[Node] = (),
    writer: ObjectWriter | None = None,
) -> CourseTree:
    """Return a course tree; its definitions and page texts are put. Default: eight units.

    Starts in 2020, so that it is open; give ``settings`` to change that.
    """
    writer = writer or ObjectWriter()
    top = small_sections() if sections is None else list(sections)
    blocks: dict[BlockKey, Block] = {}
    stack = [*top, *detached]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        blocks[node.key] = _to_block(node, writer)
    page_hashes = {path: writer.add_text(text) for path, text in (pages or {}).items()}
    writer.flush()
    return CourseTree(
        course=Block(
            key=COURSE_BLOCK,
            settings={
                "display_name": "Test course",
                "start": "2020-01-01T00:00:00Z",
                **(settings or {}),
            },
            children=tuple(node.key for node in top),
        ),
        blocks=blocks,
        policy=policy,
        assets={asset.path: asset for asset in assets},
        pages=page_hashes,
        extras=extras or {},
    )


def _to_block(node: Node, writer: ObjectWriter) -> Block:
    definition, xml = None, dict(node.xml)
    if node.olx is not None and not node.fields:
        xml[UNREAD] = True
    if node.fields is not None or node.olx is not None:
        definition = writer.add_definition(Definition(node.fields or {}, node.olx))
    return Block(
        key=node.key,
        settings=dict(node.settings),
        children=tuple(child.key for child in node.children),
        definition=definition,
        xml=xml,
    )


def make_course(
    course_key: CourseKey | str = DEFAULT_KEY, *, published: bool = True, **tree: Any
) -> CourseKey:
    """Write a course and give it heads (both the same version); return its key.

    Takes what ``make_tree`` takes. ``published=False`` leaves it a draft only.
    """
    key = parse_course_key(course_key) if isinstance(course_key, str) else course_key
    version = write_tree(make_tree(**tree))
    create_or_replace_course(
        key,
        draft=version,
        published=version if published else None,
        author_id=None,
        message="Made by a test",
    )
    return key


# Everything that JSON and UTF-8 hold: no lone surrogates, no NaN.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
field_values = st.dictionaries(texts, json_values, max_size=3)


@st.composite
def node_lists(draw: st.DrawFn, *, max_sections: int = 3) -> list[Node]:
    """Draw sections of random shape and values; ids are unique, odd ones included."""
    names = iter(
        draw(st.permutations(["a", "A", "á", "a.b", "a:b", "a~", "x%20y", "Intro", "intro", "é"]))
    )

    def name(prefix: str) -> str:
        return f"{next(names, '')}{prefix}"

    def leaves(prefix: str) -> list[Node]:
        return [
            Node(
                draw(st.sampled_from(["html", "problem", "video", "poll"])),
                name(f"{prefix}{index}"),
                draw(field_values),
                draw(st.none() | field_values),
                xml=draw(st.just({}) | field_values),
                olx=draw(st.none() | texts),
            )
            for index in range(draw(st.integers(0, 2)))
        ]

    def units(prefix: str) -> list[Node]:
        return [
            Node(
                "vertical",
                name(f"{prefix}{i}"),
                draw(field_values),
                children=leaves(f"{prefix}{i}_"),
            )
            for i in range(draw(st.integers(0, 2)))
        ]

    return [
        section(
            name(f"s{i}_"),
            *(
                subsection(name(f"s{i}_{j}_"), *units(f"u{i}_{j}_"), **{"f": draw(json_values)})
                for j in range(draw(st.integers(0, 2)))
            ),
        )
        for i in range(draw(st.integers(0, max_sections)))
    ]
