"""Make an empty home into a site that one can use, and bring an older one up to date.

Every step looks first and does only what is missing, so the whole may run before each start.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from common.accounts.api import Role, grant_role
from common.content.api import find_heads
from common.core.keys import CourseKey
from common.enrollments.api import enroll

DEMO_COURSE = settings.BASE_DIR / "demo" / "charts"
DEMO_KEY = "course-v1:Lyceum+CHARTS+demo"
KEPT_BACKUPS = 5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """One of the first people on a site, and what they are for."""

    username: str
    purpose: str


ACCOUNTS = (
    Account("admin", "administrator: everything, on all three sites"),
    Account("author", "author: edits the demo course in Studio, sees its results in Insights"),
    Account("learner", "learner: enrolled in the demo course"),
)


def bootstrap(say: Say) -> None:
    """Migrate (after a backup), collect static files, import the demo, make the accounts."""
    home: Path = settings.LYCEUM_HOME
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(home):
        migrate(say)
        call_command("collectstatic", interactive=False, verbosity=0)
        made = make_accounts()
        imported = import_demo(say)
        if made or imported:
            give_places()
    path = accounts_file()
    if made:
        say(f"Accounts (kept in {path}):")
        for account in ACCOUNTS:
            if account.username in made:
                say(f"  {account.username:<8} {made[account.username]:<18} {account.purpose}")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Wait until no other start prepares the same home."""
    with (home / "bootstrap.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def migrate(say: Say) -> None:
    """Apply missing migrations, keeping a copy of a SQLite database that held something."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        if executor.loader.applied_migrations:
            backup = back_up_database()
            say(
                f"Copied the database to {backup} before migrating it ({len(plan)} to apply)"
                if backup
                else f"Migrating ({len(plan)} to apply); backups of a database server are its own"
            )
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def back_up_database() -> Path | None:
    """Copy the SQLite database, in use or not, into ``backups``; None for a database server."""
    if connection.vendor != "sqlite":
        return None
    folder: Path = settings.LYCEUM_HOME / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    path = folder / f"lyceum-{stamp}.sqlite3"
    path.touch(mode=0o600)
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy)
    for old in sorted(folder.glob("lyceum-*.sqlite3"))[:-KEPT_BACKUPS]:
        old.unlink()
    return path


def accounts_file() -> Path:
    """Return where the first accounts' passwords are kept."""
    path: Path = settings.LYCEUM_HOME / "accounts.txt"
    return path


def make_accounts() -> dict[str, str]:
    """Make the first people who are missing; return the passwords of those made now.

    A password that the file holds is used again, so that a site whose database was put aside
    comes back with the accounts that its owner knows.
    """
    people = get_user_model().objects
    existing = set(
        people.filter(username__in=[account.username for account in ACCOUNTS]).values_list(
            "username", flat=True
        )
    )
    known = _read_passwords()
    made: dict[str, str] = {}
    for account in ACCOUNTS:
        if account.username in existing:
            continue
        password = known.get(account.username) or secrets.token_urlsafe(12)
        make = people.create_superuser if account.username == "admin" else people.create_user
        email = f"{account.username}@example.org"
        person = make(account.username, email, password)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        made[account.username] = password
    if made:
        _write_passwords({**known, **made})
    return made


def _read_passwords() -> dict[str, str]:
    try:
        lines = accounts_file().read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split()[:2] for line in lines if not line.startswith("#") and line.strip())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _write_passwords(passwords: dict[str, str]) -> None:
    lines = ["# The first accounts of this site and their passwords. Keep this file to yourself."]
    purposes = {account.username: account.purpose for account in ACCOUNTS}
    lines += [
        f"{name:<8} {password:<18} {purposes.get(name, '')}".rstrip()
        for name, password in passwords.items()
    ]
    temporary = accounts_file().with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write("\n".join(lines) + "\n")
    temporary.replace(accounts_file())


def import_demo(say: Say) -> bool:
    """Import the demo course unless it is there: what authors made of it is never overwritten.

    Returns whether it was imported.
    """
    if find_heads(CourseKey.from_string(DEMO_KEY)) is not None:
        return False
    say("Importing the demo course")
    with open(os.devnull, "w") as nowhere:
        call_command("import_course", str(DEMO_COURSE), "--key", DEMO_KEY, stdout=nowhere)
    return True


def give_places() -> None:
    """Let the author write the demo course and the learner learn in it.

    Done once: a learner who leaves the course is not put back by the next start.
    """
    people = {
        person.get_username(): person
        for person in get_user_model().objects.filter(username__in=["author", "learner"])
    }
    key = CourseKey.from_string(DEMO_KEY)
    if "author" in people:
        grant_role(user_id=people["author"].pk, role=Role.INSTRUCTOR, course_key=key)
        grant_role(user_id=people["author"].pk, role=Role.AUTHOR, org=key.org)
    if "learner" in people:
        enroll(key, people["learner"], now=datetime.now(UTC))
