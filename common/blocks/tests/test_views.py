from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from webob import Response
from xblock.core import XBlock
from xblock.fields import Integer, Scope

from common.blocks import api, tokens, views
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.data import Asset
from common.content.tests.factories import Node, html, problem
from common.enrollments.api import enroll
from common.files.api import store
from common.grading.api import prepare_grading
from common.grading.models import Score

pytestmark = pytest.mark.django_db


@XBlock.needs("rebind_user")
class EchoBlock(XBlock):
    """Says what it was asked."""

    has_score = True
    outcomes = Integer(default=0, scope=Scope.user_state)

    @XBlock.handler
    def echo(self, request: Any, suffix: str = "") -> Response:
        return Response(f"{request.method} {suffix} {request.GET.get('q', '')}")

    @XBlock.handler
    def upload(self, request: Any, suffix: str = "") -> Response:
        item = request.POST["file"]
        return Response(f"{item.filename}: {item.file.read().decode()}")

    @XBlock.json_handler
    def answer(self, data: Any, suffix: str = "") -> Any:
        return {"got": data}

    @XBlock.handler
    def score_learner(self, request: Any, suffix: str = "") -> Response:
        user = self.runtime.get_real_user(request.GET["learner"])
        self.runtime.service(self, "rebind_user").rebind_noauth_module_to_user(self, user)
        self.outcomes += 1
        self.runtime.publish(self, "grade", {"value": 1, "max_value": 2})
        return Response(self.runtime.anonymous_student_id)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        return EchoBlock if identifier == "echo" else load(identifier, *args, **kwargs)

    monkeypatch.setattr(XBlock, "load_class", load_class)
    return make_world(Node("echo", "e"), problem("p"))


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        pytest.param("", "GET  ", id="bare"),
        pytest.param("/", "GET  ", id="last slash"),
        pytest.param("/a/b", "GET a/b ", id="suffix"),
        pytest.param("/a/b/?q=1", "GET a/b 1", id="suffix, slash and query"),
    ],
)
def test_handlers_answer_with_and_without_a_last_slash(
    world: World, ending: str, said: str
) -> None:
    answer = world.client().get(world.handler("echo", "e", "echo") + ending)
    assert answer.status_code == 200
    assert answer.content.decode() == said
    assert "X-Frame-Options" not in answer


def test_a_post_needs_the_csrf_token(world: World) -> None:
    client = world.client(csrf=True)
    url = world.handler("echo", "e", "answer")
    refused = client.post(url, {"a": 1}, content_type="application/json")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "stale_form")
    client.get("/")
    token = next(cookie.value for name, cookie in client.cookies.items() if "csrf" in name)
    headers = {"X-CSRFToken": token}
    taken = client.post(url, {"a": 1}, content_type="application/json", headers=headers)
    assert taken.json() == {"got": {"a": 1}}


