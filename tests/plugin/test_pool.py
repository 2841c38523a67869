"""Workers that are forks of their run: one that cannot end well is heard, and what it judged is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.cli.main import run
from restproof.errors import StorageError
from restproof.session.live import LiveConnection

CONTRACT = Path(__file__).parents[1] / "generated" / "contracts" / "minimal"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("no way to tidy up"), "a worker could not end:\nTraceback (most recent call last):"),
        (StorageError("cannot be written: No space left on device"), "cannot be written: No space left on device"),
    ],
    ids=["a mistake of ours", "a full disk"],
)
def test_a_worker_that_cannot_end_is_told_and_what_it_judged_is_kept(
    error: Exception,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_: LiveConnection) -> None:
        raise error

    monkeypatch.setattr(LiveConnection, "close", fails)
    words = ["--profile", "smoke", "--only", "create", "--only", "update", "--workers", "2"]
    code = run(["run", str(CONTRACT), "-q", "--out", str(tmp_path / "run"), *words])
    assert code == 3
    assert told in capsys.readouterr().err
    results = json.loads((tmp_path / "run" / "summary.json").read_text())["results"]
    judged = [r for r in results if r["outcome"] == "not tested" and "the run ended" in r["message"]]
    assert judged == []
