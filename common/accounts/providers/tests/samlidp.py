"""An institution's SAML side with a key of its own: it says whatever a test wants said."""

from __future__ import annotations

import base64
import datetime
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from common.accounts.providers.tests.keycloak import SAML, begin_saml

ENTITY_ID: Final = "https://sso.campus.example/"
US: Final = f"http://testserver{SAML}metadata/"
ACS: Final = f"http://testserver{SAML}acs/"
_NAMESPACES: Final = (
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
)
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with its certificate, both as PEM."""

    key: str
    certificate: str


@cache
def signer(name: str) -> Signer:
    """Return the key of this name; made once a run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Signer(pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


def entry(**values: Any) -> dict[str, Any]:
    """Return what an operator would write into the setting about it."""
    return {
        "id": "campus",
        "kind": "saml",
        "name": "Example Campus",
        "entity_id": ENTITY_ID,
        "sso_url": f"{ENTITY_ID}sso",
        "certificate": signer("campus").certificate,
        **values,
    }


def ask(client: Client) -> str:
    """Press the button; return the number of our question."""
    said = parse_qs(urlsplit(begin_saml(client)).query)["SAMLRequest"][0]
    question = zlib.decompress(base64.b64decode(said), -15)
    return str(etree.fromstring(question).get("ID"))


def moment(seconds: float = 0) -> str:
    """Return the time so far from now, as SAML writes it."""
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def assertion(question: str | None, **values: str | int) -> str:
    """Return an unsigned assertion. "" leaves a part out; a number is so many seconds from now."""
    said: dict[str, Any] = {
        "id": f"_{uuid4()}",
        "issuer": ENTITY_ID,
        "format": Names.NAMEID_PERSISTENT,
        "name": "grace",
        "method": Names.CM_BEARER,
        "recipient": ACS,
        "asked": question or "",
        "ends": moment(300),
        "begins": moment(-30),
        "condition_ends": moment(300),
        "audience": US,
        "statement": _statement(),
        "attributes": "",
        **{name: _text(value) for name, value in values.items()},
    }
    data = _attributes(
        Recipient=said["recipient"], InResponseTo=said["asked"], NotOnOrAfter=said["ends"]
    )
    times = _attributes(NotBefore=said["begins"], NotOnOrAfter=said["condition_ends"])
    restriction = (
        f"<saml:AudienceRestriction><saml:Audience>{said['audience']}</saml:Audience>"
        "</saml:AudienceRestriction>"
    )
    return (
        f'<saml:Assertion {_NAMESPACES} ID="{said["id"]}" Version="2.0" '
        f'IssueInstant="{moment()}"><saml:Issuer>{said["issuer"]}</saml:Issuer>'
        f'<saml:Subject><saml:NameID Format="{said["format"]}">{said["name"]}</saml:NameID>'
        f'<saml:SubjectConfirmation Method="{said["method"]}">'
        f"<saml:SubjectConfirmationData{data}/></saml:SubjectConfirmation></saml:Subject>"
        f"<saml:Conditions{times}>{restriction if said['audience'] else ''}</saml:Conditions>"
        f"{said['statement']}{said['attributes']}</saml:Assertion>"
    )


def response(question: str | None, *assertions: str, **values: str) -> str:
    """Return an unsigned answer around assertions. A value "" leaves its part out."""
    said = {
        "id": f"_{uuid4()}",
        "issuer": ENTITY_ID,
        "destination": ACS,
        "question": question or "",
        "status": Names.STATUS_SUCCESS,
        **values,
    }
    head = _attributes(Destination=said["destination"], InResponseTo=said["question"])
    issuer = f"<saml:Issuer>{said['issuer']}</saml:Issuer>" if said["issuer"] else ""
    return (
        f'<samlp:Response {_NAMESPACES} ID="{said["id"]}" Version="2.0" '
        f'IssueInstant="{moment()}"{head}>{issuer}'
        f'<samlp:Status><samlp:StatusCode Value="{said["status"]}"/></samlp:Status>'
        f"{''.join(assertions)}</samlp:Response>"
    )


def sign(text: str, who: str = "campus", *, weak: bool = False) -> str:
    """Sign a response or an assertion; ``weak``: as one did in former times."""
    by = signer(who)
    algorithms = (Names.RSA_SHA1, Names.SHA1) if weak else (Names.RSA_SHA256, Names.SHA256)
    signed: bytes = OneLogin_Saml2_Utils.add_sign(text, by.key, by.certificate, False, *algorithms)
    return signed.decode()


def good(question: str | None, **values: str | int) -> str:
    """Return an answer as institutions give it: the assertion is signed."""
    return response(question, sign(assertion(question, **values)))


def encode(text: str) -> str:
    """Return an answer as the browser posts it."""
    return base64.b64encode(text.encode()).decode()


def parse(text: str) -> Any:
    """Return the tree of an answer, for tests that move its parts about."""
    return etree.fromstring(text.encode())


def text_of(root: Any) -> str:
    """Return a tree as text."""
    return etree.tostring(root, encoding="unicode")


def take_signature(element: Any) -> Any:
    """Take the signature out of an element, and return it."""
    signature = element.find(_SIGNATURE)
    element.remove(signature)
    return signature


def _text(value: str | int) -> str:
    return value if isinstance(value, str) else moment(value)


def _statement() -> str:
    return (
        f'<saml:AuthnStatement AuthnInstant="{moment()}"><saml:AuthnContext>'
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
        "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
    )


def attributes(**values: str) -> str:
    """Return an attribute statement; values are written as they are."""
    said = "".join(
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue>'
        "</saml:Attribute>"
        for name, value in values.items()
    )
    return f"<saml:AttributeStatement>{said}</saml:AttributeStatement>"


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{value}"' for name, value in values.items() if value)
