"""From a problem's XML to its compiled form.

The tree is read once: responses and inputs become frozen objects, everything else becomes
HTML text in which slots mark their places. That text passes the cleaner as a whole, so a
table around three inputs stays one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from xblocks.kit.words import words_of
from xblocks.problem.engine import inputs, responses
from xblocks.problem.engine.errors import ProblemSyntaxError, UnsupportedError
from xblocks.problem.engine.explanations import mark_solutions, take_solutions
from xblocks.problem.engine.frames import Acts, never_acts, take_frames
from xblocks.problem.engine.inputs.base import Input, InputBase
from xblocks.problem.engine.labels import take_labels
from xblocks.problem.engine.markup import (
    inner_html,
    remove_keeping_tail,
    replace_by_text,
    slot,
    split_slots,
    text_of_element,
    without_slots,
)
from xblocks.problem.engine.model import Cleaner, InputText
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.registry import INPUTS, KNOWN_INPUTS, KNOWN_RESPONSES, RESPONSES
from xblocks.problem.engine.responses.base import Response, ResponseBase

__all__ = ["compile_problem", "inputs", "responses"]

MAX_CHARACTERS = 2_000_000
CACHED_PROBLEMS = 1024
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BROWSER_SCRIPTS = ("javascript", "ecmascript", "module")
_IGNORED_SCRIPTS = ("perl",)
# Children of a response that are settings, not text.
_SETTINGS = frozenset(
    [
        "responseparam",
        "additional_answer",
        "correcthint",
        "stringequalhint",
        "regexphint",
        "compoundhint",
        "hintgroup",
        "answer",
        "codeparam",
    ]
)
_INLINE_PARENTS = frozenset(
    ["p", "span", "a", "em", "strong", "b", "i", "h1", "h2", "h3", "h4", "h5", "h6", "center"]
)


@lru_cache(maxsize=CACHED_PROBLEMS)
def compile_problem(xml: str, clean: Cleaner, acts: Acts = never_acts) -> CompiledProblem:
    """Return the compiled form of a problem's XML; kept, because definitions never change.

    ``clean`` makes author HTML safe for the page; ``acts`` tells which HTML needs a frame.
    Raises ProblemSyntaxError.
    """
    root = _parse(xml)
    reasons = _unsupported(root)
    code = "\n".join(_python(root))
    if code:
        reasons.insert(0, "a script in Python")
    has_scripts = any(_is_browser_script(node) for node in root.iter("script"))
    if not reasons:
        try:
            return _Compiler(root, clean, acts).compile(has_scripts=has_scripts)
        except UnsupportedError as error:
            reasons.append(str(error))
    return CompiledProblem(unsupported=tuple(reasons), has_scripts=has_scripts, code=code)


def _parse(xml: str) -> Element:
    if len(xml) > MAX_CHARACTERS:
        raise ProblemSyntaxError(f"the problem is longer than {MAX_CHARACTERS} characters")
    text = _DECLARATION.sub("", without_slots(xml)).strip()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise ProblemSyntaxError(error.msg or "not XML", line=line, column=column) from error


def _unsupported(root: Element) -> list[str]:
    """Return in words what is lawful in this tree and not built yet."""
    reasons = []
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        is_response = node.tag in KNOWN_RESPONSES or node.tag in RESPONSES
        if is_response and node.tag not in RESPONSES:
            reasons.append(f"response type {node.tag}")
        elif node.tag in KNOWN_INPUTS and node.tag not in INPUTS:
            reasons.append(f"input type {node.tag}")
        elif node.tag == "include":
            # Points and faults are told by a problem's own text, which a file would change later.
            name = node.get("file") or ""
            reasons.append(f"an include of the file {name}; put its content into the problem")
    return list(dict.fromkeys(reasons))


def _python(root: Element) -> list[str]:
    """Return the author's Python, script by script; empty scripts count for nothing."""
    texts = []
    for node in root.iter("script"):
        kind = (node.get("type") or "").lower()
        if _is_browser_script(node) or any(word in kind for word in _IGNORED_SCRIPTS):
            continue
        texts.append(etree.tostring(node, method="text", encoding="unicode", with_tail=False))
    return [text for text in texts if text.strip()]


def _is_browser_script(node: Element) -> bool:
    kind = (node.get("type") or "").lower()
    return any(word in kind for word in _BROWSER_SCRIPTS) or bool(node.get("src"))


