"""Generate courses of any size: for the import benchmark and for tests.

python -m common.content.olx.tests.generate 10000 course.tar.gz
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from common.content.olx.tests.building import Files, tar_gz

# Per subsection: 1 sequential, 4 units of 5 components = 25 blocks; 8 subsections a section.
_UNITS, _COMPONENTS, _SUBSECTIONS = 4, 5, 8
_WORDS = [
    *("energy", "field", "vector", "force", "charge", "current", "matrix", "product", "limit"),
    *("series", "proof", "lemma", "cell", "membrane", "protein", "gene", "trade", "price"),
    *("demand", "supply", "verse", "chapter", "rhythm", "colour", "light"),
]


def generate_course(blocks: int, *, seed: int = 1) -> Files:
    """Return the files of a course of exactly ``blocks`` blocks, the course itself included."""
    rng = random.Random(seed)
    files: Files = {
        "course.xml": f'<course url_name="G{blocks}" org="Bench" course="Generated"/>',
        f"policies/G{blocks}/policy.json": json.dumps(
            {f"course/G{blocks}": {"start": "2020-01-01T00:00:00Z"}}
        ),
        "static/picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    left = blocks - 1
    sections: list[str] = []
    while left > 0:
        name = f"section{len(sections)}"
        sections.append(name)
        left = _section(files, rng, name, left)
    children = "".join(f'<chapter url_name="{name}"/>' for name in sections)
    files[f"course/G{blocks}.xml"] = f'<course display_name="Generated">{children}</course>'
    return files


def _section(files: Files, rng: random.Random, name: str, left: int) -> int:
    left -= 1
    names = []
    for number in range(_SUBSECTIONS):
        if left <= 0:
            break
        names.append(f"{name}-{number}")
        left = _subsection(files, rng, names[-1], left)
    children = "".join(f'<sequential url_name="{child}"/>' for child in names)
    files[f"chapter/{name}.xml"] = f'<chapter display_name="{name}">{children}</chapter>'
    return left


def _subsection(files: Files, rng: random.Random, name: str, left: int) -> int:
    left -= 1
    names = []
    for number in range(_UNITS):
        if left <= 0:
            break
        left -= 1
        names.append(f"{name}-{number}")
        components = [f"{names[-1]}-{index}" for index in range(min(_COMPONENTS, left))]
        left -= len(components)
        children = "".join(_component(files, rng, component) for component in components)
        files[f"vertical/{names[-1]}.xml"] = (
            f'<vertical display_name="Unit {number}">{children}</vertical>'
        )
    children = "".join(f'<vertical url_name="{child}"/>' for child in names)
    files[f"sequential/{name}.xml"] = (
        f'<sequential display_name="{name}" graded="true" format="Homework">{children}</sequential>'
    )
    return left


def _component(files: Files, rng: random.Random, name: str) -> str:
    kind = rng.choice(["html", "html", "problem", "problem", "video"])
    title = " ".join(_words(rng, 3))
    if kind == "html":
        files[f"html/{name}.xml"] = f'<html filename="{name}" display_name="{title}"/>'
        files[f"html/{name}.html"] = "".join(
            f"<p>{' '.join(_words(rng, 60))} <img src='/static/picture.svg' alt=''></p>\n"
            for _ in range(3)
        )
    elif kind == "problem":
        choices = "".join(
            f'<choice correct="{str(index == 0).lower()}">{" ".join(_words(rng, 5))}</choice>'
            for index in range(4)
        )
        files[f"problem/{name}.xml"] = (
            f'<problem display_name="{title}" max_attempts="3" weight="2.0">\n'
            f"<multiplechoiceresponse><p>{' '.join(_words(rng, 30))}</p>"
            f'<choicegroup type="MultipleChoice">{choices}</choicegroup>'
            "</multiplechoiceresponse></problem>"
        )
    else:
        video_id = "".join(rng.choices("abcdefghijkABCDEFGHIJK0123456789_-", k=11))
        files[f"video/{name}.xml"] = (
            f'<video display_name="{title}" youtube="1.00:{video_id}" youtube_id_1_0="{video_id}"/>'
        )
    return f'<{kind} url_name="{name}"/>'


def _words(rng: random.Random, count: int) -> Iterator[str]:
    return (f"{rng.choice(_WORDS)}{rng.randrange(1000)}" for _ in range(count))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(tar_gz(generate_course(int(sys.argv[1]))))
