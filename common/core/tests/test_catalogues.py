"""The catalogues in locale/: no page is in two languages, and no translation loses a part."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from common.core import scripttexts

LOCALE = Path(settings.BASE_DIR) / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
# Languages that are kept complete for learners; French for authors and operators too.
COMPLETE = ("ar", "es", "fr", "zh_Hans")
# Where texts come from that no learner sees.
NOT_FOR_LEARNERS = ("cms/", "analytics/", "common/content/olx/", "common/tasks/admin.py")
# As `make messages` has them.
KEYWORDS = ("_lazy", "gettext_lazy", "ngettext_lazy:1,2", "pgettext_lazy:1c,2")
_PLACE = re.compile(r"{(\w*)}|%\((\w+)\)[sd]")


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, ignore_obsolete=True)


def texts_of(message: Any) -> tuple[str, ...]:
    """Return a message's forms, one where it has no plural."""
    return message if isinstance(message, tuple) else (message,)


@pytest.fixture(scope="module", params=["django", "djangojs"])
def domain(request: pytest.FixtureRequest) -> str:
    """Name the catalogues of Python and templates, then those of scripts."""
    return str(request.param)


@pytest.fixture(scope="module")
def source(domain: str, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Collect the texts of the code as it is now."""
    target = tmp_path_factory.mktemp("texts") / f"{domain}.pot"
    keywords = [part for keyword in KEYWORDS for part in ("-k", keyword)]
    mapping = {"django": "babel.cfg", "djangojs": "babel-scripts.cfg"}[domain]
    command = ["-q", "extract", "-F", mapping, *keywords, "-o", str(target), "."]
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", *command],
        cwd=settings.BASE_DIR,
        check=True,
        timeout=120,
    )
    return read(target)


@pytest.mark.parametrize("language", COMPLETE)
def test_the_texts_of_the_code_are_translated(source: Catalog, domain: str, language: str) -> None:
    catalogue = read(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")
    missing = []
    for message in source:
        if not message.id or not is_needed(message, language):
            continue
        found = catalogue.get(message.id, message.context)
        if found is None or found.fuzzy or not all(texts_of(found.string)):
            missing.append(texts_of(message.id)[0])
    listed = "\n".join(missing)
    assert not missing, f"{len(missing)} texts lack {language} (`make messages`):\n{listed}"


def is_needed(message: Message, language: str) -> bool:
    """Tell whether a language that is kept complete has to have the text."""
    places = [str(Path(path)) for path, _ in message.locations]
    return language == "fr" or not all(path.startswith(NOT_FOR_LEARNERS) for path in places)


def test_the_catalogues_have_the_texts_of_the_code_and_no_others(
    source: Catalog, domain: str
) -> None:
    now = ids_of(source)
    files = [LOCALE / f"{domain}.pot", *sorted(LOCALE.glob(f"*/LC_MESSAGES/{domain}.po"))]
    assert len(files) == 1 + len(COMPLETE)
    for path in files:
        kept = ids_of(read(path))
        assert kept == now, f"{path.name}: `make messages`: {sorted(map(str, kept ^ now))[:10]}"


def ids_of(catalogue: Catalog) -> set[tuple[str | None, tuple[str, ...]]]:
    return {(message.context, texts_of(message.id)) for message in catalogue if message.id}


@pytest.mark.parametrize("path", CATALOGUES, ids=[str(p.relative_to(LOCALE)) for p in CATALOGUES])
def test_a_plural_has_all_forms_of_its_language(path: Path) -> None:
    forms = {"ar": 6, "es": 2, "fr": 2, "zh_Hans": 1}[path.relative_to(LOCALE).parts[0]]
    catalogue = read(path)
    assert catalogue.num_plurals == forms
    wrong = [
        texts_of(message.id)[0]
        for message in catalogue
        if isinstance(message.id, tuple) and any(texts_of(message.string))
        if len(texts_of(message.string)) != forms or not all(texts_of(message.string))
    ]
    assert wrong == []


def test_no_text_hides_in_an_f_string() -> None:
    """The collector reads an f-string as one word before Python 3.12, and finds nothing in it."""
    hidden = [
        f"{path.relative_to(settings.BASE_DIR)}:{call.lineno}: {ast.unparse(call)}"
        for package in ("analytics", "cms", "common", "lms", "xblocks")
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py")
        for outer in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(outer, ast.JoinedStr) and "tests" not in path.parts
        for call in ast.walk(outer)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in {"_", "gettext", "ngettext", "pgettext"}
        and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


@pytest.mark.parametrize("path", CATALOGUES, ids=[str(p.relative_to(LOCALE)) for p in CATALOGUES])
def test_a_translation_keeps_the_places_of_its_text(path: Path) -> None:
    wrong = []
    for message in read(path):
        wanted = set().union(*(set(_PLACE.findall(text)) for text in texts_of(message.id)))
        for form in filter(None, texts_of(message.string)):
            # One form of a plural may say the number in words.
            if message.id and not set(_PLACE.findall(form)) <= wanted:
                wrong.append(f"{form!r} has places that {texts_of(message.id)[0]!r} lacks")
            if isinstance(message.id, str) and message.id and set(_PLACE.findall(form)) != wanted:
                wrong.append(f"{form!r} lacks places of {message.id!r}")
    assert wrong == []


def test_scripts_get_their_texts_as_data(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "djangojs.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
        'msgid "Close"\nmsgstr "Fermer"\n\n'
        'msgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] "{n} ligne"\nmsgstr[1] "{n} lignes"\n',
        "utf-8",
    )
    command = ["-q", "compile", "-D", "djangojs", "-d", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *command], check=True)
    settings.LOCALE_PATHS = [tmp_path]
    scripttexts._load.cache_clear()
    try:
        with translation.override("fr"):
            texts = {"Close": "Fermer", "{n} row": ["{n} ligne", "{n} lignes"]}
            assert scripttexts.script_texts() == texts
        with translation.override("en"):
            assert scripttexts.script_texts() == {}
    finally:
        scripttexts._load.cache_clear()
