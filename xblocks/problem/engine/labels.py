"""Which text is the label of which input.

In order of rank: ``label`` children of the response (and ``description`` children), a
``label`` element right before the response, the old ``label`` attribute of an input. The
attribute repeats the paragraph before it: that paragraph then becomes the label, and is
not shown a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import _Element as Element

from xblocks.problem.engine.markup import (
    inner_html,
    remove_keeping_tail,
    text_of,
    text_of_element,
)
from xblocks.problem.engine.model import Cleaner, InputText


@dataclass(frozen=True, slots=True)
class Labels:
    """The texts of a response's inputs, and of the response if they share one."""

    group: InputText
    inputs: tuple[InputText, ...]


def take_labels(response: Element, inputs: Sequence[Element], clean: Cleaner) -> Labels:
    """Return the labels, and remove from the tree what they were made of."""
    own = _own(response, clean) or _before(response, clean)
    descriptions = tuple(_take(node, clean) for node in response.findall("description"))
    if len(inputs) == 1:
        label = own or _from_attribute(inputs[0], clean)
        return Labels(InputText(), (InputText(label, descriptions),))
    group = InputText(own, descriptions)
    return Labels(group, tuple(InputText(_from_attribute(node, clean)) for node in inputs))


def _own(response: Element, clean: Cleaner) -> str:
    labels = [node for node in response.findall("label") if text_of_element(node) or len(node)]
    if not labels:
        labels = response.findall("prompt")
    return _take(labels[0], clean) if labels else ""


def _before(response: Element, clean: Cleaner) -> str:
    before = response.getprevious()
    if before is None or before.tag != "label" or (before.tail or "").strip():
        return ""
    return _take(before, clean)


def _from_attribute(node: Element, clean: Cleaner) -> str:
    label = " ".join((node.get("label") or "").split())
    if not label:
        return ""
    paragraphs: list[Element] = node.xpath("preceding::p[position()=1]")
    if paragraphs and text_of_element(paragraphs[-1]) == text_of(label):
        return _take(paragraphs[-1], clean)
    return clean(label.replace("&", "&amp;").replace("<", "&lt;"))


def _take(node: Element, clean: Cleaner) -> str:
    html = clean(inner_html(node)).strip()
    remove_keeping_tail(node)
    return html
