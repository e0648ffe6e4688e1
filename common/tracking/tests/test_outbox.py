from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from common.tracking.api import Event, RequestInfo, answering, emit, outbox_depth, record
from common.tracking.middleware import TrackingMiddleware
from common.tracking.models import OutboxEvent
from common.tracking.outbox import drain
from common.tracking.reader import event_files, iter_events
from common.tracking.requests import request_info
from common.tracking.sink import EventSink

pytestmark = pytest.mark.django_db(transaction=True)


class Hold:
    """A hold that is never lost."""

    def keep(self) -> bool:
        return True


def recorded() -> list[dict[str, Any]]:
    return [json.loads(row.line) for row in OutboxEvent.objects.order_by("id")]


def event_ids() -> list[str]:
    return [event["context"]["event_id"] for event in recorded()]


def written(folder: Path) -> list[dict[str, Any] | None]:
    return [event for path in event_files(folder) for event in iter_events(path)]


def test_events_of_a_transaction_cost_one_insert(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        record([Event("e", {"n": number}) for number in range(5)])


def test_event_of_a_transaction_that_is_taken_back_never_was() -> None:
    with transaction.atomic():
        record([Event("e", {})])
        transaction.set_rollback(True)
    assert outbox_depth() == 0


def test_ids_are_made_of_the_transaction_and_the_place_in_it() -> None:
    with transaction.atomic():
        record([Event("a", {}), Event("b", {})])
        record([Event("c", {})])
    first = event_ids()
    assert len(set(first)) == 3
    assert {UUID(text).version for text in first} == {5}
    with transaction.atomic():
        record([Event("a", {})])
    assert event_ids()[3] not in first


def test_savepoint_that_is_taken_back_leaves_no_id_used_twice() -> None:
    with transaction.atomic():
        record([Event("a", {})])
        with transaction.atomic():
            record([Event("b", {})])
            transaction.set_rollback(True)
        record([Event("c", {})])
    assert [event["event_type"] for event in recorded()] == ["a", "c"]
    assert len(set(event_ids())) == 2


def test_repeated_work_that_names_its_transaction_gives_the_same_ids() -> None:
    own = UUID(int=7)
    for _ in range(2):
        record([Event("a", {}), Event("b", {})], transaction_id=own)
    assert event_ids() == [str(uuid5(own, "0")), str(uuid5(own, "1"))] * 2


def test_drainer_writes_in_order_and_empties_the_outbox(tmp_path: Path) -> None:
    for number in range(3):
        record([Event("e", {"n": number})])
    assert drain(Hold(), EventSink(tmp_path)) == 3
    assert [event and event["event"]["n"] for event in written(tmp_path)] == [0, 1, 2]
    assert outbox_depth() == 0


def test_outbox_larger_than_a_batch_is_emptied(tmp_path: Path) -> None:
    record([Event("e", {"n": number}) for number in range(1201)])
    assert drain(Hold(), EventSink(tmp_path)) == 1201
    assert [event and event["event"]["n"] for event in written(tmp_path)] == list(range(1201))


def test_events_stay_in_the_outbox_while_the_sink_cannot_be_written(tmp_path: Path) -> None:
    record([Event("e", {})])
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OSError, match="file"):
        drain(Hold(), EventSink(blocked))
    assert outbox_depth() == 1


def test_drainer_that_lost_its_duty_stops_after_the_batch(tmp_path: Path) -> None:
    class Lost:
        def keep(self) -> bool:
            return False

    record([Event("e", {}) for _ in range(600)])
    assert drain(Lost(), EventSink(tmp_path)) == 500
    assert outbox_depth() == 100


def test_interface_events_go_straight_to_the_sink(settings: Any, tmp_path: Path) -> None:
    settings.EVENTS_DIR = tmp_path
    emit(Event("page_close", "{}", source="browser"))
    assert [event and event["event_type"] for event in written(tmp_path)] == ["page_close"]
    assert outbox_depth() == 0


def test_sink_that_cannot_be_written_does_not_cost_the_page(settings: Any, tmp_path: Path) -> None:
    settings.EVENTS_DIR = tmp_path / "file"
    settings.EVENTS_DIR.write_text("")
    emit(Event("page_close", "{}", source="browser"))


def test_event_belongs_to_the_request_that_the_thread_answers(rf: RequestFactory) -> None:
    request = rf.get("/courses/x/", HTTP_USER_AGENT="Browser/1")
    request.user = User(pk=5, username="ada")

    def view(_request: object) -> HttpResponse:
        record([Event("e", {})])
        return HttpResponse()

    TrackingMiddleware(view)(request)
    record([Event("outside", {})])
    inside, outside = recorded()
    assert (inside["username"], inside["context"]["path"]) == ("ada", "/courses/x/")
    assert (outside["username"], outside["context"]["path"]) == ("", "")


def test_request_can_be_lent_to_work_done_for_it() -> None:
    with answering(RequestInfo(user_id=3, username="eve")):
        record([Event("e", {})])
    assert recorded()[0]["username"] == "eve"


def test_session_key_is_never_written(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()

    class Session:
        session_key = "the-secret-key"

    request.session = Session()  # type: ignore[assignment]
    session = request_info(request).session
    assert len(session) == 32
    assert "secret" not in session
    with override_settings(SECRET_KEY="another"):
        assert request_info(request).session != session


@pytest.mark.parametrize(
    ("behind_proxy", "ip"),
    [
        pytest.param(False, "127.0.0.1", id="a header that anybody can send is not believed"),
        pytest.param(True, "192.0.2.9", id="our proxy's entry is the last"),
    ],
)
def test_address_of_the_caller(
    rf: RequestFactory, settings: Any, behind_proxy: bool, ip: str
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    request = rf.get("/", HTTP_X_FORWARDED_FOR="203.0.113.1, 192.0.2.9")
    assert request_info(request).ip == ip
