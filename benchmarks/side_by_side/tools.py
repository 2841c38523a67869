"""One run of restproof or of Schemathesis, and what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.server import sandbox

from restproof.contract.load import load
from restproof.contract.openapi.export import document
from restproof.record.reader import read

ROOT = Path(__file__).parents[2]
TOOLS = ("restproof", "Schemathesis")
CONFIG = """\
base-url = {url}
tls-verify = {ca}
request-timeout = 10
seed = {seed}
continue-on-failure = true
headers = {{ {headers} }}
[auth.openapi.{scheme}]
{credential}
[generation]
max-examples = {examples}
no-shrink = true           # a smaller example finds no more
allow-x00 = false          # where text may not hold NUL, the document cannot say so
database = "none"
[checks]
positive_data_acceptance.expected-statuses = {accepted}
"""
LARGEST = 10**18 - 1
"""The largest page that the sandbox reads: no contract names it, and any other bound would be a false alarm."""
#: Statuses that valid data may get: Schemathesis's own, and 422 for the rules that OpenAPI cannot say.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]


@dataclass(frozen=True)
class Scope:
    """What a run tests: all of a contract, or one resource of it."""

    contract: Path
    resource: str | None = None

    def __str__(self) -> str:
        return self.contract.parent.name + (f", {self.resource}" if self.resource else "")


@dataclass(frozen=True)
class Measured:
    """One run of one tool. ``found``: each kind of finding → requests until it was first seen; ``requests``: as the
    server counted; ``seconds``: wall time; ``cpu``: seconds of CPU of the tool."""

    found: Mapping[str, int]
    requests: int
    seconds: float
    cpu: float


def timed(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> tuple[str, float, float]:
    """Run a command: what it says, its seconds of wall time and of CPU. ``wait4`` tells of this child alone."""
    began = time.monotonic()
    with (cwd / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=cwd, env=dict(environment), stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    text = (cwd / "said").read_text(encoding="utf-8", errors="replace")
    return text, time.monotonic() - began, used.ru_utime + used.ru_stime


def restproof_findings(folder: Path) -> dict[str, int]:
    """A run at profile ``ci``: the items that fail, at the request of their first finding."""
    run = read(folder / "run" / "run.jsonl.gz")
    order = {exchange.n: at for at, exchange in enumerate(run.exchanges, start=1)}
    failed = {o.item for o in run.outcomes if o.outcome == "fail"}
    found: dict[str, int] = {}
    for finding in run.findings:
        if finding.item in failed:
            at = order.get(finding.exchange, len(order)) if finding.exchange is not None else len(order)
            found[finding.item] = min(at, found.get(finding.item, at))
    return found


def restproof_command(told: Mapping[str, Any], scope: Scope, folder: Path, seed: int, _: int) -> list[str]:
    options = ["--target", told["base_url"], "--seed", str(seed), "--profile", "ci", "--fail-on", "should", "-q"]
    options += ["--resource", scope.resource] if scope.resource else []
    return [sys.executable, "-m", "restproof", "run", str(scope.contract), *options, "--out", str(folder / "run")]


def made_fair(value: Any, ids: Mapping[str, Any], names: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    """The document with the given parents' ids written into it, as parameters and as members of bodies, with the
    server's own bound of a page, and without the headers that every request gets anyway."""
    if isinstance(value, list):
        own = [v for v in value if not (isinstance(v, dict) and v.get("in") == "header" and v.get("name") in headers)]
        return [made_fair(v, ids, names, headers) for v in own]
    if not isinstance(value, dict):
        return value
    if value.get("in") in ("path", "query") and value.get("name") in names:
        return {**value, "schema": {"const": ids[names[value["name"]]]}}
    if value.get("in") == "query" and value["schema"].get("maximum") == 2**53 - 1:
        return {**value, "schema": {**value["schema"], "maximum": LARGEST}}
    found = {k: made_fair(v, ids, names, headers) for k, v in value.items()}
    if isinstance(value.get("properties"), dict) and "required" in value:
        given = {n for n in value["properties"] if n in names and n in value["required"]}
        found["properties"] = {n: {"const": ids[names[n]]} if n in given else s for n, s in found["properties"].items()}
    return found


