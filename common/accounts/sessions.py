"""Django's sessions in the database, read by a statement that is made once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from common.accounts.models import SignedInBrowser
from common.core.prepared import Instances, prepared

_instances = Instances(Session)


@prepared
def _sessions(session_key: Any) -> QuerySet[Any, Any]:
    return Session.objects.filter(session_key=session_key).values_list(*_instances.columns)


class SessionStore(DatabaseSessionStore):
    """The sessions of all sites; every page of a person who is signed in reads one."""

    def _get_session_from_db(self) -> Session | None:
        for row in _sessions(session_key=self.session_key):
            session: Session = _instances.make(row)
            if session.expire_date > timezone.now():
                return session
        self._session_key = None
        return None

    def cycle_key(self) -> None:
        """Give the session another key; the browser that it is of stays the same one."""
        mine = SignedInBrowser.objects.filter(session_key=self.session_key or "").first()
        # Deletes the session of the old key, and so the row.
        super().cycle_key()
        if mine is not None:
            mine.session_key = str(self.session_key)
            mine.save(force_insert=True)

    def delete(self, session_key: str | None = None) -> None:
        """Remove the session, and the browser from the person's list."""
        key = session_key or self.session_key
        super().delete(session_key)
        if key:
            SignedInBrowser.objects.filter(session_key=key).delete()
