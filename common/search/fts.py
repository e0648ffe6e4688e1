"""The search index as a file of SQLite with FTS5, below LYCEUM_HOME.

All in it is derived: a file that is broken, or of an older form, is made anew and filled by the
sweeps of those whose documents it holds.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import local
from time import monotonic, sleep
from typing import Any, Final
from unicodedata import combining, normalize

from common.search.data import PHASE, Document, Found, Query
from common.search.errors import SearchUnavailableError

FORM: Final = 1
_WAIT_SECONDS: Final = 5.0
_MOST_WORDS: Final = 8
_MOST_LETTERS: Final = 50
_WORD = re.compile(r"\w+")
# Written without spaces: each character is a word, and what is looked for a phrase.
_IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL,
    title TEXT NOT NULL, since REAL NOT NULL, until REAL, UNIQUE (collection, name)
);
CREATE TABLE facets (
    document INTEGER NOT NULL, facet TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (facet, value, document)
) WITHOUT ROWID;
CREATE INDEX facets_of_document ON facets (document);
CREATE VIRTUAL TABLE words USING fts5 (
    title, body, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
"""
_PHASE_SQL = (
    "CASE WHEN d.until IS NOT NULL AND d.until <= :now THEN 'ended'"
    " WHEN d.since <= :now THEN 'running' ELSE 'coming' END"
)


