"""The built-in blocks in a published course, in the real runtime."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html as lxml_html

from common.blocks import api
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_world
from common.content import api as content
from common.content.data import Asset
from common.content.tests.factories import Node, html, problem
from common.core.keys import BlockKey
from common.files import api as files
from common.grading.models import Score

pytestmark = pytest.mark.django_db(transaction=True)

FIVE_TYPES = """<problem>
<multiplechoiceresponse><label>Radio</label><choicegroup>
<choice correct="true">A</choice><choice correct="false">B</choice></choicegroup>
</multiplechoiceresponse>
<choiceresponse><label>Boxes</label><checkboxgroup>
<choice correct="true">C</choice><choice correct="false">D</choice>
<choice correct="true">E</choice></checkboxgroup></choiceresponse>
<optionresponse><label>List</label><optioninput options="('x','y')" correct="y"/></optionresponse>
<stringresponse answer="paris" type="ci"><label>Text</label><textline/></stringresponse>
<numericalresponse answer="3.5"><label>Number</label><formulaequationinput/></numericalresponse>
</problem>"""
ANSWERS = {
    "input_p_2_1": "choice_0",
    "input_p_3_1[]": ["choice_0", "choice_2"],
    "input_p_4_1": "y",
    "input_p_5_1": "Paris",
    "input_p_6_1": "7/2",
}


def rendered(world: World) -> str:
    return str(api.render_block(world.session(), UNIT).html)


def score_of(world: World, name: str) -> tuple[float, float]:
    row = Score.objects.get(learner=world.learner, block=f"problem@{name}")
    return row.raw_earned, row.raw_possible


def test_five_types_in_one_problem_are_answered_by_a_plain_form() -> None:
    world = make_world(problem("p", FIVE_TYPES))
    form = lxml_html.fromstring(rendered(world)).forms[0]
    assert {"attempt", *ANSWERS} <= set(form.fields.keys()) | {"input_p_3_1[]"}
    reply = world.client().post(str(form.action), {**ANSWERS, "attempt": 0, "action": "submit"})
    assert reply.status_code == 303
    assert score_of(world, "p") == (5, 5)
    assert "5 of 5 points" in rendered(world)


def test_every_input_has_a_name_that_can_be_read_aloud() -> None:
    world = make_world(problem("p", FIVE_TYPES))
    document = lxml_html.fromstring(rendered(world))
    labelled = {label.get("for") for label in document.iter("label")}
    for field in document.xpath('//input[not(@type="hidden")] | //select'):
        assert field.get("id") in labelled
    for group in document.iter("fieldset"):
        assert group.xpath("string(legend)").strip() in {"Radio", "Boxes"}
    ids = [element.get("id") for element in document.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    described = " ".join(document.xpath("//@aria-describedby")).split()
    assert set(described) <= set(ids)


def test_the_script_answers_and_the_same_attempt_counts_once() -> None:
    world = make_world(problem("p", FIVE_TYPES))
    url = world.handler("problem", "p", "problem_check")
    client = world.client()
    first = client.post(url, {**ANSWERS, "attempt": 0}).json()
    again = client.post(url, {**ANSWERS, "attempt": 0}).json()
    assert first["success"] == again["success"] == "correct"
    assert first["current_score"] == 5
    state = LearnerBlockState.objects.get(learner=world.learner, block="problem@p")
    assert '"attempts": 1' in state.state


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (1, True)])
def test_a_problem_without_a_due_date_closes_with_its_course(days: int, is_taken: bool) -> None:
    end = datetime.now(UTC) + timedelta(days=days)
    world = make_world(problem("p", FIVE_TYPES), settings={"end": end.isoformat()})
    reply = world.client().post(world.handler("problem", "p", "problem_check"), ANSWERS)
    assert (reply.json()["success"] == "correct") is is_taken
    assert ("the end of the course, has passed" in rendered(world)) is not is_taken


def test_staff_rescore_through_the_door() -> None:
    world = make_world(problem("p", FIVE_TYPES))
    world.client().post(world.handler("problem", "p", "problem_check"), ANSWERS)
    Score.objects.update(raw_earned=0)
    api.rescore(world.session(), BlockKey("problem", "p"), only_if_higher=False)
    assert score_of(world, "p") == (5, 5)


def test_a_problem_that_waits_for_python_is_not_in_the_grade() -> None:
    data = """<problem><script type="loncapa/python">x=1</script>
    <numericalresponse answer="$x"><textline/></numericalresponse></problem>"""
    world = make_world(problem("p", data))
    assert world.session().outline.block(BlockKey("problem", "p")).max_points is None
    assert "cannot be answered here yet" in rendered(world)
    assert "script in Python" not in rendered(world)


def test_the_outline_knows_the_points_without_a_learner() -> None:
    world = make_world(problem("p", FIVE_TYPES))
    assert world.session().outline.block(BlockKey("problem", "p")).max_points == 5


def _drawing(block_type: str, **settings: Any) -> Node:
    children = [html(name, f"<p>text {name}</p>") for name in ("a", "b", "c", "d")]
    return Node(block_type, "draw", settings, children=children)


@pytest.mark.parametrize(
    ("block_type", "settings", "count"),
    [
        ("library_content", {"max_count": 2}, 2),
        ("itembank", {"max_count": 1}, 1),
        ("library_content", {"max_count": -1}, 4),
        ("randomize", {}, 1),
    ],
)
def test_a_learner_keeps_what_was_drawn(
    block_type: str, settings: dict[str, Any], count: int
) -> None:
    world = make_world(_drawing(block_type, **settings))
    seen = {name for name in "abcd" if f"text {name}" in rendered(world)}
    assert len(seen) == count
    assert {name for name in "abcd" if f"text {name}" in rendered(world)} == seen


def experiment(partition_id: int) -> Node:
    children = [
        Node("vertical", name, children=[html(f"h{name}", f"<p>text {name}</p>")]) for name in "ab"
    ]
    settings = {
        "user_partition_id": partition_id,
        "group_id_to_child": {"0": "vertical@a", "1": "vertical@b"},
    }
    return Node("split_test", "x", settings, children=children)


def test_a_learner_keeps_what_is_left_of_a_draw() -> None:
    world = make_world(_drawing("library_content", max_count=2))
    seen = [name for name in "abcd" if f"text {name}" in rendered(world)]
    delete = content.DeleteBlock(BlockKey("html", seen[0]))
    content.apply_operations(world.course_key, [delete], author_id=None, message="")
    content.publish(world.course_key, author_id=None, message="")
    left = [name for name in "abcd" if f"text {name}" in rendered(world)]
    assert len(left) == 2
    assert seen[1] in left
    assert seen[0] not in left


def test_an_experiment_whose_groups_are_gone_shows_nothing() -> None:
    assert "text " not in rendered(make_world(experiment(7)))


@pytest.mark.parametrize("partition_id", [7, 0])
def test_an_experiment_shows_one_group_its_child(partition_id: int) -> None:
    partition = {
        "id": partition_id,
        "name": "Length",
        "scheme": "random",
        "groups": [{"id": 0, "name": "Short"}, {"id": 1, "name": "Long"}],
    }
    world = make_world(experiment(partition_id), settings={"user_partitions": [partition]})
    page = rendered(world)
    assert [f"text {name}" in page for name in "ab"].count(True) == 1
    assert rendered(world).count("text ") == page.count("text ")


def test_a_conditional_opens_once_its_source_was_answered() -> None:
    waiting = Node(
        "conditional",
        "w",
        {
            "sources_list": ["problem@p"],
            "conditional_attr": "correct",
            "conditional_value": "True",
        },
        children=[html("h", "<p>the reward</p>")],
    )
    world = make_world(problem("p", FIVE_TYPES, display_name="Quiz"), waiting)
    assert "the reward" not in rendered(world)
    world.client().post(world.handler("problem", "p", "problem_check"), ANSWERS)
    assert "the reward" in rendered(world)


def test_captions_come_from_the_files_of_the_course() -> None:
    data = "1\n00:00:01,000 --> 00:00:02,000\nHyvää päivää\n".encode()
    stored = files.store_file(io.BytesIO(data))
    asset = Asset(
        path="captions fi.srt",
        sha256=stored.sha256,
        size=stored.size,
        content_type="text/plain",
        display_name="captions fi.srt",
        locked=False,
        extra={},
    )
    video = Node(
        "video",
        "v",
        {"html5_sources": ["/static/a.mp4"], "transcripts": {"fi": "captions_fi.srt"}},
    )
    world = make_world(video, assets=[asset])
    track = lxml_html.fromstring(rendered(world)).xpath("//track")[0]
    reply = world.client().get(track.get("src"))
    assert reply.status_code == 200
    assert "Hyvää päivää" in reply.content.decode()
    assert reply["Content-Type"].startswith("text/vtt")


def test_watching_a_video_completes_it() -> None:
    world = make_world(Node("video", "v", {"html5_sources": ["https://example.com/a.mp4"]}))
    world.client().post(
        world.handler("video", "v", "publish_completion"),
        {"completion": 1.0},
        content_type="application/json",
    )
    assert api.get_completions(world.context(), [BlockKey("video", "v")]) == {
        BlockKey("video", "v"): 1.0
    }


def test_the_scripts_and_styles_of_the_blocks_are_served() -> None:
    waiting = Node("conditional", "w", {"sources_list": ["problem@p"]})
    world = make_world(
        problem("p"), Node("video", "v", {"html5_sources": ["/static/a.mp4"]}), waiting
    )
    shown = api.render_block(world.session(), UNIT)
    urls = [resource.data for resource in shown.resources if resource.kind == "url"]
    assert len(urls) == 5
    client = world.client()
    for url in urls:
        reply = client.get(url)
        assert reply.status_code == 200, url
        reply.close()
