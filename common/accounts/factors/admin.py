"""Second factors in the administration site: who has which, and removing those that were lost."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from common.accounts.factors.api import reset_factors

if admin.site.is_registered(Authenticator):
    # allauth's own page shows secrets, and deletes without a word to the person.
    admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """See who has what, never the secrets."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")
    readonly_fields = fields
    actions = ("remove_all",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People add their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One of several is not deleted here: the action below removes all, and tells."""
        return False

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Whoever may delete rows of this kind may help people back in."""
        return request.user.has_perm("mfa.delete_authenticator")

    @admin.action(
        description=gettext_lazy("Remove all second factors of these people"),
        permissions=["remove"],
    )
    def remove_all(self, request: HttpRequest, rows: Any) -> None:
        """Take away all factors of the chosen people; each is told by mail."""
        people = set(rows.values_list("user_id", flat=True))
        for user_id in people:
            reset_factors(user_id, by=f"{request.user} (administration)")
        text = ngettext(
            "The second factors of {number} person were removed.",
            "The second factors of {number} people were removed.",
            len(people),
        )
        messages.success(request, text.format(number=len(people)))
