"""Compare two course archives file by file, without any of the importer's code.

Reads both with tarfile, zipfile, json and lxml alone, and accounts for every file, element,
attribute, text and byte. Each normalisation that it knows is one named rule below, the same
names as in docs/how-to/olx-normalisations.md; what no rule explains is a difference.
"""

from __future__ import annotations

import io
import json
import posixpath
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

CONTAINERS = {"course", "chapter", "sequential", "vertical", "split_test", "library_content"}
CONTAINERS |= {"itembank", "randomize", "conditional"}


@dataclass
class Comparison:
    """What was found: how many files by how they agree, and what nothing explains."""

    agreed: Counter[str] = field(default_factory=Counter)
    explained: list[tuple[str, str]] = field(default_factory=list)
    differences: list[tuple[str, str]] = field(default_factory=list)

    def rules(self) -> Counter[str]:
        """How often each normalisation explained something."""
        return Counter(rule for rule, _ in self.explained)


def load(source: Path | bytes) -> dict[str, bytes]:
    """Return the files of an archive or folder, relative to its first course.xml."""
    files: dict[str, bytes] = {}
    if isinstance(source, Path) and source.is_dir():
        for path in source.rglob("*"):
            if path.is_file():
                files[path.relative_to(source).as_posix()] = path.read_bytes()
    else:
        data = source.read_bytes() if isinstance(source, Path) else source
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for info in archive:
                handle = archive.extractfile(info) if info.isfile() else None
                if handle is not None:
                    files[posixpath.normpath(info.name)] = handle.read()
    first = min(
        (name for name in files if posixpath.basename(name) == "course.xml"),
        key=lambda name: (name.count("/"), name),
    )
    prefix = first.removesuffix("course.xml")
    return {
        name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)
    }


def compare(before: dict[str, bytes], after: dict[str, bytes]) -> Comparison:
    """Compare an original archive with the export of its import."""
    result = Comparison()
    for path, data in sorted(before.items()):
        if path not in after:
            result.differences.append(("lost file", path))
        elif after[path] == data:
            result.agreed["same bytes"] += 1
        elif path.endswith(".json"):
            _compare_json(path, data, after[path], result)
        elif path.endswith(".xml"):
            _compare_xml(path, data, after[path], result)
        else:
            result.differences.append(("other bytes", path))
    for path in sorted(set(after) - set(before)):
        result.differences.append(("new file", path))
    return result


def _compare_json(path: str, before: bytes, after: bytes, result: Comparison) -> None:
    # json-layout: the order of keys and the spaces between them are not kept.
    # empty-policy: policy.json's empty entries are not kept; the course always has one.
    # Numbers and truth values are told apart, and a key that stands twice is lost by no rule.
    old, new = _load_json(before), _load_json(after)
    if not _same_json(old, new) and path.endswith(
        ("policy.json", f"policies/{posixpath.basename(path)}")
    ):
        old, new = _without_empty(old), _without_empty(new)
        if _same_json(old, new):
            result.explained.append(("empty-policy", path))
    if _same_json(old, new):
        result.agreed["same JSON"] += 1
        result.explained.append(("json-layout", path))
    else:
        result.differences.append(("other JSON", path))


def _load_json(data: bytes) -> object:
    def make(pairs: list[tuple[str, object]]) -> object:
        made = dict(pairs)
        return made if len(made) == len(pairs) else {"twice": pairs}

    return json.loads(data, object_pairs_hook=make)


def _same_json(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        return {name: entry for name, entry in value.items() if entry != {}}
    return value


def _compare_xml(path: str, before: bytes, after: bytes, result: Comparison) -> None:
    # xml-spelling: quotes, order of attributes, empty tags, character references.
    # xml-layout: white space between the child elements of containers.
    try:
        old, new = _parse(before), _parse(after)
    except etree.XMLSyntaxError:
        result.differences.append(("other bytes", path))
        return
    found = list(_element_differences(old, new, path))
    if not found and _around(old) != _around(new):
        found.append(("comments around the root", path))
    if found:
        result.differences.extend(found)
    else:
        result.agreed["same XML"] += 1
        result.explained.append(("xml-spelling", path))


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=True)
    return etree.fromstring(data, parser)


def _around(root: etree._Element) -> list[bytes]:
    siblings = [*root.itersiblings(preceding=True), None, *root.itersiblings()]
    return [b"|" if node is None else etree.tostring(node, with_tail=False) for node in siblings]


def _element_differences(
    old: etree._Element, new: etree._Element, where: str
) -> Iterator[tuple[str, str]]:
    if old.tag != new.tag or getattr(old, "target", None) != getattr(new, "target", None):
        yield ("other element", f"{where}: {old.tag!s} is {new.tag!s}")
        return
    for name in sorted(set(old.attrib) | set(new.attrib)):
        if old.get(name) != new.get(name):
            yield (
                "other attribute",
                f"{where}/{old.tag!s}@{name}: {old.get(name)!r} is {new.get(name)!r}",
            )
    is_container = old.tag in CONTAINERS
    if _text(old.text, is_container) != _text(new.text, is_container):
        yield ("other text", f"{where}/{old.tag!s}: {old.text!r} is {new.text!r}")
    if len(old) != len(new):
        yield ("other children", f"{where}/{old.tag!s}: {len(old)} are {len(new)}")
        return
    for one, other in zip(old, new, strict=True):
        yield from _element_differences(one, other, f"{where}/{old.tag!s}")
        if _text(one.tail, is_container) != _text(other.tail, is_container):
            yield ("other text", f"{where}/{old.tag!s}: {one.tail!r} is {other.tail!r}")


def _text(text: str | None, is_container: bool) -> str:
    text = text or ""
    return "" if is_container and not text.strip() else text
