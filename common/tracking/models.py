"""Events on their way from a transaction to the sink."""

from __future__ import annotations

from django.db import models


class OutboxEvent(models.Model):
    """One event of a committed transaction that the drainer has not written out yet.

    ``line`` is the finished log line. Rows live for a second or two; ids only order them:
    on MariaDB a lower id may become visible later, so nobody deletes by range.
    """

    id = models.BigAutoField(primary_key=True)
    line = models.TextField()

    def __str__(self) -> str:
        return self.line[:80]
