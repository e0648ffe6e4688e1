"""Refuse templates that switch escaping off or put values where escaping does not help.

``| n`` and other filters that undo ``h``; ``expression_filter`` and ``filter`` attributes;
values inside ``<script>`` and ``<style>`` (use ``json_script``) and in event attributes; raw
markup made in a template (``Markup``, ``mark_safe``); and values named like a block of the
template, whose function would be printed in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mako import parsetree
from mako.lexer import Lexer

_ALLOWED_FILTERS: Final = {"h", "u", "trim"}
_SCRIPT: Final = re.compile(
    r"<(script|style)\b[^>]*>(?P<body>.*?)</\1\s*>", re.IGNORECASE | re.DOTALL
)
_EVENT: Final = re.compile(r"""<[^>]*\son[a-z]+\s*=""", re.IGNORECASE)
_RAW: Final = re.compile(r"\b(Markup|mark_safe|SafeString|unescape)\b")
_BLOCK: Final = re.compile(r"<%block\s[^>]*\bname=[\"'](\w+)[\"']")
_TEXT_LITERAL: Final = re.compile(r">\s*([A-Z][a-z]+(?: [a-z]+)+[.!?]?)\s*<")


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused place: the file, the line and why."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def find_templates(root: Path) -> list[Path]:
    """Return every Mako template of the project."""
    skipped = {".venv", "node_modules", "var"}
    return sorted(
        path
        for path in root.glob("*/**/mako/**/*.html")
        if not skipped.intersection(path.relative_to(root).parts)
    )


def check_template(text: str, path: str) -> list[Problem]:
    """Return what is wrong with one template; empty when nothing is."""
    problems = [Problem(path, line, reason) for line, reason in _check_text(text)]
    nodes = Lexer(text, filename=path).parse().nodes
    problems += [Problem(path, line, reason) for line, reason in _check_nodes(nodes)]
    return sorted(problems, key=lambda problem: problem.line)


def _check_text(text: str) -> Iterator[tuple[int, str]]:
    for match in _SCRIPT.finditer(text):
        if "${" in match["body"] or "<%" in match["body"]:
            yield _line(text, match.start()), "a value inside a script or style: use json_script"
    for match in _EVENT.finditer(text):
        yield _line(text, match.start()), "an event attribute: listen from TypeScript"
    for match in _RAW.finditer(text):
        yield _line(text, match.start()), f"{match[0]} in a template: make markup in Python"
    for name in {match[1] for match in _BLOCK.finditer(text)}:
        for match in re.finditer(rf"\$\{{\s*{name}\b", text):
            yield _line(text, match.start()), f"{name} is a block here, not the value of that name"
    for match in _TEXT_LITERAL.finditer(text):
        yield _line(text, match.start()), f"text that is not translated: {match[1]!r}"


def _check_nodes(nodes: Iterable[Any]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, parsetree.Expression):
            refused = set(node.escapes_code.args) - _ALLOWED_FILTERS
            if refused:
                yield node.lineno, f"filter {', '.join(sorted(refused))} switches escaping off"
        if isinstance(node, parsetree.Tag):
            for name in ("filter", "expression_filter", "default_filters"):
                if name in node.attributes:
                    yield node.lineno, f"{name} switches escaping off"
            yield from _check_nodes(node.nodes)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
