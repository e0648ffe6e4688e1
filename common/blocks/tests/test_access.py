"""Who reaches blocks, their handlers and files: by the rules of the page, with no way around."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.test import Client
from django.utils import timezone
from web_fragments.fragment import Fragment
from webob import Response
from xblock.core import XBlock

from common.blocks import api, tokens
from common.blocks.tests.factories import World, make_user, make_world
from common.blocks.tests.plugs import installed
from common.content.api import AddBlock, apply_operations
from common.content.data import Asset, Block
from common.content.tests.factories import Node, html, section, subsection, unit
from common.core.errors import DomainError
from common.core.keys import BlockKey
from common.courses.api import assign_group
from common.enrollments.api import enroll
from common.files.api import store

pytestmark = pytest.mark.django_db

PARTITION = {
    "id": 50, "name": "Teams", "scheme": "cohort", "version": 3, "parameters": {}, "active": True,
    "groups": [{"id": 1, "name": "A", "version": 1}, {"id": 2, "name": "B", "version": 1}],
}  # fmt: skip


class GuardedBlock(XBlock):
    def student_view(self, context: Any = None) -> Fragment:
        return Fragment("<p>shown</p>")

    public_view = student_view

    @XBlock.handler
    def see(self, request: Any, suffix: str = "") -> Response:
        return Response("seen")

    @XBlock.json_handler
    def send(self, data: Any, suffix: str = "") -> Any:
        return {"user": self.scope_ids.user_id}


@pytest.fixture
def world() -> Iterator[World]:
    with installed({"guarded": GuardedBlock}):
        settings = {"user_partitions": [PARTITION]}
        made = make_world(sections=[
            section("c1", subsection("s1", unit("u", _block("open"), _block("grouped",
                    group_access={"50": [1]}), _block("hidden", visible_to_staff_only=True)))),
            section("c2", subsection("s2", unit("u2", _block("future"))),
                    start="2099-01-01T00:00:00Z"),
        ], settings=settings)  # fmt: skip
        bare = Block(BlockKey("guarded", "draft"))
        apply_operations(
            made.course_key, [AddBlock(BlockKey("vertical", "u"), bare)], author_id=None, message=""
        )
        yield made


def _block(name: str, **settings: Any) -> Node:
    return Node("guarded", name, settings)


def person(world: World, who: str) -> Any:
    if who == "visitor":
        return AnonymousUser()
    if who == "learner":
        return world.learner
    user = make_user(who, is_staff=who == "staff")
    if who == "member":
        enroll(world.course_key, user, now=timezone.now(), check=False)
        assign_group(
            run_id=world.context().run.id, learner_id=user.pk, partition_id=50, group_id=1,
            now=timezone.now(),
        )  # fmt: skip
    return user


def client_of(world: World, user: Any) -> Client:
    return Client() if user.is_anonymous else world.client(user)


def sees_page(world: World, user: Any, name: str) -> bool:
    key = BlockKey("guarded", name)
    try:
        return "shown" in api.render_block(world.session(user), key).html
    except DomainError:
        return False


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("learner", {"open"}),
        ("member", {"open", "grouped"}),
        ("staff", {"open", "grouped", "hidden", "future"}),
        ("stranger", set()),
        ("visitor", set()),
    ],
)
def test_handlers_answer_exactly_those_who_see_the_block(
    world: World, who: str, names: set[str]
) -> None:
    user = person(world, who)
    client = client_of(world, user)
    for name in ("open", "grouped", "hidden", "future", "draft", "none"):
        allowed = name in names
        assert sees_page(world, user, name) is allowed, name
        seen = client.get(world.handler("guarded", name, "see"))
        sent = client.post(world.handler("guarded", name, "send"), {}, "application/json")
        statuses = {200} if allowed else {403, 404}
        assert {seen.status_code, sent.status_code} <= statuses, name


def test_a_handler_for_posts_refuses_to_be_got_and_wrong_input(world: World) -> None:
    client, url = world.client(), world.handler("guarded", "open", "send")
    assert client.get(url).status_code == 405
    assert client.post(url, "{no json", content_type="application/json").status_code == 400
    assert client.post(url, "", content_type="application/json").status_code == 400
    assert client.post(url, "null", content_type="application/json").status_code == 200


def test_a_block_answers_only_under_its_own_course(world: World) -> None:
    other = make_world(_block("open"), key="course-v1:Lyceum+Other+1")
    enroll(other.course_key, world.learner, now=timezone.now(), check=False)
    mine, theirs = str(world.course_key), str(other.course_key)
    url = world.handler("guarded", "grouped", "see")
    assert world.client().get(url.replace(mine, theirs, 1)).status_code == 404


def test_outside_services_reach_released_blocks_only(world: World) -> None:
    def status(name: str) -> int:
        url = world.handler("guarded", name, "see").replace("/handler/", "/handler_noauth/")
        return Client().get(url).status_code

    found = {name: status(name) for name in ("open", "future", "hidden", "draft")}
    assert found == {"open": 200, "future": 404, "hidden": 404, "draft": 404}


# Tokens


def get_token(world: World, user: Any = None, name: str = "open") -> Any:
    url = world.handler("guarded", name, "x").replace("/handler/x", "/token")
    return world.client(user).post(url)


def send(world: World, token: str, name: str = "open", **client: Any) -> Any:
    caller = client.pop("caller", None) or Client(enforce_csrf_checks=True)
    return caller.post(
        world.handler("guarded", name, "send"), "{}", content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip


def test_a_token_stands_for_its_person_at_its_block(world: World) -> None:
    answer = get_token(world)
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert send(world, told["token"]).json() == {"user": world.learner.pk}


def test_a_token_is_given_only_to_who_may_see_the_block(world: World) -> None:
    assert get_token(world, name="future").status_code == 403
    assert get_token(world, make_user()).status_code == 403
    url = world.handler("guarded", "open", "x").replace("/handler/x", "/token")
    assert Client().post(url).status_code == 403
    assert world.client().get(url).status_code == 405
    assert world.client(csrf=True).post(url).status_code == 403


@pytest.mark.parametrize("what", ["old", "forged", "empty", "block", "password", "closed", "salt"])
def test_a_token_that_is_not_good_opens_nothing(
    world: World, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = get_token(world).json()["token"]
    name = "open"
    if what == "old":
        made = time.time()
        monkeypatch.setattr(time, "time", lambda: made + 3601)
    elif what == "forged":
        token = token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")
    elif what == "empty":
        token = "block."
    elif what == "block":
        name = "grouped"
    elif what == "password":
        world.learner.set_password("another")
        world.learner.save()
    elif what == "closed":
        type(world.learner).objects.update(is_active=False)
    else:
        token = "block." + signing.dumps([world.learner.pk, "x", "y"], salt="other")
    answer = send(world, token, name)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "invalid_token")


def test_a_bad_token_is_not_replaced_by_the_cookie(world: World) -> None:
    # The site's own tokens are refused in the words that apps know, a block's like all else.
    assert send(world, "nonsense", caller=world.client()).status_code == 401
    assert send(world, "block.x", caller=world.client()).status_code == 403


def test_a_token_counts_no_more_than_its_person_may(world: World) -> None:
    staff = make_user("staff", is_staff=True)
    token = get_token(world, staff, "future").json()["token"]
    assert send(world, token, "future").status_code == 200
    type(staff).objects.filter(pk=staff.pk).update(is_staff=False)
    assert send(world, token, "future").status_code == 403


def test_tokens_of_other_kinds_are_left_to_their_readers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_finders", [lambda request: world.learner])
    assert send(world, "oauth").json() == {"user": world.learner.pk}
    assert send(world, "block.x").status_code == 403


# Files


@pytest.mark.parametrize(
    "path",
    [
        "html/poll.html", "public/../__init__.py", "public/%2e%2e/__init__.py", "../poll.py",
        "public//etc/passwd", "/etc/passwd", "public/.hidden", "public/js/../../poll.py",
        "public/css/", "public/none.css", "public\\..\\poll.py", "public/a%00.css", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("block_type", ["poll", "poll@1.16.1", "no-such", "@"])
def test_only_public_files_of_a_package_are_served(block_type: str, path: str) -> None:
    assert Client().get(f"/xblock/resource/{block_type}/{path}").status_code == 404


def test_files_of_packages_are_named_by_type_and_guessed_by_nobody() -> None:
    answer = Client().get("/xblock/resource/poll/public/css/poll.css")
    assert answer["Content-Type"].startswith("text/css")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer)
    assert Client().post("/xblock/resource/poll/public/css/poll.css").status_code == 405


@pytest.mark.parametrize(
    ("who", "locked", "status"),
    [
        ("visitor", False, 200), ("visitor", True, 403), ("stranger", True, 403),
        ("learner", True, 200), ("staff", True, 200),
    ],
)  # fmt: skip
def test_locked_files_are_for_those_who_may_see_the_course(
    who: str, locked: bool, status: int
) -> None:
    kept = store([b"hello"])
    asset = Asset("a.txt", kept.sha256, kept.size, "text/plain", locked=locked)
    world = make_world(html("h"), assets=[asset])
    answer = client_of(world, person(world, who)).get(f"/assets/{world.course_key}/a.txt")
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer) == b"hello"
        assert ("private" in answer["Cache-Control"]) is locked


def test_locked_files_of_a_course_that_has_not_started_stay_closed() -> None:
    kept = store([b"hello"])
    asset = Asset("a.txt", kept.sha256, kept.size, "text/plain", locked=True)
    world = make_world(html("h"), assets=[asset], settings={"start": "2099-01-01T00:00:00Z"})
    assert world.client().get(f"/assets/{world.course_key}/a.txt").status_code == 403


@pytest.mark.parametrize("path", ["../../settings.py", "%2e%2e/x", "~1-0/a.txt", "~/a", "a\x00"])
def test_odd_names_of_course_files_are_not_found(path: str) -> None:
    world = make_world(html("h"))
    assert Client().get(f"/assets/{world.course_key}/{path}").status_code in {400, 404}
