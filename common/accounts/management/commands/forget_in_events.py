"""Take the names of people who left out of the event log: ``manage.py lms forget_in_events``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from common.accounts.retirement import PREFIX
from common.core.s3 import BucketAddress
from common.tracking.pseudonyms import change_bucket, change_folder, forgetter


class Command(BaseCommand):
    """On each host, by a timer: docs/decisions/0006-names-in-the-event-log.md says why."""

    help = "Replace names of deleted accounts in this host's event files, and in those on S3."

    def handle(self, *_args: Any, **_options: Any) -> None:
        people = get_user_model()._default_manager.filter(username__startswith=PREFIX)
        left = people.filter(is_active=False, email="")
        change = forgetter(dict(left.values_list("pk", "username")))
        count = change_folder(Path(settings.EVENTS_DIR), change)
        if settings.EVENTS_URL:
            address = BucketAddress.parse(settings.EVENTS_URL, setting="LYCEUM_EVENTS_URL")
            try:
                count += change_bucket(address, change)
            except (BotoCoreError, ClientError) as error:
                raise CommandError(f"S3 did not answer; begin again. {error}") from error
        self.stdout.write(f"{count} files were changed.")
