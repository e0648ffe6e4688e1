"""What the drill's jobs leave behind, so that doing something twice is an error."""

from __future__ import annotations

from django.db import models


class Item(models.Model):
    """One item of one job was done; a second row for it cannot exist."""

    job = models.UUIDField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="lyceum_drill_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.number}"


class Ending(models.Model):
    """One job reached its end."""

    job = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.job)
