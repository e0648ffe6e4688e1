"""Rows of scores, which are the truth, and of grades, which are stamped caches.

All lie together per learner (primary key: run, learner, ...). Nothing points at them. They are
paged by ``run = ? and learner > ?``, never by ``pk > ?``.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.core.keys import ExactCharField


class _OfLearner(models.Model):
    """What one learner has in one run."""

    run = models.ForeignKey(
        "lyceum_courses.CourseRun", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        abstract = True


class Score(_OfLearner):
    """The latest raw score of one learner on one block; the row is gone when the score is deleted.

    Some 100 for each learner and run.
    """

    pk = models.CompositePrimaryKey("run", "learner", "block")
    block = ExactCharField(max_length=255)
    raw_earned = models.FloatField()
    raw_possible = models.FloatField()
    # Points of an assessment tool that applied the weight itself (the submissions app): used as
    # they are, and not replaced by what the block publishes.
    is_weighted = models.BooleanField(default=False)
    # The published version that the answer was graded against.
    version = ExactCharField(max_length=64)
    attempted_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = [
            # Rescoring a block for everybody.
            models.Index(fields=["run", "block"], name="grading_score_of_block"),
        ]

    def __str__(self) -> str:
        return f"{self.raw_earned:g}/{self.raw_possible:g}"


class SubsectionGradeRow(_OfLearner):
    """The points of one learner in one subsection, weights applied.

    It has no stamp of its own: it is current while the learner's course grade is, and is of the
    same ``generation``. (A stamp here could come back, by a revert, after scores had changed
    under another one that did not show the subsection.)
    """

    pk = models.CompositePrimaryKey("run", "learner", "block")
    block = ExactCharField(max_length=255)
    earned = models.FloatField()
    possible = models.FloatField()
    graded_earned = models.FloatField()
    graded_possible = models.FloatField()
    first_attempted_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("subsection grade")
        verbose_name_plural = _("subsection grades")

    def __str__(self) -> str:
        return f"{self.graded_earned:g}/{self.graded_possible:g}"


class CourseGradeRow(_OfLearner):
    """The grade of one learner in a run, and its stamp: what it was computed from.

    The same stamp means the same grade. ``audience`` is a hash of the rules, and one of what the
    outline asks about the learner (rights, groups, selections). The grade holds from
    ``valid_from`` (None: always) until ``valid_until`` (None: for ever), the visibility changes
    around the moment it was computed at. ``generation`` grows with each write under another stamp.
    ``passed_at``, once set, stays: the first pass. Learners who never scored have no row: their
    grade is that of no scores.
    """

    pk = models.CompositePrimaryKey("run", "learner")
    percent = models.FloatField()  # 0.0 to 1.0, whole hundredths
    letter = models.CharField(max_length=255, blank=True)
    is_passing = models.BooleanField()
    passed_at = models.DateTimeField(null=True)
    version = ExactCharField(max_length=64)
    audience = ExactCharField(max_length=32)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("course grade")
        verbose_name_plural = _("course grades")
        indexes = [
            # The sweep: grades whose time is over.
            models.Index(fields=["valid_until"], name="grading_coursegrade_until"),
            # The sweep: grades of another version than the published one.
            models.Index(fields=["run", "version"], name="grading_coursegrade_version"),
            # The sweep: grades made by other rules, which the audience begins with.
            models.Index(fields=["run", "audience"], name="grading_coursegrade_rules"),
            # How many pass.
            models.Index(fields=["run", "is_passing"], name="grading_coursegrade_passing"),
        ]

    def __str__(self) -> str:
        return f"{self.percent:.0%}"
