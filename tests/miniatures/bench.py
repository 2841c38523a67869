"""Runs the suites against a miniature, in this process and without a socket, and judges the run."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from restproof.bundle import bundled_dir
from restproof.config import Target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.engine.items import items_of
from restproof.engine.marks import Proof, proof_of
from restproof.engine.order import in_plan_order
from restproof.engine.register import is_binding
from restproof.engine.register import load as load_register
from restproof.engine.runner import Runner
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.oracle.verdict import Verdict, judge
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read
from restproof.record.writer import Writer
from restproof.session.heading import contract_part, requirements_part
from restproof.wire.addressed import Addressed
from restproof.wire.failure import TransportError
from restproof.wire.forms import Forms
from restproof.wire.message import About, Exchange, Headers, Request, Response, as_promised, to_event
from restproof.wire.preconditions import Preconditions
from restproof.wire.searching import Searches
from restproof.wire.ticket import Guard, Unguarded
from restproof.wire.walls import Walls

Server = Callable[[Request], tuple[int, bytes, Headers]]

SUITES = bundled_dir() / "suites"
REGISTER = load_register(SUITES / "requirements.yaml")
ON_THE_WIRE = frozenset({"transport.https-only", "transport.tls-valid", "robust.hostile-bytes", "robust.latency"})
"""Rules that open connections of their own: there are none here."""
PREFIX = "rpabcdef"
LOST = "connection closed"
"""A kept connection that ends before its answer: the request is sent once more, on a new one."""


@cache
def rules() -> list[tuple[Proof, Callable[..., None]]]:
    """The tests of the bundled suites."""
    found = []
    for file in sorted(SUITES.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"miniature_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tests = ((proof_of(test), test) for name, test in vars(module).items() if name.startswith("test"))
        found += [(proof, test) for proof, test in tests if proof is not None]
    return found


@dataclass
class Wire:
    """Takes the place of a session: ``server`` is a function, which raises ``TransportError`` for an answer that cannot
    be read. Requests that race are sent one by one."""

    server: Server
    writer: Writer
    contract: Contract
    searches: Searches | None = None
    forms: Forms | None = None
    preconditions: Preconditions | None = None
    addressed: Addressed | None = None
    max_wait: float = 0.0
    sent: int = 0
    walls: Walls = field(default_factory=lambda: Walls(lambda *_: None))
    belated: dict[int, str] = field(default_factory=dict)
    guard: Guard = field(default_factory=Unguarded)

    def send(self, request: Request, about: About, credential: str | None = "full", **_: Any) -> Exchange:
        credentials = (("Authorization", f"Bearer {credential}"),) if credential else ()
        request = self.preconditions.tagged(request, about, credential, self) if self.preconditions else request
        request = self.searches.leaving(request) if self.searches else request
        if self.addressed and self.forms:
            left = self.addressed.leaving(request)
            request = replace(left, body=self.forms.leaving(self.addressed.arrived(left)).body)
        given = [h for h in request.headers if h[1] != ""]
        request = Request(request.method, request.path, request.query, (*given, *credentials), request.body)
        began = time.perf_counter()
        self.sent += 1
        response, error, again = None, None, False
        try:
            response = self.answer(request, about)
        except TransportError as failure:
            error, again = str(failure), request.writes and str(failure) == LOST
        if error == LOST:
            response, error = self.answer(request, about), None
        took = time.perf_counter() - began
        url = f"http://127.0.0.1:1{request.target}"
        exchange = Exchange(
            self.sent, request, url, response, error, float(self.sent), took, credential, about, again=again
        )
        self.writer.write(to_event(exchange))
        return exchange

    def answer(self, request: Request, about: About) -> Response:
        status, body, headers = self.server(request)
        return as_promised(Response(status, "", headers, body), self.contract, about, request.method)

    def secret_of(self, credential: str) -> str:
        return credential

    def send_together(
        self, requests: Sequence[Request], about: About, credential: str | None = "full"
    ) -> list[Exchange]:
        return [self.send(request, about, credential) for request in requests]


def run(
    server: Server,
    contract: Mapping[str, Any] | str,
    schemas: Mapping[str, Any],
    folder: Path,
    *,
    only: Collection[str] = (),
    profile: str = "smoke",
    seed: int = 1,
    tenants: bool = False,
    reader: bool = False,
) -> Verdict:
    """The verdict on ``server`` under a contract (the document or its text, and the schemas by their file names).
    ``only``: requirements or families; ``tenants``: with the credential of another tenant; ``reader``: with one
    that may only read."""
    folder.mkdir(parents=True, exist_ok=True)
    text = contract if isinstance(contract, str) else yaml.safe_dump(dict(contract), sort_keys=False)
    (folder / "contract.yaml").write_text(text)
    for name, schema in schemas.items():
        (folder / name).write_text(json.dumps(schema))
    promised = load(folder)
    file = folder / "run.jsonl.gz"
    credentials = ["full", *(["foreign"] if tenants else []), *(["read_only"] if reader else [])]
    with Writer(file) as writer:
        _send(server, promised, writer, only, profile, seed, credentials)
    return judge(read(file))


def _send(
    server: Server,
    promised: Any,
    writer: Writer,
    only: Collection[str],
    profile: str,
    seed: int,
    credentials: Collection[str],
) -> None:
    writer.write(
        {
            "event": "header",
            "format": 1,
            "restproof": "0",
            "contract": contract_part(promised, promised.path),
            "target": {"name": "miniature", "base_url": "http://127.0.0.1:1", "kind": "live"},
            "profile": profile,
            "seed": seed,
            "prefix": PREFIX,
            "started": "2026-11-28T05:00:00Z",
            "fail_on": "must",
            "selection": {"only": sorted(only)} if only else {},
            "requirements": requirements_part(REGISTER, promised),
            "deviations": [],
        }
    )
    bodies = {r.name: Bodies(promised, r) for r in promised}
    planned = [i for proof, test in rules() for i in items_of(proof, test, promised, PROFILES[profile], bodies)]
    items = [
        item
        for item in in_plan_order(planned, REGISTER)
        if item.proof.requirement not in ON_THE_WIRE
        and (not only or any(item.proof.requirement == o or item.proof.requirement.startswith(f"{o}.") for o in only))
    ]
    for item in items:
        writer.write(
            {
                "event": "item",
                "item": item.id,
                "requirement": item.proof.requirement,
                "resource": item.resource.name if item.resource else None,
                "operation": item.operation,
                "nodeid": "",
                "cost": item.cost,
            }
        )
    watch = Watch(writer)
    ids = {"me": 1, "other_me": 2, "foreign_me": 2}
    target = Target("miniature", "http://127.0.0.1:1", credentials={name: name for name in credentials}, ids=ids)
    wire = Wire(
        server,
        writer,
        promised,
        Searches(promised),
        Forms(promised),
        Preconditions(promised, target),
        Addressed(promised),
    )
    world = World(
        promised,
        target,
        wire,  # type: ignore[arg-type]
        PREFIX,
        PROFILES[profile],
        watch.observe,
        bodies,
        Subject,
    )
    watch.take(items)
    runner = Runner(writer, seed, world, watch)
    for item in items:
        if not is_binding(REGISTER[item.proof.requirement], promised):
            runner.waive(item, "the contract does not declare this policy")
        else:
            runner.run(item)
    writer.write(
        {
            "event": "footer",
            "finished": "2026-11-28T05:00:01Z",
            "duration": 1.0,
            "requests": wire.sent,
            "complete": not only,
            "interrupted": None,
            "cleanup": {"deleted": 0, "left": []},
        }
    )
