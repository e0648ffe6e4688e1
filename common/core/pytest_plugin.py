"""Settings of a test run, made before Django reads them.

Loaded by ``-p`` in pytest.ini: pytest-django reads Django's settings before any
conftest.py is imported. Nothing here may import Django at the top.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from common.core.env import read_environment
from common.core.testing import (
    read_services,
    temporary_bucket,
    temporary_content_url,
    temporary_database_url,
    temporary_virtual_host,
)


def _use_a_home_of_its_own() -> None:
    """Give the run an empty LYCEUM_HOME; the environment's own one is never touched."""
    home = tempfile.mkdtemp(prefix="lyceum-test-")
    os.environ["LYCEUM_HOME"] = home
    # WhiteNoise warns about a missing folder of static files.
    os.mkdir(os.path.join(home, "static"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)


@contextmanager
def _real_servers() -> Iterator[None]:
    """Point the settings at the real servers, at databases that this run alone uses.

    Raises RuntimeError when they do not run: a whole run of skips would say nothing.
    """
    services = read_services()
    if services is None:
        raise RuntimeError("LYCEUM_TEST_ON=services needs the real servers: make services")
    with ExitStack() as stack:
        chosen = {
            # Django itself makes and drops the database test_NAME.
            "LYCEUM_DATABASE_URL": temporary_database_url(services),
            "LYCEUM_CONTENT_URL": stack.enter_context(temporary_content_url(services)),
            "LYCEUM_CONTENT_SINGLE_READS": "1" if services.content_single_reads else "0",
            "LYCEUM_BROKER_URL": stack.enter_context(temporary_virtual_host(services)),
            "LYCEUM_SHARED_CACHE_URL": services.shared_cache_url,
        }
        if services.files_url:
            chosen["LYCEUM_FILES_URL"] = stack.enter_context(temporary_bucket(services))
        os.environ.update(chosen)
        yield


def _start() -> None:
    environment = read_environment()
    on_services = environment.test_on == "services"
    if environment.test_on not in {"", "services"}:
        raise RuntimeError(f"LYCEUM_TEST_ON is 'services' or empty, not {environment.test_on!r}")
    if not on_services:
        # Settings of a developer's own site must not reach the tests.
        for name in ("DATABASE_URL", "CONTENT_URL", "BROKER_URL", "SHARED_CACHE_URL", "FILES_URL"):
            os.environ.pop(f"LYCEUM_{name}", None)
    if on_services:
        stack = ExitStack()
        atexit.register(stack.close)
        stack.enter_context(_real_servers())
    # Tests read events where they are written first.
    os.environ.pop("LYCEUM_EVENTS_URL", None)
    _use_a_home_of_its_own()


_start()
