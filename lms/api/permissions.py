"""What a token may do: the scopes that it was given. Sessions may do all that their person may.

``HasScope`` is, with ``IsAuthenticated``, REST framework's default here. A view that sets
``permission_classes`` of its own names it too. Reading asks for ``read``, everything else for
``write``; ``scopes`` of a view names others that let its readers in
(``("grades:read",)``), so that a partner system needs no more than what it reads.
"""

from __future__ import annotations

from typing import Any

from oauth2_provider.models import AccessToken
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class HasScope(BasePermission):
    """Refuses (403) a token without a scope for what it asks; no SQL."""

    message = "The token has no scope for this."
    code = "insufficient_scope"

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, AccessToken):
            return True
        reads = request.method in SAFE_METHODS
        enough = {"read", *getattr(view, "scopes", ())} if reads else {"write"}
        return not enough.isdisjoint(token.scope.split())
