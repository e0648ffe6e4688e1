"""Rows about people beside ``auth.User``: how they read, and what they may do in courses."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.accounts.data import Role
from common.core.keys import KEY_MAX_LENGTH, ExactCharField


class Profile(models.Model):
    """How one person is called and reads. At most one a user, made when first saved.

    Language and zone are copied into the session at sign-in, so that no page reads this row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="lyceum_profile",
    )
    name = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=16, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name or f"user {self.user_id}"


class CourseRole(models.Model):
    """One person holds one role in one run, or (``course_key`` "") in every run of ``org``.

    A few a course; tens of thousands at most. No foreign key to the run: roles are given
    before a course is imported, and an organisation has no row of its own.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lyceum_course_roles"
    )
    org = ExactCharField(max_length=KEY_MAX_LENGTH)
    course_key = ExactCharField(max_length=KEY_MAX_LENGTH, blank=True)
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = [
            # Also answers "what may this person do": it begins with the user.
            models.UniqueConstraint(
                fields=["user", "course_key", "org", "role"],
                name="accounts_courserole_once",
            ),
        ]
        indexes = [
            # Who holds a role in this course: the course team page.
            models.Index(fields=["course_key"], name="accounts_courserole_course"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.course_key or self.org}"
