"""Answers by SAML that nobody should believe: each is refused, makes nothing, and says why."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client

from common.accounts.providers.options import check_entries
from common.accounts.providers.tests import samlidp as idp
from common.accounts.providers.tests.keycloak import hand_in
from common.accounts.providers.tests.samlidp import assertion, good, response, sign

pytestmark = pytest.mark.django_db

ELSEWHERE = "https://elsewhere.example/"
Make = Callable[[str], str]


@pytest.fixture(autouse=True)
def _campus(settings: Any) -> None:
    settings.IDENTITY_PROVIDERS = check_entries([idp.entry()])


def _who(client: Client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return None if user_id is None else SocialAccount.objects.get(user_id=user_id).uid


def _assert_refused(client: Client, text: str, why: str, caplog: Any) -> None:
    answer = hand_in(client, idp.encode(text))
    assert answer.status_code == 401
    assert "Example Campus could not sign you in here" in answer.content.decode()
    assert _who(client) is None
    assert not get_user_model().objects.exists()
    assert "sign-in through campus failed" in caplog.text
    assert why in caplog.text


@pytest.mark.parametrize(
    "make",
    [
        good,
        lambda q: sign(response(q, sign(assertion(q)))),
        lambda q: response(q, sign(assertion(q)), issuer=""),
        lambda q: response(q, sign(assertion(q)), destination=""),
    ],
    ids=["assertion signed", "both signed", "issuer in the assertion alone", "no destination"],
)
def test_a_right_answer_lets_in(client: Client, make: Make) -> None:
    """Otherwise the refusals below would prove nothing."""
    answer = hand_in(client, idp.encode(make(idp.ask(client))))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/providers/signup/")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"recipient": ""}, "handed in elsewhere"),
        ({"recipient": ELSEWHERE}, "valid SubjectConfirmation"),
        ({"recipient": f"{idp.ACS}more"}, "handed in elsewhere"),
        ({"ends": ""}, "never ends"),
        ({"ends": -400}, "valid SubjectConfirmation"),
        ({"asked": ""}, "different questions"),
        ({"asked": "_another"}, "valid SubjectConfirmation"),
        ({"audience": ""}, "for somebody else"),
        ({"audience": ELSEWHERE}, "not a valid audience"),
        ({"audience": f"{idp.US}<!-- -->more"}, "not a valid audience"),
        ({"begins": 900}, "not yet valid"),
        ({"condition_ends": -900}, "expired"),
        ({"issuer": ELSEWHERE}, "Invalid issuer"),
        ({"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "SubjectConfirmation"),
        ({"statement": ""}, "AuthnStatement"),
        ({"name": ""}, "NameID"),
        ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "no subject"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_signed_assertion_that_is_not_for_this_moment_and_place_is_refused(
    client: Client, caplog: Any, said: dict[str, Any], why: str
) -> None:
    _assert_refused(client, good(idp.ask(client), **said), why, caplog)


_XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


def _with_transform(text: str, algorithm: str) -> str:
    root = idp.parse(text)
    place = root.find(".//{*}Transforms")
    transform = copy.deepcopy(place[0])
    transform.set("Algorithm", algorithm)
    place.insert(0, transform)
    return idp.text_of(root)


def _with_reference(text: str) -> str:
    root = idp.parse(text)
    reference = root.find(".//{*}Reference")
    reference.addnext(copy.deepcopy(reference))
    return idp.text_of(root)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda q: response(q, assertion(q)), "Assertion of the Response is not signed"),
        (lambda q: sign(response(q, assertion(q))), "Assertion of the Response is not signed"),
        (lambda q: response(q, sign(assertion(q), "mallory")), "Signature validation failed"),
        (lambda q: response(q, sign(assertion(q), weak=True)), "Deprecated signature"),
        (
            lambda q: sign(response(q, sign(assertion(q))), "mallory"),
            "Signature validation failed",
        ),
        (
            lambda q: response(q, sign(assertion(q)).replace("grace", "admin")),
            "Signature validation failed",
        ),
        (lambda q: _with_transform(good(q), _XSLT), "transforms more than"),
        (lambda q: _with_transform(good(q), _XPATH), "transforms more than"),
        (lambda q: _with_reference(good(q)), "not one reference"),
        (lambda q: re.sub(r'URI="#[^"]+"', 'URI=""', good(q)), "not what it stands in"),
    ],
    ids=[
        "nothing signed",
        "only the response",
        "another's key",
        "SHA-1",
        "response by another's key",
        "another name",
        "style sheet in the signature",
        "part left out of the signature",
        "second reference",
        "all of the answer signed",
    ],
)
def test_what_is_not_signed_as_agreed_is_refused(
    client: Client, caplog: Any, make: Make, why: str
) -> None:
    _assert_refused(client, make(idp.ask(client)), why, caplog)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda q: response(q), "must contain 1 assertion"),
        (lambda q: response(q, sign(assertion(q)), assertion(q)), "must contain 1 assertion"),
        (lambda q: response(q, assertion(q), sign(assertion(q))), "must contain 1 assertion"),
        (lambda q: response(q, *[sign(assertion(q))] * 2), "must contain 1 assertion"),
        (lambda q: good(q).replace(f'Destination="{idp.ACS}"', 'Destination=""'), "Destination"),
        (lambda q: response(q, sign(assertion(q)), destination=ELSEWHERE), "instead of"),
        (lambda q: response("_another", sign(assertion(q))), "valid SubjectConfirmation"),
        (lambda q: response("", sign(assertion(q))), "different questions"),
        (lambda q: response(q, sign(assertion(q)), issuer=ELSEWHERE), "Invalid issuer"),
        (lambda q: good("_nobody-asked"), "another browser asked"),
        (lambda q: good(None), "nobody asked"),
        (
            lambda q: response(
                q, sign(assertion(q)), status="urn:oasis:names:tc:SAML:2.0:status:Responder"
            ),
            "not Success",
        ),
        (lambda q: good(q).replace('Version="2.0"', 'Version="1.1"', 1), "SAML version"),
    ],
    ids=[
        "no assertion",
        "a second one behind",
        "a second one before",
        "twice",
        "empty destination",
        "wrong destination",
        "response to another question",
        "response to none",
        "response of another",
        "to a question never asked",
        "to no question",
        "failed there",
        "old version",
    ],
)
def test_an_answer_around_it_that_does_not_fit_is_refused(
    client: Client, caplog: Any, make: Make, why: str
) -> None:
    _assert_refused(client, make(idp.ask(client)), why, caplog)


def _evil(whole: Any, name: str = "admin") -> Any:
    """Return a copy of the signed assertion that says another name and is not signed."""
    evil = copy.deepcopy(whole)
    idp.take_signature(evil)
    evil.set("ID", "_evil")
    evil.find(".//{*}NameID").text = name
    return evil


def _extensions(root: Any) -> Any:
    """Return a place in the answer where schemas let anything stand."""
    namespace = root.tag.partition("}")[0]
    place = root.makeelement(f"{namespace}}}Extensions")
    root.find("{*}Status").addprevious(place)
    return place


def _response_copied(question: str, *, inside: bool) -> str:
    """XSW 1 and 2: the signed response is kept in, or beside, the signature of another one."""
    root = idp.parse(sign(response(question, sign(assertion(question)))))
    kept = copy.deepcopy(root)
    idp.take_signature(kept)
    signature = root.find("{*}Signature")
    root.set("ID", "_evil")
    root.find("{*}Assertion").find(".//{*}NameID").text = "admin"
    (signature.append if inside else signature.addprevious)(kept)
    return idp.text_of(root)


def _assertion_wrapped(question: str, way: str) -> str:
    """XSW 3 to 8: the signed assertion is kept where nobody reads it, an evil one is read."""
    root = idp.parse(good(question))
    whole = root.find("{*}Assertion")
    evil = _evil(whole)
    if way == "before":
        whole.addprevious(evil)
    elif way == "around":
        root.replace(whole, evil)
        evil.append(whole)
    elif way == "signature moved":
        evil.insert(1, idp.take_signature(whole))
        whole.addnext(evil)
    elif way == "in the signature":
        root.replace(whole, evil)
        signature = idp.take_signature(whole)
        evil.insert(1, signature)
        signature.append(whole)
    elif way == "in extensions":
        root.replace(whole, evil)
        _extensions(root).append(whole)
    elif way == "in the signature's object":
        root.replace(whole, evil)
        signature = idp.take_signature(whole)
        evil.insert(1, signature)
        place = signature.makeelement("{http://www.w3.org/2000/09/xmldsig#}Object")
        signature.append(place)
        place.append(whole)
    elif way == "same id":
        evil.set("ID", whole.get("ID"))
        whole.addprevious(evil)
    elif way == "same id, in extensions":
        evil.set("ID", whole.get("ID"))
        root.replace(whole, evil)
        _extensions(root).append(whole)
    elif way == "advice":
        root.replace(whole, evil)
        namespace = evil.tag.partition("}")[0]
        place = evil.makeelement(f"{namespace}}}Advice")
        evil.find("{*}Conditions").addnext(place)
        place.append(whole)
    return idp.text_of(root)


@pytest.mark.parametrize("inside", [True, False], ids=["XSW1", "XSW2"])
def test_a_signed_response_wrapped_in_another_is_refused(
    client: Client, caplog: Any, inside: bool
) -> None:
    _assert_refused(client, _response_copied(idp.ask(client), inside=inside), "", caplog)


@pytest.mark.parametrize(
    "way",
    [
        "before",
        "around",
        "signature moved",
        "in the signature",
        "in extensions",
        "in the signature's object",
        "same id",
        "same id, in extensions",
        "advice",
    ],
)
def test_a_signed_assertion_wrapped_by_another_is_refused(
    client: Client, caplog: Any, way: str
) -> None:
    _assert_refused(client, _assertion_wrapped(idp.ask(client), way), "", caplog)


@pytest.mark.parametrize("cut", ["<!-- -->", "<?x y?>"])
def test_a_comment_does_not_cut_a_name(client: Client, cut: str) -> None:
    """Signatures do not cover comments: the name is what stands around them, all of it."""
    text = good(idp.ask(client), name="grace.evil").replace("grace.evil", f"grace{cut}.evil")
    assert cut in text
    hand_in(client, idp.encode(text))
    client.post("/accounts/providers/signup/", {"username": "g", "email": "g@campus.example"})
    assert _who(client) == "grace.evil"


_BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY e "grace">]>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        f'<!DOCTYPE x [<!ENTITY e0 "ha">{_BOMB}]>',
        '<?xml version="1.0" encoding="UTF-16"?>',
    ],
    ids=["doctype", "entity", "file", "outside", "bomb", "encoding"],
)
def test_what_declares_more_than_an_answer_needs_is_refused(
    client: Client, caplog: Any, head: str
) -> None:
    _assert_refused(client, head + good(idp.ask(client), name="grace"), "", caplog)


def test_an_assertion_counts_once_however_it_is_wrapped(client: Client, caplog: Any) -> None:
    question = idp.ask(client)
    signed = sign(assertion(question))
    first = hand_in(client, idp.encode(response(question, signed)))
    assert first.status_code == 302
    _assert_refused(client, response(question, signed), "used before", caplog)


def test_a_question_counts_once(client: Client, caplog: Any) -> None:
    question = idp.ask(client)
    assert hand_in(client, idp.encode(good(question))).status_code == 302
    _assert_refused(client, good(question), "another browser asked", caplog)


@pytest.mark.parametrize("letters", [200_001, 3_000_000])
def test_an_endless_answer_is_not_read(client: Client, caplog: Any, letters: int) -> None:
    answer = hand_in(client, "A" * letters)
    assert answer.status_code in {400, 401, 413}
    assert _who(client) is None
    assert caplog.text
