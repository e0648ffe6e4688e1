"""Objects as documents of a MongoDB-protocol server: ``{"_id": id, "payload": bytes}``.

One flat binary payload a document: nested values cost some servers ten times as much to read.
Writes are acknowledged by a majority and journaled; reads go to the primary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from pymongo import MongoClient, ReadPreference
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, ConfigurationError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from common.content.counting import record_call
from common.content.errors import ContentUnavailableError
from common.content.store import batched_ids, batches
from common.core.env import SettingError

COLLECTION: Final = "content_object"
_DUPLICATE_KEY: Final = 11000
# A page waits for the whole of this when the server is gone, so it is short.
_SERVER_SELECTION_MS: Final = 3_000
_SOCKET_MS: Final = 20_000
_PARALLEL_READS: Final = 8


class MongoStore:
    """Keeps payloads in one collection of the database that the URL names.

    ``single_reads`` fetches several objects by parallel gets instead of one ``$in``, for
    servers that scan on ``$in``. Open one store in each process: clients do not survive a fork.
    """

    def __init__(self, url: str, *, single_reads: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"mongodb", "mongodb+srv"} or not parts.path.strip("/"):
            raise SettingError(
                "LYCEUM_CONTENT_URL must be empty or mongodb://HOST:PORT/DATABASE with a database."
            )
        # What an error message may show: no user, no password.
        self._server = parts.netloc.rpartition("@")[2]
        try:
            self._client: MongoClient[dict[str, Any]] = MongoClient(
                url,
                serverSelectionTimeoutMS=_SERVER_SELECTION_MS,
                connectTimeoutMS=_SERVER_SELECTION_MS,
                socketTimeoutMS=_SOCKET_MS,
            )
        except (ConfigurationError, ValueError) as error:
            raise SettingError(f"LYCEUM_CONTENT_URL cannot be read: {error}") from error
        database = self._client.get_default_database()
        self._objects: MongoCollection[dict[str, Any]] = database.get_collection(
            COLLECTION,
            write_concern=WriteConcern(w="majority", j=True),
            read_preference=ReadPreference.PRIMARY,
            # Ids are put before a head names them, so any reader's copy on the primary will do.
            read_concern=ReadConcern("local"),
        )
        self._pool = (
            ThreadPoolExecutor(_PARALLEL_READS, thread_name_prefix="content-read")
            if single_reads
            else None
        )

    def close(self) -> None:
        """Give the connections back; for tests."""
        if self._pool is not None:
            self._pool.shutdown()
        self._client.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except PyMongoError as error:
            raise ContentUnavailableError(
                f"the content server {self._server} does not answer: {error}"
            ) from error

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        trips = 0
        with self._errors():
            for batch in batches(objects):
                self._insert(batch)
                trips += 1
        record_call(
            round_trips=trips,
            objects=len(objects),
            payload_bytes=sum(map(len, objects.values())),
        )

    def _insert(self, batch: Mapping[str, bytes]) -> None:
        try:
            self._objects.insert_many(
                [{"_id": key, "payload": payload} for key, payload in batch.items()],
                ordered=False,
            )
        except BulkWriteError as error:
            details = error.details
            others = [e for e in details.get("writeErrors", ()) if e.get("code") != _DUPLICATE_KEY]
            # Duplicates are the "if absent"; a write that is not acknowledged is no write.
            if others or details.get("writeConcernErrors"):
                raise

    def get_many(self, ids: Collection[str]) -> dict[str, bytes]:
        wanted = list(dict.fromkeys(ids))
        with self._errors():
            found, trips = self._get_singly(wanted) if self._pool else self._get_together(wanted)
        record_call(
            round_trips=trips, objects=len(found), payload_bytes=sum(map(len, found.values()))
        )
        return found

    def _get_together(self, ids: list[str]) -> tuple[dict[str, bytes], int]:
        found: dict[str, bytes] = {}
        trips = 0
        for some in batched_ids(ids):
            found.update(
                (document["_id"], bytes(document["payload"]))
                for document in self._objects.find({"_id": {"$in": some}})
            )
            trips += 1
        return found, trips

    def _get_singly(self, ids: list[str]) -> tuple[dict[str, bytes], int]:
        if len(ids) == 1 or self._pool is None:
            documents = [self._objects.find_one({"_id": key}) for key in ids]
        else:
            documents = list(self._pool.map(lambda key: self._objects.find_one({"_id": key}), ids))
        found = {d["_id"]: bytes(d["payload"]) for d in documents if d is not None}
        return found, len(ids)

    def has_many(self, ids: Collection[str]) -> set[str]:
        wanted = list(dict.fromkeys(ids))
        with self._errors():
            if self._pool is not None:
                found, trips = self._get_singly(wanted)
                present = set(found)
            else:
                present, trips = set(), 0
                for some in batched_ids(wanted):
                    cursor = self._objects.find({"_id": {"$in": some}}, {"_id": 1})
                    present.update(document["_id"] for document in cursor)
                    trips += 1
        record_call(round_trips=trips, objects=len(present), payload_bytes=0)
        return present
