from __future__ import annotations

from datetime import UTC, datetime

import pytest

from common.core.instants import FIRST, LAST, shift

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "change", "result"),
    [
        pytest.param(NOON, {"days": 1, "seconds": 60}, NOON.replace(day=2, minute=1), id="later"),
        pytest.param(NOON, {"days": -1}, NOON.replace(month=2, day=28), id="earlier"),
        pytest.param(datetime(9999, 12, 31, 23, tzinfo=UTC), {"days": 2}, LAST, id="last year"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), {"days": -2}, FIRST, id="first year"),
        pytest.param(NOON, {"seconds": 1e308}, LAST, id="any number of seconds"),
        pytest.param(NOON, {"days": -1e308}, FIRST, id="any number of days"),
    ],
)
def test_shift(instant: datetime, change: dict[str, float], result: datetime) -> None:
    assert shift(instant, **change) == result
