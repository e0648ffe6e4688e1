"""One of several processes that edit the same course at once. Started by test_contract_races.

``python -m common.content.tests.racer COURSE_KEY NAME SEED COUNT`` with the settings in the
environment. Writes one JSON line for each operation: what was tried, and how it ended.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from typing import Any

TITLES = ("vertical@s0_0_0", "html@h0_0_0", "problem@p1_1_1_0", "chapter@s0", "course@course")
UNITS = ("vertical@s0_0_0", "vertical@s0_1_1", "vertical@s1_1_1")


def choose(generator: random.Random, name: str, number: int, own: list[str]) -> dict[str, Any]:
    """Return one random operation as JSON; ``message`` names it, and nothing else does."""
    message = f"{name}-{number}"
    kind = generator.choice(["own", "shared", "shared", "body", "add", "move", "delete", "publish"])
    if kind in {"move", "delete"} and not own:
        kind = "add"
    wanted: dict[str, Any] = {"kind": kind, "message": message}
    if kind in {"own", "shared", "body"}:
        wanted["block"] = generator.choice(TITLES)
        wanted["field"] = f"{name}_{number}" if kind == "own" else "shared"
    elif kind == "publish":
        wanted["block"] = generator.choice([*UNITS, "chapter@s1", None])
    elif kind == "add":
        wanted |= {"block": f"html@{message}", "parent": generator.choice(UNITS)}
    else:
        wanted |= {"block": generator.choice(own), "parent": generator.choice(UNITS)}
    return wanted


def to_operation(wanted: dict[str, Any]) -> Any:
    """Return the operation that ``wanted`` describes."""
    from common.content import operations
    from common.content.data import Block, Definition
    from common.core.keys import BlockKey

    key, message = BlockKey.parse(wanted["block"]), wanted["message"]
    make: dict[str, Callable[[], Any]] = {
        "own": lambda: operations.SetFields(key, {wanted["field"]: message}),
        "shared": lambda: operations.SetFields(key, {wanted["field"]: message}),
        "body": lambda: operations.SetContent(key, {wanted["field"]: message}),
        "add": lambda: operations.AddBlock(
            BlockKey.parse(wanted["parent"]), Block(key), Definition({"data": message})
        ),
        "move": lambda: operations.MoveBlock(key, BlockKey.parse(wanted["parent"])),
        "delete": lambda: operations.DeleteBlock(key),
    }
    return make[wanted["kind"]]()


def run(course_key: str, name: str, seed: int, count: int) -> None:
    """Do ``count`` random operations on the course and report each."""
    from common.content import api
    from common.content.errors import BlockNotFoundError, EditConflictError
    from common.content.tests.backends import without_hooks
    from common.core.keys import BlockKey, parse_course_key

    key = parse_course_key(course_key)
    generator = random.Random(seed)
    own: list[str] = []
    with without_hooks():
        for number in range(count):
            wanted = choose(generator, name, number, own)
            ended: dict[str, Any]
            told: dict[str, Any] = {"author_id": None, "message": wanted["message"]}
            try:
                if wanted["kind"] == "publish":
                    block = wanted["block"]
                    heads = api.publish(key, BlockKey.parse(block) if block else None, **told)
                else:
                    heads = api.apply_operations(key, [to_operation(wanted)], **told)
                ended = {"heads": [heads.draft, heads.published, heads.revision]}
            except (EditConflictError, BlockNotFoundError) as error:
                ended = {"refused": type(error).__name__}
            sys.stdout.write(json.dumps({**wanted, **ended}) + "\n")
            sys.stdout.flush()
            if "heads" in ended and wanted["kind"] == "add":
                own.append(wanted["block"])
            if "heads" in ended and wanted["kind"] == "delete":
                own.remove(wanted["block"])


def main() -> None:
    """Set Django up and run; the arguments are those of the module's docstring."""
    import django

    django.setup()
    course_key, name, seed, count = sys.argv[1:]
    run(course_key, name, int(seed), int(count))


if __name__ == "__main__":
    main()
