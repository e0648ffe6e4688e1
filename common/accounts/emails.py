"""Which e-mail addresses are known to be a person's own."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address of a person, and whether they confirmed that it is theirs."""

    email: str
    is_confirmed: bool


def find_address(user_id: int, email: str) -> Address | None:
    """Return the address that an account is written to; None without one. One statement.

    ``email`` is that of the account's own row, which is older than the list of addresses.
    """
    rows = EmailAddress.objects.filter(user_id=user_id).order_by("-verified", "-primary", "pk")
    row = rows.first()
    if row is not None:
        return Address(row.email, row.verified)
    return Address(email, is_confirmed=False) if email else None


def find_email_domains(user_id: int) -> frozenset[str]:
    """Return the domains of the addresses that a person has confirmed, lower case. One statement.

    An address that nobody confirmed proves nothing: anyone can type it.
    """
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True)
    addresses = rows.values_list("email", flat=True)
    return frozenset(address.rpartition("@")[2].lower() for address in addresses)


def is_proved(user_id: int, email: str) -> bool:
    """Tell whether this person has confirmed this very address. One statement."""
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True)
    return bool(rows.filter(email__iexact=email).exists())
