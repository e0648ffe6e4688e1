"""Rows about people beside ``auth.User``: how they read, and what they may do in courses."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from common.accounts.data import Role, Visibility
from common.core.keys import KEY_MAX_LENGTH, ExactCharField


class Profile(models.Model):
    """How one person is called, reads and presents themselves. One a user, made when first saved.

    Language and zone are copied into cookies at sign-in, so that no page reads this row.
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
    bio = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    level_of_education = models.CharField(max_length=8, blank=True)
    languages_spoken = models.JSONField(default=list, blank=True)
    year_of_birth = models.PositiveSmallIntegerField(null=True, blank=True)
    goals = models.TextField(blank=True)
    visibility = models.CharField(
        max_length=16,
        choices=[(visibility.value, visibility.value) for visibility in Visibility],
        default=Visibility.PRIVATE.value,
    )
    # Part of the pictures' addresses: whoever was never shown the profile cannot guess it, and a
    # new picture has new addresses.
    picture_token = models.CharField(max_length=32, blank=True)
    picture_files = models.JSONField(default=dict, blank=True)  # size: SHA-256

    class Meta:
        indexes = [
            # Whose picture is this?
            models.Index(fields=["picture_token"], name="accounts_profile_picture"),
        ]

    def __str__(self) -> str:
        return self.name or f"user {self.user_id}"


class SignedInBrowser(models.Model):
    """One browser in which a person is signed in: what they need to know it again.

    Made at sign-in, gone with the session; some may outlive it for a while, and count for
    nothing then. A few a person. ``network`` is the address without its last part.
    """

    session_key = ExactCharField(max_length=40, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lyceum_browsers"
    )
    agent = models.CharField(max_length=255, blank=True)
    network = models.CharField(max_length=45, blank=True)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Through which identity provider it came, and a hash of the session's name there.
    institution = models.CharField(max_length=50, blank=True)
    institution_session = ExactCharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            # What ends when a session at an institution ends.
            models.Index(fields=["institution_session"], name="accounts_browser_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.signed_in_at}"


class Takeout(models.Model):
    """One archive of what the site holds of a person, being made or ready; rarely two a person.

    ``expires_at`` is set once it is ready. ``sha256`` is set just before the archive is stored,
    so that what a killed worker left behind has a name.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lyceum_takeouts"
    )
    job_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    sha256 = ExactCharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Those whose time is over.
            models.Index(fields=["expires_at"], name="accounts_takeout_expires"),
        ]

    def __str__(self) -> str:
        return f"take-out of {self.user_id}"


class Departure(models.Model):
    """Somebody who asked for the deletion of their account, until it is deleted; a handful.

    ``token_hash`` is the SHA-256 of the token in the mail that lets them stay. From ``begun_at``
    on it is too late for that.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="lyceum_departure",
    )
    token_hash = ExactCharField(max_length=64, unique=True)
    job_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} leaves"


class RetiredName(models.Model):
    """A user name or e-mail address of somebody who left: nobody else gets it.

    Only a keyed hash of it: the row says nothing about who that was.
    """

    digest = ExactCharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return str(self.digest)


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
