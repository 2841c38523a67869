"""A run as frozen values: what the reader gives to the verdict, the reports and the stubs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Literal

from restproof.frozen import frozen
from restproof.headers import Headers
from restproof.record.events import Body

Level = Literal["must", "should", "policy"]
Damage = Literal["data", "tenants", "failure", "leak", "code", "form"]
DAMAGES: tuple[Damage, ...] = ("data", "tenants", "failure", "leak", "code", "form")
"""What the failure of a rule does, worst first: data are lost or wrong; others see or change them; the server fails; it
gives away what it should keep; a status is wrong; an answer is in the wrong form."""
Lack = Literal["request", "request body", "response body", "headers"]
"""What a recording of traffic can leave out of an exchange; ``request``: which one it was, and when."""


@frozen(slots=True)
class RecordedRequirement:
    """One entry of the register, as it stood when the run began. ``not_tested``: why nothing tests it, or ``None``;
    ``core``: its pass on a successful answer proves that the operation works at all; ``damage``: what its failure
    does; ``words``: the words of a contract that it asserts."""

    id: str
    level: Level
    statement: str
    binding: bool = True
    sources: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    not_tested: str | None = None
    core: bool = False
    damage: Damage = "code"
    words: tuple[str, ...] = ()


@frozen(slots=True)
class Learned:
    """A word of the contract that was seen and that nobody has promised, as ``contract.model.Learned``."""

    resource: str | None
    word: str
    seen: str
    fields: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()


@frozen(slots=True)
class Deviation:
    """A known failure that its owner has declared. ``None`` in resource, operation, field, kind, expected or actual
    means any; ``since`` is the day on which it was declared (ISO date), ``expires`` the last on which it holds.
    ``shows``: ``sometimes`` where a run may well not see it (a race)."""

    requirement: str
    resource: str | None = None
    operation: str | None = None
    field: str | None = None
    owner: str = ""
    reason: str = ""
    expires: str | None = None
    evidence: str = ""
    since: str | None = None
    shows: str = "always"
    kind: str | None = None
    expected: str | None = None
    actual: str | None = None
    issue: str = ""

    def is_about(self, requirement: str, resource: str | None, operation: str | None) -> bool:
        """Whether it speaks of such an item."""
        return (
            self.requirement == requirement
            and self.resource in (None, resource)
            and self.operation in (None, operation)
        )

    def describes(self, field: str | None, kind: str, expected: str, actual: str) -> bool:
        """Whether a finding with these, against an item that it is about, is what it declares."""
        return (
            self.field in (None, field)
            and self.kind in (None, kind)
            and self.expected in (None, expected)
            and self.actual in (None, actual)
        )


@frozen(slots=True)
class Target:
    """What was tested. For a replay: ``ids`` of the given parents by their name in the configuration, ``credentials``
    by theirs, each with whether it has letters of either case (never their values), ``variables`` those of the
    environment that they were read from, ``forbid`` as configured."""

    name: str
    base_url: str = ""
    kind: Literal["sandbox", "live", "stubs", "traffic"] = "live"
    ids: Mapping[str, int | str] = field(default_factory=dict)
    credentials: Mapping[str, bool] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    forbid: tuple[str, ...] = ()


@frozen
class Header:
    """What was promised and asked before the first request. ``resources`` maps each name to its operations, in
    contract order; ``auth`` is the scheme of the contract's credentials; ``surface`` what can be covered of each
    resource, as ``restproof.contract.surface`` gives it. ``contract_file`` is relative to the repository, ``lines``
    holds the line of each resource in it, ``digest`` stands for all that the contract promises.
    ``learned``: its words that nobody has promised.
    ``must_be_tested``, ``must_be_complete``: what was asked for besides: requirements or families, and every operation.
    What an older file does not tell is empty."""

    restproof: str
    contract: str
    title: str
    contract_path: str
    resources: Mapping[str, tuple[str, ...]]
    target: Target
    profile: str
    seed: int
    prefix: str
    started: str
    fail_on: Literal["must", "should"]
    selection: Mapping[str, Any]
    requirements: tuple[RecordedRequirement, ...]
    deviations: tuple[Deviation, ...] = ()
    auth: str = "bearer"
    surface: Mapping[str, Any] = field(default_factory=dict)
    contract_file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    max_wait: float = 5.0
    must_be_tested: tuple[str, ...] = ()
    must_be_complete: bool = False
    learned: tuple[Learned, ...] = ()


@frozen(slots=True)
class RecordedItem:
    """Requirement × resource × operation: one pytest item. ``cost`` in requests and ``cases`` as planned."""

    id: str
    requirement: str
    resource: str | None = None
    operation: str | None = None
    nodeid: str = ""
    cost: float = 0
    cases: int | None = None

    @property
    def identity(self) -> tuple[str, str | None, str | None]:
        """What makes results of two runs the same result: requirement, resource, operation."""
        return self.requirement, self.resource, self.operation


@frozen(slots=True)
class RecordedCase:
    """One input of an item. ``token`` is what ``{run}`` stood for in it."""

    id: str
    item: str
    input: Mapping[str, Any]
    token: str = ""
    worker: int = 0


GIVEN = "given "
"""How the names begin of the values that fields of a resource were given, which follows."""


@frozen(slots=True)
class Value:
    """What a run came to hold by the way (``restproof.engine.keep``), for a replay."""

    name: str
    value: Any
    worker: int = 0


@frozen(slots=True)
class Request:
    method: str
    url: str
    headers: Headers = ()
    body: Body = None


@frozen(slots=True)
class Response:
    """``line``: what the status line says, where the body tells another status."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: Body = None
    line: int | None = None


