"""Who looks: the services ``user``, ``rebind_user`` and ``teams``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import get_language

from common.accounts.api import get_profile
from common.blocks import anonymous
from common.core.keys import CourseKey, parse_course_key
from common.courses.data import Viewer

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

_PREFIX = "edx-platform."


def role_of(viewer: Viewer) -> str:
    """Return how blocks name a person's part in the course: student, staff or instructor."""
    if viewer.is_global_staff or "instructor" in viewer.roles:
        return "instructor"
    return "staff" if viewer.is_staff else "student"


def find_user_by_anonymous_id(anonymous_id: str, course_key: CourseKey | None) -> Any:
    """Return the Django user behind an anonymous id of this course, or None."""
    user_id = anonymous.find_user_id(anonymous_id, course_key)
    if user_id is None:
        return None
    return get_user_model()._default_manager.filter(pk=user_id).first()


class Attributes(Mapping[str, Any]):
    """The optional attributes of a person; those in ``made_late`` are made when asked for.

    An anonymous id needs the site's secret, which a new process would have to read first, and
    hardly a block asks for one.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        made_late: Mapping[str, Callable[[], Any]] = MappingProxyType({}),
    ) -> None:
        self._values = dict(values)
        self._made_late = made_late

    def __getitem__(self, name: str) -> Any:
        if name not in self._values and name in self._made_late:
            self._values[name] = self._made_late[name]()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._values, **self._made_late})

    def __len__(self) -> int:
        return len({**self._values, **self._made_late})


@dataclass
class BlockUser:
    """A person as the XBlock library describes one (its ``XBlockUser``).

    Not that class: its module imports pyfilesystem, which costs every process 15 MB.
    ``full_name`` is read from the profile when a block asks for it: one statement.
    """

    is_current_user: bool = False
    emails: list[str] = field(default_factory=list)
    display_name: str | None = None
    opt_attrs: Mapping[str, Any] = field(default_factory=dict)
    find_full_name: Callable[[], str | None] = field(default=lambda: None, repr=False)

    @cached_property
    def full_name(self) -> str | None:
        return self.find_full_name()


class UserService:
    """The service ``user``: the person of the session."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def get_current_user(self) -> BlockUser:
        """Return who looks, with personal data: the block's package is trusted code."""
        user, viewer = self._session.user, self._session.viewer
        found = BlockUser(is_current_user=True)
        attributes: dict[str, Any] = {f"{_PREFIX}is_authenticated": not viewer.is_anonymous}
        # A visitor's country would be here; nothing tells it to us.
        attributes[f"{_PREFIX}request_country_code"] = None
        if viewer.is_anonymous:
            found.opt_attrs = Attributes(attributes)
            return found
        email = getattr(user, "email", "")
        found.emails = [email] if email else []
        found.find_full_name = lambda: _full_name(user)
        found.display_name = viewer.username
        user_id = viewer.user_id or 0
        attributes.update({
            f"{_PREFIX}user_id": user_id,
            f"{_PREFIX}username": viewer.username,
            f"{_PREFIX}user_is_staff": viewer.is_staff,
            f"{_PREFIX}user_is_global_staff": viewer.is_global_staff,
            f"{_PREFIX}user_is_beta_tester": viewer.is_beta,
            f"{_PREFIX}user_role": role_of(viewer),
            f"{_PREFIX}user_preferences": {
                "pref-lang": get_language() or settings.LANGUAGE_CODE,
                # The reader's, as all dates of the page are shown in.
                "time_zone": timezone.get_current_timezone_name(),
            },
        })  # fmt: skip
        course_key = self._session.course_key
        ids = {
            f"{_PREFIX}anonymous_user_id": partial(anonymous.anonymous_id, user_id, course_key),
            f"{_PREFIX}deprecated_anonymous_user_id": partial(
                anonymous.anonymous_id, user_id, None
            ),
        }
        found.opt_attrs = Attributes(attributes, ids)
        return found

    def get_anonymous_user_id(self, username: str, course_id: str) -> str | None:
        """Return somebody's anonymous id in a course; only staff may ask."""
        if not self._session.viewer.is_staff:
            return None
        user = get_user_model()._default_manager.filter(username=username).first()
        if user is None:
            return None
        return anonymous.anonymous_id(user.pk, parse_course_key(str(course_id)))

    def get_user_by_anonymous_id(self, uid: str | None = None) -> Any:
        """Return the Django user behind an anonymous id of this course, by default who looks."""
        if uid is None:
            return None if self._session.viewer.is_anonymous else self._session.user
        return find_user_by_anonymous_id(uid, self._session.course_key)

    def get_external_user_id(self, type_name: str) -> str | None:
        """Return an id to give to outside tools of one kind; None for a visitor."""
        user_id = self._session.viewer.user_id
        if user_id is None:
            return None
        return anonymous.external_id(user_id, type_name)


def _full_name(user: Any) -> str:
    return str(get_profile(user.pk).name or user.get_full_name() or user.get_username())


class RebindUserService:
    """Lets an outside service's call act for the learner that it names (LTI outcomes)."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def rebind_noauth_module_to_user(self, block: Any, user: Any) -> None:
        """Make ``block`` and its runtime work for ``user``. Raises ValueError unless anonymous.

        Only a call that came without a sign-in may choose whom it is about.
        """
        session = self._session
        if not session.viewer.is_anonymous:
            raise ValueError("only a call without a signed-in person can be bound to one")
        session.rebind(user)
        runtime = session.runtime
        block.runtime = runtime
        block.scope_ids = block.scope_ids._replace(user_id=user.pk)
        # Read nothing again from the visitor's empty state.
        block._field_data_cache.clear()  # the library offers no other way
        block._dirty_fields.clear()  # same


class TeamsService:
    """Teams are not there: every learner works alone."""

    def get_team(self, user: Any, course_id: Any, teamset_id: Any) -> None:
        return None

    def get_team_by_team_id(self, team_id: Any) -> None:
        return None

    def get_team_names(self, course_id: Any, teamset_id: Any) -> dict[str, str]:
        return {}

    def get_team_detail_url(self, course_id: Any, team_id: Any) -> None:
        return None

    def get_anonymous_user_ids_for_team(self, user: Any, team: Any) -> list[str]:
        return []
