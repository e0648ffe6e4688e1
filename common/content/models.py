"""Rows of course content: the immutable objects, the heads, and the log of their moves."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.content.data import Branch
from common.core.keys import KEY_MAX_LENGTH, ExactCharField

ID_LENGTH = 64


class ContentObject(models.Model):
    """One immutable object: a root, chunk, definition, text, manifest, or something derived.

    Written by insert-if-absent and never changed: tens of thousands for a course with a long
    history. Empty when MongoDB holds the content. ``id`` is the SHA-256 of the uncompressed
    bytes; derived objects have ids of their own.
    """

    id = ExactCharField(max_length=ID_LENGTH, primary_key=True)
    payload = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class CourseHead(models.Model):
    """Where one course run stands: the truth that everything derived is stamped with.

    One row a run. ``published`` is None until
    something is published. Moved only by ``common.content.heads``, on condition of ``revision``.
    """

    course_key = ExactCharField(max_length=KEY_MAX_LENGTH, unique=True)
    draft = ExactCharField(max_length=ID_LENGTH)
    published = ExactCharField(max_length=ID_LENGTH, null=True, blank=True)
    revision = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.course_key)


class VersionLog(models.Model):
    """One move of one head, in order of ``id``: the history that authors see.

    Autosaves of one author without a pause share a row: ``version`` and ``changed_at`` are
    the last one's, ``parent`` and ``created_at`` the first one's, ``saves`` counts them.
    """

    course_key = ExactCharField(max_length=KEY_MAX_LENGTH)
    branch = models.CharField(max_length=16, choices=[(b.value, b.value) for b in Branch])
    version = ExactCharField(max_length=ID_LENGTH)
    parent = ExactCharField(max_length=ID_LENGTH, null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    message = models.TextField(blank=True)
    autosave = models.BooleanField(default=False)
    saves = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            # A page of history, and the last move of one branch when an autosave may join it.
            models.Index(
                fields=["course_key", "branch", "id"], name="lyceum_content_versionlog_page"
            ),
            # Is this version one of this course's? (revert, preview)
            models.Index(fields=["course_key", "version"], name="lyceum_content_versionlog_find"),
        ]

    def __str__(self) -> str:
        return f"{self.course_key} {self.branch} {self.version[:12]}"
