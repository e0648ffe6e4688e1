"""An institution's side of OpenID Connect with keys of its own: it says what a test wants said."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from common.accounts.providers.tests.keycloak import CLIENT_SECRET, begin

ACCESS_TOKEN: Final = "an access token"
_NUMBERS = count(1)


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """Return the key of this name; made once a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str) -> bytes:
    """Return the public half, as files hold it."""
    return (
        key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def jwk(name: str, **values: Any) -> dict[str, Any]:
    """Return the public half, as providers publish it."""
    said = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(name).public_key()))
    return {**said, "kid": name, "use": "sig", **values}


def signed(claims: Any, name: str = "school", algorithm: str = "RS256", **header: Any) -> str:
    """Return a token by the key of this name."""
    head = {"kid": name, **header}
    return jwt.encode(claims, key(name), algorithm, {k: v for k, v in head.items() if v})


def by_secret(claims: Any, secret: bytes) -> str:
    """Return a token of HS256, whatever the secret is: libraries refuse to make some."""
    head = _url64(json.dumps({"alg": "HS256", "kid": "school", "typ": "JWT"}).encode())
    text = f"{head}.{_url64(json.dumps(claims).encode())}"
    return f"{text}.{_url64(hmac.digest(secret, text.encode(), 'sha256'))}"


def unsigned(claims: Any) -> str:
    """Return a token of nobody."""
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "school"})


def at_hash(access_token: str) -> str:
    """Return what an ID token says of the access token beside it."""
    return _url64(hashlib.sha256(access_token.encode()).digest()[:16])


@dataclass(slots=True)
class School:
    """One provider. What it will say next can be set; None: nothing."""

    url: str
    id_token: str | None = None
    userinfo: Any = None
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk("school")])
    issuer: str | None = None
    token_status: int = 200
    person: dict[str, Any] = field(default_factory=dict)
    end_session: str = ""

    def entry(self, **values: Any) -> dict[str, Any]:
        """Return what an operator would write into the setting about it."""
        return {
            "id": "school",
            "kind": "oidc",
            "name": "Example School",
            "server_url": self.url,
            "client_id": "lyceum",
            "client_secret": CLIENT_SECRET,
            **values,
        }

    def claims(self, nonce: str, /, **values: Any) -> dict[str, Any]:
        """Return what a right token says; None leaves a claim out."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": "lyceum",
            "sub": "ada-1815",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "name": "Ada Lovelace",
            "preferred_username": "ada",
            "email": "ada@school.example",
            "email_verified": True,
            **values,
        }
        return {name: value for name, value in said.items() if value is not None}

    def send_back(self, query: str) -> str:
        """Return where a browser goes from here: ``person`` is signed in, and says yes."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        self.id_token = signed(self.claims(asked["nonce"], **self.person))
        said = urlencode({"code": "a code", "state": asked["state"]})
        return f"{asked['redirect_uri']}?{said}"

    def answer(self, path: str) -> tuple[int, Any]:
        """Return status and body of a request."""
        if path.endswith("/openid-configuration"):
            configuration = {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
            if self.end_session:
                configuration["end_session_endpoint"] = self.end_session
            if self.userinfo is not None:
                configuration["userinfo_endpoint"] = f"{self.url}/userinfo"
            return 200, configuration
        if path.endswith("/keys"):
            return 200, {"keys": self.keys}
        if path.endswith("/userinfo"):
            return 200, self.userinfo
        said = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.id_token}
        return self.token_status, {name: value for name, value in said.items() if value}


def ask(client: Client) -> tuple[str, str]:
    """Press the button; return state and nonce of our question."""
    sent = parse_qs(urlsplit(begin(client)).query)
    return sent["state"][0], sent["nonce"][0]


class Schools:
    """A server with as many providers as tests ask for, each at an address of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.by_path: dict[str, School] = {}

    def new(self) -> School:
        """Return another provider."""
        name = f"/{next(_NUMBERS)}"
        self.by_path[name] = School(self.url + name)
        return self.by_path[name]


@contextmanager
def serve_schools() -> Iterator[Schools]:
    """Serve on this machine, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer()

        def _answer(self) -> None:
            school = schools.by_path["/" + self.path.split("/")[1]]
            parts = urlsplit(self.path)
            if parts.path.endswith("/auth"):
                self.send_response(302)
                self.send_header("Location", school.send_back(parts.query))
                self.end_headers()
                return
            status, body = school.answer(parts.path)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    schools = Schools(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield schools
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
