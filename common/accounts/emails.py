"""Which e-mail addresses are known to be a person's own."""

from __future__ import annotations

from allauth.account.models import EmailAddress


def find_email_domains(user_id: int) -> frozenset[str]:
    """Return the domains of the addresses that a person has confirmed, lower case. One statement.

    An address that nobody confirmed proves nothing: anyone can type it.
    """
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True)
    addresses = rows.values_list("email", flat=True)
    return frozenset(address.rpartition("@")[2].lower() for address in addresses)
