"""When Python looks for garbage in a run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from restproof.garbage import few_collections, uncollected


@contextmanager
def collections_in() -> Iterator[list[int]]:
    """The generations that are looked through within the block."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    gc.callbacks.append(note)
    try:
        yield found
    finally:
        gc.callbacks.remove(note)


@pytest.fixture
def usual() -> Iterator[None]:
    """The thresholds of Python, and nothing that is kept."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    gc.collect()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("usual")
@pytest.mark.parametrize("in_a_run", [False, True])
def test_what_a_block_has_made_is_not_looked_through_behind_it(in_a_run: bool) -> None:
    def read() -> list[list[int]]:
        with collections_in() as found:
            with uncollected():
                many = [[n] for n in range(5_000)]
            kept = [[n] for n in range(100)]
            assert not found
        return [*many, *kept]

    if not in_a_run:
        read()
        assert not gc.get_freeze_count(), "who reads a file goes on as before"
        return
    with few_collections():
        read()
        assert gc.get_freeze_count()
    assert gc.get_threshold() == (700, 10, 10)
    assert not gc.get_freeze_count()


@pytest.mark.usefixtures("usual")
def test_garbage_is_found_that_was_there_before_a_block() -> None:
    class Circle:
        pass

    with collections_in():
        circle = Circle()
        circle.itself = circle  # type: ignore[attr-defined]
        del circle
        with uncollected():
            pass
        gc.collect()
        assert not any(isinstance(thing, Circle) for thing in gc.get_objects())
