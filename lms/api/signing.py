"""Signed access tokens (JWT): written and read, by a shared secret or by a key pair of ours.

``asymmetric_jwt`` is for systems of others, which check a token by our published key
(``/oauth2/jwks``) and ask us nothing. Either way the row of the token stands behind the
signature: where the row is gone, the signature is worth nothing here.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import AccessToken

from common.core.env import stored_secret

SHARED: Final = "HS256"
KEY_PAIR: Final = "RS512"


def write_jwt(token: AccessToken, *, algorithm: str = SHARED) -> str:
    """Return the signed form of an access token; revoking the row ends it too."""
    user = token.user
    claims = {
        "iss": settings.LMS_URL,
        "aud": settings.LMS_URL,
        "jti": token.token_checksum,
        "exp": int(token.expires.timestamp()),
        "iat": int(timezone.now().timestamp()),
        "preferred_username": user.get_username() if user else "",
        "scopes": token.scope.split(),
    }
    if algorithm == SHARED:
        return jwt.encode(claims, _secret(), algorithm=SHARED)
    return jwt.encode(claims, _private_key(), algorithm=KEY_PAIR, headers={"kid": _key_id()})


def read_jwt(text: str) -> dict[str, Any]:
    """Return the claims of ``write_jwt``. Raises jwt.InvalidTokenError and its kinds."""
    # The key goes by the algorithm, never the other way round: a token that is signed with the
    # published key as if it were a secret finds the real secret here.
    algorithm = jwt.get_unverified_header(text).get("alg")
    key = _private_key().public_key() if algorithm == KEY_PAIR else _secret()
    claims: dict[str, Any] = jwt.decode(
        text,
        key,
        algorithms=[KEY_PAIR if algorithm == KEY_PAIR else SHARED],
        issuer=settings.LMS_URL,
        audience=settings.LMS_URL,
        options={"require": ["exp", "iat", "jti", "iss", "aud"]},
    )
    if not isinstance(claims["jti"], str):
        raise jwt.InvalidTokenError("jti is no text")
    return claims


def checksum_of(text: str) -> str:
    """Return the checksum by which the row of a token is found, of either form of it."""
    if text.count(".") == 2:
        try:
            return str(read_jwt(text)["jti"])
        except jwt.InvalidTokenError:
            pass
    return hashlib.sha256(text.encode()).hexdigest()


def public_keys() -> dict[str, Any]:
    """Return the published keys as a JSON Web Key Set."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_private_key().public_key()))
    return {"keys": [{**key, "kid": _key_id(), "alg": KEY_PAIR, "use": "sig"}]}


def make_key() -> str:
    """Return a new private key as PEM text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _secret() -> bytes:
    # Apart from what else the secret signs: a signature made elsewhere is none here.
    return hashlib.sha256(f"lms.api.jwt:{settings.SECRET_KEY}".encode()).digest()


@lru_cache(maxsize=1)
def _private_key() -> rsa.RSAPrivateKey:
    text = settings.TOKEN_KEY.replace("\\n", "\n") or stored_secret(
        settings.LYCEUM_HOME, "token_key.pem", make=make_key
    )
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("LYCEUM_TOKEN_KEY is no RSA key")
    return key


@lru_cache(maxsize=1)
def _key_id() -> str:
    der = _private_key().public_key()
    data = der.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(data).hexdigest()[:16]
