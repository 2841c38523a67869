"""The suites against Kinto, a server that nobody here wrote: what fails is what was checked by hand and declared.

Kinto is slow: by default a contract that promises something else is tried, and with ``SERVERS=all`` (``tox -e
servers``) its own in a whole run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import forked

from restproof.deviations import load_deviations
from restproof.record.model import RecordedRun
from restproof.record.reader import read

from .kinto_server import ROOT, Kinto, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

CONTRACT = ROOT / "contracts" / "kinto"
DEVIATIONS = ROOT / "deviations" / "kinto.yaml"


@pytest.fixture(scope="module")
def kinto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kinto]:
    with running(tmp_path_factory.mktemp("kinto")) as server:
        yield server


def run(kinto: Kinto, folder: Path, *arguments: str, contract: Path = CONTRACT) -> subprocess.CompletedProcess[str]:
    """``restproof run`` against the server, from an empty directory."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "RESTPROOF_"))}
    source = os.environ.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(p).resolve()) for p in source.split(os.pathsep) if p)
    words = ["run", str(contract), "--target", kinto.url, "--out", "run", *arguments]
    return forked.run("restproof", words, cwd=folder, env=environment | kinto.environment, timeout=600)


class Whole:
    """A complete run with the declared deviations, and what the server held afterwards."""

    def __init__(self, kinto: Kinto, folder: Path) -> None:
        self.process = run(kinto, folder, "--deviations", str(DEVIATIONS))
        self.said = self.process.stdout + self.process.stderr
        assert (folder / "run" / "summary.json").exists(), self.said
        self.summary: dict[str, Any] = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
        self.run: RecordedRun = read(folder / "run" / "run.jsonl.gz")
        self.left = {account: kinto.call("GET", "/buckets", account=account) for account in ("full", "foreign")}
        self.files = sorted(p.name for p in folder.iterdir())


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    if os.environ.get("SERVERS") != "all":
        pytest.skip("a whole run against Kinto takes minutes: tox -e servers")
    return Whole(request.getfixturevalue("kinto"), tmp_path_factory.mktemp("run"))  # which takes its time to begin


def test_kinto_conforms_but_for_what_is_declared(whole: Whole) -> None:
    assert whole.summary["verdict"] == "conforming", whole.said
    assert whole.process.returncode == 0, whole.said
    counts = whole.summary["counts"]
    assert {n: counts[n] for n in ("fail", "error", "blocked")} == {"fail": 0, "error": 0, "blocked": 0}, whole.said
    assert counts["pass"] > 550


def test_every_failure_is_declared_and_every_declaration_fails(whole: Whole) -> None:
    """Without the deviations: which items fail, and in which fields."""
    items = {item.id: item for item in whole.run.items}
    failed = {o.item for o in whole.run.outcomes if o.outcome == "fail"}
    found = {
        (items[f.item].requirement, items[f.item].resource, items[f.item].operation, f.field)
        for f in whole.run.findings
        if f.item in failed
    }
    deviations = {
        tuple(d[k] for k in ("requirement", "resource", "operation", "field")): d["shows"]
        for d in load_deviations(DEVIATIONS)
    }
    declared = set(deviations)
    always = {place for place, shows in deviations.items() if shows == "always"}
    # A deviation that names no field is of the item as a whole.
    told = {place if place in declared else (*place[:3], None) for place in found}
    assert always <= told <= declared


def test_what_was_not_tested_is_not_promised(whole: Whole) -> None:
    skipped = {
        o.item.partition("[")[0]: o.reason or "" for o in whole.run.outcomes if o.outcome in ("not tested", "blocked")
    }
    allowed = {
        "create.location": "no Location is sent",
        "identity.unknown": "clients choose ids",
        "identity.wrong-parent": "clients choose ids",
        "limit.answers-429": "no credential `throttled`",
        "limit.retry-after": "no credential `throttled`",
        "update.failed-leaves-nothing": "cache_expires",
    }
    assert {name: reason for name, reason in skipped.items() if allowed.get(name, "\n") not in reason} == {}


