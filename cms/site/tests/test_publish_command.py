"""``publish``, as a person sees it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from common.content.api import get_heads, get_history
from common.content.olx.api import import_archive
from common.content.olx.tests.building import course, tar_gz
from common.core.keys import parse_course_key

pytestmark = pytest.mark.django_db
KEY = "course-v1:O+C+R"


def publish(key: str) -> str:
    """Run the command; return what it printed."""
    out = StringIO()
    call_command("publish", key, stdout=out)
    return out.getvalue()


@pytest.fixture
def drafted(tmp_path: Path) -> None:
    """Have a course whose unit has a draft."""
    files = course('<problem url_name="q"><p/></problem>')
    files["drafts/vertical/v.xml"] = (
        '<vertical parent_url="i4x://O/C/sequential/s" index_in_children_list="1"/>'
    )
    path = tmp_path / "course.tar.gz"
    path.write_bytes(tar_gz(files))
    import_archive(path)


@pytest.mark.usefixtures("drafted")
def test_the_draft_becomes_what_learners_see() -> None:
    key = parse_course_key(KEY)
    before = get_heads(key)
    assert before.published != before.draft
    assert before.draft in publish(KEY)
    assert get_heads(key).pair == (before.draft, before.draft)


@pytest.mark.usefixtures("drafted")
def test_publishing_again_changes_nothing_and_says_so() -> None:
    publish(KEY)
    history = len(list(get_history(parse_course_key(KEY))))
    assert "nothing has changed" in publish(KEY)
    assert len(list(get_history(parse_course_key(KEY)))) == history


@pytest.mark.parametrize(
    ("key", "said"),
    [("nonsense", "is no key of a course run"), (KEY, "This course does not exist")],
)
def test_a_mistake_is_answered_with_a_sentence(key: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        publish(key)
