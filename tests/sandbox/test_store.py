"""The store remembers what it was asked for, until something is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.sandbox.store import Duplicate, Entry, Store

from .client import bundled

COMPANY, OFFICE = bundled().resources["company"], bundled().resources["office"]


def entry_of(store: Store, resource: str, key: str) -> Entry | None:
    return next(iter(store.find(resource, key)), None)


def selects(store: Store, asked: list[tuple[str, str]]) -> int:
    """How many statements it takes to find all that is ``asked`` for."""
    told: list[str] = []
    store._sql.set_trace_callback(told.append)
    for resource, key in asked:
        store.ancestors(store.find(resource, key)[0].scope)
    store._sql.set_trace_callback(None)
    return len(told)


@pytest.fixture
def store() -> Store:
    store = Store(bundled())
    company = store.insert(COMPANY, "1", (), "main", {"id": 1})
    store.insert(OFFICE, "2", (company.seq,), "main", {"id": 2, "name": "North"})
    return store


def test_the_same_is_looked_up_once(store: Store) -> None:
    once = selects(store, [("office", "2")])
    store.insert(COMPANY, "7", (), "main", {"id": 7})
    assert selects(store, [("office", "2")] * 20) == once > 0


def test_what_is_written_is_seen(store: Store) -> None:
    office = store.find("office", "2")[0]
    assert entry_of(store, "office", "3") is None
    assert list(store.ancestors(office.scope)) == ["company"]
    store.update(OFFICE, office, {"id": 2, "name": "South"})
    assert store.find("office", "2")[0].state["name"] == "South"
    made = store.insert(OFFICE, "3", office.scope, "main", {"id": 3, "name": "West"})
    assert entry_of(store, "office", "3") == made
    store.delete(store.find("company", "1")[0])
    assert entry_of(store, "office", "2") is None
    assert store.ancestors(office.scope) == {}


def test_what_is_rolled_back_was_never_there(store: Store) -> None:
    scope = store.find("office", "2")[0].scope

    def two(key: str) -> None:
        with store.transaction():
            store.insert(OFFICE, "3", scope, "main", {"id": 3, "name": "West"})
            assert entry_of(store, "office", "3") is not None
            store.insert(OFFICE, key, scope, "main", {"id": int(key), "name": "East"})

    with pytest.raises(Duplicate):
        two("2")
    assert entry_of(store, "office", "3") is None


def test_of_a_file_nothing_is_remembered(tmp_path: Path) -> None:
    """Another process may write to it."""
    one, other = (Store(bundled(), str(tmp_path / "db")) for _ in range(2))
    made = one.insert(COMPANY, "1", (), "main", {"id": 1, "name": "North"})
    assert other.find("company", "1")[0].state["name"] == "North"
    one.update(COMPANY, made, {"id": 1, "name": "South"})
    assert other.find("company", "1")[0].state["name"] == "South"
