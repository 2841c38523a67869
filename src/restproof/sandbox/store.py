"""All state of the server: SQLite, in memory or in a file. Uniqueness is a UNIQUE index, so it holds whatever comes
at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from restproof.contract.model import Contract, Resource
from restproof.semantics.normal import key_value

_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL,
    tenant TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (resource, key, scope));
CREATE INDEX IF NOT EXISTS by_scope ON entries (resource, scope, seq);
CREATE TABLE IF NOT EXISTS ancestors (
    seq INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
    ancestor INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
    PRIMARY KEY (seq, ancestor)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_ancestor ON ancestors (ancestor);
CREATE TABLE IF NOT EXISTS uniques (
    seq INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE, resource TEXT NOT NULL, fields TEXT NOT NULL,
    scope TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (resource, fields, scope, value));
CREATE INDEX IF NOT EXISTS by_entry ON uniques (seq);
CREATE TABLE IF NOT EXISTS deleted (resource TEXT NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_key ON deleted (resource, key);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_COLUMNS = "seq, resource, key, scope, tenant, document"
_MOST_KNOWN = 4096
"""Answers that are remembered until the next write."""


class Duplicate(Exception):
    """A unique value is taken. ``fields``: the fields that are unique together; the id's field where the id itself is
    taken."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Entry(NamedTuple):
    """One stored resource. ``key``: its id as text; ``scope``: the ``seq`` of the parents that its contract names, in
    their order; ``tenant``: the name of the given parent that it belongs to (``main``, ``other``, ``foreign``), or
    ``""``. Its state is shared: never change it in place."""

    seq: int
    resource: str
    key: str
    scope: tuple[int, ...]
    tenant: str
    state: Mapping[str, Any]


@lru_cache(maxsize=8192)
def _loaded(document: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(document)
    return loaded


@lru_cache(maxsize=8192)
def _scope(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split())) if text else ()


def _entry(row: tuple[int, str, str, str, str, str]) -> Entry:
    seq, resource, key, scope, tenant, document = row
    return Entry(seq, resource, key, _scope(scope), tenant, _loaded(document))


def _text(scope: tuple[int, ...]) -> str:
    return " ".join(map(str, scope))


