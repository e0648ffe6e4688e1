"""Objects as rows of the learner database: the embedded store, on SQLite and MariaDB."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from common.content.counting import record_call
from common.content.errors import ContentUnavailableError
from common.content.models import ContentObject
from common.content.store import batched_ids, batches


@contextmanager
def unavailable_errors() -> Iterator[None]:
    """Say that content is unavailable when the database does not answer."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        # SQLite's word for a missing table or column: a mistake of ours, not an absent server.
        if str(error).startswith("no such "):
            raise
        raise ContentUnavailableError(
            f"the database that holds course content does not answer: {error}"
        ) from error


class SqlStore:
    """Keeps payloads in ``ContentObject`` of the default database.

    Durable when ``put_many`` returns, unless the caller holds a transaction open: then with
    its commit.
    """

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        trips = 0
        with unavailable_errors():
            for batch in batches(objects):
                ContentObject.objects.bulk_create(
                    [ContentObject(id=key, payload=payload) for key, payload in batch.items()],
                    ignore_conflicts=True,
                )
                trips += 1
        record_call(
            round_trips=trips,
            objects=len(objects),
            payload_bytes=sum(map(len, objects.values())),
        )

    def get_many(self, ids: Collection[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        trips = 0
        with unavailable_errors():
            for some in batched_ids(ids):
                rows = ContentObject.objects.filter(id__in=some).values_list("id", "payload")
                found.update((key, bytes(payload)) for key, payload in rows)
                trips += 1
        record_call(
            round_trips=trips, objects=len(found), payload_bytes=sum(map(len, found.values()))
        )
        return found

    def has_many(self, ids: Collection[str]) -> set[str]:
        found: set[str] = set()
        trips = 0
        with unavailable_errors():
            for some in batched_ids(ids):
                found.update(ContentObject.objects.filter(id__in=some).values_list("id", flat=True))
                trips += 1
        record_call(round_trips=trips, objects=len(found), payload_bytes=0)
        return found