class _Compiler:
    """Takes one parsed tree apart; used once."""

    def __init__(self, root: Element, clean: Cleaner, acts: Acts) -> None:
        self.root = root
        self.clean = clean
        self.acts = acts
        self.inputs: dict[str, Input] = {}
        self.frames: list[str] = []
        self.left_out: list[str] = []

    def block(self, html: str) -> str:
        """Return what stands by itself (a hint, a solution): cleaned, or the slot of a frame."""
        if not self.acts(html):
            return self.clean(html)
        self.frames.append(html)
        return slot("frame", str(len(self.frames) - 1))

    def inline(self, html: str) -> str:
        """Return what belongs to an input (a choice, a label): cleaned, as no frame can be there.

        A frame in it would take its clicks and its name for people who listen.
        """
        if self.acts(html):
            self.left_out.append(words_of(html))
        return self.clean(html)

    def compile(self, *, has_scripts: bool) -> CompiledProblem:
        nodes = [node for node in self.root.iter() if node.tag in RESPONSES]
        compiled = tuple(self._response(node, number) for number, node in enumerate(nodes, 1))
        if any(node.tag in KNOWN_INPUTS for node in self.root.iter()):
            raise UnsupportedError("an input outside a response")
        hints = tuple(
            self.block(inner_html(hint)).strip()
            for group in self.root.iter("demandhint")
            for hint in group.findall("hint")
        )
        solutions = take_solutions(self.root, self.block)
        self._drop_what_is_not_text()
        body = take_frames(self.root, self.clean, self.acts, self.frames, self.left_out)
        return CompiledProblem(
            body=tuple(split_slots(body)),
            responses=compiled,
            solutions=solutions,
            demand_hints=hints,
            has_scripts=has_scripts,
            frames=tuple(self.frames),
            left_out=tuple(self.left_out),
            inputs=self.inputs,
        )

    def _response(self, node: Element, number: int) -> Response:
        tag = str(node.tag)
        cls = RESPONSES[tag]
        nodes = [child for child in node.iter() if child.tag in KNOWN_INPUTS]
        if not nodes:
            raise ProblemSyntaxError(f"{tag} without an input", line=node.sourceline or 0)
        foreign = [child.tag for child in nodes if child.tag not in cls.allowed_inputs]
        if foreign:
            raise UnsupportedError(f"{tag} over {foreign[0]!s}")
        inline = _is_inline(node, nodes)
        labels = take_labels(node, nodes, self.inline)
        compiled_inputs = tuple(
            self._input(child, f"{number + 1}_{index}", text, inline)
            for index, (child, text) in enumerate(zip(nodes, labels.inputs, strict=True), 1)
        )
        response = cls.compile(
            node,
            ResponseBase(
                number=number,
                tag=tag,
                inputs=compiled_inputs,
                text=labels.group,
                clean=self.block,
            ),
        )
        for child, item in zip(nodes, compiled_inputs, strict=True):
            replace_by_text(child, slot("input", item.id))
        mark_solutions(node, number)
        self._open(node, number, inline)
        return response

    def _input(self, node: Element, input_id: str, text: InputText, inline: bool) -> Input:
        item = INPUTS[str(node.tag)].compile(
            node,
            InputBase(
                id=input_id,
                tag=str(node.tag),
                points=_points(node),
                text=text,
                inline=inline,
                clean=self.inline,
            ),
        )
        self.inputs[input_id] = item
        return item

    def _open(self, node: Element, number: int, inline: bool) -> None:
        """Put the response's content in its place, between slots."""
        for child in list(node):
            if child.tag in _SETTINGS:
                remove_keeping_tail(child)
        kind = "inline" if inline else "block"
        node.text = slot("open", f"{number}.{kind}") + (node.text or "")
        end = slot("feedback", str(number)) + slot("close", f"{number}.{kind}")
        if len(node):
            node[-1].tail = (node[-1].tail or "") + end
        else:
            node.text += end
        node.tag = "lyceum-response"

    def _drop_what_is_not_text(self) -> None:
        for node in list(self.root.iter("demandhint", "startouttext", "endouttext", "meta")):
            remove_keeping_tail(node)
        for node in list(self.root.iter("script")):
            if not _is_browser_script(node):
                remove_keeping_tail(node)
        for node in list(self.root.iter("math")):
            if not len(node):
                text = (node.text or "").strip().strip("$")
                replace_by_text(node, f"\\({text}\\)")
        for node in list(self.root.iter("clarification")):
            node.tag = "small"
            node.attrib.clear()
            node.set("class", "problem-clarification")
        for node in list(self.root.iter("label", "prompt")):
            if not text_of_element(node):
                remove_keeping_tail(node)
            else:
                # A label that belongs to no input is a line of text.
                node.tag = "p"
        etree.strip_tags(self.root, "lyceum-response", "text")


def _points(node: Element) -> float:
    text = (node.get("points") or "").strip()
    if not text:
        return 1.0
    try:
        points = int(text)
    except ValueError as error:
        raise ProblemSyntaxError("points is not a number", line=node.sourceline or 0) from error
    if points < 0:
        raise ProblemSyntaxError("points below 0", line=node.sourceline or 0)
    return float(points)


def _is_inline(node: Element, nodes: Iterable[Element]) -> bool:
    """Whether the response stands inside a line of text."""
    wishes = [node.get("inline"), *(child.get("inline") for child in nodes)]
    if any((wish or "").lower() in ("1", "true") for wish in wishes):
        return True
    return any(parent.tag in _INLINE_PARENTS for parent in node.iterancestors())