@frozen(slots=True)
class RecordedExchange:
    """One request with its answer, or the error that came instead. ``started`` and ``elapsed`` in seconds; ``case``
    is ``None`` in set-up, whose name is ``setup`` where items share it; ``attempt`` counts where it was sent again, and
    ``again`` is true of a write that may have been carried out before."""

    n: int | str
    request: Request
    response: Response | None = None
    error: str | None = None
    item: str | None = None
    case: str | None = None
    setup: str | None = None
    resource: str | None = None
    operation: str | None = None
    credential: str | None = None
    started: float = 0.0
    elapsed: float = 0.0
    worker: int = 0
    attempt: int = 1
    again: bool = False
    hooks: tuple[str, ...] = ()


@frozen(slots=True)
class RecordedFinding:
    """What an oracle has to say against a case. ``pointer`` is a JSON Pointer into the body of the response to
    ``exchange``; ``due`` the case of the contract's ``statuses`` that says what was due, where one does, or the default
    (``defaults.NAME``)."""

    item: str
    message: str
    case: str | None = None
    exchange: int | str | None = None
    expected: str = ""
    actual: str = ""
    pointer: str | None = None
    field: str | None = None
    kind: str = ""
    due: str = ""


@frozen(slots=True)
class RecordedOutcome:
    """How an item ended, as the run saw it; the verdict has the last word."""

    item: str
    outcome: Literal["pass", "fail", "error", "blocked", "not tested", "not applicable"]
    cases: int | None = None
    reason: str = ""


@frozen(slots=True)
class Note:
    """Something worth telling that is no finding: a retry, a wait, a clean-up. ``started`` in seconds since the run
    began."""

    kind: str
    message: str
    started: float = 0.0


@frozen(slots=True)
class Footer:
    """How the run ended. ``interrupted`` names the signal; ``left`` what clean-up could not delete; ``soundings`` are
    requests that were sent before the run, and are not among its ``requests``."""

    complete: bool
    finished: str = ""
    duration: float = 0.0
    requests: int = 0
    interrupted: str | None = None
    deleted: int = 0
    left: tuple[str, ...] = ()
    soundings: int = 0


@frozen
class RecordedRun:
    """A whole run file. Tuples keep the order of the file; ``footer`` is ``None`` only where the file was read as
    partial."""

    header: Header
    items: tuple[RecordedItem, ...] = ()
    cases: tuple[RecordedCase, ...] = ()
    exchanges: tuple[RecordedExchange, ...] = ()
    findings: tuple[RecordedFinding, ...] = ()
    outcomes: tuple[RecordedOutcome, ...] = ()
    notes: tuple[Note, ...] = ()
    values: tuple[Value, ...] = ()
    footer: Footer | None = field(default=None)

    @cached_property
    def unsent(self) -> Mapping[str, tuple[str, ...]]:
        """By resource, the fields for which no value was known, so that no request that was meant to be valid held
        them."""
        found = {v.name.removeprefix(GIVEN): v.value for v in self.values if v.name.startswith(GIVEN)}
        none = {resource: tuple(n for n, v in fields.items() if v == []) for resource, fields in found.items()}
        return {resource: names for resource, names in none.items() if names}

    @cached_property
    def requirements(self) -> Mapping[str, RecordedRequirement]:
        """The register by id."""
        return {r.id: r for r in self.header.requirements}

    @cached_property
    def exchanges_by_case(self) -> Mapping[str, tuple[RecordedExchange, ...]]:
        """The exchanges of each case, in the order in which they were sent."""
        found: dict[str, list[RecordedExchange]] = {}
        for exchange in self.exchanges:
            if exchange.case is not None:
                found.setdefault(exchange.case, []).append(exchange)
        return {case: tuple(e) for case, e in found.items()}

    @cached_property
    def cases_by_item(self) -> Mapping[str, tuple[RecordedCase, ...]]:
        """The cases of each item, in the order of the file."""
        found: dict[str, list[RecordedCase]] = {}
        for case in self.cases:
            found.setdefault(case.item, []).append(case)
        return {item: tuple(c) for item, c in found.items()}


@frozen(slots=True)
class Traffic:
    """Recorded traffic of any client: exchanges in the order in which they began, numbered from 1.

    ``lacking``: by number, what the recording left out, though it was sent. ``skipped``: what is no exchange with a
    server (a preflight, an answer from the browser's cache), and how often. ``timed``: whether ``started`` and
    ``elapsed`` (seconds) mean anything; else the order alone does. ``base_url``: the server, before the contract's base
    path, where the recording names it.
    """

    exchanges: tuple[RecordedExchange, ...]
    lacking: Mapping[int, frozenset[Lack]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    timed: bool = True
    base_url: str = ""
