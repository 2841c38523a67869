"""A world whose server is a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from restproof.config import Target
from restproof.contract.load import load
from restproof.contract.model import Contract, Resource
from restproof.engine.controls import Controls
from restproof.engine.items import Item, items_of
from restproof.engine.marks import proof_of
from restproof.engine.outcome import Outcome
from restproof.engine.runner import Runner
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Exchange, Headers, Request, Response
from restproof.wire.ticket import Guard, Unguarded
from restproof.wire.walls import Walls

Answer = tuple[int, Any] | tuple[int, Any, Headers] | str
Server = Callable[[Request], Answer]

CONTRACT = """\
contract: shop
base_path: /v1
auth: bearer
headers: {X-Team: "{team}", X-Shelf: "{shelf}"}
statuses: {invalid: 400}
resources:
  team: {path: /teams, schema: team.json, operations: [list]}
  shelf:
    path: /teams/{team}/shelves
    schema: shelf.json
    unique: [name]
  book:
    path: /books
    schema: book.json
    envelope: {request: book, response: data, list: items}
    parent: {shelf: shelf_id}
    paging: {style: token, size: limit, token: after, next_field: /meta/next}
  note:
    path: /notes
    schema: book.json
    parent: {team: {name: team_id, in: body}}
    operations: [create, update]
  label:
    path: /labels
    schema: label.json
    id: {field: id, type: string, chosen_by: client}
    operations: [list, read, replace, delete]
"""
NAMED = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "pages": {"type": ["integer", "null"], "minimum": 0},
        "made_at": {"type": "string", "format": "date-time", "readOnly": True},
    },
}
LABEL = {"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}


@pytest.fixture
def contract_of(tmp_path: Path) -> Callable[[str], Contract]:
    def make(text: str) -> Contract:
        folder, schemas = tmp_path / "contracts/shop", tmp_path / "schemas/shop"
        folder.mkdir(parents=True, exist_ok=True)
        schemas.mkdir(parents=True, exist_ok=True)
        (folder / "contract.yaml").write_text(text)
        for name in ("team", "shelf", "book"):
            (schemas / f"{name}.json").write_text(json.dumps(NAMED))
        (schemas / "label.json").write_text(json.dumps(LABEL))
        return load(folder)

    return make


@pytest.fixture
def contract(contract_of: Callable[[str], Contract]) -> Contract:
    return contract_of(CONTRACT)


@dataclass
class FakeSession:
    """Takes the place of a session: ``server`` answers ``(status, JSON or bytes or None[, headers])``, or the name
    of an error."""

    server: Server
    ceiling: int = 10_000
    exchanges: list[Exchange] = field(default_factory=list)
    guard: Guard = field(default_factory=Unguarded)
    belated: dict[int, str] = field(default_factory=dict)
    walls: Walls = field(default_factory=lambda: Walls(lambda kind, message: None))

    def send(self, request: Request, about: About, credential: str | None = "full", **_: Any) -> Exchange:
        if len(self.exchanges) >= self.ceiling:
            raise NotSent("ceiling reached")
        answer = self.server(request)
        response, error = None, None
        if isinstance(answer, str):
            error = answer
        else:
            status, body, headers = (*answer, ())[:3]
            data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            response = Response(status, "", headers, data)
        number = len(self.exchanges) + 1
        self.exchanges.append(Exchange(number, request, request.target, response, error, 0.0, 0.0, credential, about))
        return self.exchanges[-1]


class Events(list[dict[str, Any]]):
    """The run file as a list."""

    def write(self, event: Mapping[str, Any]) -> None:
        self.append(dict(event))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self if event["event"] == kind]


@dataclass
class Bench:
    """A runner, what it wrote, and the session that it spoke through."""

    world: World
    runner: Runner
    watch: Watch
    events: Events
    session: FakeSession

    def subject(self, name: str) -> Subject:
        return Subject(
            self.world, self.world.contract.resources[name], token=self.world.values.next_token(), item="i", case="c"
        )

    def items(self, test: Callable[..., Any]) -> list[Item]:
        proof = proof_of(test)
        assert proof is not None
        return list(items_of(proof, test, self.world.contract, self.world.profile, self.world.bodies_by_name))

    def run(self, test: Callable[..., None], label: str) -> Outcome:
        (item,) = (i for i in self.items(test) if i.label == label)
        return self.runner.run(item)


class NoControls(Controls):
    """Sends none: a test of something else counts the requests of its own cases."""

    def is_due(self, resource: Resource, operation: str) -> bool:
        return False


@pytest.fixture
def bench(contract: Contract) -> Callable[..., Bench]:
    def make(
        server: Server = lambda _: (200, {}),
        *,
        contract: Contract = contract,
        controls: bool = False,
        ids: Mapping[str, Any] = MappingProxyType({"team": 5, "other_team": 6}),
        **options: Any,
    ) -> Bench:
        events = Events()
        watch = Watch(events)
        session = FakeSession(server, **options)
        world = World(
            contract,
            Target("test", "http://127.0.0.1:1", credentials={"full": "secret"}, ids=ids),
            session,  # type: ignore[arg-type]
            "rpabcdef",
            Profile("test", examples=8, cases=None, steps=5),
            watch.observe,
            {r.name: Bodies(contract, r) for r in contract},
            Subject,
            controls=Controls() if controls else NoControls(),
        )
        return Bench(world, Runner(events, 1, world, watch), watch, events, session)

    return make
