"""The schema of the API (OpenAPI 3.1), made from the views and from the types of their answers.

A view says what it takes and gives by ``@describe``; the types lie in ``lms.api.shapes``. Who may
ask, with which scopes, is read from the view's own classes. ``build_schema()`` gives the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    Literal,
    NotRequired,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from lms.api.shapes.errors import StandardError

F = TypeVar("F", bound=Callable[..., Any])
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MERGE_PATCH: Final = "application/merge-patch+json"
# What is called the same in every address.
_PLACES: Final = {
    "course_id": "the key of a course run",
    "usage": "the key of a block",
    "username": "a user name; others' data is hidden (404)",
    "name": "what is asked of several, such as time_zone",
    "user_id": "the number of an account",
    "version": "0.5, 1, 2, 3 or 4",
    "provider": "a provider of identities",
    "handler": "what the block is asked to do, such as problem_check",
}
_REASONS: Final = {
    400: "What was sent cannot be right; nothing was changed",
    401: "Nobody is signed in, or the token is no good (error_code tells which)",
    403: "Not for this person, or not with this token's scopes",
    404: "Not there, or hidden from this person",
    406: "No course that can be taken so",
    409: "Taken already",
    413: "More than is taken at once",
    415: "Sent as something else than what is taken",
    429: "Too often; Retry-After tells the seconds to wait",
}
_SIMPLE: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "contentMediaType": "application/octet-stream"},
    NoneType: {"type": "null"},
    Any: {},
}
_TYPES: dict[str, Any] = {}


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of a type; of a ``TypedDict`` a reference to its component.

    Raises TypeError for a type that has none.
    """
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if is_typeddict(hint):
        known = _TYPES.setdefault(hint.__name__, hint)
        if known is not hint:
            raise TypeError(f"two types are called {hint.__name__}")
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    origin, parts = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return schema_of(parts[0])
    if origin is list:
        return {"type": "array", "items": schema_of(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, UnionType):
        return {"anyOf": [schema_of(part) for part in parts]}
    raise TypeError(f"{hint!r} has no schema")


def components() -> dict[str, dict[str, Any]]:
    """Return the schema of every type that was named so far, and of those they name."""
    done: dict[str, dict[str, Any]] = {}
    while missing := [name for name in _TYPES if name not in done]:
        for name in missing:
            done[name] = _component(_TYPES[name])
    return dict(sorted(done.items()))


def _component(hint: Any) -> dict[str, Any]:
    hints = get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "description": " ".join((hint.__doc__ or "").split()),
        "properties": {name: schema_of(kind) for name, kind in hints.items()},
        "required": [
            name
            for name, kind in hints.items()
            # Annotations are texts when the class is made: it does not see NotRequired in them.
            if name in hint.__required_keys__ and get_origin(kind) is not NotRequired
        ],
    }


def describe(
    answer: Any = None,
    *,
    status: int = 200,
    sent: Any = None,
    sent_as: Sequence[str] = (JSON,),
    query: Sequence[OpenApiParameter] = (),
    refused: Iterable[int] = (),
    error: Any = StandardError,
    others: Mapping[int, Any] | None = None,
    summary: str | None = None,
) -> Callable[[F], F]:
    """Say what a method of a view takes and gives.

    ``answer``: a type, None for no body; ``refused``: with which further statuses it says no
    (besides 401, 403 and 404), in the shape ``error``; ``others``: statuses with types of their
    own.
    """
    answers: dict[Any, Any] = {status: _answer(answer, "")}
    for code in sorted({401, 403, 404, *refused, *((400, 413) if sent is not None else ())}):
        answers[code] = _answer(StandardError if code == 401 else error, _REASONS[code])
    for code, hint in (others or {}).items():
        answers[code] = _answer(hint, _REASONS.get(code, ""))
    options: dict[str, Any] = {"responses": answers, "parameters": list(query), "summary": summary}
    if sent is not None:
        options["request"] = dict.fromkeys(sent_as, schema_of(sent))
    else:
        options["request"] = None
    decorator: Callable[[F], F] = extend_schema(**options)
    return decorator


def _answer(hint: Any, description: str) -> OpenApiResponse:
    return OpenApiResponse(None if hint is None else schema_of(hint), description)


class ApiSchema(AutoSchema):
    """How views of ours are described: by their docstrings, addresses and permissions."""

    def get_operation_id(self) -> str:
        """Return "get_api_courses_v1_courses_course_id": unique, as method and path are."""
        words = re.findall(r"[A-Za-z0-9]+", self.path)
        return "_".join([self.method.lower(), *words])

    def get_tags(self) -> list[str]:
        """Return the family: the words before the version, or the first."""
        words = [word for word in self.path.split("/") if word and not word.startswith("{")]
        family = [word for word in words if word not in ("api", "user_api")]
        return family[:1] or words[:1]

    def get_summary(self) -> str:
        """Return the first line of the view's docstring, without its method."""
        line = (type(self.view).__doc__ or "").strip().partition("\n")[0]
        text = re.sub(r"^(GET|POST|PATCH|PUT|DELETE)\b[^:]*: ", "", line)
        return text[:1].upper() + text[1:]

    def get_override_parameters(self) -> list[Any]:
        """Return the parts of the address: all of them are texts."""
        names = re.findall(r"{(\w+)}", self.path)
        return [
            OpenApiParameter(
                name, OpenApiTypes.STR, OpenApiParameter.PATH, description=_PLACES.get(name, "")
            )
            for name in names
        ]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return which ways of signing in are taken, with the scopes of which one is needed."""
        authenticators = {type(one).__name__ for one in self.view.get_authenticators()}
        is_public = not any(
            type(one).__name__ == "IsAuthenticated" for one in self.view.get_permissions()
        )
        own = list(getattr(self.view, "scopes", ()))
        scopes = ["read", *own] if self.method == "GET" else ["write"]
        found: list[dict[str, list[str]]] = [
            {scheme: list(scopes) if scheme != "session" else []}
            for name, scheme in _SCHEMES.items()
            if name in authenticators
        ]
        return [*found, *([{}] if is_public else [])]


_SCHEMES: Final = {
    "BearerAuthentication": "bearer",
    "JwtAuthentication": "jwt",
    "SessionAuthentication": "session",
}
# What is left of a pattern with several versions, or names, without its groups.
_VERSIONS: Final = (
    ("/api/mobile/v/", "/api/mobile/v4/"),
    ("/v1/account/", "/api/user/v1/account/"),
)


def tidy_paths(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Give each address once, in the version that we recommend, with its last slash if it had one.

    A hook of the generator. Addresses are patterns here: several versions, an optional slash.
    """
    found = []
    for path, regex, method, callback in endpoints:
        tidied = path
        for written, shown in _VERSIONS:
            if tidied.startswith(written):
                tidied = shown + tidied.removeprefix(written)
        found.append((tidied, regex, method, callback))
    return found


def complete(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add what is no view of the framework, the ways of signing in and the types. A hook."""
    from lms.api.shapes.others import PATHS

    for path, methods in PATHS.items():
        result["paths"].setdefault(path, {}).update(methods())
    result["paths"] = dict(sorted(result["paths"].items()))
    parts = result.setdefault("components", {})
    parts["schemas"] = {**parts.get("schemas", {}), **components()}
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "jwt": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "JWT and a blank before the token",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "the cookie of somebody signed in; writes need X-CSRFToken",
        },
    }
    return result


@lru_cache(maxsize=1)
def build_schema() -> dict[str, Any]:
    """Return the schema, made once for a process."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema
