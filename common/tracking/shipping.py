"""Bring files of events to S3, each as one object that never changes.

The folder of a host is where events are safe first: the outbox and the pages depend on nothing
else. Once a minute the files are sealed (``sink.seal``) and sent; one leaves the folder when S3
has acknowledged it. An object is named like its file, so a file that is sent again, after a
crash or a lost answer, replaces itself. While S3 is away, files wait.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from common.core.duties import Duty, DutyHold
from common.core.s3 import BucketAddress
from common.tracking.errors import EventsNotShippedError
from common.tracking.reader import event_files
from common.tracking.sink import PREFIX, SEALED, seal

logger = logging.getLogger(__name__)

SHIP_SECONDS: Final = 60.0
FOLDER: Final = "events"


class Shipper:
    """Brings the files of one folder into one bucket."""

    def __init__(self, folder: Path, address: BucketAddress) -> None:
        self._folder = folder
        self._address = address
        self._client: Any = None

    def ship(self, hold: DutyHold) -> int:
        """Seal and send all files that hold events, oldest first; return how many.

        Raises EventsNotShippedError when S3 does not take one; it and those behind it stay.
        """
        for path in event_files(self._folder):
            seal(path)
        sent = 0
        for path in event_files(self._folder / SEALED):
            if not hold.keep():
                break
            sent += self._send(path)
        return sent

    def _send(self, path: Path) -> bool:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return False  # another process was first
        self._client = self._client or self._address.connect()
        try:
            self._client.put_object(
                Bucket=self._address.bucket,
                Key=object_name(path.name),
                Body=data,
                ContentType="application/jsonl",
                # The server refuses what arrived otherwise.
                ContentMD5=base64.b64encode(
                    hashlib.md5(data, usedforsecurity=False).digest()
                ).decode(),
            )
        except (BotoCoreError, ClientError) as error:
            raise EventsNotShippedError(f"{self._address.server}: {error}") from error
        path.unlink(missing_ok=True)
        return True


def object_name(file_name: str) -> str:
    """Return where a file goes: ``events/YYYY-MM-DD/NAME``, by the UTC day that it was begun on."""
    day = file_name.removeprefix(PREFIX)[:8]
    return f"{FOLDER}/{day[:4]}-{day[4:6]}-{day[6:]}/{file_name}"


def make_shipper() -> Shipper:
    """Return the shipper from ``EVENTS_DIR`` to ``EVENTS_URL``. Raises SettingError."""
    address = BucketAddress.parse(settings.EVENTS_URL, setting="LYCEUM_EVENTS_URL")
    return Shipper(Path(settings.EVENTS_DIR), address)


def make_duty() -> Duty:
    """Return the duty of this host: each has a folder of its own. Raises SettingError."""
    shipper = make_shipper()

    def run(hold: DutyHold) -> None:
        try:
            shipper.ship(hold)
        except EventsNotShippedError as error:
            logger.warning("events wait on this host: %s", error)

    return Duty(f"tracking.ship:{socket.gethostname()[:60]}", SHIP_SECONDS, run)
