"""Fixtures of every test. The run's settings are made in common.core.pytest_plugin."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from common.core.env import read_environment
from common.core.testing import (
    SAMPLE_COURSES,
    RealServices,
    read_services,
    temporary_bucket,
    temporary_content_url,
    temporary_database,
    temporary_virtual_host,
)

hypothesis.settings.register_profile("default", max_examples=50, deadline=None)
# CI judges a change, so it tries the same examples again and again; new ones are looked for
# with the other two.
hypothesis.settings.register_profile(
    "ci", max_examples=200, deadline=None, print_blob=True, derandomize=True
)
hypothesis.settings.register_profile("long", max_examples=3000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("default")


def pytest_configure() -> None:
    """Hash passwords fast: tests sign many people in, and prove nothing about the hash."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# Who asks for one of these brings its own servers, whatever the run itself stands on.
_OWN_SERVERS = {
    "backend",
    "site",
    "mysql_url",
    "mongodb_url",
    "rabbitmq_url",
    "memcached_url",
    "s3_url",
    "keycloak_url",
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to ``make test`` what is the same there; begin with what takes long.

    A test that brings its own servers does the very same in both runs, and so does one that says so
    by its mark: how a page looks is no matter of the database.
    """
    if read_environment().test_on == "services":
        same = [item for item in items if _is_same_everywhere(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if item not in set(same)]
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Several processes are done soonest when the longest files begin first. Files that use
        # this process's database keep their place: pytest-django has put them in order.
        own = {item.path for item in items if item.get_closest_marker("django_db")}
        long = {item.path for item in items if item.get_closest_marker("timeout")} - own
        items.sort(key=lambda item: item.path not in long)


def _is_same_everywhere(item: pytest.Item) -> bool:
    brings_its_own = bool(_OWN_SERVERS & set(_fixtures(item)))
    return brings_its_own or item.get_closest_marker("same_everywhere") is not None


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


def pytest_sessionfinish() -> None:
    """Close what tests opened on servers: an unclosed client is a warning, so an error."""
    from common.content.store import close_stores

    close_stores()


def _missing(what: str) -> NoReturn:
    """Skip by name, or fail where nothing may be missing."""
    if read_environment().services == "error":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def real_services() -> RealServices:
    """Return the real servers: MariaDB, MongoDB protocol, RabbitMQ, memcached."""
    services = read_services()
    if services is None:
        _missing("the real servers do not run: make services")
    return services


@pytest.fixture
def mysql_url(real_services: RealServices) -> Iterator[str]:
    """Return the URL of an empty database on MariaDB, dropped afterwards."""
    with temporary_database(real_services) as url:
        yield url


@pytest.fixture
def mongodb_url(real_services: RealServices) -> Iterator[str]:
    """Return the URL of an empty database on the MongoDB-protocol server, dropped afterwards."""
    with temporary_content_url(real_services) as url:
        yield url


@pytest.fixture
def rabbitmq_url(real_services: RealServices) -> Iterator[str]:
    """Return the URL of an empty virtual host on RabbitMQ, deleted afterwards."""
    with temporary_virtual_host(real_services) as url:
        yield url


@pytest.fixture
def s3_url(real_services: RealServices) -> Iterator[str]:
    """Return the ``LYCEUM_FILES_URL`` of an empty bucket on the S3 server, deleted afterwards."""
    if not real_services.files_url:
        _missing("the S3 server does not run: make services")
    with temporary_bucket(real_services) as url:
        yield url


@pytest.fixture(scope="session")
def keycloak_url(real_services: RealServices) -> str:
    """Return Keycloak's URL with its administrator's name and password: make a realm there."""
    if not real_services.keycloak_url:
        _missing("Keycloak does not run: make services")
    return real_services.keycloak_url


@pytest.fixture
def memcached_url(real_services: RealServices) -> str:
    """Return memcached's URL. Other runs use it too: keys need a prefix of their own."""
    return real_services.shared_cache_url


@pytest.fixture(scope="session")
def sample_course() -> Callable[[str], Path]:
    """Return a function from a sample course's name, such as ``open-demo``, to its archive."""

    def find(name: str) -> Path:
        path = SAMPLE_COURSES / f"{name}.tar.gz"
        if not path.exists():
            _missing(f"the sample course {name} is not in ../shared/courses")
        return path

    return find
