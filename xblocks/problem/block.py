"""The problem XBlock: fields, views and handlers around the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from web_fragments.fragment import Fragment
from webob import Response
from xblock.core import XBlock
from xblock.scorable import ScorableXBlockMixin
from xblock.scorable import Score as LibraryScore

from common.blocks.errors import UnreadableDataError
from common.blocks.json_handlers import json_reply, number_in, object_handler
from common.blocks.view_cache import ViewNeeds
from common.core.instants import shift
from xblocks.kit import author
from xblocks.kit.texts import Texts, whole
from xblocks.kit.words import words_of
from xblocks.problem import page, results
from xblocks.problem.actions import Actions
from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.parse import compile_problem
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.rules import GradingMethod, Rerandomize, Rules
from xblocks.problem.engine.state import LearnerState
from xblocks.problem.fields import ProblemFields
from xblocks.problem.store import named, read_score, read_state, write_state
from xblocks.problem.texts import script_texts

SEEDS_PER_STUDENT = 20
SEEDS = 1000


@XBlock.needs("i18n", "user")
@XBlock.wants("author_html", "replace_urls")
class ProblemBlock(ProblemFields, ScorableXBlockMixin, XBlock):
    """Questions, graded by the engine in ``xblocks.problem.engine``."""

    works_without_scripts = True

    public_dir = "static"
    icon_class = "problem"
    has_score = True
    show_in_read_only_mode = True

    # What the fields hold since it was stored through this instance.
    _stored: LearnerState | None = None

    # What the engine needs

    @property
    def prefix(self) -> str:
        """The problem's id in front of the ids of its inputs."""
        return str(self.scope_ids.usage_id.block_id)

    def compiled(self) -> CompiledProblem:
        """Return the compiled definition. Raises ProblemSyntaxError."""
        if author.trusts_scripts(self):
            return compile_problem(self.data or "", author.as_written)
        return compile_problem(self.data or "", author.clean, author.acts)

    def find_compiled(self) -> CompiledProblem | None:
        """Return the compiled definition; None where it is broken or cannot be graded yet."""
        try:
            problem = self.compiled()
        except ProblemSyntaxError:
            return None
        return None if problem.unsupported else problem

    def rules(self) -> Rules:
        """Return the author's settings, decoded, for this reader."""
        return Rules(
            max_attempts=None if self.max_attempts is None else whole(self.max_attempts),
            closes_at=self._closes_at(),
            rerandomize=Rerandomize.parse(self.rerandomize),
            grading_method=GradingMethod.parse(self.grading_method),
            submission_wait_seconds=whole(self.submission_wait_seconds),
            show_reset_button=self.show_reset_button,
            force_save_button=self.force_save_button,
            showanswer="" if self.showanswer is None else self.showanswer,
            attempts_before_showanswer=whole(self.attempts_before_showanswer_button),
            show_correctness=self.show_correctness or "always",
            is_staff=self._is_staff(),
        )

    def _closes_at(self) -> datetime | None:
        due: Any = self.due or getattr(self.runtime, "course_end", None)
        if not isinstance(due, datetime):
            return None
        if due.tzinfo is None:
            due = due.replace(tzinfo=UTC)
        grace: timedelta = self.graceperiod or timedelta(0)
        return shift(due, seconds=grace.total_seconds())

    def _is_staff(self) -> bool:
        user = self.runtime.service(self, "user").get_current_user()
        return bool(user.opt_attrs.get("edx-platform.user_is_staff"))

    def anonymous_id(self) -> str:
        """Return the id by which tools outside know the learner; "" for visitors."""
        user = self.runtime.service(self, "user").get_current_user()
        return str(user.opt_attrs.get("edx-platform.anonymous_user_id") or "")

    def now(self) -> datetime:
        """Return the moment that the rules are applied at."""
        return getattr(self.runtime, "moment", None) or datetime.now(UTC)

    def state(self) -> LearnerState:
        """Return what is kept for the learner, with the seed that their variant has."""
        # Reading it takes a fifth of a submission's time, more with each attempt.
        state = self._stored or read_state(self, self.prefix)
        if state.seed is not None:
            return state
        return replace(state, seed=self.seed_for(state.attempts))

    def seed_for(self, attempts: int) -> int:
        """Return the seed of the variant after ``attempts``: drawn from who, what and when.

        No randomness is stored by only looking at a problem, so the draw is a hash.
        """
        rule = Rerandomize.parse(self.rerandomize)
        if rule is Rerandomize.NEVER:
            return 1
        text = f"{self.scope_ids.user_id}{self.scope_ids.usage_id}"
        if rule is Rerandomize.PER_STUDENT:
            return int(hashlib.sha256(text.encode()).hexdigest(), 16) % SEEDS_PER_STUDENT
        text = f"{text}#{attempts}"
        return int(hashlib.sha256(text.encode()).hexdigest(), 16) % SEEDS

    def store_state(self, state: LearnerState) -> None:
        """Keep ``state`` for the learner."""
        write_state(self, state, self.prefix)
        self._stored = state

    # Views

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the problem with its form."""
        token = str((context or {}).get("csrf_token") or "")
        fragment = Fragment(
            f'<div class="problem-box">{page.contents(self, csrf_token=token)}</div>'
            '<div class="problem-status visually-hidden" role="status"></div>'
        )
        fragment.add_css_url(self.runtime.local_resource_url(self, "static/problem.css"))
        fragment.add_javascript_url(self.runtime.local_resource_url(self, "static/problem.js"))
        fragment.initialize_js(
            "LyceumProblem",
            {
                "usage": str(self.scope_ids.usage_id),
                "check": self.runtime.handler_url(self, "problem_check"),
                "save": self.runtime.handler_url(self, "problem_save"),
                "reset": self.runtime.handler_url(self, "problem_reset"),
                "get": self.runtime.handler_url(self, "problem_get"),
                "show": self.runtime.handler_url(self, "problem_show"),
                "hint": self.runtime.handler_url(self, "hint_button"),
                "texts": script_texts(Texts(self)),
            },
        )
        return fragment

    author_view = student_view

    def view_needs(self) -> ViewNeeds | None:
        """Say whom and when the view depends on: not to be told where a pause is asked for."""
        if self.submission_wait_seconds:
            return None
        problem = self.find_compiled()
        is_drawn = Rerandomize.parse(self.rerandomize) is not Rerandomize.NEVER
        closes_at = self._closes_at()
        return ViewNeeds(
            is_personal=is_drawn or (problem is not None and problem.has_scripts),
            moments=() if closes_at is None else (closes_at,),
        )

    # Handlers

    @XBlock.handler
    def submit_form(self, request: Any, suffix: str = "") -> Response:
        """Take the plain form, then send the browser back to the unit."""
        if request.method != "POST":
            return Response(status=405, allow=["POST"])
        action = request.POST.get("action", "submit")
        outcome = Actions(self).run(action, request.POST)
        notice = outcome.notice
        is_kept = notice is not None and notice.kind == "warning"
        self.form_notice = (
            {"code": notice.code, "values": dict(notice.values), "answers": outcome.unsent}
            if is_kept and notice is not None
            else {}
        )
        usage_id = self.scope_ids.usage_id
        target = f"/courses/{usage_id.course_key}/jump_to/{usage_id}"
        return Response(status=303, location=f"{target}#problem_{self.prefix}")

    @XBlock.handler
    def problem_check(self, request: Any, suffix: str = "") -> Response:
        """Grade an answer: form fields in, ``success``, ``contents`` and points out."""
        return self._answer(request, "submit")

    @XBlock.handler
    def problem_save(self, request: Any, suffix: str = "") -> Response:
        """Keep answers without grading them."""
        return self._answer(request, "save")

    @XBlock.handler
    def problem_reset(self, request: Any, suffix: str = "") -> Response:
        """Clear the answers for a fresh try."""
        return self._answer(request, "reset")

    @XBlock.handler
    def problem_show(self, request: Any, suffix: str = "") -> Response:
        """Return the correct answers by input, where the rules let them be shown."""
        problem = self.find_compiled()
        if problem is None or request.method != "POST":
            return json_reply({"answers": {}}, status=200 if problem is None else 405)
        answers = results.shown_answers(page.make_page(self, problem))
        if answers:
            self.runtime.publish(self, "showanswer", {"problem_id": str(self.scope_ids.usage_id)})
        shown = {key: author.with_links(self, str(html)) for key, html in answers.items()}
        return json_reply({"answers": named(shown, self.prefix)})

    @XBlock.handler
    def problem_get(self, request: Any, suffix: str = "") -> Response:
        """Return the problem's HTML as it stands now."""
        return json_reply({"html": page.contents(self)})

    @object_handler
    def hint_button(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        """Record that a hint was opened: ``hint_index`` counts from 0."""
        problem = self.find_compiled()
        hints = problem.demand_hints if problem else ()
        wanted = number_in(data, "hint_index")
        if wanted is None or wanted != int(wanted):
            raise UnreadableDataError("hint_index is not a whole number")
        index = int(wanted)
        if problem is None or not 0 <= index < len(hints):
            return {"success": False}
        text = problem.fill(hints[index], author.clean)
        self.runtime.publish(
            self,
            "edx.problem.hint.demandhint_displayed",
            {
                "module_id": str(self.scope_ids.usage_id),
                "hint_index": index,
                "hint_len": len(hints),
                "hint_text": text,
            },
        )
        return {"success": True, "hint_index": index, "msg": author.with_links(self, text)}

    @XBlock.handler
    def xmodule_handler(self, request: Any, suffix: str = "") -> Response:
        """Answer under the address that older clients use: the action is the suffix."""
        names = ("problem_check", "problem_save", "problem_reset", "problem_show", "problem_get")
        if suffix not in names:
            return Response(status=404)
        response: Response = getattr(self, suffix)(request)
        return response

    def _answer(self, request: Any, action: str) -> Response:
        if request.method != "POST":
            return Response(status=405, allow=["POST"])
        outcome = Actions(self).run(action, request.POST)
        if self.form_notice:
            self.form_notice = {}
        return json_reply(page.reply(self, outcome))

    # Scores

    @staticmethod
    def max_points_of(*, settings: Mapping[str, Any], content: Mapping[str, Any]) -> float | None:
        """Return ``max_score`` from stored fields, without making a block; see the outline."""
        try:
            # Points do not depend on what cleaning leaves of the text.
            problem = compile_problem(content.get("data") or "", author.as_written)
        except ProblemSyntaxError:
            return None
        return None if problem.unsupported else problem.max_points

    @staticmethod
    def find_fault(*, content: Mapping[str, Any]) -> str | None:
        """Return in words why learners cannot answer stored content; None when they can."""
        try:
            problem = compile_problem(content.get("data") or "", author.as_written)
        except ProblemSyntaxError as error:
            return f"it cannot be read: {error}"
        return ", ".join(problem.unsupported) or None

    def max_score(self) -> float | None:
        """Return the raw points of a full answer; None where nothing can be graded."""
        problem = self.find_compiled()
        return None if problem is None else problem.max_points

    def is_attempted(self) -> bool:
        """Whether an answer was ever submitted; other blocks may wait for it."""
        return bool(self.attempts)

    def is_submitted(self) -> bool:
        """Whether an answer stands submitted now."""
        return bool(self.done)

    def is_correct(self) -> bool:
        """Whether the answer that stands earned full points."""
        return self.state().is_correct

    def has_submitted_answer(self) -> bool:
        return bool(self.done)

    def get_score(self) -> LibraryScore:
        kept = read_score(self)
        if kept is None:
            return LibraryScore(raw_earned=0.0, raw_possible=self.max_score() or 0.0)
        return LibraryScore(raw_earned=kept.earned, raw_possible=kept.possible)

    def set_score(self, score: LibraryScore) -> None:
        self._stored = None
        self.score = {"raw_earned": score.raw_earned, "raw_possible": score.raw_possible}

    def allows_rescore(self) -> bool:
        return self.find_compiled() is not None

    def calculate_score(self) -> LibraryScore:
        """Return the score of the stored answers against the definition as it is now."""
        score = Actions(self).rescored().score
        if score is None:
            return self.get_score()
        return LibraryScore(raw_earned=score.earned, raw_possible=score.possible)

    def rescore(self, only_if_higher: bool) -> None:
        """Grade the stored answers again, keep the results, and hand in the grade."""
        before = self.get_score()
        state = Actions(self).rescored() if self._can_rescore() else None
        super().rescore(only_if_higher)
        after = self.calculate_score()
        if state is not None and not (only_if_higher and _share(after) < _share(before)):
            self.store_state(state)
        Actions(self).publish_rescore(before, after)

    def _can_rescore(self) -> bool:
        return self.allows_rescore() and self.has_submitted_answer()

    # Search and mobile

    def index_dictionary(self) -> dict[str, Any]:
        """Return what search may find this problem by: its name and the words of its text."""
        problem = self.find_compiled()
        words = "" if problem is None else " ".join(s for s in problem.body if isinstance(s, str))
        return {
            "content": {"display_name": self.display_name or "", "capa_content": words_of(words)},
            "content_type": "CAPA",
        }

    def student_view_user_state(self, request: Any = None, suffix: str = "") -> dict[str, Any]:
        """Return the learner's standing as plain JSON."""
        state = self.state()
        return {"attempts": state.attempts, "done": state.done}


def _share(score: LibraryScore) -> float:
    return score.raw_earned / score.raw_possible if score.raw_possible else 0.0
