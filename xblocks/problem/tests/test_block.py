"""The problem block through its views and handlers, in a small runtime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from webob import Request

from common.blocks.services.content import ReplaceUrlsService
from common.core.keys import parse_course_key
from xblocks.problem import ProblemBlock
from xblocks.testing import BenchRuntime

CHOICE = """<problem><multiplechoiceresponse><label>Which?</label><choicegroup>
<choice correct="true">Right</choice><choice correct="false">Wrong</choice>
</choicegroup><solution><p>Because.</p></solution></multiplechoiceresponse></problem>"""
NUMBER = """<problem><p>Half of seven</p><numericalresponse answer="3.5">
<formulaequationinput/></numericalresponse></problem>"""
TWO_NUMBERS = """<problem><numericalresponse answer="3.5"><formulaequationinput/>
</numericalresponse><numericalresponse answer="7"><formulaequationinput/>
</numericalresponse></problem>"""
PYTHON = """<problem><script type="loncapa/python">x = 1</script>
<numericalresponse answer="$x"><textline/></numericalresponse></problem>"""
RIGHT, WRONG = {"input_b1_2_1": "choice_0"}, {"input_b1_2_1": "choice_1"}


def bench(data: str = CHOICE, **fields: Any) -> tuple[BenchRuntime, ProblemBlock]:
    is_staff = fields.pop("is_staff", False)
    runtime = BenchRuntime(is_staff=is_staff)
    return runtime, runtime.make(ProblemBlock, data=data, **fields)


def shown(runtime: BenchRuntime, block: ProblemBlock) -> str:
    return str(runtime.render(block, "student_view", {}).content)


def test_a_right_answer_is_graded_and_published() -> None:
    runtime, block = bench()
    reply = runtime.post(block, "problem_check", {**RIGHT, "attempt": 0}).json
    assert reply["success"] == "correct"
    assert runtime.grades() == [(1.0, 1.0)]
    assert (block.attempts, block.done) == (1, True)


def test_a_wrong_answer_earns_nothing_and_counts() -> None:
    runtime, block = bench()
    assert runtime.post(block, "problem_check", WRONG).json["success"] == "incorrect"
    assert runtime.grades() == [(0.0, 1.0)]
    assert block.attempts == 1


def test_state_has_the_keys_that_exports_know() -> None:
    runtime, block = bench()
    runtime.post(block, "problem_check", RIGHT)
    assert block.student_answers == {"b1_2_1": "choice_0"}
    assert block.correct_map["b1_2_1"]["correctness"] == "correct"
    assert block.score == {"raw_earned": 1.0, "raw_possible": 1.0}
    assert len(block.student_answers_history) == len(block.score_history) == 1
    assert block.last_submission_time is not None


def test_a_form_sent_twice_counts_once() -> None:
    runtime, block = bench()
    first = runtime.post(block, "problem_check", {**WRONG, "attempt": 0}).json
    again = runtime.post(block, "problem_check", {**WRONG, "attempt": 0}).json
    assert block.attempts == 1
    assert len(runtime.grades()) == 1
    assert (first["success"], again["success"]) == ("incorrect", "incorrect")


def test_an_older_tab_gets_the_recorded_result_and_is_told_so() -> None:
    runtime, block = bench()
    runtime.post(block, "problem_check", {**RIGHT, "attempt": 0})
    reply = runtime.post(block, "problem_check", {**WRONG, "attempt": 0}).json
    assert reply["success"] == "correct"
    assert "in another window" in reply["message"]
    # What the older tab sent stays chosen there, and counts when it is sent again.
    assert 'value="choice_1" checked' in reply["contents"]
    assert block.attempts == 1
    again = runtime.post(block, "problem_check", {**WRONG, "attempt": 1}).json
    assert (again["success"], block.attempts) == ("incorrect", 2)


@pytest.mark.parametrize("handler", ["problem_check", "submit_form"])
@pytest.mark.parametrize(
    ("data", "form"),
    [
        pytest.param(CHOICE, {}, id="nothing chosen"),
        pytest.param(NUMBER, {"input_b1_2_1": " "}, id="a blank"),
        pytest.param(TWO_NUMBERS, {"input_b1_2_1": "", "input_b1_3_1": ""}, id="empty fields"),
    ],
)
def test_nothing_at_all_is_no_attempt(handler: str, data: str, form: dict[str, str]) -> None:
    runtime, block = bench(data, max_attempts=2)
    runtime.post(block, handler, {**form, "attempt": 0})
    assert block.attempts == 0
    assert runtime.grades() == []
    if handler == "problem_check":
        reply = runtime.post(block, handler, {**form, "attempt": 0}).json
        assert reply["success"] is False
        assert "not answered anything yet" in reply["message"]


def test_an_answer_to_a_part_is_an_attempt() -> None:
    runtime, block = bench(TWO_NUMBERS)
    runtime.post(block, "problem_check", {"input_b1_2_1": "3.5", "input_b1_3_1": "", "attempt": 0})
    assert block.attempts == 1
    assert runtime.grades() == [(1.0, 2.0)]


def test_an_answer_that_cannot_be_read_keeps_the_attempt_and_the_text() -> None:
    runtime, block = bench(NUMBER)
    reply = runtime.post(block, "problem_check", {"input_b1_2_1": "3.5 kg"}).json
    assert reply["success"] is False
    assert "not counted" in reply["message"]
    assert 'value="3.5 kg"' in reply["contents"]
    assert block.attempts == 0
    assert runtime.grades() == []


@pytest.mark.parametrize("handler", ["problem_check", "submit_form"])
def test_an_answer_that_was_not_taken_does_not_bear_the_verdict_of_the_one_before(
    handler: str,
) -> None:
    runtime, block = bench(TWO_NUMBERS)
    runtime.post(block, handler, {"input_b1_2_1": "3.5", "input_b1_3_1": "8"})
    before = shown(runtime, block)
    assert ('id="b1_2_1_verdict"' in before, 'id="b1_3_1_verdict"' in before) == (True, True)
    assert "Partly correct" in before

    reply = runtime.post(block, handler, {"input_b1_2_1": "3.5 kg", "input_b1_3_1": "8"})
    page = reply.json["contents"] if handler == "problem_check" else shown(runtime, block)
    assert 'value="3.5 kg"' in page
    assert 'id="b1_2_1_verdict"' not in page
    assert 'id="b1_3_1_verdict"' in page, "the other answer is still the one that was graded"
    assert "Partly correct" not in page
    assert "1 of 2 points" in page
    assert "not counted" in page


def test_the_plain_form_leads_back_to_the_unit() -> None:
    runtime, block = bench()
    response = runtime.post(block, "submit_form", {**RIGHT, "attempt": 0, "action": "submit"})
    assert response.status_int == 303
    assert response.location.endswith("/jump_to/" + str(block.scope_ids.usage_id) + "#problem_b1")
    assert "Correct" in shown(runtime, block)


def test_the_plain_form_says_afterwards_why_an_answer_was_not_taken() -> None:
    runtime, block = bench(NUMBER)
    runtime.post(block, "submit_form", {"input_b1_2_1": "3..5"})
    page = shown(runtime, block)
    assert "not counted" in page
    assert 'value="3..5"' in page
    runtime.post(block, "submit_form", {"input_b1_2_1": "3.5"})
    assert "not counted" not in shown(runtime, block)


def test_no_attempt_is_taken_beyond_the_maximum() -> None:
    runtime, block = bench(max_attempts=1)
    runtime.post(block, "problem_check", WRONG)
    reply = runtime.post(block, "problem_check", RIGHT).json
    assert reply["success"] is False
    assert (block.attempts, runtime.grades()) == (1, [(0.0, 1.0)])
    assert 'value="submit"' not in shown(runtime, block)


def test_nothing_is_taken_after_the_due_date_and_grace() -> None:
    now = datetime.now(UTC)
    runtime, block = bench(due=now - timedelta(hours=2), graceperiod=timedelta(hours=1))
    assert runtime.post(block, "problem_check", RIGHT).json["success"] is False
    runtime, block = bench(due=now - timedelta(hours=2), graceperiod=timedelta(hours=3))
    assert runtime.post(block, "problem_check", RIGHT).json["success"] == "correct"


def test_saved_answers_hide_the_marks_and_give_no_score() -> None:
    runtime, block = bench(max_attempts=3)
    runtime.post(block, "problem_check", WRONG)
    runtime.post(block, "problem_save", RIGHT)
    page = shown(runtime, block)
    assert "problem-verdict" not in page
    assert block.student_answers == {"b1_2_1": "choice_0"}
    assert runtime.grades() == [(0.0, 1.0)]


def test_reset_clears_the_answer_and_keeps_the_attempts() -> None:
    runtime, block = bench(rerandomize="onreset")
    runtime.post(block, "problem_check", RIGHT)
    assert runtime.post(block, "problem_reset").json["success"] is True
    assert (block.student_answers, block.done, block.attempts) == ({}, False, 1)
    assert runtime.grades()[-1] == (0.0, 1.0)


def test_rescoring_grades_the_stored_answer_against_the_new_definition() -> None:
    runtime, block = bench()
    runtime.post(block, "problem_check", WRONG)
    block.data = CHOICE.replace('"true"', '"x"').replace('"false"', '"true"')
    block.rescore(only_if_higher=False)
    assert runtime.grades()[-1] == (1.0, 1.0)
    assert block.correct_map["b1_2_1"]["correctness"] == "correct"


def test_rescoring_never_lowers_when_asked_not_to() -> None:
    runtime, block = bench()
    runtime.post(block, "problem_check", RIGHT)
    block.data = CHOICE.replace('"true"', '"x"').replace('"false"', '"true"')
    block.rescore(only_if_higher=True)
    assert block.correct_map["b1_2_1"]["correctness"] == "correct"


def test_answers_are_shown_by_the_rule_only() -> None:
    runtime, block = bench(showanswer="answered")
    assert "Because." not in shown(runtime, block)
    assert runtime.post(block, "problem_show").json == {"answers": {}}
    runtime.post(block, "problem_check", RIGHT)
    assert "Because." in shown(runtime, block)
    assert "b1_2_1" in runtime.post(block, "problem_show").json["answers"]


def test_hidden_correctness_tells_nothing_of_the_outcome() -> None:
    runtime, block = bench(show_correctness="never", showanswer="always")
    reply = runtime.post(block, "problem_check", RIGHT).json
    assert (reply["current_score"], reply["message"]) == (None, "Your answer was submitted.")
    assert reply["success"] is True
    assert "orrect" not in reply["contents"]
    assert "Because." not in reply["contents"]


@pytest.mark.parametrize("is_staff", [False, True])
def test_a_problem_with_python_is_shown_as_not_answerable(is_staff: bool) -> None:
    runtime, block = bench(PYTHON, is_staff=is_staff)
    page = shown(runtime, block)
    assert "cannot be answered here yet" in page
    assert ("script in Python" in page) is is_staff
    assert "<form" not in page
    assert block.max_score() is None
    assert runtime.post(block, "problem_check", {"input_b1_2_1": "1"}).json["success"] is False
    assert runtime.grades() == []


def test_broken_xml_shows_a_sentence_and_staff_the_line() -> None:
    runtime, block = bench("<problem><p>unclosed</problem>", is_staff=True)
    assert "line 1" in shown(runtime, block)
    assert block.max_score() is None


def test_an_author_may_keep_the_marks_of_a_group_to_himself() -> None:
    runtime, block = bench(
        CHOICE.replace("<choicegroup", '<choicegroup show_correctness="never"'), showanswer="never"
    )
    contents = runtime.post(block, "problem_check", RIGHT).json["contents"]
    assert "Your answer was submitted." in contents
    assert "orrect" not in contents
    assert "1 of 1" not in contents
    assert runtime.grades() == [(1.0, 1.0)]
    message = CHOICE.replace(
        "<choicegroup",
        '<choicegroup show_correctness="never" submitted_message="Thank you &amp; bye"',
    )
    runtime, block = bench(message)
    reply = runtime.post(block, "problem_check", WRONG).json
    assert "Thank you &amp; bye" in reply["contents"]
    assert (reply["success"], reply["current_score"]) == (True, None)


def test_without_a_due_date_the_end_of_the_course_closes() -> None:
    now = datetime.now(UTC)
    for end, grace, success in (
        (now - timedelta(hours=2), None, False),
        (now - timedelta(hours=2), timedelta(hours=3), "correct"),
        (now + timedelta(hours=2), None, "correct"),
        (None, None, "correct"),
    ):
        runtime, block = bench(graceperiod=grace)
        runtime.course_end = end
        assert runtime.post(block, "problem_check", RIGHT).json["success"] == success
    runtime, block = bench(due=now + timedelta(hours=2))
    runtime.course_end = now - timedelta(hours=2)
    assert runtime.post(block, "problem_check", RIGHT).json["success"] == "correct"


OLD_HINTS = """<problem><stringresponse answer="Michigan" type="ci"><textline/><hintgroup>
<stringhint answer="minnesota" type="ci" name="minn"/><stringhint answer="Ohio" name="ohio"/>
<hintpart on="minn"><text>Further <b>east</b>.</text></hintpart>
<hintpart on="ohio"><text>Further north.</text></hintpart>
<hintpart on="default"><text>Look at a map.</text></hintpart></hintgroup>
</stringresponse></problem>"""


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        pytest.param("Minnesota", "Further <b>east</b>.", id="in any case"),
        pytest.param("Ohio", "Further north.", id="as written"),
        pytest.param("ohio", "Look at a map.", id="case counts, so the default"),
    ],
)
def test_the_oldest_hints_are_given(answer: str, hint: str) -> None:
    runtime, block = bench(OLD_HINTS)
    contents = runtime.post(block, "problem_check", {"input_b1_2_1": answer}).json["contents"]
    assert hint in contents
    assert contents.count("problem-feedback") == 1


def test_hints_from_a_function_wait_for_python() -> None:
    runtime, block = bench(OLD_HINTS.replace("<hintgroup>", '<hintgroup hintfn="f">'))
    assert "cannot be answered here yet" in shown(runtime, block)


def test_points_are_shown_with_the_weight() -> None:
    runtime, block = bench(weight=4.0)
    assert "4 points" in shown(runtime, block)
    runtime.post(block, "problem_check", RIGHT)
    assert "4 of 4 points" in shown(runtime, block)
    assert block.max_score() == 1.0


def test_older_clients_reach_the_actions_by_suffix() -> None:
    from webob import Request

    runtime, block = bench()
    request = Request.blank("/", method="POST", POST="input_b1_2_1=choice_0")
    reply = runtime.handle(block, "xmodule_handler", request, "problem_check")
    assert reply.json["success"] == "correct"


def test_the_event_of_a_submission_names_question_and_answer() -> None:
    runtime, block = bench()
    runtime.post(block, "problem_check", WRONG)
    payload = next(data for _, kind, data in runtime.published if kind == "problem_check")
    assert payload["answers"] == {"b1_2_1": "choice_1"}
    part = payload["submission"]["b1_2_1"]
    assert (part["question"], part["answer"], part["correct"]) == ("Which?", "Wrong", False)
    assert part["response_type"] == "multiplechoiceresponse"


def test_an_include_says_which_file_belongs_into_the_problem() -> None:
    data = '<problem><include file="../<x>.xml"/></problem>'.replace("<x>", "&lt;x&gt;")
    runtime, block = bench(data, is_staff=True)
    page = shown(runtime, block)
    assert "an include of the file ../&lt;x&gt;.xml; put its content into the problem" in page
    fault = ProblemBlock.find_fault(content={"data": data})
    assert fault == "an include of the file ../<x>.xml; put its content into the problem"


def test_the_text_may_name_the_learner_to_tools_outside() -> None:
    link = '<p><a href="https://example.com/?u=$anonymous_student_id">x</a></p>'
    runtime, block = bench(CHOICE.replace("<problem>", f"<problem>{link}"), showanswer="always")
    page = shown(runtime, block)
    assert f"https://example.com/?u={'a' * 32}" in page
    typed = NUMBER.replace("numericalresponse answer", "stringresponse answer")
    typed = typed.replace("</numericalresponse>", "</stringresponse>").replace(
        "<formulaequationinput/>", "<textline/>"
    )
    runtime, block = bench(typed)
    runtime.post(block, "problem_check", {"input_b1_2_1": "$anonymous_student_id"})
    assert 'value="$anonymous_student_id"' in shown(runtime, block)


LINKED = """<problem><multiplechoiceresponse><label>Which?</label><choicegroup>
<choice correct="true"><a href="/jump_to_id/there">Right</a>
<choicehint><img src="/static/why.png" alt=""/></choicehint></choice>
<choice correct="false">Wrong</choice></choicegroup></multiplechoiceresponse>
<demandhint><hint><a href="/course/pages">Here</a></hint></demandhint></problem>"""


def test_what_handlers_reply_leads_into_the_course_too() -> None:
    links = ReplaceUrlsService(parse_course_key("course-v1:O+C+R"))
    runtime = BenchRuntime(replace_urls=links)
    block = runtime.make(ProblemBlock, data=LINKED, showanswer="always")
    ask = Request.blank("/", method="POST", body=b'{"hint_index": 0}')
    said = [
        runtime.post(block, "problem_check", RIGHT).json["contents"],
        "".join(runtime.post(block, "problem_show").json["answers"].values()),
        runtime.handle(block, "hint_button", ask).json["msg"],
    ]
    for text, link in zip(
        said,
        ("/assets/course-v1:O+C+R/why.png", "/courses/course-v1:O+C+R/jump_to_id/there",
         "/courses/course-v1:O+C+R/pages"),
        strict=True,
    ):  # fmt: skip
        assert f'"{link}"' in text


def test_earlier_attempts_are_kept_as_they_lie_in_storage() -> None:
    strange = {"b1_2_1": "choice_1", "other_2_1": "of another problem"}
    result = {"b1_2_1": {"correctness": "incorrect", "hint": "kept"}}
    runtime, block = bench(
        attempts=1, done=True, student_answers_history=[strange], correct_map_history=[result]
    )
    runtime.post(block, "problem_check", RIGHT)
    assert block.student_answers_history == [strange, {"b1_2_1": "choice_0"}]
    assert block.correct_map_history[0] == result
    assert len(block.correct_map_history) == 2


def test_a_score_that_cannot_be_read_is_not_one_of_the_attempts() -> None:
    history = ["nonsense", {"raw_earned": 0.0, "raw_possible": 1.0}]
    runtime, block = bench(
        attempts=2, done=True, grading_method="average_score", score_history=history
    )
    runtime.post(block, "problem_check", RIGHT)
    assert runtime.grades()[-1] == (0.5, 1.0)


def test_what_the_site_says_stands_by_itself_among_an_authors_words() -> None:
    """Right-to-left sentences beside an English problem, and the other way round."""
    runtime, block = bench(max_attempts=3)
    reply = runtime.post(block, "problem_check", {**WRONG, "attempt": 0}).json["contents"]
    assert "<bdi>2 of 3 attempts left</bdi>" in reply
    assert "<bdi>0 of 1 point</bdi>" in reply
    assert "<bdi>Not correct. 0 of 1 point</bdi>" in reply
