"""Who takes which course run."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

DEFAULT_MODE = "audit"


class Enrollment(models.Model):
    """One learner in one course run, in one mode; kept, inactive, when the learner leaves.

    The row is also the lock of all that the learner has in the run: whoever writes state, scores
    or grades takes it first. Millions of rows.
    """

    run = models.ForeignKey(
        "lyceum_courses.CourseRun", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Counts the changes of what the learner is in the run: mode, groups, roles. What was worked
    # out from an older count is worked out again.
    standing = models.PositiveIntegerField(default=0)
    mode = models.CharField(max_length=32, default=DEFAULT_MODE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # From when relative due dates count, where the learner moved theirs; else ``created_at``.
    paced_from = models.DateTimeField(null=True, blank=True)
    # Opens the learner's dates to a calendar program, which cannot sign in. "": never asked for.
    calendar_secret = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            # Also pages through the learners of a run: run = ? and learner > ?.
            models.UniqueConstraint(fields=["run", "learner"], name="enrollments_enrollment_once"),
        ]
        indexes = [
            # A dashboard: the runs of one learner.
            models.Index(fields=["learner", "is_active"], name="enrollments_of_learner"),
            # How many take a run.
            models.Index(fields=["run", "is_active"], name="enrollments_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.run_id}"
