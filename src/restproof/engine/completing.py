"""What a write of something that is there must hold besides what the case is about: as it is."""

from __future__ import annotations

from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.failure import SetUpFailed
from restproof.plan.bodies import Bodies
from restproof.semantics.checker import is_valid
from restproof.semantics.readback import ReadPath


class Knower(Protocol):
    """A subject, as far as it knows what its instances are like."""

    bodies: Bodies
    spec: Resource

    def before(self, id: Any) -> dict[str, Any]: ...

    def resolved(self, value: Any) -> Any: ...


def completed(subject: Knower, operation: str, id: Any, body: Any) -> Any:
    """``body`` with the members that every request of the operation must hold: with the value that each has, else
    with a plain one. Without those that the operation does not know and a create does."""
    spec, bodies = subject.spec, subject.bodies
    if operation not in spec.directions or not isinstance(body, dict):
        return body
    shape = spec.shapes.request(operation)["properties"]
    if operation == "replace":
        body = {n: v for n, v in body.items() if n in shape or n not in bodies.writable}
    lacking = bodies.left_out(operation, body)
    if not lacking:
        return body
    try:
        shown = subject.before(id) if spec.supports("read") or spec.supports("list") else {}
    except SetUpFailed:
        shown = {}  # an id that can be none, say: of what no read shows, nothing can be kept
    return {**body, **{n: _value(subject, n, shape[n], shown) for n in lacking}}


def _value(subject: Knower, name: str, schema: Any, shown: dict[str, Any]) -> Any:
    reference = subject.spec.references.get(name)
    path = ReadPath.parse(reference.reads_as if reference else subject.spec.reads_as.get(name, name))
    if path.root in shown and is_valid(schema, path.read(shown)):
        return path.read(shown)
    return subject.resolved(subject.bodies.plain(name, "kept"))
