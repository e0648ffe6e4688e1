"""Rows of course runs and of what a learner is shown in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.core.keys import ExactCharField


class CourseRun(models.Model):
    """One run of a course: the key that all learner data hangs on, and an overview of its settings.

    The overview columns are derived from the version named in ``version`` and written in the
    transaction that moves the head; a sweep repairs what was missed. Some 10,000 rows.
    """

    # The key of the run, and the row that says where its content stands: one column.
    head = models.OneToOneField(
        "lyceum_content.CourseHead",
        to_field="course_key",
        db_column="course_key",
        on_delete=models.PROTECT,
        related_name="+",
    )
    org = ExactCharField(max_length=255)
    number = ExactCharField(max_length=255)
    run = ExactCharField(max_length=255)
    # Where the overview below was read from: the published version, or the draft before there
    # is one.
    version = ExactCharField(max_length=64)
    display_name = models.CharField(max_length=255)
    short_description = models.TextField(blank=True)
    image_path = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=32, blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    enrollment_start = models.DateTimeField(null=True, blank=True)
    enrollment_end = models.DateTimeField(null=True, blank=True)
    announcement = models.DateTimeField(null=True, blank=True)
    advertised_start = models.CharField(max_length=255, blank=True)
    invitation_only = models.BooleanField(default=False)
    max_enrollments = models.PositiveIntegerField(null=True, blank=True)
    catalog_visibility = models.CharField(max_length=16, default="both")
    course_visibility = models.CharField(max_length=16, default="private")
    days_early_for_beta = models.FloatField(null=True, blank=True)
    self_paced = models.BooleanField(default=False)
    prerequisites = models.JSONField(default=list, blank=True)
    enrollment_domains = models.JSONField(default=list, blank=True)
    # Set by an operator (`import_course --trust-scripts`), never by the course itself.
    trusts_scripts = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("course run")
        verbose_name_plural = _("course runs")
        indexes = [
            # The catalogue: open runs, next to start first.
            models.Index(fields=["catalog_visibility", "start"], name="courses_courserun_catalog"),
        ]

    def __str__(self) -> str:
        return self.course_key

    @property
    def course_key(self) -> str:
        """The key as text."""
        return str(self.head_id)


class GroupMembership(models.Model):
    """The group of one learner in one user partition of a run.

    Put there by staff, or when a random draw is recorded. None for learners
    who were never assigned; a few rows a learner at most.
    """

    run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    partition_id = models.BigIntegerField()
    group_id = models.BigIntegerField()
    assigned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        constraints = [
            # Also the index of every page: all memberships of a learner in a run.
            models.UniqueConstraint(
                fields=["run", "learner", "partition_id"],
                name="courses_groupmembership_once",
            ),
        ]
        indexes = [
            # The learners of one group.
            models.Index(
                fields=["run", "partition_id", "group_id"], name="courses_groupmembership_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partition_id}:{self.group_id}"


class LearnerSelection(models.Model):
    """The children that one learner sees of a block that shows a selection (library content…).

    Written when the learner first meets the block, so that later edits do not change what was
    drawn; before, the draw is a stable hash.
    """

    run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    block = ExactCharField(max_length=255)
    children = models.TextField()  # their keys, a line each
    selected_at = models.DateTimeField()

    class Meta:
        verbose_name = _("selection for a learner")
        verbose_name_plural = _("selections for learners")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "learner", "block"], name="courses_learnerselection_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.block)
