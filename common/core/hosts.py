"""What a site that listens on every address of the machine may be called by browsers."""

from __future__ import annotations

import socket
from typing import Final

import psutil

# How operators say "every address": these are no places that a browser could go to.
ANYWHERE: Final = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 # compared with what was asked for


def names_of_this_machine() -> list[str]:
    """Return its host name and addresses, IPv6 ones in brackets as in a ``Host`` header."""
    addresses = {
        address.address
        for interface in psutil.net_if_addrs().values()
        for address in interface
        # Link-local IPv6 addresses carry the interface's name, which no browser sends.
        if address.family in {socket.AF_INET, socket.AF_INET6} and "%" not in address.address
    }
    hosts = [f"[{address}]" if ":" in address else address for address in sorted(addresses)]
    return [socket.gethostname().lower(), *hosts]
