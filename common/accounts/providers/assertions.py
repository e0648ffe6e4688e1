"""SAML 2.0: our question, and the check of what the provider answers.

The library verifies signature, schema, issuer and times; what it lets pass when it is missing
(audience, recipient, end, the number of our question) is asked for here. All is read from the
one assertion, which must be signed itself: what stands around it may be anybody's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.socialaccount.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

_KEEP_METADATA_SECONDS: Final = 3600
_MAX_METADATA_BYTES: Final = 2_000_000
_DAY_SECONDS: Final = 86_400
_SECURITY: Final = {
    "wantAssertionsSigned": True,
    "rejectDeprecatedAlgorithm": True,
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "allowRepeatAttributeName": True,
    # Schools call their servers as they like.
    "allowSingleLabelDomains": True,
}
# SAML's core allows no others (5.4.4).
_TRANSFORMS: Final = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
# Under what names schools say it: eduPerson and X.500 object ids, LDAP, Microsoft.
_USUAL: Final = {
    "urn:oid:0.9.2342.19200300.100.1.3": "email",
    "mail": "email",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "email",
    "urn:oid:2.16.840.1.113730.3.1.241": "name",
    "displayName": "name",
    "urn:oid:2.5.4.3": "name",
    "urn:oid:0.9.2342.19200300.100.1.1": "username",
    "uid": "username",
}


class UnbelievedError(Exception):
    """An answer that is not believed; says why, for the log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. ``question``: the number of ours, None where nobody asked."""

    question: str | None
    said: Mapping[str, Any]


def make_auth(request: HttpRequest, app: Any, answer: str = "") -> OneLogin_Saml2_Auth:
    """Return the library's view of one request to one provider. May fetch metadata."""
    acs = reverse("saml_acs", args=[app.provider_id])
    data = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": "",
        "path_info": acs,
        "get_data": {},
        "post_data": {"SAMLResponse": answer} if answer else {},
    }
    return OneLogin_Saml2_Auth(data, {**our_side(request, app), "idp": _their_side(app.settings)})


def our_side(request: HttpRequest, app: Any) -> dict[str, Any]:
    """Return what we are for a provider: entity id and address of answers."""
    return {
        "strict": True,
        "security": _SECURITY,
        "sp": {
            "entityId": request.build_absolute_uri(
                reverse("saml_metadata", args=[app.provider_id])
            ),
            "assertionConsumerService": {
                "url": request.build_absolute_uri(reverse("saml_acs", args=[app.provider_id])),
                "binding": Names.BINDING_HTTP_POST,
            },
        },
    }


def read_answer(request: HttpRequest, app: Any, text: str) -> Answer:
    """Return what an answer says. Raises UnbelievedError or one of the library's errors."""
    _check_signatures(OneLogin_Saml2_XML.to_etree(OneLogin_Saml2_Utils.b64decode(text)))
    auth = make_auth(request, app, text)
    auth.process_response()
    if auth.get_errors() or not auth.is_authenticated():
        raise UnbelievedError(auth.get_last_error_reason() or ", ".join(auth.get_errors()))
    root = OneLogin_Saml2_XML.to_etree(auth.get_last_response_xml())
    question = _check(root, our_side(request, app)["sp"])
    _take_once(app, auth)
    # Another one at each sign-in is nobody's name.
    is_passing = auth.get_nameid_format() == Names.NAMEID_TRANSIENT
    name_id = "" if is_passing else auth.get_nameid()
    attributes = {name: values[0] for name, values in auth.get_attributes().items() if values}
    usual = {short: attributes[name] for name, short in _USUAL.items() if name in attributes}
    return Answer(
        question,
        {**usual, **attributes, "sub": name_id, "amr": auth.get_last_authn_contexts()},
    )


def _check_signatures(root: Any) -> None:
    """Let none be looked into that covers anything but the element that it stands in.

    The library reads the first reference only, and runs any transform before it knows the signer.
    """
    for signature in OneLogin_Saml2_XML.query(root, "//ds:Signature"):
        references = OneLogin_Saml2_XML.query(signature, ".//ds:Reference")
        if len(references) != 1:
            raise UnbelievedError("a signature has not one reference")
        if references[0].get("URI") != f"#{signature.getparent().get('ID')}":
            raise UnbelievedError("a signature covers not what it stands in")
        transforms = OneLogin_Saml2_XML.query(signature, ".//ds:Transform")
        if not {transform.get("Algorithm") for transform in transforms} <= _TRANSFORMS:
            raise UnbelievedError("a signature transforms more than its form")


def _check(root: Any, us: Mapping[str, Any]) -> str | None:
    """Return the number of our question that the signed part names."""
    assertions = OneLogin_Saml2_XML.query(root, "//saml:Assertion")
    if len(assertions) != 1:
        raise UnbelievedError("not one assertion")
    audiences = OneLogin_Saml2_XML.query(
        assertions[0], "./saml:Conditions/saml:AudienceRestriction/saml:Audience"
    )
    if us["entityId"] not in {(audience.text or "").strip() for audience in audiences}:
        raise UnbelievedError("the assertion is for somebody else")
    confirmations = OneLogin_Saml2_XML.query(
        assertions[0], "./saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
    )
    if len(confirmations) != 1:
        raise UnbelievedError("not one confirmation of the subject")
    (data,) = confirmations
    if data.get("Recipient") != us["assertionConsumerService"]["url"]:
        raise UnbelievedError("the assertion was to be handed in elsewhere")
    if not data.get("NotOnOrAfter"):
        raise UnbelievedError("the assertion never ends")
    if root.get("InResponseTo") != data.get("InResponseTo"):
        raise UnbelievedError("answer and assertion belong to different questions")
    question: str | None = data.get("InResponseTo")
    return question


def _take_once(app: Any, auth: OneLogin_Saml2_Auth) -> None:
    """Remember the assertion until it ends, a day at least."""
    ends = auth.get_last_assertion_not_on_or_after() or 0
    seconds = max(_DAY_SECONDS, int(ends - time.time()) + _DAY_SECONDS)
    digest = hashlib.sha256(str(auth.get_last_assertion_id()).encode()).hexdigest()
    if not cache.add(f"lyceum.saml.used:{app.provider_id}:{digest}", True, timeout=seconds):
        raise UnbelievedError("the assertion was used before")


def _their_side(settings: Mapping[str, Any]) -> dict[str, Any]:
    if not settings.get("metadata_url"):
        return {
            "entityId": settings["entity_id"],
            "singleSignOnService": {"url": settings["sso_url"]},
            "x509cert": OneLogin_Saml2_Utils.format_cert(settings["certificate"], heads=False),
        }
    address, entity_id = settings["metadata_url"], settings.get("entity_id") or None
    digest = hashlib.sha256(f"{address} {entity_id}".encode()).hexdigest()
    known: dict[str, Any] | None = cache.get(f"lyceum.saml:{digest}")
    if known is None:
        with get_adapter().get_requests_session() as session:
            response = session.get(address)
            response.raise_for_status()
        if len(response.content) > _MAX_METADATA_BYTES:
            raise UnbelievedError("the provider's metadata is too long")
        known = OneLogin_Saml2_IdPMetadataParser.parse(response.content, entity_id=entity_id)["idp"]
        cache.set(f"lyceum.saml:{digest}", known, _KEEP_METADATA_SECONDS)
    return known
