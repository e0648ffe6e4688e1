"""The report of an import: every code in words, all warnings to be taken away."""

from __future__ import annotations

import ast
import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings

from cms.transfers import imports
from cms.transfers.explanations import EXPLANATIONS, explain
from cms.transfers.warninglist import as_csv
from common.accounts.tests.factories import make_user
from common.content.olx import report
from common.core.testing import SAMPLE_COURSES
from common.tasks.api import run_job

OLX = Path(report.__file__).parent


def find_codes() -> set[str]:
    """Return every code that the importer may give, read from its source."""
    found = set()
    for path in OLX.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _gives_a_warning(node):
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path}: a code that is no constant"
                found.add(str(first.value))
    return found


def _gives_a_warning(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if len(node.args) < 2 or name not in {"add", "warn", "Warning"}:
        return False
    return not isinstance(node.args[0], ast.Name | ast.Attribute | ast.Starred)


def test_every_code_is_explained() -> None:
    codes = find_codes()
    assert len(codes) > 30, "the source is read as it is written now"
    assert codes - set(EXPLANATIONS) == set()


def test_a_code_of_another_version_gets_a_general_sentence() -> None:
    assert str(explain("of_next_year").title) == "Other findings"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_table_is_a_formula(start: str) -> None:
    text = as_csv([{"code": "c", "file": f"{start}cmd()", "line": None, "message": "m"}])
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert rows[1] == ["c", f"'{start}cmd()", "", "m"]


@pytest.fixture
def imported(db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, UUID]:
    """Import a course with more warnings than the page keeps, as staff of the site."""
    monkeypatch.setattr(imports, "_KEPT_WARNINGS", 2)
    user: Any = make_user(is_staff=True)
    options = {"course_key": "", "replace": False, "start_now": False, "open_enrollment": False}
    job_id = imports.queue_import(
        archive=BytesIO((SAMPLE_COURSES / "math-percent.tar.gz").read_bytes()),
        filename="m.tar.gz",
        options=options,
        user_id=user.pk,
    )
    run_job(job_id)
    client = Client()
    client.force_login(user)
    return client, job_id


@override_settings(ROOT_URLCONF="cms.urls", SITE_NAME="cms", SITE_NAVIGATION=[])
def test_the_page_speaks_in_sentences_and_the_files_hold_all(
    imported: tuple[Client, UUID],
) -> None:
    client, job_id = imported
    page = client.get(f"/jobs/{job_id}/").content.decode()
    assert "Texts and problems with scripts of their own" in page
    assert "Learners enter by invitation only" in page
    assert "--open" not in page, "the command line's words are not the page's"
    as_json = client.get(f"/jobs/{job_id}/warnings.json")
    listed = json.loads(as_json.content)
    assert len(listed) > 2
    assert {"code", "message", "file", "line"} == set(listed[0])
    table = client.get(f"/jobs/{job_id}/warnings.csv")
    assert "attachment" in table["Content-Disposition"]
    assert len(list(csv.reader(StringIO(table.content.decode())))) == len(listed) + 1


@override_settings(ROOT_URLCONF="cms.urls", SITE_NAME="cms", SITE_NAVIGATION=[])
def test_the_list_is_for_who_imported(imported: tuple[Client, UUID]) -> None:
    _client, job_id = imported
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(f"/jobs/{job_id}/warnings.csv").status_code == 404
