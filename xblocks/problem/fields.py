"""The fields of the problem block: what authors set, what is kept for a learner."""

from __future__ import annotations

from xblock.core import XBlockMixin
from xblock.fields import Scope, String

from xblocks.kit.fields import (
    TolerantBoolean,
    TolerantDateTime,
    TolerantFloat,
    TolerantInteger,
    TolerantString,
    TolerantTimedelta,
    WholeDict,
    WholeList,
)

EMPTY_PROBLEM = "<problem></problem>"


class ProblemFields(XBlockMixin):
    """Names, scopes and defaults are those that course archives and state exports know."""

    display_name = TolerantString(default=None, scope=Scope.settings)
    data = String(default=EMPTY_PROBLEM, scope=Scope.content)
    markdown = String(default=None, scope=Scope.content)
    markdown_edited = TolerantBoolean(default=False, scope=Scope.settings)
    weight = TolerantFloat(default=None, scope=Scope.settings)
    source_code = TolerantString(default=None, scope=Scope.settings)

    max_attempts = TolerantInteger(default=None, scope=Scope.settings)
    submission_wait_seconds = TolerantInteger(default=0, scope=Scope.settings)
    grading_method = TolerantString(default="last_score", scope=Scope.settings)
    rerandomize = TolerantString(default="never", scope=Scope.settings)
    show_reset_button = TolerantBoolean(default=False, scope=Scope.settings)
    force_save_button = TolerantBoolean(default=False, scope=Scope.settings)
    showanswer = TolerantString(default="finished", scope=Scope.settings)
    attempts_before_showanswer_button = TolerantInteger(default=0, scope=Scope.settings)
    show_correctness = TolerantString(default="always", scope=Scope.settings)
    due = TolerantDateTime(default=None, scope=Scope.settings)
    graceperiod = TolerantTimedelta(default=None, scope=Scope.settings)

    seed = TolerantInteger(default=None, scope=Scope.user_state)
    attempts = TolerantInteger(default=0, scope=Scope.user_state)
    done = TolerantBoolean(default=False, scope=Scope.user_state)
    student_answers = WholeDict(default={}, scope=Scope.user_state)
    correct_map = WholeDict(default={}, scope=Scope.user_state)
    input_state = WholeDict(default={}, scope=Scope.user_state)
    has_saved_answers = TolerantBoolean(default=False, scope=Scope.user_state)
    score = WholeDict(default={}, scope=Scope.user_state)
    last_submission_time = TolerantDateTime(default=None, scope=Scope.user_state)
    student_answers_history = WholeList(default=[], scope=Scope.user_state)
    correct_map_history = WholeList(default=[], scope=Scope.user_state)
    score_history = WholeList(default=[], scope=Scope.user_state)
    # What the last form came to where it was not taken: code, values, answers. Our own key;
    # a page without JavaScript is redirected, and says then what happened.
    form_notice = WholeDict(default={}, scope=Scope.user_state)
