"""The environment is read once, typed, and refuses what it does not know."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from common.core.connections import cache_settings, database_settings, email_settings
from common.core.env import Environment, SettingError, read_environment, stored_secret


def test_an_unknown_name_stops_the_start_and_is_named() -> None:
    with pytest.raises(SettingError, match="LYCEUM_DATABSE_URL"):
        read_environment({"LYCEUM_DATABSE_URL": "sqlite:////x"})


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
