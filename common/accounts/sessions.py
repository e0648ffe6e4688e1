"""Django's sessions in the database, read by a statement that is made once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

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
