"""The courses and people of the table of rules, and how a cell of it is tried through HTTP.

One course for each state, with one part that holds a text and a problem, and one locked file.
Moments are days from now, so that the states never pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content.data import Asset
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.keys import BlockKey, CourseKey, usage_key
from common.courses.api import assign_group, get_run
from common.enrollments import api as enrollments
from common.files.api import store

TEAMS: Final = {
    "id": 60, "name": "Teams", "scheme": "cohort", "version": 3, "parameters": {}, "active": True,
    "groups": [{"id": 1, "name": "A", "version": 1}, {"id": 2, "name": "B", "version": 1}],
}  # fmt: skip
# What the pages say when they show it.
PART, TEXT, QUESTION, FILE = "Ruled part", "Words of the part", "Which?", "words of the file"
LOGIN: Final = "/accounts/login/"


def day(number: float) -> str:
    """Return the moment so many days from now, as courses write it."""
    return (datetime.now(UTC) + timedelta(days=number)).isoformat()


@dataclass(frozen=True)
class State:
    """Settings of the course, of the part and of its problem; ``before``: what is done first."""

    course: Mapping[str, Any] = field(default_factory=dict)
    part: Mapping[str, Any] = field(default_factory=dict)
    problem: Mapping[str, Any] = field(default_factory=dict)
    published: bool = True
    before: str = ""


GATE: Final = {"prereq": "first", "prereq_min_score": 50, "prereq_min_completion": 0}
STATES: Final[Mapping[str, State]] = {
    "unpublished": State(published=False),
    "not started": State(course={"start": day(10), "days_early_for_beta": 20}),
    "open": State(),
    "ended": State(course={"end": day(-1)}, part={"due": None}),
    "enrollment closed": State(course={"enrollment_end": day(-1)}),
    "part not started": State(part={"start": day(10), "days_early_for_beta": 20}),
    "staff only": State(part={"visible_to_staff_only": True}),
    "for group A": State(part={"group_access": {"60": [1]}}),
    "gated": State(part=GATE),
    "gate reached": State(part=GATE, before="first"),
    "past due": State(part={"due": day(-1)}),
    "in grace": State(part={"due": day(-1), "graceperiod": "2 days"}),
    "hidden after due": State(part={"due": day(-1), "hide_after_due": True}),
    "attempts used up": State(problem={"max_attempts": 1}, before="p"),
}
ENROLLED: Final = ("closed", "learner", "beta", "group_a", "group_b")
ROLES: Final = (
    "visitor", "closed", "outside", "learner", "beta", "group_a", "group_b", "staff", "global",
    "viewas",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """``courses`` by state, ``clients`` by role, ``feeds``: calendar addresses by both."""

    courses: Mapping[str, CourseKey]
    clients: Mapping[str, Client]
    feeds: Mapping[tuple[str, str], str]


def make_site() -> Site:
    """Make all courses and people. Their rows are for the caller to remove."""
    courses = {name: _make_course(name, state) for name, state in STATES.items()}
    people = {
        role: make_user(role, is_staff=role == "global") for role in ROLES if role != "visitor"
    }
    feeds = {}
    for state, key in courses.items():
        _place(key, people)
        run = get_run(key)
        for role in ENROLLED:
            token = enrollments.get_calendar_token(run.id, people[role].pk)
            feeds[state, role] = f"/calendars/{token}.ics"
    clients = {"visitor": Client()}
    for role, user in people.items():
        clients[role] = Client()
        clients[role].force_login(user)
        over = timezone.now() + timedelta(days=1)
        AccessToken.objects.create(
            user=user, token=token_of(role), expires=over, scope="read write"
        )
    type(people["closed"]).objects.filter(pk=people["closed"].pk).update(is_active=False)
    return Site(courses, clients, feeds)


def token_of(role: str) -> str:
    """Return the token that an app has for somebody."""
    return f"token of {role}".replace(" ", "-")


def _make_course(name: str, state: State) -> CourseKey:
    part = {"due": day(5), "graded": True, "format": "Homework", "display_name": PART, **state.part}
    kept = store([FILE.encode()])
    return make_course(
        f"course-v1:Rules+{name.title().replace(' ', '')}+1",
        published=state.published,
        sections=[
            section(
                "c",
                subsection("first", unit("u1", problem("first")), display_name="First"),
                subsection(
                    "s", unit("u", html("h", f"<p>{TEXT}</p>"), problem("p", **state.problem)),
                    **part,
                ),
            )
        ],
        settings={
            "display_name": f"Course: {name}",
            "user_partitions": [TEAMS],
            **state.course,
        },
        assets=[Asset("a.txt", kept.sha256, kept.size, "text/plain", locked=True)],
    )  # fmt: skip


def _place(key: CourseKey, people: Mapping[str, Any]) -> None:
    now, run = timezone.now(), get_run(key)
    for role in ENROLLED:
        enrollments.enroll(key, people[role], now=now, check=False)
    for role, group in (("group_a", 1), ("group_b", 2)):
        assign_group(
            run_id=run.id, learner_id=people[role].pk, partition_id=60, group_id=group, now=now
        )
    accounts.grant_role(user_id=people["beta"].pk, role=accounts.Role.BETA_TESTER, course_key=key)
    for role in ("staff", "viewas"):
        accounts.grant_role(user_id=people[role].pk, role=accounts.Role.STAFF, course_key=key)


# How to try


@dataclass(frozen=True)
class Try:
    """Somebody at a course: what the kinds of access below ask."""

    client: Client
    key: CourseKey
    state: str
    feed: str
    role: str

    def page(self, path: str, marker: str, *, follow: bool = False) -> str:
        return outcome(self.client.get(f"/courses/{self.key}/{path}", follow=follow), marker)

    def at(self, kind: str, block: str) -> str:
        return str(usage_key(self.key, BlockKey(kind, block)))

    def check(self, name: str) -> Any:
        return self.handle(name, "problem_check", {f"input_{name}_2_1": "choice_0"})

    def handle(self, name: str, handler: str, data: Mapping[str, str]) -> Any:
        url = f"/courses/{self.key}/xblock/{self.at('problem', name)}/handler/{handler}"
        return self.client.post(url, data)

    def join(self) -> str:
        answer = self.client.post(f"/courses/{self.key}/enroll/")
        return outcome(answer, "")

    def catalogue(self) -> str:
        return outcome(self.client.get("/courses/"), f"Course: {self.state}<")

    def file(self) -> str:
        return outcome(self.client.get(f"/assets/{self.key}/a.txt"), FILE)

    def calendar(self) -> str:
        return outcome(self.client.get(self.feed), PART)

    def api(self, path: str, marker: str, **query: str) -> str:
        return outcome(self.client.get(f"/api/{path}", query), f'"{marker}"')

    def completion(self) -> str:
        sent = {
            "username": self.role,
            "course_key": str(self.key),
            "blocks": {self.at("html", "h"): 1.0},
        }
        url = "/api/completion/v1/completion-batch"
        answer = self.client.post(url, sent, content_type="application/json")
        # Of this family a block or course that is not for one is a wrong one.
        return "denied" if answer.status_code == 400 else outcome(answer, '"ok"')

    def token_check(self) -> str:
        """Answer as an app does: without cookies, so that no view as somebody else counts."""
        token = {} if self.role == "visitor" else {"authorization": f"Bearer {token_of(self.role)}"}
        app = Try(Client(headers=token), self.key, self.state, self.feed, self.role)
        return outcome(app.check("p"), '"success": "correct"')


KINDS: Final[Mapping[str, Callable[[Try], str]]] = {
    "catalogue": Try.catalogue,
    "about": lambda one: one.page("about/", f"Course: {one.state}"),
    "enroll": Try.join,
    "course home": lambda one: one.page("", PART),
    "unit page": lambda one: one.page(f"learn/{one.at('vertical', 'u')}", TEXT),
    "jump_to": lambda one: one.page(f"jump_to/{one.at('problem', 'p')}", QUESTION, follow=True),
    "jump_to_id": lambda one: one.page("jump_to_id/h", TEXT, follow=True),
    "block page": lambda one: one.page(f"learn/{one.at('problem', 'p')}", QUESTION, follow=True),
    "problem_check": lambda one: outcome(one.check("p"), '"success": "correct"'),
    "problem_show": lambda one: outcome(one.handle("p", "problem_show", {}), '"p_2_1"'),
    "locked file": Try.file,
    "progress": lambda one: one.page("progress/", PART),
    "dates": lambda one: one.page("dates/", PART),
    "calendar": Try.calendar,
    "/xblock": lambda one: outcome(one.client.get(f"/xblock/{one.at('vertical', 'u')}"), TEXT),
    "api blocks": lambda one: one.api(
        "courses/v1/blocks/", one.at("problem", "p"), course_id=str(one.key), depth="all"
    ),
    "api sequence": lambda one: one.api(
        f"courseware/sequence/{one.at('sequential', 's')}", one.at("vertical", "u")
    ),
    "api outline": lambda one: one.api(f"course_home/outline/{one.key}", one.at("vertical", "u")),
    "api progress": lambda one: one.api(f"course_home/progress/{one.key}", PART),
    "api completion": Try.completion,
    "handler by token": Try.token_check,
}


def outcome(answer: Any, marker: str) -> str:
    """Return what somebody got in one word: see the table."""
    if answer.status_code in (301, 302, 303):
        place = answer["Location"]
        if place.startswith(LOGIN):
            return "signin"
        return "about" if place.endswith("/about/") else "in"
    if getattr(answer, "redirect_chain", ()) and answer.redirect_chain[-1][0].startswith(LOGIN):
        return "signin"
    body = b"".join(answer) if answer.streaming else answer.content
    text = body.decode()
    if answer.status_code == 200:
        return "seen" if marker in text else "bare"
    is_gate = '"gated"' in text or "This part is not open yet" in text
    named = {401: "signin", 403: "locked" if is_gate else "denied", 404: "missing"}
    assert not any(kept in text for kept in (TEXT, QUESTION, FILE)), "a refusal tells the content"
    return named[answer.status_code]


def attempt(site: Site, state: str, role: str, kind: str) -> str:
    """Return the outcome of one cell."""
    one = Try(
        site.clients[role], site.courses[state], state,
        site.feeds.get((state, role), "/calendars/1-nobody.ics"),
        role,
    )  # fmt: skip
    if role == "viewas":
        one.client.post(f"/courses/{one.key}/view-as/", {"who": "learner"})
    before = STATES[state].before
    if before:
        one.check(before)
    return KINDS[kind](one)