def test_a_bearer_token_stands_for_session_and_csrf(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(request: Any) -> Any:
        return world.learner if request.headers["Authorization"] == "Bearer good" else None

    monkeypatch.setattr(tokens, "_finders", [reader])
    client = Client(enforce_csrf_checks=True)
    url = world.handler("echo", "e", "answer")
    good = client.post(
        url, "{}", content_type="application/json", headers={"Authorization": "Bearer good"}
    )
    assert good.json() == {"got": {}}
    bad = client.post(
        url, "{}", content_type="application/json", headers={"Authorization": "Bearer bad"}
    )
    assert bad.status_code == 403


def test_visitors_may_read_a_public_course_and_send_nothing() -> None:
    world = make_world(problem("p"), settings={"course_visibility": "public"})
    url = world.handler("problem", "p", "problem_get")
    assert Client().get(url).status_code == 200
    assert Client().post(url).status_code == 403
    private = make_world(problem("p"))
    assert Client().get(private.handler("problem", "p", "problem_get")).status_code == 403


@pytest.mark.parametrize(
    ("block", "name", "status"),
    [
        pytest.param(("echo", "e"), "nothing", 404, id="no such handler"),
        pytest.param(("echo", "e"), "save", 404, id="a method that is no handler"),
        pytest.param(("echo", "none"), "echo", 404, id="no such block"),
    ],
)
def test_what_is_not_there_is_404_as_json(
    world: World, block: tuple[str, str], name: str, status: int
) -> None:
    answer = world.client().get(world.handler(*block, name))
    assert answer.status_code == status
    assert answer.json()["error_code"]


@pytest.mark.parametrize("name", ["nothing", "__init__", "data", "fields"])
def test_an_unknown_handler_tells_nothing_of_the_block(name: str) -> None:
    world = make_world(problem("p"))
    answer = world.client().get(world.handler("problem", "p", name))
    assert answer.status_code == 404
    assert answer.json()["developer_message"] == f"problem has no handler '{name}'"


def test_a_block_of_another_course_is_not_found(world: World) -> None:
    url = world.handler("echo", "e", "echo").replace("/courses/", "/courses/course-v1:X+Y+Z?", 1)
    other = url.replace("course-v1:X+Y+Z?" + str(world.course_key), "course-v1:X+Y+Z")
    assert world.client().get(other).status_code == 404


def test_uploads_reach_the_block_and_too_large_ones_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = world.handler("echo", "e", "upload")
    answer = world.client().post(url, {"file": SimpleUploadedFile("a.txt", b"hello")})
    assert answer.content == b"a.txt: hello"
    monkeypatch.setattr(views, "UPLOAD_LIMIT_BYTES", 100)
    large = world.client().post(url, {"file": SimpleUploadedFile("a.txt", b"x" * 200)})
    assert (large.status_code, large.json()["error_code"]) == (413, "upload_too_large")


def test_an_oversized_json_body_is_413(world: World, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    url = world.handler("echo", "e", "answer")
    answer = world.client().post(url, '{"a": "0123456789"}', content_type="application/json")
    assert answer.status_code == 413


def test_an_outside_service_may_act_for_the_learner_that_it_names(world: World) -> None:
    anonymous = world.session().runtime.anonymous_student_id
    url = world.handler("echo", "e", "score_learner").replace("/handler/", "/handler_noauth/")
    answer = Client(enforce_csrf_checks=True).post(f"{url}?learner={anonymous}")
    assert answer.content.decode() == anonymous
    score = Score.objects.get(learner=world.learner)
    assert (score.raw_earned, score.raw_possible) == (1.0, 2.0)


def test_an_outside_service_that_meets_the_learner_at_work_is_heard_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []

    def meet(*arguments: Any) -> None:
        runs.append(1)
        if len(runs) == 1:
            LearnerBlockState.objects.create(
                run_id=world.context().run.id,
                learner=world.learner,
                block="echo@e",
                state='{"outcomes": 4}',
                changed_at=timezone.now(),
            )
        prepare_grading(*arguments)

    monkeypatch.setattr("common.blocks.submission.prepare_grading", meet)
    anonymous = world.session().runtime.anonymous_student_id
    url = world.handler("echo", "e", "score_learner").replace("/handler/", "/handler_noauth/")
    answer = Client(enforce_csrf_checks=True).post(f"{url}?learner={anonymous}")
    assert (answer.status_code, len(runs)) == (200, 2)
    assert Score.objects.get(learner=world.learner).raw_earned == 1.0
    assert LearnerBlockState.objects.get(learner=world.learner).state == '{"outcomes": 5}'


def test_a_signed_in_person_cannot_be_bound_to_another(world: World) -> None:
    other = make_user()
    enroll(world.course_key, other, now=timezone.now(), check=False)
    anonymous = world.session(other).runtime.anonymous_student_id
    url = world.handler("echo", "e", "score_learner")
    assert world.client().post(f"{url}?learner={anonymous}").status_code == 500
    assert not Score.objects.exists()


def test_built_in_blocks_have_no_outside_callers(world: World) -> None:
    url = world.handler("problem", "p", "problem_get").replace("/handler/", "/handler_noauth/")
    assert Client().get(url).status_code == 404


def _asset(path: str, text: bytes, **fields: Any) -> Asset:
    kept = store([text])
    return Asset(path, kept.sha256, kept.size, fields.pop("content_type", "text/plain"), **fields)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("img/a b.txt", True, id="path"),
        pytest.param("img/a%20b.txt", True, id="encoded twice"),
        pytest.param("img_a_b.txt", True, id="old name"),
        pytest.param("img/none.txt", False, id="none"),
    ],
)
def test_uploaded_files_are_found_by_all_their_names(path: str, found: bool) -> None:
    world = make_world(assets=[_asset("img/a b.txt", b"hello")])
    answer = Client().get(f"/assets/{world.course_key}/{path}")
    assert answer.status_code == (200 if found else 404)
    answer.close()


