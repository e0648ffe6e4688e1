"""The mails of a site without a mail server: files, shown to its superusers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from markupsafe import Markup, escape

FILE_BACKEND: Final = "django.core.mail.backends.filebased.EmailBackend"
# The newest ones; the folder holds all.
SHOWN: Final = 50
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
# Django's backend writes a line of dashes after each message.
_END: Final = re.compile(rb"^-{70,}\r?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was not sent anywhere. ``body``: its text, with addresses as links."""

    to: str
    subject: str
    sent_at: datetime | None
    body: Markup


def has_mailbox() -> bool:
    """Tell whether mails are kept as files here rather than sent."""
    return str(settings.EMAIL_BACKEND) == FILE_BACKEND


def list_mails() -> list[Mail]:
    """Return the newest mails, newest first."""
    folder = Path(str(getattr(settings, "EMAIL_FILE_PATH", "")))
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    mails = [mail for path in files[:SHOWN] for mail in _iter_mails(path.read_bytes())]
    mails.sort(key=lambda mail: mail.sent_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    return mails[:SHOWN]


def _iter_mails(data: bytes) -> Iterator[Mail]:
    for part in _END.split(data):
        if not part.strip():
            continue
        message = message_from_bytes(part, policy=policy.default)
        text = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        yield Mail(
            to=str(message["To"] or ""),
            subject=str(message["Subject"] or ""),
            sent_at=_sent_at(str(message["Date"] or "")),
            body=_with_links(str(text.get_content()).strip() if text else ""),
        )


def _sent_at(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _with_links(text: str) -> Markup:
    link = Markup('<a href="{0}">{0}</a>')
    pieces: list[Markup] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        pieces += [escape(text[end : match.start()]), link.format(match[0])]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])
