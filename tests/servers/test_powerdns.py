"""The suites against PowerDNS, a server that nobody here wrote: what fails is what was checked by hand and declared."""

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

from .once import made_once
from .pdns_server import KEY, PowerDNS, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "contracts" / "powerdns"
DEVIATIONS = ROOT / "deviations" / "powerdns.yaml"


@pytest.fixture(scope="module")
def pdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDNS]:
    with running(tmp_path_factory.mktemp("powerdns")) as server:
        yield server


def run(pdns: PowerDNS, folder: Path, *arguments: str, contract: Path = CONTRACT) -> subprocess.CompletedProcess[str]:
    """``restproof run`` against the server, from an empty directory."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "RESTPROOF_"))}
    source = os.environ.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(p).resolve()) for p in source.split(os.pathsep) if p)
    environment |= {"RESTPROOF_FULL": KEY, "RESTPROOF_ID_SERVER": "localhost"}
    words = ["run", str(contract), "--target", pdns.url, "--out", "run", *arguments]
    return forked.run("restproof", words, cwd=folder, env=environment, timeout=240)


class Whole:
    """A complete run with the declared deviations, and what the server held afterwards: ``told.json`` beside it."""

    def __init__(self, folder: Path) -> None:
        told: dict[str, Any] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        self.code, self.said, self.files, self.url = told["code"], told["said"], told["files"], told["url"]
        self.left = {path: (status, body) for path, (status, body) in told["left"].items()}
        self.summary: dict[str, Any] = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
        self.run: RecordedRun = read(folder / "run" / "run.jsonl.gz")

    @classmethod
    def make(cls, pdns: PowerDNS, folder: Path) -> None:
        process = run(pdns, folder, "--deviations", str(DEVIATIONS))
        said = process.stdout + process.stderr
        assert (folder / "run" / "summary.json").exists(), said
        left = {path: pdns.call("GET", path) for path in ("/zones", "/tsigkeys")}
        files = sorted(p.name for p in folder.iterdir())
        told = {"code": process.returncode, "said": said, "left": left, "files": files, "url": pdns.url}
        (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    def make(folder: Path) -> None:
        with running(tmp_path_factory.mktemp("powerdns")) as server:
            Whole.make(server, folder)

    return Whole(made_once(tmp_path_factory, "powerdns-run", make))


def test_powerdns_conforms_but_for_what_is_declared(whole: Whole) -> None:
    """A deviation that no longer fails is stale, and the verdict says so: no failure is missing, and none is new."""
    assert whole.summary["verdict"] == "conforming", whole.said
    assert whole.code == 0, whole.said
    counts = whole.summary["counts"]
    assert {n: counts[n] for n in ("fail", "error")} == {"fail": 0, "error": 0}, whole.said
    # Generated bodies hold what their own rules have told, or by chance do not.
    blocked = {r["requirement"] for r in whole.summary["results"] if r["outcome"] == "blocked"}
    assert blocked <= {"input.generated"}, whole.said
    assert counts["pass"] > 380


def test_what_was_not_tested_needs_what_this_server_does_not_have(whole: Whole) -> None:
    """It has one key, one server, and no limit of requests; and its server is nobody's to change."""
    skipped = {o.item.partition("[")[0]: o.reason or "" for o in whole.run.outcomes if o.outcome == "not tested"}
    ours = "leaves only below a parent of this run"
    reasons = (ours, "no credential `", "no id `other_server`", "no id `foreign_server`", "no Location is sent")
    assert {n: reason for n, reason in skipped.items() if not any(r in reason for r in reasons)} == {}


def test_every_family_that_the_documentation_speaks_of_was_tried(whole: Whole) -> None:
    passed = {o.item for o in whole.run.outcomes if o.outcome == "pass"}
    for item in (
        "auth.missing[zone-create]",
        "conflict.duplicate[tsigkey-create]",
        "conflict.duplicate[zone-create]",
        "create.is-listed[zone-create]",
        "create.reads-back[tsigkey-create]",
        "create.reads-back[zone-create]",
        "delete.is-gone[tsigkey-delete]",
        "delete.is-gone[zone-delete]",
        "identity.unknown[zone-read]",
        "lifecycle.model[zone-create]",
        "list.entry-agrees[tsigkey-list]",
        "read.answers-ok[server-read]",
        "replace.answers[metadata-replace]",
        "replace.creates[metadata-replace]",
        "update.only-named[zone-update]",
        "update.persists[zone-update]",
    ):
        assert item in passed, item


def test_what_a_run_leaves_behind_is_told(whole: Whole) -> None:
    """Keys with a name that a delete does not find again, and one of two keys of one name, cannot be deleted."""
    assert whole.left["/zones"] == (200, [])
    status, keys = whole.left["/tsigkeys"]
    assert status == 200
    assert bool(keys) == any(line.startswith("tsigkey ") for line in whole.summary["left"])
    assert ".restproof" not in whole.files  # a ledger stays for what a later clean-up can delete, and this it cannot


def test_no_request_left_the_machine_or_told_the_key(whole: Whole) -> None:
    text = json.dumps([[e.request.url, e.request.headers] for e in whole.run.exchanges])
    assert all(e.request.url.startswith(f"{whole.url}/") for e in whole.run.exchanges)
    assert KEY not in text


def test_a_contract_that_promises_something_else_fails(pdns: PowerDNS, tmp_path: Path) -> None:
    contract = tmp_path / "contracts" / "powerdns"
    contract.mkdir(parents=True)
    text = (CONTRACT / "contract.yaml").read_text(encoding="utf-8")
    for said, instead in (
        ("statuses: {updated: 204}", "statuses: {updated: 200}"),
        ("unlisted: [key]", "unlisted: []"),
    ):
        assert said in text
        text = text.replace(said, instead, 1)
    (contract / "contract.yaml").write_text(text, encoding="utf-8")
    for schema in (ROOT / "schemas" / "powerdns").iterdir():
        (contract / schema.name).write_bytes(schema.read_bytes())
    rules = ("update.answers-ok", "list.entry-agrees")
    told = run(pdns, tmp_path, *(word for rule in rules for word in ("--only", rule)), contract=contract)
    assert told.returncode == 1, told.stdout + told.stderr
    outcomes = {o.item: o.outcome for o in read(tmp_path / "run" / "run.jsonl.gz").outcomes}
    items = ("update.answers-ok[zone-update]", "list.entry-agrees[tsigkey-list]")
    assert {i: outcomes[i] for i in items} == dict.fromkeys(items, "fail")


def test_each_deviation_has_its_evidence() -> None:
    for deviation in load_deviations(DEVIATIONS):
        evidence = deviation["evidence"] or ""
        assert re.search(r"OpenAPI|Working with the API|RFC \d+", evidence), deviation
        assert "Sent: " in evidence, deviation
        assert "Answered: " in evidence, deviation


def test_only_its_contract_knows_powerdns() -> None:
    folders = (ROOT / "src" / "restproof", ROOT / "suites")
    files = [
        p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix in (".py", ".json", ".yaml")
    ]
    assert len(files) > 50
    assert [str(p) for p in files if re.search("powerdns|pdns", p.read_text(encoding="utf-8").lower())] == []
