"""Write a course of a given number of blocks as OLX: text, video and a problem in each unit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

BLOCKS_A_SECTION = 400
UNITS_A_SUBSECTION = 6
BLOCKS_A_UNIT = 3  # itself, text, video; and its problems
WORDS = (
    "water",
    "light",
    "root",
    "leaf",
    "stone",
    "river",
    "salt",
    "wind",
    "field",
    "seed",
    "branch",
    "cloud",
    "copper",
    "measure",
    "angle",
    "number",
)


def write_course(folder: Path, blocks: int, *, problems: int = 1, seed: int = 1) -> str:
    """Write a course of exactly ``blocks`` blocks, the course block included; return its key.

    Each unit has so many ``problems``. The same arguments give the same course. Texts are of the
    length usual in real courses.
    """
    shape = random.Random(seed)  # made-up texts
    for name in ("course", "chapter", "policies/run"):
        (folder / name).mkdir(parents=True)
    sections: list[str] = []
    left = blocks - 1
    while left > 0:
        name = f"section{len(sections):04}"
        share = min(left, BLOCKS_A_SECTION)
        left -= share
        text = "\n".join(_section(name, share, problems, shape))
        (folder / "chapter" / f"{name}.xml").write_text(text)
        sections.append(f'<chapter url_name="{name}"/>')
    (folder / "course.xml").write_text(f'<course url_name="run" org="Bench" course="B{blocks}"/>')
    (folder / "course" / "run.xml").write_text(
        f'<course display_name="A course of {blocks} blocks" start="2020-01-01T00:00:00Z">'
        f"{''.join(sections)}</course>"
    )
    (folder / "policies" / "run" / "grading_policy.json").write_text(
        json.dumps(
            {
                "GRADER": [{"type": "Homework", "min_count": 1, "drop_count": 0, "weight": 1.0}],
                "GRADE_CUTOFFS": {"Pass": 0.5},
            }
        )
    )
    return f"course-v1:Bench+B{blocks}+run"


def _section(name: str, blocks: int, problems: int, shape: random.Random) -> Iterator[str]:
    """Yield the XML of a section of exactly ``blocks`` blocks, itself included."""
    yield f'<chapter display_name="{_words(shape, 3)}">'
    left = blocks - 1
    number = 0
    while left > 0:
        left -= 1
        yield (
            f'<sequential url_name="{name}s{number}" display_name="{_words(shape, 3)}" '
            'graded="true" format="Homework">'
        )
        for unit in range(UNITS_A_SUBSECTION):
            if left <= 0:
                break
            share = min(left, BLOCKS_A_UNIT + problems)
            left -= share
            yield from _unit(f"{name}s{number}u{unit}", share, shape)
        yield "</sequential>"
        number += 1
    yield "</chapter>"


def _unit(name: str, blocks: int, shape: random.Random) -> Iterator[str]:
    yield f'<vertical url_name="{name}" display_name="{_words(shape, 4)}">'
    if blocks > 1:
        paragraphs = "".join(f"<p>{_words(shape, 60)}.</p>" for _ in range(4))
        yield f'<html url_name="{name}t" display_name="{_words(shape, 2)}">{paragraphs}</html>'
    if blocks > 2:
        yield (
            f'<video url_name="{name}v" display_name="{_words(shape, 2)}" sub="" '
            f"html5_sources='[\"https://videos.example.org/{name}.mp4\"]'/>"
        )
    for number in range(blocks - BLOCKS_A_UNIT):
        # The first keeps the plain name: what was measured before is what is measured now.
        yield from _problem(f"{name}p{number or ''}", shape)
    yield "</vertical>"


def _problem(name: str, shape: random.Random) -> Iterator[str]:
    right = shape.randrange(4)
    choices = "".join(
        f'<choice correct="{str(number == right).lower()}">{_words(shape, 5)}</choice>'
        for number in range(4)
    )
    yield (
        f'<problem url_name="{name}" display_name="{_words(shape, 2)}">'
        f"<multiplechoiceresponse><label>{_words(shape, 12)}?</label>"
        f'<choicegroup type="MultipleChoice">{choices}</choicegroup>'
        "</multiplechoiceresponse></problem>"
    )


def _words(shape: random.Random, count: int) -> str:
    return " ".join(shape.choices(WORDS, k=count))
