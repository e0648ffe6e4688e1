"""Roles and profiles in the administration site."""

from __future__ import annotations

from django.contrib import admin

from common.accounts.factors.admin import AuthenticatorAdmin as AuthenticatorAdmin
from common.accounts.models import CourseRole, Profile
from common.accounts.providers.admin import ProviderAdmin as ProviderAdmin


@admin.register(CourseRole)
class CourseRoleAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """Give and take roles."""

    list_display = ("user", "role", "org", "course_key")
    list_filter = ("role",)
    search_fields = ("user__username", "user__email", "course_key", "org")
    raw_id_fields = ("user",)


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """See how a person is called and reads."""

    list_display = ("user", "name", "language", "time_zone")
    search_fields = ("user__username", "user__email", "name")
    raw_id_fields = ("user",)
