"""Duties of the worker for course runs."""

from __future__ import annotations

from typing import Final

from common.core.duties import Duty, DutyHold
from common.courses.catalog import sync_catalog
from common.courses.runs import repair_runs

SWEEP_SECONDS: Final = 60.0


def _sweep(hold: DutyHold) -> None:
    repair_runs()


SWEEP = Duty(name="courses.overview", interval_seconds=SWEEP_SECONDS, run=_sweep)


def _sweep_catalog(hold: DutyHold) -> None:
    sync_catalog()


CATALOG_SWEEP = Duty(name="courses.catalog", interval_seconds=SWEEP_SECONDS, run=_sweep_catalog)
