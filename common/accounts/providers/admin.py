"""Identity providers in the administration site."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from common.accounts.providers.options import KINDS, check_row
from common.accounts.providers.secrets import MAX_LENGTH

for model in (SocialApp, SocialAccount, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg] # generic only to the stubs
    """A provider, checked as the setting is."""

    provider = forms.ChoiceField(
        choices=[(name, kind) for kind, name in KINDS.items()],
        label=gettext_lazy("Kind"),
    )
    provider_id = forms.CharField(
        max_length=50,
        label=gettext_lazy("Id"),
        help_text=gettext_lazy(
            "Part of the address that the provider sends people back to. "
            "Small letters, digits, hyphens. Changing it ends all connections."
        ),
    )
    name = forms.CharField(
        max_length=40,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What people read on the button: the name of their institution."),
    )
    client_id = forms.CharField(
        max_length=191,
        required=False,
        label=gettext_lazy("Client id"),
        help_text=gettext_lazy("For OpenID Connect: what the provider gave us."),
    )
    secret = forms.CharField(
        max_length=MAX_LENGTH,
        required=False,
        widget=forms.PasswordInput,
        label=gettext_lazy("Client secret"),
        help_text=gettext_lazy("Left empty, the present one stays."),
    )
    settings = forms.JSONField(
        label=gettext_lazy("Settings"),
        help_text=gettext_lazy(
            'A JSON object, such as {"server_url": "https://…", "trust_email": false}. '
            "All words are in docs/how-to/sign-in.md."
        ),
    )

    class Meta:
        model = SocialApp
        fields = ("provider", "provider_id", "name", "client_id", "secret", "settings")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("secret"):
            cleaned["secret"] = self.instance.secret
        names = ("provider", "provider_id", "name", "client_id", "secret", "settings")
        if not self.errors:
            for problem in check_row({name: cleaned[name] for name in names}):
                self.add_error(None, problem)
        rows = SocialApp.objects.filter(provider_id=cleaned.get("provider_id", ""))
        if rows.exclude(pk=self.instance.pk).exists():
            self.add_error("provider_id", gettext_lazy("Another provider has this id."))
        return cleaned


@admin.register(SocialApp)
class ProviderAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """Those that are made here; the ones of the setting are not listed."""

    form = ProviderForm
    list_display = ("name", "provider_id", "provider")
