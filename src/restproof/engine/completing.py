"""What a write of something that is there must hold besides what the case is about: as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.failure import SetUpFailed
from restproof.plan.bodies import Bodies
from restproof.semantics.checker import is_valid
from restproof.semantics.readback import ReadPath


class Prefixed(Protocol):
    """A world, as far as it knows how the tokens of its run begin."""

    prefix: str


class Knower(Protocol):
    """A subject, as far as it knows what its instances are like."""

    bodies: Bodies
    spec: Resource

    @property
    def world(self) -> Prefixed: ...

    def before(self, id: Any) -> dict[str, Any]: ...

    def resolved(self, value: Any) -> Any: ...


def completed(subject: Knower, operation: str, id: Any, body: Any) -> Any:
    """``body`` with the members that every request of the operation must hold: with the value that each has, else
    with a plain one. Without those that the operation does not know and a create does."""
    spec, bodies = subject.spec, subject.bodies
    if not isinstance(body, dict):
        return body
    shape = spec.shapes.request(operation)["properties"]
    if operation == "replace":
        body = {n: v for n, v in body.items() if n in shape or n not in bodies.writable}
    if operation not in spec.directions:
        return body
    lacking = bodies.left_out(operation, body)
    if not lacking:
        return body
    try:
        shown = subject.before(id) if spec.supports("read") or spec.supports("list") else {}
    except SetUpFailed:
        shown = {}  # an id that can be none, say: of what no read shows, nothing can be kept
    return {**body, **{n: _value(subject, n, shape[n], shown) for n in lacking}}


def _value(subject: Knower, name: str, schema: Any, shown: dict[str, Any]) -> Any:
    found = as_sent(subject.spec, (name,), shown)
    if name in found and is_valid(schema, found[name]):
        return found[name]
    return subject.resolved(subject.bodies.plain(name, "kept"))


def needs_no_mark(subject: Knower, id: Any, body: Any) -> frozenset[str]:
    """The fields that a replace may leave out although one of them could hold the token: all of them, where the id has
    one and answers show it, so that it is the mark."""
    is_mark = subject.world.prefix in str(id) and subject.spec.id.field in subject.spec.shapes.response["properties"]
    return frozenset(subject.bodies.writable.keys() - body.keys() if is_mark and isinstance(body, dict) else ())


def as_sent(spec: Resource, names: Iterable[str], shown: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the named request fields that a response shows, with the values that a request has there."""
    found = ((name, ReadPath.of(spec, name)) for name in names)
    return {name: path.read(shown) for name, path in found if path.root in shown}
