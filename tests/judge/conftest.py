"""Judging in process: what `restproof judge` does, without its reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.contract.settles import Settles
from restproof.engine.register import load as load_register
from restproof.record.traffic import read_traffic
from restproof.traffic import judging
from restproof.traffic.placing import match
from restproof.traffic.whole import Terms
from restproof.wire.message import Exchange

from .client import har

Judged = Callable[..., "Result"]


class Result:
    """The events of a judged file."""

    def __init__(self, events: list[dict[str, Any]], notes: tuple[str, ...]) -> None:
        self.events = events
        self.notes = notes
        self.findings = [e for e in events if e["event"] == "finding"]
        self.outcomes = {e["item"]: e for e in events if e["event"] == "outcome"}

    @property
    def broken(self) -> set[str]:
        """The requirements with a finding."""
        return {f["item"].partition("[")[0] for f in self.findings}


class _Kept:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def write(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Judges exchanges, a HAR document or a file by the bundled contract."""
    contract = load(bundled_dir() / "contracts" / "procore")
    suites = bundled_dir() / "suites"
    register = load_register(suites / "requirements.yaml")
    items = judging.items_under([suites], contract, register)
    folder = tmp_path_factory.mktemp("traffic")

    def judge(
        traffic: Iterable[Exchange] | dict[str, Any] | Path,
        base_url: str | None = None,
        settles: Settles | None = None,
    ) -> Result:
        file = traffic if isinstance(traffic, Path) else folder / "traffic.har"
        if not isinstance(traffic, Path):
            file.write_text(json.dumps(traffic if isinstance(traffic, dict) else har(traffic)))
        promised = contract
        if settles is not None:
            late = {name: replace(r, settles=settles) for name, r in contract.resources.items()}
            promised = replace(contract, resources=late)
        matched = match(read_traffic(file), promised, base_url, file)
        kept = _Kept()
        judging.Judging(promised, register, items, kept).run(matched)  # type: ignore[arg-type]
        return Result(kept.events, matched.notes)

    return judge


@pytest.fixture(scope="session")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    return Terms.read("procore", tmp_path_factory.mktemp("empty"))
