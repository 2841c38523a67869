"""One request on its way through the steps, and the answer that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import WRITES, Contract, Operation, Resource, Status
from restproof.contract.routing import Route
from restproof.contract.statuses import STATUS_DEFAULTS
from restproof.frozen import frozen
from restproof.sandbox.store import Entry
from restproof.semantics.checker import Problem
from restproof.semantics.validate import Refusal

_PREFERRED = {
    "unsupported": 405,
    "unsupported_media": 415,
    "too_large": 413,
    "uri_too_long": 414,
    "unacceptable": 406,
    "unknown_path": 404,
    "wrong_parent": 404,
}


@frozen
class Credential:
    """Who may send. ``tenants``: the given parents it sees, ``None`` for all; ``limit`` and ``window``: requests per
    seconds."""

    name: str
    secret: str
    tenants: frozenset[str] | None = None
    read_only: bool = False
    limit: int = 1_000_000
    window: float = 3600.0

    def sees(self, tenant: str) -> bool:
        return self.tenants is None or not tenant or tenant in self.tenants


class _Nothing:
    def __repr__(self) -> str:
        return "no body"


NOTHING = _Nothing()
"""The payload of an answer without a body."""


@dataclass
class Answer:
    """An answer before it is written out. ``payload``: the JSON value of the body, or ``NOTHING``; ``raw``: bytes to
    send instead of it."""

    status: int
    payload: Any = NOTHING
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    refusal: Refusal | None = None


@dataclass
class Call:
    """One request. The upper half is what came; the lower half is what the steps find out. ``headers`` have
    lower-case names; ``path`` is the raw path, percent-encoded; ``now`` is Unix time in seconds."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    now: float
    base_url: str = ""
    raw_query: str = ""
    too_large: bool = False

    contract: Contract | None = None
    credential: Credential | None = None
    target: Resource | None = None
    operation: str = ""
    routes: dict[str, Route | None] = field(default_factory=dict)
    path_ids: dict[str, str | None] = field(default_factory=dict)
    item_id: str | None = None
    is_item: bool = False
    allowed: tuple[str, ...] = ()
    document: Any = NOTHING
    parents: dict[str, Entry] = field(default_factory=dict)
    unnamed: bool = False
    scope: tuple[int, ...] | None = None
    entry: Entry | None = None
    new_key: str | None = None
    fields: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def resource(self) -> Resource:
        """The resource that the path names; only after the route is found."""
        if self.target is None:
            raise LookupError("the request has no resource yet")
        return self.target

    @property
    def way(self) -> Operation:
        """How the contract has the operation asked for; only after the route is found."""
        return self.resource.operation(self.operation)

    @property
    def writes(self) -> bool:
        return self.operation in (*WRITES, "delete")

    def refuse(self, case: str, field: str | None, message: str) -> None:
        """Note a reason to refuse, unless the contract lets that case succeed."""
        if not self.status(case).accepted:
            self.refusals.append(Refusal(case, field, message))

    def status(self, case: str) -> Status:
        """The statuses of a case, as the resource (or, before the route is found, the contract) says."""
        if self.target is not None:
            return self.target.status(case, self.operation)
        if self.contract is None:
            raise LookupError("the request has no contract yet")
        return self.contract.status(case)

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return next((v for n, v in reversed(self.query) if n == name), None)


def _usual(case: str) -> int:
    """The code of a refused case where a contract says nothing of it, or of the case that it follows; 0 for none."""
    codes = (part if isinstance(part, int) else _usual(part) for part in STATUS_DEFAULTS.get(case, ()))
    return next((code for code in codes if code >= 400), 0)


def refusal_status(case: str, status: Status) -> int:
    """The code that the server answers for a refused case: the most telling one that the contract allows."""
    preferred = _PREFERRED.get(case)
    if preferred in status:
        return int(preferred or 0)
    codes = sorted(c for c in status.codes if c >= 400)
    if codes:
        return codes[0]
    usual = _usual(case)
    if usual in status:
        return usual
    classes = sorted(c for c in status.classes if c >= 4)
    return status.first if not classes else (400 if classes[0] == 4 else classes[0] * 100)