def schemathesis_command(told: Mapping[str, Any], scope: Scope, folder: Path, seed: int, examples: int) -> list[str]:
    loaded = load(scope.contract)
    names = {p.name: p.resource for r in loaded for p in r.parameter_parents if p.resource in told["ids"]}
    names |= {f"{n}_{loaded.resources[n].id.field}": n for n in loaded.given}
    headers = {n: template.format_map(told["ids"]) for n, template in loaded.headers.items()}
    (folder / "openapi.json").write_text(
        json.dumps(made_fair(document(loaded), told["ids"], names, headers)), encoding="utf-8"
    )
    secret = told["credentials"]["full"]
    config = CONFIG.format(
        url=json.dumps(told["base_url"] + loaded.base_path),
        ca=json.dumps(told["ca"]),
        seed=seed,
        headers=", ".join(f"{json.dumps(n)} = {json.dumps(v)}" for n, v in headers.items()),
        scheme=loaded.auth.scheme,
        credential=f"bearer = {json.dumps(secret)}"
        if loaded.auth.scheme == "bearer"
        else f"api_key = {json.dumps(secret)}",
        examples=examples,
        accepted=json.dumps(ACCEPTED),
    )
    (folder / "schemathesis.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"]
    phases = ["--phases", "examples,coverage,fuzzing,stateful", "--checks", "all", "--mode", "all"]
    reports = ["--report-ndjson-path", "events.ndjson", "--report-json-path", "report.json", "--no-color"]
    # What is below a parent needs one, so its ancestors come along.
    tags = (*loaded.ancestors(loaded.resources[scope.resource]), scope.resource) if scope.resource else ()
    narrow = [word for tag in tags for word in ("--include-tag", tag)]
    return [*command, *phases, *narrow, "--report", "ndjson,json", *reports]


def schemathesis_findings(folder: Path) -> dict[str, int]:
    """A run: check, operation, title and status of each failure, at the request that showed it. An error that kept an
    operation from being tested counts like a failure."""
    times: list[float] = []
    seen: dict[str, float] = {}
    for line in (folder / "events.ndjson").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        recorder = event.get("ScenarioFinished", {}).get("recorder", {})
        interactions = recorder.get("interactions", {})
        times += [i["timestamp"] for i in interactions.values()]
        for case, checks in recorder.get("checks", {}).items():
            for check in checks:
                if check["status"] == "success":
                    continue
                failure = check["failure_info"]["failure"]
                answer = interactions.get(case, {}).get("response") or {}
                key = " | ".join(
                    map(str, (check["name"], failure["operation"], failure["title"], answer.get("status_code")))
                )
                at = interactions.get(case, {}).get("timestamp", times[-1])
                seen[key] = min(at, seen.get(key, at))
    times.sort()
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    found = {key: sum(t <= at for t in times) for key, at in seen.items()}
    for error in report["errors"]:
        found.setdefault(f"error | {error.get('title')} | {error.get('operation')}", len(times))
    return found


COMMANDS = {"restproof": restproof_command, "Schemathesis": schemathesis_command}
FINDINGS = {"restproof": restproof_findings, "Schemathesis": schemathesis_findings}


def measure(tool: str, scope: Scope, fault: str, seed: int, examples: int) -> Measured:
    """One run of a tool against a fresh server."""
    with sandbox(scope.contract, fault) as (told, place), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RESTPROOF_", "PYTEST_"))}
        environment |= {"PYTHONPATH": str(ROOT / "src"), "RESTPROOF_CA_BUNDLE": told["ca"]}
        environment |= {f"RESTPROOF_{n.upper()}": secret for n, secret in told["credentials"].items()}
        environment |= {f"RESTPROOF_ID_{n.upper()}": str(id) for n, id in told["ids"].items()}
        arguments = (told, scope, folder, seed, examples)
        said, seconds, cpu = timed(COMMANDS[tool](*arguments), folder, environment)
        try:
            found = FINDINGS[tool](folder)
        except (OSError, ValueError, KeyError) as error:
            raise RuntimeError(
                f"{tool} with {fault or 'no fault'} left no report ({error}):\n{said[-2000:]}"
            ) from error
        return Measured(found, (place / "count").stat().st_size, seconds, cpu)