def test_every_family_that_the_documentation_speaks_of_was_tried(whole: Whole) -> None:
    passed = {o.item for o in whole.run.outcomes if o.outcome == "pass"}
    for item in (
        "auth.forbidden[bucket-create]",
        "auth.object-level[record-read]",
        "conditional.if-match[record-update]",
        "conditional.if-none-match[bucket-read]",
        "conflict.duplicate[collection-create]",
        "conflict.scope[record-create]",
        "create.reads-back[record-create]",
        "delete.is-gone[bucket-delete]",
        "identity.unknown[bucket-read]",
        "lifecycle.model[record-create]",
        "list.filter-complete[record-list]",
        "list.pages-partition[record-list]",
        "list.sort[record-list]",
        "media.foreign-body[record-update]",
        "replace.answers[record-replace]",
        "replace.creates[bucket-replace]",
        "update.only-named[record-update]",
    ):
        assert item in passed, item


def test_what_a_run_leaves_behind_is_told(whole: Whole) -> None:
    """A create without any body makes a bucket that nothing shows to be of the run: it is told, and left alone."""
    assert len(left_lines := whole.summary["left"]) <= 1, left_lines
    left = [bucket["id"] for _, body in whole.left.values() for bucket in body["data"]]
    assert all(f"/buckets/{id}" in left_lines[0] for id in left)
    assert all("is not proven to be this run's, and was left alone" in line for line in left_lines)
    assert ".restproof" not in whole.files  # no ledger: nothing is left that may be deleted


def test_no_request_left_the_machine_or_told_a_password(whole: Whole, kinto: Kinto) -> None:
    text = json.dumps([[e.request.url, e.request.headers] for e in whole.run.exchanges])
    assert all(e.request.url.startswith(f"{kinto.url}/") for e in whole.run.exchanges)
    assert not re.search(r"Basic [A-Za-z0-9+/=]{8}|restproof-owner", text)


@pytest.mark.parametrize(
    ("said", "instead", "only", "item"),
    [
        ("deleted: 200", "deleted: 204", "delete.answers", "delete.answers[record-delete]"),
        ("absent: 403", "absent: 404", "identity.unknown", "identity.unknown[bucket-read]"),
        ("response: data, list: data", "response: data", "list.answers-ok", "list.answers-ok[bucket-list]"),
        ("unknown_field: kept", "unknown_field: ignored", "input.unknown-field", "input.unknown-field[record-create]"),
    ],
)
def test_a_contract_that_promises_something_else_fails(
    kinto: Kinto, tmp_path: Path, said: str, instead: str, only: str, item: str
) -> None:
    contract = tmp_path / "contracts" / "kinto"
    contract.mkdir(parents=True)
    text = (CONTRACT / "contract.yaml").read_text(encoding="utf-8")
    assert said in text
    (contract / "contract.yaml").write_text(text.replace(said, instead), encoding="utf-8")
    for schema in (ROOT / "schemas" / "kinto").iterdir():
        (contract / schema.name).write_bytes(schema.read_bytes())
    told = run(kinto, tmp_path, "--only", only, contract=contract)
    assert told.returncode == 1, told.stdout + told.stderr
    outcomes = {o.item: o.outcome for o in read(tmp_path / "run" / "run.jsonl.gz").outcomes}
    assert outcomes[item] == "fail"


def test_each_deviation_has_its_evidence() -> None:
    for deviation in load_deviations(DEVIATIONS):
        evidence = deviation["evidence"] or ""
        assert re.search(r"API 1\.x|OpenAPI", evidence), deviation
        assert "Sent" in evidence, deviation
        assert "Answered: " in evidence, deviation


def test_only_its_contract_knows_kinto() -> None:
    folders = (ROOT / "src" / "restproof", ROOT / "suites")
    files = [
        p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix in (".py", ".json", ".yaml")
    ]
    assert len(files) > 50
    assert [str(p) for p in files if "kinto" in p.read_text(encoding="utf-8").lower()] == []
