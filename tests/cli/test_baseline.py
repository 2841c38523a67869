"""What a run is compared with, and what its file says of the contract's place."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests import forked

import restproof
from restproof.record.reader import read_header

NARROW = ("--only", "create.answers-created", "--profile", "smoke", "-q")
SOURCE = Path(restproof.__file__).parent.parent


def restproof_run(here: Path, *more: str) -> subprocess.CompletedProcess[str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_", "HYPOTHESIS_"))}
    environment = {**kept, "PYTHONPATH": str(SOURCE), "CI": "1"}
    return forked.run("restproof", ["run", *NARROW, *more], cwd=here, env=environment, timeout=90)


def project(here: Path) -> Path:
    """A repository with a contract of one resource, which stands on its third line."""
    (here / ".git").mkdir()
    folder = here / "contracts/small"
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_text("contract: small\nresources:\n  thing: {path: /things, schema: thing.json}\n")
    properties = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}}
    schema = {"type": "object", "required": ["name"], "properties": properties}
    (folder / "thing.json").write_text(json.dumps(schema))
    return here


def test_a_run_is_compared_with_the_one_before_it_or_with_the_one_named(tmp_path: Path) -> None:
    here = project(tmp_path)
    first = restproof_run(here)
    assert "Since" not in first.stdout
    (one,) = (p for p in (here / "reports").iterdir() if not p.is_symlink())
    header = read_header(one / "run.jsonl.gz")
    assert (header.contract_file, header.lines) == ("contracts/small/contract.yaml", {"thing": 3})
    assert len(header.digest) == 16

    second = restproof_run(here, "--fault", "create-answers-200")
    assert second.returncode == 1, second.stdout + second.stderr
    (line,) = (line for line in second.stdout.splitlines() if line.startswith("Since"))
    assert line.endswith("(conforming): 1 new failure")
    latest = here / "reports/latest"
    assert "1 new failure" in (latest / "summary.md").read_text()

    broken = ("--fault", "create-answers-200", "--new-only", "--baseline")
    known = restproof_run(here, *broken, str(latest.resolve()), "--out", str(here / "known"))
    assert known.returncode == 0, known.stdout + known.stderr
    assert known.stdout.startswith("NOT CONFORMING")
    assert "Nothing fails that did not fail in the baseline" in known.stdout
    assert restproof_run(here, *broken, str(one), "--out", str(here / "new")).returncode == 1

    third = restproof_run(here, "--baseline", str(one), "--out", str(one))
    assert "(conforming): nothing changed" in third.stdout, third.stdout + third.stderr
    assert latest.resolve() != one


def test_a_baseline_that_cannot_be_read_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    done = restproof_run(project(tmp_path), "--baseline", "absent")
    assert done.returncode == 2
    assert "the run file cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reports").exists()
    done = restproof_run(tmp_path, "--new-only")
    assert (done.returncode, "--new-only needs --baseline" in done.stderr) == (2, True)