def test_a_locked_file_is_for_those_who_may_see_the_course() -> None:
    world = make_world(assets=[_asset("a.txt", b"hello", locked=True)])
    url = f"/assets/{world.course_key}/a.txt"
    assert Client().get(url).status_code == 403
    assert world.client(make_user()).get(url).status_code == 403
    answer = world.client().get(url)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    answer.close()


def test_uploaded_html_never_runs_in_our_origin() -> None:
    page = _asset("a.html", b"<script>x()</script>", content_type="text/html")
    world = make_world(assets=[page])
    answer = Client().get(f"/assets/{world.course_key}/a.html")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    answer.close()


def test_a_plain_form_that_fails_shows_a_page_and_not_json(world: World) -> None:
    url = world.handler("echo", "none", "echo")
    answer = world.client().get(url, headers={"Accept": "text/html,application/xhtml+xml"})
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_blocks_read_uploaded_files_of_their_course(world: World) -> None:
    with_file = make_world(html("h"), assets=[_asset("subs/a.srt", b"1\n", locked=True)])
    session = with_file.session()
    service = session.runtime._services["course_files"]
    assert service.find_bytes("subs/a.srt") == b"1\n"
    assert service.find_bytes("subs_a.srt") == b"1\n"
    assert service.find_bytes("none.srt") is None


def test_a_frame_reads_locked_files_by_a_pass_of_the_day() -> None:
    framed = html("h", '<script>x()</script><img src="/static/a.txt">')
    world = make_world(framed, assets=[_asset("a.txt", b"hello", locked=True)])
    shown = api.render_block(world.session(), UNIT).html
    address = re.search(r"/assets/[^/]+/~[^/]+/a\.txt", shown)
    assert address
    # Read to its end the test client closes it; closing it again would close the connection too.
    assert b"".join(Client().get(address[0])) == b"hello"
    forged = re.sub(r"-[0-9a-f]{32}/", f"-{'0' * 32}/", address[0])
    assert Client().get(forged).status_code == 403
    other = make_world(assets=[_asset("a.txt", b"hello", locked=True)])
    elsewhere = address[0].replace(str(world.course_key), str(other.course_key))
    assert Client().get(elsewhere).status_code == 403


def test_the_frames_of_an_answered_problem_keep_their_pass() -> None:
    data = """<problem><p><img src="/static/a.txt"/></p><script type="text/javascript">x()</script>
    <stringresponse answer="a"><textline/></stringresponse></problem>"""
    world = make_world(problem("p", data), assets=[_asset("a.txt", b"hello", locked=True)])
    url = world.handler("problem", "p", "problem_check")
    contents = world.client().post(url, {"input_p_2_1": "a"}).json()["contents"]
    address = re.search(r"/assets/[^/]+/~[^/]+/a\.txt", contents)
    assert address
    assert b"".join(Client().get(address[0])) == b"hello"
