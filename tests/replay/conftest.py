"""Runs of the command in this process: a replay is quick, and a process of its own is not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from restproof.cli.main import run
from restproof.record.model import RecordedRun
from restproof.record.reader import read

CONTRACT = Path(__file__).parents[1] / "generated" / "contracts" / "minimal"


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it left."""

    code: int
    told: str
    folder: Path

    @property
    def run(self) -> RecordedRun:
        return read(self.folder / "run.jsonl.gz")

    @property
    def outcomes(self) -> dict[str, tuple[str, str]]:
        """Outcome and message by requirement and operation."""
        found: list[dict[str, Any]] = json.loads((self.folder / "summary.json").read_text())["results"]
        return {f"{r['requirement']} {r['operation']}": (r["outcome"], r["message"]) for r in found}

    def ended(self, outcome: str) -> set[str]:
        return {name.partition(" ")[0] for name, (found, _) in self.outcomes.items() if found == outcome}


Command = Callable[..., Ended]


def command(folder: Path, *options: str, contract: Path | None = CONTRACT) -> Ended:
    told = io.StringIO()
    arguments = ["run", *([str(contract)] if contract else []), "-q", "--out", str(folder), *options]
    with redirect_stdout(told), redirect_stderr(told):
        code = run(arguments)
    return Ended(code, told.getvalue(), folder)


@pytest.fixture
def restproof(tmp_path: Path) -> Command:
    count = iter(range(100))
    return lambda *options, **more: command(tmp_path / f"run{next(count)}", *options, **more)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A live run of the smallest contract against its sandbox."""
    return command(tmp_path_factory.mktemp("recorded") / "live", "--profile", "smoke")
