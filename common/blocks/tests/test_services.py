"""What blocks get from the services that they declare (reference: xblock, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.utils import timezone, translation
from xblock.core import XBlock
from xblock.exceptions import NoSuchServiceError
from xblock.fields import Scope, String

from common.accounts.api import save_profile
from common.blocks import api, submission
from common.blocks.anonymous import anonymous_id
from common.blocks.errors import AssetNotFoundError
from common.blocks.services import platform
from common.blocks.services import translation as catalogues
from common.blocks.tests.factories import World, make_user, make_world
from common.blocks.tests.plugs import installed
from common.content.data import Asset
from common.content.tests.factories import Node, html
from common.core.keys import BlockKey
from common.enrollments.api import enroll
from common.files.api import store

pytestmark = pytest.mark.django_db

NAMES = [
    "field-data", "field-data-unbound", "i18n", "user", "settings", "replace_urls", "completion",
    "mako", "rebind_user", "sandbox", "cache", "call_to_action", "teams", "teams_configuration",
    "user_state", "lti-configuration", "video_config", "fs", "partitions", "bookmarks", "credit",
    "library_tools",
]  # fmt: skip
ABSENT = [
    "proctoring", "gating", "milestones", "grade_utils", "badging", "enrollments", "user_tags",
    "discussion_config", "xqueue",
]  # fmt: skip


@XBlock.wants(*NAMES, *ABSENT)
@XBlock.needs("nowhere")
class ProbeBlock(XBlock):
    block_settings_key = "probe"
    name_of_mine = String(default="", scope=Scope.user_state)


class PlainBlock(XBlock):
    """Has no settings key of its own."""


Probe = Callable[..., Any]


@pytest.fixture
def world() -> Iterator[World]:
    with installed({"probe": ProbeBlock, "plainer": PlainBlock}):
        yield make_world(Node("probe", "b"), html("h"))


@pytest.fixture
def ask(world: World) -> Probe:
    def ask_service(name: str, user: Any = None) -> Any:
        block = world.session(user).runtime.get_block(world.usage("probe", "b"))
        return block.runtime.service(block, name)

    return ask_service


@pytest.mark.parametrize("name", NAMES)
def test_a_service_of_the_contract_is_given(ask: Probe, name: str) -> None:
    assert ask(name) is not None


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_wanted_and_not_there_is_none(ask: Probe, name: str) -> None:
    assert ask(name) is None


@pytest.mark.parametrize("name", ["nowhere", "selection"])
def test_what_is_needed_and_missing_or_not_declared_raises(ask: Probe, name: str) -> None:
    with pytest.raises(NoSuchServiceError):
        ask(name)


def test_the_user_service_describes_who_looks(world: World, ask: Probe) -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")), translation.override("fr"):
        user = ask("user").get_current_user()
    learner = world.learner
    mine = anonymous_id(learner.pk, world.course_key)
    assert (user.emails, user.display_name) == ([learner.email], learner.username)
    assert {
        name.removeprefix("edx-platform."): value for name, value in user.opt_attrs.items()
    } == {
        "is_authenticated": True,
        "request_country_code": None,
        "user_id": learner.pk,
        "username": learner.username,
        "user_is_staff": False,
        "user_is_global_staff": False,
        "user_is_beta_tester": False,
        "user_role": "student",
        "anonymous_user_id": mine,
        "deprecated_anonymous_user_id": anonymous_id(learner.pk, None),
        "user_preferences": {"pref-lang": "fr", "time_zone": "Asia/Tokyo"},
    }
    assert user.full_name == learner.username
    save_profile(user_id=learner.pk, name="Ada L.")
    assert ask("user").get_current_user().full_name == "Ada L."


def test_a_visitor_is_described_by_nothing_personal(ask: Probe) -> None:
    service = ask("user", AnonymousUser())
    user = service.get_current_user()
    assert user.opt_attrs == {
        "edx-platform.is_authenticated": False,
        "edx-platform.request_country_code": None,
    }
    assert (user.emails, user.full_name, user.display_name) == ([], None, None)
    assert service.get_user_by_anonymous_id() is None
    assert service.get_external_user_id("lti") is None


def test_only_staff_are_told_anonymous_ids_of_others(world: World, ask: Probe) -> None:
    name, course = world.learner.username, str(world.course_key)
    assert ask("user").get_anonymous_user_id(name, course) is None
    staff = ask("user", make_user("staff", is_staff=True))
    mine = anonymous_id(world.learner.pk, world.course_key)
    assert staff.get_anonymous_user_id(name, course) == mine
    assert staff.get_anonymous_user_id("nobody", course) is None
    assert staff.get_current_user().opt_attrs["edx-platform.user_role"] == "instructor"
    assert staff.get_user_by_anonymous_id(mine).pk == world.learner.pk
    assert staff.get_user_by_anonymous_id("0" * 32) is None
    assert ask("user").get_external_user_id("lti") == ask("user").get_external_user_id("lti")


def test_settings_are_found_by_key_or_by_class_name(world: World, settings: Any) -> None:
    settings.XBLOCK_SETTINGS = {"probe": {"a": 1}, "PlainBlock": {"b": 2}}
    runtime = world.session().runtime
    service = runtime._services["settings"]
    probe = runtime.get_block(world.usage("probe", "b"))
    plain = runtime.mixologist.mix(PlainBlock)
    assert service.get_settings_bucket(probe) == {"a": 1}
    assert service.get_settings_bucket(object.__new__(plain)) == {"b": 2}
    settings.XBLOCK_SETTINGS = {}
    assert service.get_settings_bucket(probe) == {}
    assert service.get_settings_bucket(probe, "other") == "other"
    with pytest.raises(ValueError, match="which block"):
        service.get_settings_bucket(None)


@pytest.mark.parametrize(
    ("language", "folder"),
    [("fr", "fr"), ("zh-hans", "zh_CN"), ("es", "es_419"), ("pt-br", "pt_BR"), ("de-at", "de")],
)
def test_a_package_translates_its_own_texts_first(
    ask: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, folder: str
) -> None:
    place = tmp_path / "translations" / folder / "LC_MESSAGES"
    place.mkdir(parents=True)
    place.joinpath("text.mo").write_bytes(_catalogue({"": "", "Vote": f"Vote in {folder}"}))
    monkeypatch.setattr(catalogues, "_package_folder", lambda package: tmp_path)
    catalogues._catalogue.cache_clear()
    with translation.override(language):
        service = ask("i18n")
        assert service.ugettext("Vote") == f"Vote in {folder}"
        assert service.gettext("") == ""
        assert service.ungettext("one", "many", 2) == "many"
    catalogues._catalogue.cache_clear()


def _catalogue(texts: dict[str, str]) -> bytes:
    """Return a GNU catalogue, as gettext reads it."""
    texts = {**texts, "": "Content-Type: text/plain; charset=UTF-8\n"}
    entries = sorted((key.encode(), value.encode()) for key, value in texts.items())
    head, data = 28 + 16 * len(entries), b""
    tables: list[list[int]] = [[], []]
    for which in (0, 1):
        for entry in entries:
            tables[which] += [len(entry[which]), head + len(data)]
            data += entry[which] + b"\0"
    numbers = [0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0, *tables[0], *tables[1]]
    return b"".join(number.to_bytes(4, "little") for number in numbers) + data


def test_dates_are_written_for_the_reader(ask: Probe) -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert ask("i18n").strftime(moment, "%Y-%m-%d %H:%M") == "2026-03-02 08:30"
        assert "2026" in ask("i18n").strftime(moment, "SHORT_DATE_FORMAT")


def test_links_are_pointed_into_the_course(world: World, ask: Probe) -> None:
    text = '<a href="/static/a.png"></a><a href="/course/x"></a>'
    service = ask("replace_urls")
    assert f"/assets/{world.course_key}/a.png" in service.replace_urls(text)
    assert "/course/x" in service.replace_urls(text, static_replace_only=True)
    assert f"/courses/{world.course_key}/x" in service.replace_urls(text)


def test_completion_is_read_and_submitted(world: World) -> None:
    usage, unit = world.usage("html", "h"), world.usage("vertical", "u")

    def work(session: api.BlockSession) -> tuple[Any, ...]:
        block = session.runtime.get_block(world.usage("probe", "b"))
        text = session.runtime.get_block(usage)
        service = block.runtime.service(block, "completion")
        before = service.blocks_to_mark_complete_on_view({block, text})
        for key in (usage, world.usage("probe", "b")):
            service.submit_completion(key, 1.0)
        service.submit_completion(make_world().usage("html", "h"), 1.0)
        service.submit_completion(world.usage("html", "none"), 1.0)
        service.submit_completion(unit, 1.0)
        whole = service.vertical_is_complete(session.runtime.get_block(unit))
        return before == {block, text}, service.get_completions([usage, unit]), whole

    assert submission.run(world.session(), work) == (True, {usage: 1.0, unit: 0.0}, True)
    stored = {str(key) for key in api.get_completions(world.context())}
    assert stored == {"html@h", "probe@b"}


def test_a_groups_completion_reaches_its_enrolled_members(world: World) -> None:
    member, outsider = make_user("member"), make_user("outsider")
    enroll(world.course_key, member, now=timezone.now(), check=False)

    def work(session: api.BlockSession) -> None:
        block = session.runtime.get_block(world.usage("probe", "b"))
        service = block.runtime.service(block, "completion")
        people = [world.learner, member, outsider]
        service.submit_group_completion(world.usage("probe", "b"), 0.5, users=people)

    submission.run(world.session(), work)
    for user, wanted in ((world.learner, 0.5), (member, 0.5), (outsider, None)):
        found = api.get_completions(world.context(user)).get(BlockKey("probe", "b"))
        assert found == wanted, user


def test_state_of_one_learner_is_told_to_staff_and_to_themselves(world: World) -> None:
    def write(session: api.BlockSession) -> None:
        block = session.runtime.get_block(world.usage("probe", "b"))
        block.name_of_mine = "Ada"
        block.save()

    submission.run(world.session(), write)
    block_id, name = str(world.usage("probe", "b")), world.learner.username
    staff, other = make_user("staff", is_staff=True), make_user()
    for user, told in ((staff, {"name_of_mine": "Ada"}), (world.learner, {"name_of_mine": "Ada"}),
                       (other, {})):  # fmt: skip
        service = world.session(user).runtime._services["user_state"]
        assert service.get_state_as_dict(name, block_id) == told
    elsewhere = make_world().session(staff).runtime._services["user_state"]
    assert elsewhere.get_state_as_dict(name, block_id) == {}


def test_files_of_a_block_are_written_read_and_served_without_running(
    world: World, ask: Probe, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "private.txt").write_text("secret")
    block = world.session().runtime.get_block(world.usage("probe", "b"))
    folder = ask("fs").load(SimpleNamespace(name="files"), block)
    folder.writetext("a.html", "<script>x()</script>")
    url = folder.get_url("a.html")
    answer = Client().get(url)
    assert b"".join(answer) == b"<script>x()</script>"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert ask("fs").load(SimpleNamespace(name="files"), block).readtext("a.html")
    for bad in ("none.txt", "../private.txt", "%2e%2e/private.txt", "../../private.txt"):
        assert Client().get(f"/media/blocks/{bad}").status_code == 404
    assert Client().get("/media/private.txt").status_code == 404


def test_transcripts_are_files_of_the_course() -> None:
    kept = store([b"1\n"])
    with installed({"probe": ProbeBlock}):
        world = make_world(assets=[Asset("fr.srt", kept.sha256, kept.size, "text/plain")])
        service = world.session().runtime._services["video_config"]
        video = SimpleNamespace(transcripts={"fr": "fr.srt", "de": "de.srt"}, sub="x")
        assert service.available_translations(video) == ["fr"]
        assert service.get_transcript(video, "fr")[:2] == (b"1\n", "fr.srt")
        with pytest.raises(AssetNotFoundError):
            service.get_transcript(video, "de")


def test_templates_of_packages_are_rendered(ask: Probe) -> None:
    service = ask("mako")
    service.namespace_prefix = "lms."
    context = {"items": [{"id": "<", "content": "<b>"}]}
    for name in ("render_template", "render_lms_template", "render_cms_template"):
        shown = getattr(service, name)("studio_render_children_view.html", context)
        assert '<li data-usage-id="&lt;"><b></li>' in shown


def test_the_cache_gives_back_what_it_was_given(
    ask: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where no cache is shared, what is kept there is lost at once.
    monkeypatch.setattr(platform, "caches", {"shared": LocMemCache("probe", {})})
    ask("cache").set("k", [1], 60)
    assert ask("cache").get("k") == [1]
    assert ask("cache").get("none") is None
