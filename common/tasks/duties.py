"""Carry out background duties: one process of the site at a time, elected by a lease."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.utils import timezone

from common.core.duties import Duty
from common.tasks.lease import worker_name
from common.tasks.models import DutyLease

logger = logging.getLogger(__name__)

_AFTER_ERROR_SECONDS = 5.0


def duty_lease_seconds() -> float:
    """Return how long after its holder's last sign of life a duty goes to another process."""
    return float(getattr(settings, "TASKS_DUTY_LEASE_SECONDS", 20.0))


class ElectedHold:
    """This process's claim on one duty. Idle rounds only read; the row is written when half spent.

    Implements ``common.core.duties.DutyHold``.
    """

    def __init__(self, name: str, stopping: threading.Event) -> None:
        self._name = name
        self._token = uuid4()
        self._stopping = stopping
        self._until: datetime | None = None

    def keep(self) -> bool:
        return not self._stopping.is_set() and self.take()

    def take(self) -> bool:
        """Get or prolong the duty; False while another process has it."""
        now = timezone.now()
        spare = timedelta(seconds=duty_lease_seconds() / 2)
        if self._until and self._until - now > spare:
            return True
        until = now + timedelta(seconds=duty_lease_seconds())
        self._until = until if self._write(now, until) else None
        return self._until is not None

    def release(self) -> None:
        """Let another process take the duty at once."""
        DutyLease.objects.filter(name=self._name, token=self._token).delete()
        self._until = None

    def _write(self, now: datetime, until: datetime) -> bool:
        values = {"owner": worker_name(), "token": self._token, "until": until}
        row = DutyLease.objects.filter(name=self._name).first()
        if row is None:
            try:
                with transaction.atomic():
                    DutyLease.objects.create(name=self._name, **values)
            except IntegrityError:
                return False
            return True
        if row.token != self._token and row.until > now:
            return False
        same = DutyLease.objects.filter(name=self._name, token=row.token, until=row.until)
        return bool(same.update(**values))


def serve(duty: Duty, stopping: threading.Event) -> None:
    """Repeat the duty while this process is elected, until ``stopping``. Runs in its own thread."""
    hold = ElectedHold(duty.name, stopping)
    pause = duty.interval_seconds
    try:
        while not stopping.wait(pause):
            pause = duty.interval_seconds
            try:
                close_old_connections()
                if hold.take():
                    duty.run(hold)
            except Exception:
                # A duty is a stranger to this loop, and its next round may well succeed.
                logger.exception("the duty %s failed", duty.name)
                pause = max(pause, _AFTER_ERROR_SECONDS)
        hold.release()
    except Exception:
        logger.exception("the duty %s was not released", duty.name)
    finally:
        connection.close()
