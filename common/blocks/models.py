"""Rows of what learners did in blocks. Only ``common.blocks`` reads and writes them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.core.keys import KEY_MAX_LENGTH, ExactCharField

FIELD_NAME_MAX_LENGTH = 128


class LearnerBlockState(models.Model):
    """The state of one block for one learner in one run, and how far they completed it.

    ``state`` is a JSON object of the block's fields. ``revision`` grows by one with every
    write, so that a submission that was worked out from an older state is noticed. Some 300
    rows for a learner and run, together on disk; nothing may point at them.
    """

    pk = models.CompositePrimaryKey("run", "learner", "block")
    run = models.ForeignKey(
        "lyceum_courses.CourseRun", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    block = ExactCharField(max_length=KEY_MAX_LENGTH)  # TYPE@NAME
    state = models.TextField(default="{}")
    revision = models.PositiveIntegerField(default=1)
    completion = models.FloatField(null=True, blank=True)  # 0.0 to 1.0; None: never reported
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("learner's block state")
        verbose_name_plural = _("learners' block states")
        indexes = [
            # All learners of one block: rescoring, state reports.
            models.Index(fields=["run", "block"], name="blocks_state_of_block"),
        ]

    def __str__(self) -> str:
        return f"{self.block} of {self.learner_id}"


class UserField(models.Model):
    """One field of a person in all courses, as JSON: ``preferences`` and ``user_info``.

    An empty ``block_type``: for all types. A dozen rows a learner.
    """

    pk = models.CompositePrimaryKey("learner", "block_type", "field")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    block_type = ExactCharField(max_length=KEY_MAX_LENGTH, blank=True)
    field = ExactCharField(max_length=FIELD_NAME_MAX_LENGTH)
    value = models.TextField()

    class Meta:
        verbose_name = _("field of a person")
        verbose_name_plural = _("fields of people")

    def __str__(self) -> str:
        return f"{self.block_type}.{self.field} of {self.learner_id}"


class SharedState(models.Model):
    """What all learners of a block share (the tally of a poll): one row a block, locked to write.

    ``course_key`` is empty for fields that all courses share; ``block`` is then a block type,
    or empty. Not a foreign key for that reason.
    """

    pk = models.CompositePrimaryKey("course_key", "block")
    course_key = ExactCharField(max_length=KEY_MAX_LENGTH, blank=True)
    block = ExactCharField(max_length=KEY_MAX_LENGTH, blank=True)
    state = models.TextField(default="{}")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("shared block state")
        verbose_name_plural = _("shared block states")

    def __str__(self) -> str:
        return f"{self.course_key} {self.block}"


class AnonymousIdSecret(models.Model):
    """The key of the anonymous ids of learners: one row, made on first use and never changed.

    In the database, beside the rows of outside tools that carry such ids: a changed
    ``SECRET_KEY`` must not cut learners off from their own work.
    """

    secret = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("secret of the anonymous ids")
        verbose_name_plural = _("secrets of the anonymous ids")

    def __str__(self) -> str:
        return str(self.pk)
