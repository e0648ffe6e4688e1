"""2,000 mutated archives; the 100,000 are run by hand with ``make fuzz``."""

from __future__ import annotations

import logging
import os

import pytest

from common.content.olx.tests.fuzzing import fuzz


# On a busy machine, with files on an S3 server, a part takes minutes.
@pytest.mark.timeout(600)
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(8))
def test_mutated_archives_end_in_a_course_or_a_clear_error(part: int) -> None:
    logging.disable(logging.CRITICAL)
    try:
        endings = fuzz(int(os.environ.get("FUZZ_COUNT", "250")), seed=20_260_000 + part)
    finally:
        logging.disable(logging.NOTSET)
    # A fuzzer whose every archive is refused at the door tests nothing.
    assert endings["warnings"] > endings["error"] / 4
