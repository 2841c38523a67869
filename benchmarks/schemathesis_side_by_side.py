"""restproof and Schemathesis against the same servers with the same faults.

    python benchmarks/schemathesis_side_by_side.py [--sample N] [--seed N] [--jobs N] [--write FILE] [FAULT …]

Each fault gets a fresh sandbox for each of the two. restproof runs at profile ``ci``; Schemathesis gets the exported
OpenAPI document with the given ids written into it, the credential, all of its checks and all of its phases. Requests
are counted in the server. A fault is killed where a tool reports what it does not report of the conforming server.
With ``--narrow`` both test one resource for each fault, which takes a quarter of the time.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.side_by_side.page import Row, page  # noqa: E402
from benchmarks.side_by_side.tools import TOOLS, Measured, Scope, measure  # noqa: E402
from tests.kill.place import contract_of  # noqa: E402

from restproof.bundle import find_contract  # noqa: E402
from restproof.contract.load import load  # noqa: E402
from restproof.engine.register import load as load_register  # noqa: E402
from restproof.sandbox.faults import Fault, catalogue  # noqa: E402
from restproof.traffic.judging import items_under  # noqa: E402

SLOW = ("robust.latency", "robust.no-timeout")


def sample(faults: Iterable[Fault], size: int, seed: int) -> list[Fault]:
    """``size`` of the faults, at least one for each family of rules, the same for the same seed."""
    drawn = sorted(faults, key=lambda f: f.name)
    random.Random(seed).shuffle(drawn)
    families: dict[str, Fault] = {}
    for fault in drawn:
        families.setdefault(fault.requirement.partition(".")[0], fault)
    chosen = list(families.values())
    chosen += [f for f in drawn if f not in chosen][: max(0, size - len(chosen))]
    return sorted(chosen, key=lambda f: (f.requirement, f.name))


@cache
def places(contract: Path) -> dict[str, frozenset[str]]:
    """Requirement → the resources that its rule speaks of."""
    suites = ROOT / "suites"
    found: dict[str, set[str]] = {}
    for item, _ in items_under([suites], load(contract), load_register(suites / "requirements.yaml")):
        if item.resource is not None:
            found.setdefault(item.proof.requirement, set()).add(item.resource.name)
    return {name: frozenset(resources) for name, resources in found.items()}


def scope_of(fault: Fault, *, narrow: bool) -> Scope:
    """What the runs with a fault test: with ``narrow`` the richest resource that its rule speaks of."""
    contract = find_contract(contract_of(fault), None, ROOT)
    if not narrow:
        return Scope(contract)
    loaded = load(contract)
    named = places(contract).get(fault.requirement) or {r.name for r in loaded if r.operations}
    richest = max((loaded.resources[n] for n in named), key=lambda r: (len(r.properties), len(r.operations), r.name))
    return Scope(contract, richest.name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--examples", type=int, default=10, help="of Schemathesis, for each operation")
    parser.add_argument("--baselines", type=int, default=2, help="runs against the conforming server, each with a seed")
    parser.add_argument("--narrow", action="store_true", help="one resource for each fault")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("faults", nargs="*")
    said = parser.parse_args()
    said.command = "python benchmarks/schemathesis_side_by_side.py " + " ".join(sys.argv[1:])
    known_faults = catalogue()
    for name in said.faults:
        if name not in known_faults:
            parser.error(f"there is no fault {name!r}; restproof serve --list-faults prints them all")
    chosen = [known_faults[n] for n in said.faults] or sample(known_faults.values(), said.sample, said.seed)
    # Of a server that is slow with every answer, nobody waits for the end.
    chosen = [f for f in chosen if f.requirement not in SLOW]
    scopes = {f.name: scope_of(f, narrow=said.narrow) for f in chosen}
    rows = {f.name: Row(f.name, f.requirement) for f in chosen}
    with ThreadPoolExecutor(said.jobs) as pool:

        def one(tool: str, scope: Scope, fault: str, seed: int) -> Measured:
            found = measure(tool, scope, fault, seed, said.examples)
            figures = f"{len(found.found):3} {found.requests:6} {found.seconds:6.1f} s {found.cpu:6.1f} s"
            print(f"{tool:13} {fault or f'conforming {scope}':40} {figures}", flush=True)
            return found

        seeds = range(said.seed, said.seed + said.baselines)
        waiting = {
            (scope, tool): [pool.submit(one, tool, scope, "", seed) for seed in seeds]
            for scope in dict.fromkeys(scopes.values())
            for tool in TOOLS
        }
        faulty = {
            (f.name, tool): pool.submit(one, tool, scopes[f.name], f.name, said.seed) for f in chosen for tool in TOOLS
        }
        known: dict[str, dict[str, list[Measured]]] = {}
        for (scope, tool), runs in waiting.items():
            known.setdefault(str(scope), {})[tool] = [r.result() for r in runs]
        for (name, tool), run in faulty.items():
            rows[name].runs[tool] = run.result()
            before = known[str(scopes[name])][tool]
            rows[name].known[tool] = frozenset(k for m in before for k in m.found)
    text = page(list(rows.values()), known, said)
    if said.write:
        said.write.write_text(text, encoding="utf-8")
    if said.json:
        details = {n: {t: dataclasses.asdict(m) for t, m in r.runs.items()} for n, r in rows.items()}
        said.json.write_text(json.dumps(details, indent=1), encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
