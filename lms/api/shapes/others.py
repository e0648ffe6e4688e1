"""Operations that are no views of the framework: tokens, passwords, blocks."""

from __future__ import annotations

from typing import Any, Final

from lms.api.openapi import FORM, JSON, schema_of
from lms.api.shapes.errors import OAuthError, StandardError
from lms.api.shapes.tokens import EmailAddress, PasswordReset, Token, TokenEnd, TokenWish

_SIGNED_IN: Final[list[dict[str, list[str]]]] = [
    {"bearer": ["write"]},
    {"jwt": ["write"]},
    {"session": []},
]
_PUBLIC: Final[list[dict[str, list[str]]]] = [{}]


def _operation(
    summary: str,
    tag: str,
    *,
    sent: Any = None,
    sent_as: tuple[str, ...] = (FORM,),
    answers: dict[str, tuple[str, str, Any]],
    places: tuple[str, ...] = (),
    security: list[dict[str, list[str]]] | None = None,
) -> dict[str, Any]:
    """Return an operation; ``answers``: status to sentence, media type and type of the body."""
    told: dict[str, Any] = {
        "operationId": "_".join(summary.lower().split()[:6]).strip(".,:"),
        "summary": summary,
        "tags": [tag],
        "security": _PUBLIC if security is None else security,
        "responses": {
            status: {"description": sentence}
            | ({"content": {kind: {"schema": schema_of(hint)}}} if kind else {})
            for status, (sentence, kind, hint) in answers.items()
        },
    }
    if sent is not None:
        body = {kind: {"schema": schema_of(sent)} for kind in sent_as}
        told["requestBody"] = {"content": body, "required": True}
    if places:
        told["parameters"] = [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
            for name in places
        ]
    return told


def _token() -> dict[str, Any]:
    answers = {
        "200": ("A token", JSON, Token),
        "400": ("Something is missing or unknown", JSON, OAuthError),
        "401": ("The app is not known, or its secret is wrong", JSON, OAuthError),
    }
    return {
        "post": _operation("Get a token for an app.", "oauth2", sent=TokenWish, answers=answers)
    }


def _end() -> dict[str, Any]:
    answers = {
        "200": ("The token is no good any more", "", None),
        "401": ("The app is not known", JSON, OAuthError),
    }
    return {"post": _operation("End a token.", "oauth2", sent=TokenEnd, answers=answers)}


def _exchange() -> dict[str, Any]:
    answers = {"400": ("No such provider takes part here", JSON, OAuthError)}
    told = _operation(
        "Exchange the token of a provider.", "oauth2", answers=answers, places=("provider",)
    )
    return {"post": told}


def _authorize() -> dict[str, Any]:
    answers = {
        "200": ("The page that asks for consent", "text/html", str),
        "302": ("Back to the app with a code, or to the sign-in page", "", None),
        "400": ("The app is not known, or would be sent elsewhere", "text/html", str),
    }
    told = _operation(
        "Ask a person to let an app act for them.",
        "oauth2",
        answers=answers,
        security=[{"session": []}],
    )
    return {"get": told}


def _forgotten() -> dict[str, Any]:
    answers = {
        "200": ("A mail is sent if there is such an account", JSON, PasswordReset),
        "400": ("That is no address", JSON, PasswordReset),
        "403": ("Too often", JSON, PasswordReset),
    }
    told = _operation(
        "Send a link for a new password.", "password_reset", sent=EmailAddress, answers=answers
    )
    return {"post": told}


def _block_page() -> dict[str, Any]:
    answers = {
        "200": ("The block without the site around it", "text/html", str),
        "404": ("Not there, or hidden", "text/html", str),
    }
    told = _operation(
        "A unit, or a block of one, as a page.",
        "xblock",
        answers=answers,
        places=("usage",),
        security=[{"session": []}],
    )
    return {"get": told}


def _handler() -> dict[str, Any]:
    answers = {
        "200": ("What the block answers", JSON, Any),
        "400": ("The block cannot use what was sent", JSON, StandardError),
        "403": ("Not open to this person now", JSON, StandardError),
        "404": ("No such block or handler", JSON, StandardError),
        "409": ("Changed meanwhile in another window: nothing is lost", JSON, StandardError),
    }
    told = _operation(
        "Hand something to a block: an answer, a place in a video.",
        "courses",
        sent=Any,
        sent_as=(FORM, JSON, "multipart/form-data"),
        answers=answers,
        places=("course_id", "usage", "handler"),
        security=_SIGNED_IN,
    )
    return {"post": told}


PATHS: Final = {
    "/oauth2/access_token/": _token,
    "/oauth2/revoke_token/": _end,
    "/oauth2/authorize/": _authorize,
    "/oauth2/exchange_access_token/{provider}/": _exchange,
    "/password_reset/": _forgotten,
    "/xblock/{usage}": _block_page,
    "/courses/{course_id}/xblock/{usage}/handler/{handler}": _handler,
}
