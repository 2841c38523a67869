"""The same seed draws the same, whatever modules are loaded."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from restproof.plan.seeded import by_the_seed_alone


def drawn(inside: Callable[[], AbstractContextManager[None]]) -> list[Any]:
    found: list[Any] = []

    # The constraints are new ones, of which nobody has kept what they permit.
    @seed(7)
    @settings(max_examples=80, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.tuples(st.integers(-7, 987_654), st.text(max_size=13)))
    def collect(values: tuple[int, str]) -> None:
        found.append(values)

    with inside():
        collect()
    return found


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Loads a module of the reader's own that holds constants."""
    monkeypatch.syspath_prepend(tmp_path)

    def loads(name: str) -> None:
        words = [f"{name}{n}" for n in range(300)]
        (tmp_path / f"{name}.py").write_text(f"WORDS = {words}\nNUMBERS = {[*range(5000, 5300)]}\n")
        importlib.import_module(name)

    return loads


def test_the_same_seed_draws_the_same_whatever_modules_are_loaded(load: Callable[[str], None]) -> None:
    before = drawn(by_the_seed_alone)
    load("cobble")
    assert drawn(by_the_seed_alone) == before


def test_what_others_draw_is_as_it_was(load: Callable[[str], None]) -> None:
    """And Hypothesis still does what it is kept from in here."""
    before = drawn(nullcontext)
    drawn(by_the_seed_alone)
    assert drawn(nullcontext) == before
    load("gravel")
    assert drawn(nullcontext) != before


def test_one_may_be_inside_twice(load: Callable[[str], None]) -> None:
    before = drawn(by_the_seed_alone)
    load("pebble")
    with by_the_seed_alone():
        drawn(by_the_seed_alone)
        assert drawn(nullcontext) == before


def test_a_version_of_hypothesis_without_what_is_replaced_draws_by_itself() -> None:
    """What is replaced is no part of what Hypothesis promises."""
    lines = [
        "from hypothesis.internal.conjecture import providers",
        "del providers._get_local_constants",
        "from restproof.plan.seeded import by_the_seed_alone",
        "with by_the_seed_alone():",
        "    assert not hasattr(providers, '_get_local_constants')",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
