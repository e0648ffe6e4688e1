"""Put a block's fragment into the element that scripts find it by, and collect what pages load.

The form of the wrapper is what third-party scripts read (reference: xblock, section 1, Page).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markupsafe import escape
from web_fragments.fragment import Fragment

from common.blocks.data import Resource

# "<" ends a script element early, "/" too in old readers; all three are legal in JSON.
_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "/": "\\/", "\u2028": "\\u2028",
     "\u2029": "\\u2029"}
)  # fmt: skip


def script_json(value: Any) -> SafeString:
    """Return JSON that cannot end the script element around it."""
    return mark_safe(json.dumps(value, default=str).translate(_JSON_ESCAPES))  # noqa: S308 # escaped


def wrap(
    block: Any,
    view: str,
    fragment: Fragment,
    *,
    token: str,
    beside: Any = None,
    unscripted: str = "",
) -> Fragment:
    """Return a fragment whose content is the block's element, with the same resources.

    An aside's element names the block that it stands ``beside``. ``unscripted`` is said before
    the element to browsers that run no scripts.
    """
    block_type = block.scope_ids.block_type
    usage_id = block.scope_ids.usage_id
    attributes = [
        ("class", _class_names(block_type, view, is_aside=beside is not None)),
        ("data-usage-id", usage_id),
        ("data-block-type", block_type),
        ("data-course-id", usage_id.course_key),
        ("data-request-token", token),
    ]
    if beside is not None:
        attributes.append(("data-block-id", beside.scope_ids.usage_id))
    if getattr(block, "name", None):
        attributes.append(("data-name", block.name))
    arguments = ""
    if fragment.js_init_fn:
        attributes += [
            ("data-init", fragment.js_init_fn),
            ("data-runtime-class", "LmsRuntime"),
            ("data-runtime-version", fragment.js_init_version or 1),
        ]
        # Falsy arguments become {} in the browser; they need no element.
        if fragment.json_init_args:
            arguments = (
                '<script type="json/xblock-args" class="xblock-json-init-args">'
                f"{script_json(fragment.json_init_args)}</script>"
            )
    named = " ".join([f'{name}="{escape(str(value))}"' for name, value in attributes])
    # Blocks escape their own content.
    html = mark_safe(f"<div {named}>{fragment.body_html()}{arguments}</div>")  # noqa: S308
    if unscripted:
        html = format_html("<noscript><p><em>{}</em></p></noscript>{}", unscripted, html)
    wrapped = Fragment(html)
    wrapped.add_fragment_resources(fragment)
    return wrapped


def _class_names(block_type: str, view: str, *, is_aside: bool) -> str:
    if is_aside:
        return f"xblock_asides-v1 xblock_asides-v1-{view} xblock_asides-v1-{view}-{block_type}"
    return f"xblock xblock-{view} xblock-{view}-{block_type}"


def error_box(reason: str | None, *, sentence: str) -> Fragment:
    """Return what stands in the place of a block that cannot be shown; staff get the reason."""
    detail = format_html('<pre class="block-error-reason">{}</pre>', reason) if reason else ""
    return Fragment(
        str(format_html('<div class="block-error"><p>{}</p>{}</div>', sentence, detail))
    )


def collect_resources(fragment: Fragment) -> tuple[Resource, ...]:
    """Return what a page loads for a fragment, in order, each once."""
    found: dict[str, Resource] = {}
    for item in fragment.resources:
        resource = Resource(item.kind, item.data, item.mimetype, item.placement)
        identity = "\0".join((item.kind, item.mimetype, item.data))
        found.setdefault(hashlib.sha256(identity.encode()).hexdigest(), resource)
    return tuple(found.values())


def resources_html(resources: Iterable[Resource], placement: str) -> SafeString:
    """Return the tags that load the resources of one placement, in order."""
    tags = [_tag(resource) for resource in resources if resource.placement == placement]
    return SafeString("\n".join(tags))


def _tag(resource: Resource) -> SafeString:
    is_url = resource.kind == "url"
    if resource.mimetype == "text/css":
        if is_url:
            return format_html('<link rel="stylesheet" href="{}">', resource.data)
        return _element("style", "", resource.data)
    if resource.mimetype == "application/javascript":
        if is_url:
            return format_html('<script src="{}"></script>', resource.data)
        return _element("script", "", resource.data)
    if resource.mimetype == "text/html" and not is_url:
        # Templates that scripts look for in the page.
        return mark_safe(resource.data)  # noqa: S308 # a package's own template
    return SafeString("")


def _element(name: str, attributes: str, text: str) -> SafeString:
    """Return an element that holds raw text; the text cannot close it."""
    inert = text.replace(f"</{name}", f"<\\/{name}")
    return mark_safe(f"<{name}{attributes}>{inert}</{name}>")  # noqa: S308 # a package's own code
