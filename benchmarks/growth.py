"""How a contract of many resources grows: lint, plan and page, each in a process of its own, and their plots.

    python benchmarks/growth.py [RESOURCES …] [--fields N] [--profile PROFILE] [--plots FOLDER]

Writes a contract of as many resources as each number says (10, 100, 1,000) in a folder of its own: of ten resources
one is the parent of three and is referred to by six; a schema has nine fields. Prints for each the CPU seconds and the
memory at most of ``restproof lint`` and of ``restproof run --plan``, the items and requests of the plan, and the size of
the page of a run in which every item has passed. ``--fields`` gives each schema so many
texts besides; ``--plots`` writes seconds and memory as SVG.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restproof.record.writer import Writer

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.plot import plot
from tests.record import synthetic_run as build

USUAL = (10, 100, 1000)
GROUP = 10
"""Resources that belong together: a parent, those below it, those that refer to it."""
BELOW = 3

CHILD = """
import resource, sys
from restproof.cli.main import run
code = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print("USED", used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
PAGE = """
import resource, sys
from pathlib import Path
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.report.formats import render
run = read(Path(sys.argv[1]))
Path(sys.argv[2]).write_text(render(run, judge(run), "html"), encoding="utf-8")
used = resource.getrusage(resource.RUSAGE_SELF)
print("USED", used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


@dataclass(frozen=True)
class Used:
    """What a process has used: CPU seconds, and MiB at most; and what it has printed."""

    seconds: float
    memory: float
    printed: str


@dataclass(frozen=True)
class Grown:
    """What was measured of a contract of so many ``resources``; ``page``: megabytes."""

    resources: int
    items: int
    requests: int
    lint: Used
    plan: Used
    telling: Used
    page: float


def schema(number: int, further: int) -> dict[str, Any]:
    """A representation with nine fields and ``further`` texts, of differing kinds and bounds from one resource to the next."""
    fields: dict[str, Any] = {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 1, "maxLength": 40 + number % 60},
        "description": {"type": ["string", "null"], "maxLength": 500},
        "status": {"type": "string", "enum": ["draft", "open", "closed"][: 2 + number % 2], "default": "draft"},
        "amount": {"type": "integer", "minimum": 0, "maximum": 1000 + number},
        "due_on": {"type": "string", "format": "date"},
        "contact": {"type": "string", "format": "email"},
        "active": {"type": "boolean"},
        "updated_at": {"type": "string", "format": "date-time", "readOnly": True},
    }
    fields |= {f"text_{n}": {"type": "string", "maxLength": 100 + n} for n in range(further)}
    if number % GROUP > BELOW:
        fields["parent_id"] = {"type": "integer"}
    return {"type": "object", "properties": fields, "required": ["name"], "additionalProperties": False}


def write(folder: Path, resources: int, further: int = 0) -> Path:
    """A contract of ``resources`` resources, each with ``further`` fields, below ``folder``; its own folder."""
    contract, schemas = folder / "contracts" / "grown", folder / "schemas" / "grown"
    contract.mkdir(parents=True)
    schemas.mkdir(parents=True)
    told: dict[str, Any] = {"contract": "grown", "base_path": "/v1", "auth": {"scheme": "bearer"}, "resources": {}}
    for number in range(resources):
        name, first = f"r{number:04}", f"r{number - number % GROUP:04}"
        (schemas / f"{name}.json").write_text(json.dumps(schema(number, further)))
        said: dict[str, Any] = {"path": f"/{name}", "schema": f"{name}.json"}
        if 0 < number % GROUP <= BELOW:
            said["path"] = f"/{first}/{{{first}}}/{name}"
        elif number % GROUP:
            said["references"] = {"parent_id": {"to": first}}
        told["resources"][name] = said
    (contract / "contract.yaml").write_text(json.dumps(told, indent=1))
    return contract


def used(folder: Path, code: str, *arguments: str) -> Used:
    """What a process of its own uses for ``code`` in ``folder``. Raises where it fails."""
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(ended.stdout + ended.stderr)
    _, seconds, memory = next(line for line in ended.stderr.splitlines() if line.startswith("USED")).split()
    return Used(float(seconds), float(memory) / 1024, ended.stdout)


def told(folder: Path, resources: int, planned: Sequence[str]) -> Path:
    """The file of a run in which every item of the plan has passed, with one exchange each."""
    names = [f"r{number:04}" for number in range(resources)]
    contract = {
        "name": "grown",
        "title": "Grown",
        "path": "contracts/grown",
        "resources": dict.fromkeys(names, build.ALL),
    }
    rules = sorted({name.partition("[")[0] for name in planned})
    register: list[dict[str, Any]] = [
        {
            "id": rule,
            "level": "must",
            "binding": True,
            "statement": rule,
            "sources": [],
            "depends_on": [],
            "not_tested": None,
        }
        for rule in rules
    ]
    file = folder / "run.jsonl.gz"
    with Writer(file) as writer:
        writer.write(build.header(contract=contract, requirements=register))
        for number, name in enumerate(planned, 1):
            rule, _, label = name.partition("[")
            resource, _, operation = label.rstrip("]").rpartition("-")
            item = build.item(rule, resource or None, operation if resource else None)
            case = build.case(item, field="name")
            for event in (item, case, build.exchange(number, item, case), build.outcome(item)):
                writer.write(event)
        writer.write(build.footer())
    return file


def measured(resources: int, further: int = 0, profile: str = "ci") -> Grown:
    """What a contract of so many resources takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contract = str(write(folder, resources, further))
        lint = used(folder, CHILD, "lint", contract)
        plan = used(folder, CHILD, "run", contract, "--plan", "--profile", profile)
        lines = [line.split() for line in plan.printed.splitlines()[1:]]
        planned = [words[2] for words in lines if len(words) == 3 and words[2] != "item"]
        page = folder / "index.html"
        telling = used(folder, PAGE, str(told(folder, resources, planned)), str(page))
        requests = sum(int(words[0]) for words in lines if len(words) == 3)
        return Grown(resources, len(planned), requests, lint, plan, telling, page.stat().st_size / 1e6)


def write_plots(folder: Path, grown: Sequence[Grown]) -> None:
    """The seconds and the memory of all that was measured, each as a plot."""
    for name, unit in (("seconds", "s"), ("memory", "MiB")):
        series = {
            "lint": [(g.resources, getattr(g.lint, name)) for g in grown],
            "plan": [(g.resources, getattr(g.plan, name)) for g in grown],
            "read and tell": [(g.resources, getattr(g.telling, name)) for g in grown],
        }
        title = f"A contract grows: {name} over resources"
        (folder / f"growth-{name}.svg").write_text(plot(title, series, unit), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("resources", nargs="*", type=int, default=USUAL)
    parser.add_argument("--fields", type=int, default=0)
    parser.add_argument("--profile", default="ci")
    parser.add_argument("--plots", type=Path)
    said = parser.parse_args()
    print("resources    items  requests     lint            plan            read and tell   page")
    grown = []
    for resources in said.resources:
        g = measured(resources, said.fields, said.profile)
        grown.append(g)
        spent = "  ".join(f"{u.seconds:5.1f} s {u.memory:4.0f} MiB" for u in (g.lint, g.plan, g.telling))
        print(f"{g.resources:>9}  {g.items:>7}  {g.requests:>8}  {spent}  {g.page:5.2f} MB", flush=True)
    if said.plots:
        write_plots(said.plots, grown)


if __name__ == "__main__":
    main()
