"""One run in every form that there is: result for result the same, on the conforming sandbox and on forty faults."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import forked
from tests.kill.place import BUNDLED, contract_of

from restproof.sandbox.faults import catalogue

pytestmark = pytest.mark.skipif(os.environ.get("ENGINE") != "whole", reason="minutes: tox -e engine")

HOW_MANY = 40
LONGEST = 600
SLOW = ("robust.no-timeout", "robust.latency", "transport.")
"""Rules whose faults take their time, or show below HTTP alone."""
COUNTING = ("read-alternates", "second-update-lost", "third-read-404", "third-update-lost")
"""Faults of every so many requests about an item: which rule meets them depends on what was asked of it before."""
OF_WHAT_IS_LEFT = ("second-null-fills", "unique-newest-only")
"""Faults that show by what earlier items have left, or by what another one makes at the same time: a rule that is about
something else meets them in one order, and in another it does not."""
PER_SHARD = "create.failed-leaves-nothing"
"""Judges what refused creates have left: each shard has its own of them, and perhaps none."""
Results = dict[tuple[str, str, str], str]


def faults() -> list[str]:
    """Of the catalogue, drawn once and for all, and none."""
    found = [f for f in catalogue().values() if contract_of(f) == BUNDLED and not f.requirement.startswith(SLOW)]
    found = [f for f in found if f.name not in COUNTING]
    drawn = [f.name for f in random.Random(1).sample(found, HOW_MANY + len(OF_WHAT_IS_LEFT))]
    return ["", *[name for name in drawn if name not in OF_WHAT_IS_LEFT][:HOW_MANY]]


def restproof(here: Path, *words: str) -> None:
    done = forked.run("restproof", words, cwd=here, timeout=LONGEST)
    assert done.returncode in (0, 1), done.stdout + done.stderr


def run(here: Path, fault: str, *words: str) -> None:
    given = ("--fault", fault) if fault else ()
    restproof(here, "run", "procore", "-q", "--profile", "smoke", *given, *words)


def in_shards(here: Path, fault: str) -> None:
    for number in (1, 2, 3):
        run(here, fault, "--shard", f"{number}/3", "--out", f"shard-{number}")
    files = [f"shard-{number}/run.jsonl.gz" for number in (1, 2, 3)]
    restproof(here, "merge", *files, "--out", "merged.jsonl.gz")
    restproof(here, "report", "merged.jsonl.gz", "--format", "json", "--out", "summary.json")


def in_a_fleet(here: Path, fault: str) -> None:
    options = ["--profile", "smoke", *(["--fault", fault] if fault else [])]
    (here / "one").mkdir()
    (here / "fleet.toml").write_text(f'options = {json.dumps(options)}\n[services.one]\nfolder = "one"\n')
    restproof(here, "fleet", "run")


FORMS: dict[str, Callable[[Path, str], None]] = {
    "concurrent": lambda here, fault: run(here, fault, "--concurrency", "4", "--out", "."),
    "engine": lambda here, fault: run(here, fault, "--engine", "local", "--concurrency", "2", "--out", "."),
    "shards": in_shards,
    "fleet": in_a_fleet,
}


def results(here: Path) -> Results:
    """How each item of the one run below a folder has ended."""
    (told,) = (p for p in here.rglob("summary.json") if not p.parent.name.startswith("shard-") and not p.is_symlink())
    found = json.loads(told.read_text())["results"]
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in found}


@pytest.mark.parametrize("fault", faults())
def test_every_form_of_a_run_comes_to_the_same_results(fault: str, tmp_path: Path) -> None:
    run(tmp_path, fault, "--out", "single")
    single = results(tmp_path / "single")
    differing = {}
    for name, form in FORMS.items():
        here = tmp_path / name
        here.mkdir()
        form(here, fault)
        told = results(here)
        spared = (PER_SHARD,) if name in ("shards", "engine") else ()
        places = {p for p in single.keys() | told.keys() if single.get(p) != told.get(p) and p[0] not in spared}
        differing[name] = {p: (single.get(p), told.get(p)) for p in places}
    assert not any(differing.values()), differing
