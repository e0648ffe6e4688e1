"""Blocks that hold blocks: which children somebody is shown."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from webob import Request

from xblocks.conditional import ConditionalBlock
from xblocks.containers import VerticalBlock
from xblocks.html import HtmlBlock
from xblocks.library_content import ItemBankBlock, LibraryContentBlock
from xblocks.problem import ProblemBlock
from xblocks.randomize import RandomizeBlock
from xblocks.split_test import SplitTestBlock
from xblocks.testing import BenchRuntime

CHOICE = """<problem><multiplechoiceresponse><choicegroup><choice correct="true">A</choice>
<choice correct="false">B</choice></choicegroup></multiplechoiceresponse></problem>"""


class Selection:
    """Draws what the test says."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def selected_children(self, block: Any) -> list[Any]:
        return [key for key in block.children if key.block_id in self.names]

    def all_children(self, block: Any) -> list[Any]:
        return list(block.children)

    def group_child(self, block: Any) -> Any:
        return next(iter(self.selected_children(block)), None)


def family(runtime: BenchRuntime, block_class: Any, *names: str, **fields: Any) -> Any:
    """Return a container with a text block of each name in it."""
    children = [runtime.make(HtmlBlock, name=name, data=f"<p>text {name}</p>") for name in names]
    keys = [child.scope_ids.usage_id for child in children]
    return runtime.make(block_class, name="parent", children=keys, **fields)


def shown(runtime: BenchRuntime, block: Any, view: str = "student_view") -> set[str]:
    html = runtime.render(block, view, {}).content
    return {name for name in "abc" if f"text {name}" in html}


def test_a_unit_shows_its_blocks_in_order() -> None:
    runtime = BenchRuntime()
    unit = family(runtime, VerticalBlock, "a", "b")
    html = runtime.render(unit, "student_view", {}).content
    assert html.index("text a") < html.index("text b")


@pytest.mark.parametrize("block_class", [LibraryContentBlock, ItemBankBlock, RandomizeBlock])
def test_learners_see_what_was_drawn_and_authors_all(block_class: Any) -> None:
    runtime = BenchRuntime(selection=Selection("b"))
    block = family(runtime, block_class, "a", "b", "c")
    assert shown(runtime, block) == {"b"}
    assert shown(runtime, block, "author_view") == {"a", "b", "c"}


def test_a_new_draw_is_told_once() -> None:
    runtime = BenchRuntime(selection=Selection("a", "b"))
    block = family(runtime, LibraryContentBlock, "a", "b", "c", max_count=2)
    runtime.render(block, "student_view", {})
    runtime.render(block, "student_view", {})
    (_, event_type, payload) = runtime.published[0]
    assert len(runtime.published) == 1
    assert event_type == "edx.librarycontentblock.content.assigned"
    assert payload["previous_count"] == 0
    assert [item["usage_key"][-1] for item in payload["added"]] == ["a", "b"]


def test_what_is_drawn_no_longer_is_told_with_its_reason() -> None:
    runtime = BenchRuntime(selection=Selection("a"))
    block = family(runtime, LibraryContentBlock, "a", "b")
    block.selected = [["htmlblock", "a"], ["htmlblock", "b"], ["htmlblock", "gone"]]
    runtime.render(block, "student_view", {})
    (_, event_type, payload) = runtime.published[0]
    assert event_type.endswith("removed")
    assert payload["reason"] == "invalid"
    assert block.selected == [["htmlblock", "a"]]


def test_an_experiment_shows_the_child_of_the_group() -> None:
    runtime = BenchRuntime(selection=Selection("b"))
    block = family(runtime, SplitTestBlock, "a", "b")
    assert shown(runtime, block) == {"b"}
    assert runtime.published[0][1] == "xblock.split_test.child_render"


def test_an_experiment_shows_nothing_without_a_group() -> None:
    runtime = BenchRuntime(selection=Selection())
    assert shown(runtime, family(runtime, SplitTestBlock, "a", "b")) == set()


def test_authors_see_every_group_of_an_experiment_by_its_name() -> None:
    partition = SimpleNamespace(groups=[SimpleNamespace(id=0, name="Short text")])
    service = SimpleNamespace(get_user_partition=lambda _id: partition)
    runtime = BenchRuntime(selection=Selection(), partitions=service)
    block = family(runtime, SplitTestBlock, "a", "b", user_partition_id=1)
    block.group_id_to_child = {"0": block.children[0], "1": block.children[1]}
    html = runtime.render(block, "author_view", {}).content
    assert "Short text" in html
    assert "Group 1" in html
    assert shown(runtime, block, "author_view") == {"a", "b"}


def conditional(runtime: BenchRuntime, **fields: Any) -> tuple[Any, Any]:
    """Return a problem and a block that waits for it."""
    source = runtime.make(ProblemBlock, name="p", data=CHOICE, display_name="Quiz <1>")
    fields.setdefault("sources_list", [source.scope_ids.usage_id])
    return source, family(runtime, ConditionalBlock, "a", **fields)


def test_a_conditional_names_what_has_to_be_done_first() -> None:
    runtime = BenchRuntime()
    _, block = conditional(runtime, conditional_attr="correct", conditional_message="Do {link} {!}")
    html = runtime.render(block, "student_view", {}).content
    assert "text a" not in html
    assert ">Quiz &lt;1&gt;</a> {!}" in html
    assert "/jump_to/" in html


@pytest.mark.parametrize(
    ("attribute", "value", "answer", "is_met"),
    [
        ("attempted", "True", "choice_1", True),
        ("submitted", "True", "choice_1", True),
        ("correct", "True", "choice_1", False),
        ("correct", "False", "choice_1", True),
        ("correct", "True", "choice_0", True),
        ("attempted", "True", None, False),
        ("unheard_of", "True", "choice_0", False),
    ],
)
def test_conditions_look_at_the_source(
    attribute: str, value: str, answer: str | None, is_met: bool
) -> None:
    runtime = BenchRuntime()
    source, block = conditional(runtime, conditional_attr=attribute, conditional_value=value)
    if answer:
        runtime.post(source, "problem_check", {"input_p_2_1": answer})
    assert shown(runtime, block) == ({"a"} if is_met else set())
    reply = runtime.handle(block, "conditional_get", Request.blank("/"))
    assert reply.json == {"is_met": is_met}


def test_a_conditional_whose_source_is_gone_stays_closed() -> None:
    runtime = BenchRuntime()
    source, _ = conditional(runtime)
    gone = source.scope_ids.usage_id.course_key.make_usage_key("problem", "gone")
    _, block = conditional(runtime, sources_list=[gone])
    assert shown(runtime, block) == set()