class Store:
    """The entries of all resources. Every writing method is one transaction, or part of the caller's
    (``transaction``)."""

    def __init__(self, contract: Contract, db: str | None = None) -> None:
        self._contract = contract
        self._sql = sqlite3.connect(
            db or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
        )
        for pragma in ("foreign_keys = ON", "synchronous = OFF", "journal_mode = WAL", "busy_timeout = 5000"):
            self._sql.execute(f"PRAGMA {pragma}")
        self._sql.executescript(_TABLES)
        self._depth = 0
        # A page of a list asks for the same few referents and their ancestors again and again. A file may have other
        # writers.
        self._remembers = db is None
        self._found: dict[tuple[str, str], Sequence[Entry]] = {}
        self._above: dict[tuple[int, ...], Mapping[str, int]] = {}

    def close(self) -> None:
        self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested, then the outermost counts."""
        if self._depth:
            try:
                yield
            finally:
                self._forget()
            return
        self._sql.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        else:
            self._sql.execute("COMMIT")
        finally:
            self._depth = 0
            self._forget()

    def _forget(self) -> None:
        """What is remembered may be so no more. Whoever has asked before, in another thread, and is still to be
        answered, remembers where nobody looks."""
        self._found, self._above = {}, {}

    def _remember(self, known: dict[Any, Any], key: Any, value: Any) -> None:
        if self._remembers and len(known) < _MOST_KNOWN:
            known[key] = value

    def setting(self, name: str) -> Any:
        """A JSON value kept beside the entries, ``None`` where there is none."""
        row = self._sql.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_setting(self, name: str, value: Any) -> None:
        self._sql.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def next_seq(self) -> int:
        """The ``seq`` that the next entry gets. Numbers are never used again, and no two resources share one."""
        row = self._sql.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
        return int(row[0]) + 1 if row else 1

    def take_seq(self) -> int:
        """A number that no entry has got, and none gets any more. There is an entry already."""
        seq = self.next_seq()
        self._sql.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'entries'", (seq,))
        return seq

    def start_at(self, seq: int) -> None:
        """Let an empty store number its entries from ``seq``."""
        if self.next_seq() == 1:
            self._sql.execute("INSERT INTO sqlite_sequence VALUES ('entries', ?)", (seq - 1,))

    def entry(self, seq: int) -> Entry | None:
        row = self._sql.execute(f"SELECT {_COLUMNS} FROM entries WHERE seq = ?", (seq,)).fetchone()
        return _entry(row) if row else None

    def find(self, resource: str, key: str) -> Sequence[Entry]:
        """All entries with that id: one, unless clients choose the ids, which then are unique under one parent only."""
        known = self._found
        if (resource, key) in known:
            return known[resource, key]
        rows = self._sql.execute(f"SELECT {_COLUMNS} FROM entries WHERE resource = ? AND key = ?", (resource, key))
        found = [_entry(r) for r in rows]
        self._remember(known, (resource, key), found)
        return found

    def under(self, resource: str, scope: tuple[int, ...], *, limit: int = -1, offset: int = 0) -> list[Entry]:
        """The entries under those parents, oldest first."""
        query = f"SELECT {_COLUMNS} FROM entries WHERE resource = ? AND scope = ? ORDER BY seq LIMIT ? OFFSET ?"
        return [_entry(r) for r in self._sql.execute(query, (resource, _text(scope), limit, offset))]

    def count(self, resource: str, scope: tuple[int, ...]) -> int:
        query = "SELECT count(*) FROM entries WHERE resource = ? AND scope = ?"
        return int(self._sql.execute(query, (resource, _text(scope))).fetchone()[0])

    def all(self, resource: str) -> list[Entry]:
        """Every entry of a resource, whoever's it is."""
        query = f"SELECT {_COLUMNS} FROM entries WHERE resource = ? ORDER BY seq"
        return [_entry(r) for r in self._sql.execute(query, (resource,))]

    def mentioning(self, resource: str, text: str) -> list[Entry]:
        """The entries of a resource whose state holds ``text`` anywhere as JSON: a quick first sieve for what names
        an id."""
        query = f"SELECT {_COLUMNS} FROM entries WHERE resource = ? AND instr(document, ?)"
        return [_entry(r) for r in self._sql.execute(query, (resource, text)).fetchall()]

    def ancestors(self, scope: tuple[int, ...]) -> Mapping[str, int]:
        """Resource name → ``seq`` of all entries above an entry with this scope: its parents, and theirs."""
        known = self._above
        if scope in known:
            return known[scope]
        found: dict[str, int] = {}
        for seq in scope:
            query = "SELECT e.resource, e.seq FROM ancestors a JOIN entries e ON e.seq = a.ancestor WHERE a.seq = ?"
            found.update(self._sql.execute(query, (seq,)).fetchall())
            above = self._sql.execute("SELECT resource FROM entries WHERE seq = ?", (seq,)).fetchone()
            if above:
                found[above[0]] = seq
        self._remember(known, scope, found)
        return found

    def deleted(self, resource: str, key: str) -> list[tuple[int, ...]]:
        """The parents under which an entry with that id was deleted."""
        query = "SELECT scope FROM deleted WHERE resource = ? AND key = ?"
        return [_scope(text) for (text,) in self._sql.execute(query, (resource, key))]

    def taken(
        self, resource: Resource, fields: tuple[str, ...], scope: tuple[int, ...], state: Mapping[str, Any]
    ) -> int | None:
        """The ``seq`` of the entry that holds these unique values already."""
        value = _unique_value(resource, fields, state)
        query = "SELECT seq FROM uniques WHERE resource = ? AND fields = ? AND scope = ? AND value = ?"
        found = self._sql.execute(
            query, (resource.name, " ".join(fields), self._unique_scope(resource, scope), value)
        ).fetchone()
        return int(found[0]) if found else None

    def _unique_scope(self, resource: Resource, scope: tuple[int, ...]) -> str:
        return _text(scope) if resource.unique_scope == "parent" else ""

    def insert(
        self,
        resource: Resource,
        key: str,
        scope: tuple[int, ...],
        tenant: str,
        state: Mapping[str, Any],
        *,
        unique: bool = True,
    ) -> Entry:
        """Store a new entry. Raises ``Duplicate``."""
        with self.transaction():
            row = (resource.name, key, _text(scope), tenant, json.dumps(state))
            try:
                query = "INSERT INTO entries (resource, key, scope, tenant, document) VALUES (?, ?, ?, ?, ?)"
                seq = int(self._sql.execute(query, row).lastrowid or 0)
            except sqlite3.IntegrityError as error:
                raise Duplicate((resource.id.field,)) from error
            above = [(seq, a) for a in self.ancestors(scope).values()]
            self._sql.executemany("INSERT INTO ancestors VALUES (?, ?)", above)
            if unique:
                self._claim(resource, seq, scope, state)
        return Entry(seq, resource.name, key, scope, tenant, state)

    def update(self, resource: Resource, entry: Entry, state: Mapping[str, Any], *, unique: bool = True) -> Entry:
        """Store an entry's new state. Raises ``Duplicate``."""
        with self.transaction():
            key = str(state[resource.id.field]) if resource.id.changes else entry.key
            try:
                row = (json.dumps(state), key, entry.seq)
                self._sql.execute("UPDATE entries SET document = ?, key = ? WHERE seq = ?", row)
            except sqlite3.IntegrityError as error:
                raise Duplicate((resource.id.field,)) from error
            self._sql.execute("DELETE FROM uniques WHERE seq = ?", (entry.seq,))
            if unique:
                self._claim(resource, entry.seq, entry.scope, state)
        return Entry(entry.seq, entry.resource, key, entry.scope, entry.tenant, state)

    def _claim(self, resource: Resource, seq: int, scope: tuple[int, ...], state: Mapping[str, Any]) -> None:
        for fields in resource.unique:
            if any(state.get(f) is None for f in fields):
                continue
            row = (
                seq,
                resource.name,
                " ".join(fields),
                self._unique_scope(resource, scope),
                _unique_value(resource, fields, state),
            )
            try:
                self._sql.execute("INSERT INTO uniques VALUES (?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                raise Duplicate(fields) from error

    def delete(self, entry: Entry) -> list[Entry]:
        """Remove an entry and all that is below it; returns what was removed, the entry first."""
        with self.transaction():
            query = f"SELECT {_COLUMNS} FROM entries WHERE seq IN (SELECT seq FROM ancestors WHERE ancestor = ?)"
            removed = [entry, *(_entry(r) for r in self._sql.execute(query, (entry.seq,)).fetchall())]
            for one in removed:
                self._sql.execute("INSERT INTO deleted VALUES (?, ?, ?)", (one.resource, one.key, _text(one.scope)))
                self._sql.execute("DELETE FROM entries WHERE seq = ?", (one.seq,))
        return removed


def _unique_value(resource: Resource, fields: tuple[str, ...], state: Mapping[str, Any]) -> str:
    return json.dumps([key_value(resource, f, state.get(f)) for f in fields], sort_keys=True)
