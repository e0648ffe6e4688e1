"""Each cell of the table of rules, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from lms.courseware.tests.rules_site import KINDS, ROLES, STATES, Site, attempt, make_site
from lms.courseware.tests.rules_table import TABLE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """Return all courses and people, made once; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        yield make_site()
        call_command("flush", verbosity=0, interactive=False)


def read_table() -> dict[tuple[str, str], dict[str, str]]:
    """Return the expected outcomes: ``(kind, state) -> {role: outcome}``."""
    rows: dict[str, dict[str, dict[str, str]]] = {}
    kind = ""
    for line in filter(None, TABLE.splitlines()):
        if ":" in line:
            kind, _, roles = (part.strip() for part in line.partition(":"))
            assert kind not in rows, f"{kind}: twice"
            assert roles.split() == list(ROLES)
            rows[kind] = {}
            continue
        state, _, cells = (part.strip() for part in line.partition("|"))
        assert state in {"otherwise", *STATES}, state
        assert state not in rows[kind], f"{kind}, {state}: twice"
        rows[kind][state] = dict(zip(ROLES, cells.split(), strict=True))
    return {
        (kind, state): found.get(state, found["otherwise"])
        for kind, found in rows.items()
        for state in STATES
    }


CELLS = read_table()


def test_the_table_is_complete() -> None:
    assert set(CELLS) == {(kind, state) for kind in KINDS for state in STATES}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_everybody_gets_what_the_table_says(site: Site, kind: str, state: str) -> None:
    found = {role: attempt(site, state, role, kind) for role in ROLES}

    assert found == CELLS[kind, state]
