"""The environment is read once, typed, and refuses what it does not know."""

import errno
import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from common.core.connections import cache_settings, database_settings, email_settings
from common.core.env import (
    PROJECT_ROOT,
    Environment,
    HomeError,
    SettingError,
    choices_by_name,
    home_trouble,
    read_environment,
    stored_secret,
)


def test_an_unknown_name_stops_the_start_and_is_named() -> None:
    with pytest.raises(SettingError, match="LYCEUM_DATABSE_URL"):
        read_environment({"LYCEUM_DATABSE_URL": "sqlite:////x"})


@pytest.mark.parametrize("entry", ["shoe_size=required", "name=maybe", "name", "=required"])
def test_a_field_or_rule_that_nobody_knows_is_named(entry: str) -> None:
    allowed = {"required", "optional"}
    with pytest.raises(SettingError, match="LYCEUM_REGISTRATION_FIELDS must be one of"):
        choices_by_name("registration_fields", [entry], {"name", "country"}, allowed)


def test_pairs_of_a_setting_keep_their_order_and_the_last_word() -> None:
    chosen = choices_by_name(
        "registration_fields",
        ["name=optional", " country = required ", "name=required"],
        {"name", "country"},
        {"required", "optional"},
    )
    assert list(chosen.items()) == [("name", "required"), ("country", "required")]


def test_a_full_disk_is_said_whoever_notices_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError) as caught:
            database.execute("INSERT INTO t VALUES (zeroblob(100000))")
    for error in (caught.value, OSError(errno.ENOSPC, "No space left on device")):
        assert f"The disk of {tmp_path} is full" in str(home_trouble(tmp_path, error))


def test_a_home_that_is_not_ours_is_said() -> None:
    nowhere = Path("/proc/nothing")
    with pytest.raises(HomeError, match=r"/proc/nothing cannot be written.*LYCEUM_HOME"):
        stored_secret(nowhere, "secret_key")
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(nowhere / "lyceum.sqlite3")
    assert "cannot be written" in str(home_trouble(nowhere, caught.value))


def test_an_error_about_something_else_says_nothing_of_the_home(tmp_path: Path) -> None:
    assert home_trouble(tmp_path, ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
    assert home_trouble(tmp_path, ValueError("no such column")) is None


def test_a_wrong_setting_is_one_sentence_and_no_stack_trace() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "lms", "check"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "LYCEUM_PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    sentence = "LYCEUM_PORT must be a whole number, not 'eighty'.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_other_peoples_variables_are_left_alone() -> None:
    assert read_environment({"HOME": "/root", "LYCEUMS": "1"}) == Environment()


@pytest.mark.parametrize(
    ("name", "raw", "field", "value"),
    [
        pytest.param("LYCEUM_DEBUG", "Yes", "debug", True, id="yes in any case"),
        pytest.param("LYCEUM_DEBUG", "", "debug", False, id="empty is no"),
        pytest.param("LYCEUM_PORT", "9000", "port", 9000, id="whole number"),
        pytest.param(
            "LYCEUM_ALLOWED_HOSTS", "a.org, b.org,", "allowed_hosts", ("a.org", "b.org"), id="list"
        ),
    ],
)
def test_values_are_typed(name: str, raw: str, field: str, value: object) -> None:
    assert getattr(read_environment({name: raw}), field) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("LYCEUM_DEBUG", "maybe"),
        ("LYCEUM_PORT", "http"),
        pytest.param("LYCEUM_PORT", "65534", id="no port is left for the third site"),
        pytest.param("LYCEUM_PORT", "0", id="no port"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(name: str, raw: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_environment({name: raw})


def test_the_database_url_gives_host_port_and_decoded_password() -> None:
    env = Environment(database_url="mysql://lyceum:p%40ss@db.example:3307/learners")
    settings = database_settings(env)
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "db.example",
        "3307",
        "learners",
    )
    assert settings["PASSWORD"] == "p@ss"
    assert settings["OPTIONS"]["isolation_level"] == "read committed"


@pytest.mark.parametrize(
    ("field", "reader"),
    [
        ("database_url", database_settings),
        ("shared_cache_url", cache_settings),
        ("email_url", email_settings),
    ],
)
def test_an_unknown_scheme_is_refused(field: str, reader: object) -> None:
    with pytest.raises(SettingError, match="must start with"):
        reader(Environment(**{field: "gopher://x"}))  # type: ignore[operator, arg-type] # table


def _secret(home: Path) -> str:
    return stored_secret(home, "secret_key")


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        secrets = pool.map(_secret, [tmp_path] * 8)
    assert len(set(secrets)) == 1
    assert len(secrets[0]) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