class FtsIndex:
    """One file; a connection for each thread of each process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = local()

    def stamps(self, collection: str) -> dict[str, str]:
        """Return the stamp of each document of a collection by name."""
        with self._work() as base:
            rows = base.execute(
                "SELECT name, stamp FROM documents WHERE collection = ?", [collection]
            )
            return dict(rows.fetchall())

    def put(self, collection: str, documents: Sequence[Document]) -> None:
        """Add documents, or replace those of the same name."""
        with self._work() as base, _transaction(base):
            for document in documents:
                _remove(base, collection, document.name)
                _add(base, collection, document)

    def remove(self, collection: str, names: Sequence[str]) -> None:
        """Take documents out; names that are not there are passed over."""
        with self._work() as base, _transaction(base):
            for name in names:
                _remove(base, collection, name)

    def find(self, collection: str, query: Query) -> Found:
        """Return a page of what matches, with the counts of each filter under the others."""
        with self._work() as base, _transaction(base, "BEGIN"):
            _keep_matches(base, query.text)
            where, values = _conditions(collection, query)
            total = base.execute(f"SELECT count(*) FROM documents d WHERE {where}", values)  # noqa: S608 # built of constants
            count = total.fetchone()[0]
            counts = {facet: _count(base, collection, query, facet) for facet in query.facets}
            return Found(tuple(_page(base, query, where, values)), count, counts)

    @contextmanager
    def _work(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as error:
            self._close()
            if _is_broken(error):
                for ending in ("", "-wal", "-shm"):
                    Path(f"{self._path}{ending}").unlink(missing_ok=True)
            raise SearchUnavailableError(f"{self._path}: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        kept = getattr(self._own, "kept", None)
        # A file that was made anew is another file; a forked process has no right to ours.
        if kept is not None and kept[1:] == (os.getpid(), _file_id(self._path)):
            connection: sqlite3.Connection = kept[0]
            return connection
        self._close()
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            _prepare(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self._own.kept = (connection, os.getpid(), _file_id(self._path))
        return connection

    def _close(self) -> None:
        kept = getattr(self._own, "kept", None)
        self._own.kept = None
        if kept is not None and kept[1] == os.getpid():
            kept[0].close()


def _prepare(base: sqlite3.Connection) -> None:
    _use_wal(base)
    base.execute("PRAGMA synchronous = NORMAL")
    if _form(base) == FORM:
        return
    with _transaction(base):
        if _form(base) == FORM:  # another process was first
            return
        for table in ("words", "facets", "documents"):
            base.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _SCHEMA.split(";\n"):
            base.execute(statement)
        base.execute(f"PRAGMA user_version = {FORM}")


def _use_wal(base: sqlite3.Connection) -> None:
    """Let readers and the writer go on at once; kept in the file.

    Who changes it while another does is refused at once, without waiting: so wait here.
    """
    until = monotonic() + _WAIT_SECONDS
    while True:
        try:
            if base.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                base.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if monotonic() > until:
                raise
            sleep(0.02)
        else:
            return


def _form(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _transaction(base: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    base.execute(begin)
    try:
        yield
    except BaseException:
        base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")


def _add(base: sqlite3.Connection, collection: str, document: Document) -> None:
    cursor = base.execute(
        "INSERT INTO documents (collection, name, stamp, title, since, until)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            collection,
            document.name,
            document.stamp,
            _sort_key(document.title),
            document.since,
            document.until,
        ],
    )
    number = cursor.lastrowid
    base.execute(
        "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
        [number, _spaced(document.title), _spaced(document.body)],
    )
    pairs = {(facet, value) for facet, values in document.facets.items() for value in values}
    base.executemany(
        "INSERT INTO facets (document, facet, value) VALUES (?, ?, ?)",
        [(number, facet, value) for facet, value in sorted(pairs)],
    )


def _remove(base: sqlite3.Connection, collection: str, name: str) -> None:
    row = base.execute(
        "SELECT id FROM documents WHERE collection = ? AND name = ?", [collection, name]
    ).fetchone()
    if row is not None:
        base.execute("DELETE FROM facets WHERE document = ?", row)
        base.execute("DELETE FROM words WHERE rowid = ?", row)
        base.execute("DELETE FROM documents WHERE id = ?", row)


def _keep_matches(base: sqlite3.Connection, text: str) -> None:
    """Match the words once, for the page and all its counts; a table of this connection alone."""
    base.execute(
        "CREATE TEMP TABLE IF NOT EXISTS matched (id INTEGER PRIMARY KEY, distance REAL NOT NULL)"
    )
    base.execute("DELETE FROM temp.matched")
    if text.strip():
        # A word in a title says more than one in a description.
        base.execute(
            "INSERT INTO temp.matched SELECT rowid, bm25(words, 10.0, 1.0)"
            " FROM words WHERE words MATCH ?",
            [_match(text)],
        )


def _conditions(collection: str, query: Query, leave_out: str = "") -> tuple[str, dict[str, Any]]:
    """Return the text of a WHERE over ``documents d``, and its values."""
    parts, values = ["d.collection = :collection"], {"collection": collection, "now": query.now}
    if query.text.strip():
        parts.append("d.id IN (SELECT id FROM temp.matched)")
    for number, (facet, chosen) in enumerate(sorted(query.chosen.items())):
        if facet == leave_out or not chosen:
            continue
        names = [f"v{number}_{place}" for place in range(len(chosen))]
        values |= dict(zip(names, chosen, strict=True))
        one_of = ", ".join(f":{name}" for name in names)
        if facet == PHASE:
            parts.append(f"{_PHASE_SQL} IN ({one_of})")
        else:
            values[f"f{number}"] = facet
            parts.append(
                f"d.id IN (SELECT document FROM facets WHERE facet = :f{number}"  # noqa: S608 # names of ours
                f" AND value IN ({one_of}))"
            )
    return " AND ".join(parts), values


def _count(base: sqlite3.Connection, collection: str, query: Query, facet: str) -> dict[str, int]:
    where, values = _conditions(collection, query, leave_out=facet)
    if facet == PHASE:
        sql = f"SELECT {_PHASE_SQL}, count(*) FROM documents d WHERE {where} GROUP BY 1"  # noqa: S608 # constants
    else:
        values["facet"] = facet
        sql = (
            "SELECT f.value, count(*) FROM documents d JOIN facets f ON f.document = d.id"  # noqa: S608 # constants
            f" WHERE f.facet = :facet AND {where} GROUP BY 1"
        )
    return dict(base.execute(sql, values).fetchall())


def _page(
    base: sqlite3.Connection, query: Query, where: str, values: dict[str, Any]
) -> Iterator[str]:
    """Give the names of one page: what is over comes last; then the best match, then titles."""
    source, order = "documents d", "d.title"
    if query.text.strip():
        source = "documents d JOIN temp.matched m ON m.id = d.id"
        order = "m.distance, d.title"
    sql = (
        f"SELECT d.name FROM {source} WHERE {where}"  # noqa: S608 # constants
        f" ORDER BY {_PHASE_SQL} = 'ended', {order}, d.id LIMIT :limit OFFSET :first"
    )
    rows = base.execute(sql, {**values, "limit": query.limit, "first": query.first})
    return iter([row[0] for row in rows.fetchall()])


def _match(text: str) -> str:
    """Return what FTS5 is asked: each word, or the beginning of one.

    Words are quoted, so nothing that somebody types is read as an operator.
    """
    words = text.split()[:_MOST_WORDS]
    phrases = [" ".join(_WORD.findall(_spaced(word[:_MOST_LETTERS]))) for word in words]
    asked = [f'"{phrase}"*' for phrase in phrases if phrase]
    return " AND ".join(asked) or '""'


def _spaced(text: str) -> str:
    return _IDEOGRAPH.sub(r" \1 ", text)


def _sort_key(title: str) -> str:
    letters = normalize("NFKD", title.casefold())
    return "".join(letter for letter in letters if not combining(letter))


def _file_id(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_broken(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
