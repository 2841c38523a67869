"""The words above a test of the suites: which requirement it proves, and with which inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, overload

from restproof.contract.hints import near
from restproof.contract.model import OPERATIONS, Contract, Operation, Resource, creates_by_put
from restproof.frozen import frozen
from restproof.plan.ground import Ground

if TYPE_CHECKING:
    from hypothesis import strategies as st

ATTRIBUTE = "restproof_proof"
INSTANCE = "instance"
"""Needed: one that can be made, listed or named."""
_Test = TypeVar("_Test", bound=Callable[..., Any])


Enumerator = Callable[[Ground], Iterable[Mapping[str, Any]]]
Drawer = Callable[[Ground], "st.SearchStrategy[Any]"]
Applies = Callable[[Contract, Resource], bool]
AppliesToWay = Callable[[Operation], bool]
Reads = Literal["status", "retries", "headers", "content"]
"""What a rule about every exchange has to know of an answer: its status, whether the request was sent again, its
headers besides, or all of it. Recorded traffic shows some of it only."""


@frozen
class Proof:
    """How a test is made into items. ``on``: the operations that it makes an item for (empty: one item for the whole
    server). ``needs``: operations that the resource must support besides; ``create`` by PUT counts, and ``instance``
    is one that can be made, listed or named. ``when``: a further condition; ``where``: one on how the operation is
    asked for. ``cost``: requests of one case. ``set_up``: requests of an item besides. ``late``: runs after the rest,
    because it takes time, waits, or may leave the server unwell. ``alone``: nothing else of its resource is in flight
    meanwhile, as a race wants it. ``undisturbed``: what it says of a list holds whatever others write meanwhile, and it
    writes nothing itself. ``apart``: no case needs what another one of it has left, so that the first, which tells
    most, may be sent long before the others. ``referred``: it makes what refers to its resource, as each delete may.
    ``by_put``: what it says of a create holds as well of the replace that creates, where nothing else does. ``looks``:
    it looks at what its write has done, so that it goes first where no other write may follow one that has done
    nothing. ``least``: a profile with fewer examples leaves it out."""

    requirement: str
    on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    when: Applies | None = None
    where: AppliesToWay | None = None
    cost: int = 1
    set_up: int = 0
    late: bool = False
    alone: bool = False
    undisturbed: bool = False
    apart: bool = False
    referred: bool = False
    by_put: bool = False
    looks: bool = False
    each: Enumerator | None = None
    draw: Mapping[str, Drawer] = field(default_factory=dict)
    weight: float = 1.0
    least: int = 1
    observes: bool = False
    reads: Reads = "content"

    @cached_property
    def family(self) -> str:
        """The family of the requirement: what its id begins with."""
        return self.requirement.partition(".")[0]

    def operations(self, resource: Resource) -> tuple[str, ...]:
        """The operations of the resource that the rule may speak of."""
        if self.by_put and not resource.supports("create") and creates_by_put(resource):
            return tuple(dict.fromkeys("replace" if o == "create" else o for o in self.on))
        return self.on or OPERATIONS

    def applies(self, contract: Contract, resource: Resource, operation: str) -> bool:
        if not resource.supports(operation):
            return False
        for need in self.needs:
            if not (resource.supports(need) or _met(need, contract, resource)):
                return False
        return (self.when is None or self.when(contract, resource)) and (
            self.where is None or self.where(resource.operation(operation))
        )


def _met(need: str, contract: Contract, resource: Resource) -> bool:
    """Needs that are no operation alone: ``create`` by PUT, and ``instance``."""
    if need == INSTANCE:
        return resource.id.single or resource.creatable or resource.supports("list") or resource.name in contract.given
    return need == "create" and (resource.creatable or resource.id.single)


def proof_of(test: object) -> Proof | None:
    """The rule that a test of a suite proves; ``None`` for any other function."""
    found = getattr(test, ATTRIBUTE, None)
    return found if isinstance(found, Proof) else None


def _amend(test: _Test, **changes: Any) -> _Test:
    setattr(test, ATTRIBUTE, replace(proof_of(test) or Proof(""), **changes))
    return test


def _words(option: str, said: str | tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    words = (said,) if isinstance(said, str) else said
    for word in words:
        if word not in known:
            raise ValueError(f"{option} names {word!r}, which is no operation: {near(word, known)}")
    return words


def requirement(
    id: str,
    *,
    on: str | tuple[str, ...] = (),
    needs: str | tuple[str, ...] = (),
    when: Applies | None = None,
    where: AppliesToWay | None = None,
    cost: int = 1,
    set_up: int = 0,
    late: bool = False,
    alone: bool = False,
    undisturbed: bool = False,
    referred: bool = False,
    by_put: bool = False,
    looks: bool = False,
) -> Callable[[_Test], _Test]:
    """The requirement that a test proves (an id of the register), and where it applies. See ``Proof``. Raises
    ``ValueError`` for an operation that no resource can have: the rule would never be tried."""
    spoken_of, needed = _words("on", on, OPERATIONS), _words("needs", needs, (*OPERATIONS, INSTANCE))

    def mark(test: _Test) -> _Test:
        return _amend(
            test,
            requirement=id,
            on=spoken_of,
            needs=needed,
            when=when,
            where=where,
            cost=cost,
            set_up=set_up,
            late=late,
            alone=alone,
            undisturbed=undisturbed,
            referred=referred,
            by_put=by_put,
            looks=looks,
        )

    return mark


def for_each(cases: Enumerator, *, apart: bool = False) -> Callable[[_Test], _Test]:
    """Run the test once for each enumerated case; the members of a case are arguments of the test. ``apart``: see
    ``Proof``."""

    def mark(test: _Test) -> _Test:
        return _amend(test, each=cases, apart=apart)

    return mark


def for_all(weight: float = 1.0, least: int = 1, **strategies: Drawer) -> Callable[[_Test], _Test]:
    """Run the test as a Hypothesis property over the drawn arguments; ``weight`` scales the profile's number of
    examples. Where that comes to fewer than ``least``, which would tell too little, the profile leaves the test out."""

    def mark(test: _Test) -> _Test:
        return _amend(test, draw=strategies, weight=weight, least=least)

    return mark


@overload
def every_exchange(test: _Test) -> _Test: ...
@overload
def every_exchange(*, reads: Reads) -> Callable[[_Test], _Test]: ...
def every_exchange(test: Callable[..., Any] | None = None, *, reads: Reads = "content") -> Any:
    """Run the test on every exchange of the run, whatever item sent it; its item tells at the end what was seen.
    ``reads``: what the test looks at, so that it also judges recorded traffic which shows no more than that. Raises
    ``ValueError`` for another word."""
    if reads not in get_args(Reads):
        raise ValueError(f"reads={reads!r}: {near(reads, get_args(Reads))}")

    def mark(test: _Test) -> _Test:
        return _amend(test, observes=True, reads=reads)

    return mark if test is None else mark(test)
