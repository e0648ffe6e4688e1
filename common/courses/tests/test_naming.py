"""Names of blocks for people."""

from typing import Any

import pytest

from common.core.keys import BlockKey
from common.courses.api import read_title


@pytest.mark.parametrize(
    ("display_name", "block_id", "title"),
    [
        pytest.param("Bars", "u1", "Bars", id="the author's"),
        pytest.param(None, "Week_1", "Week 1", id="words of the id"),
        pytest.param("  ", "intro", "intro", id="blank is no name"),
        pytest.param(7, "intro", "intro", id="a number is no name"),
        pytest.param("", "b1f2a5cbcdfb40e0", "", id="an id made by a machine"),
        pytest.param("", "vertical_d1f2f5cbcdfb", "", id="one made by an import"),
    ],
)
def test_a_name_is_for_people(display_name: Any, block_id: str, title: str) -> None:
    assert read_title(display_name, BlockKey("vertical", block_id)) == title
