"""The order of a plan: what tells most comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from restproof.engine.case import begun_after
from restproof.engine.items import Item
from restproof.engine.register import Requirement

_BEGUN_BY = 0.03
"""The part of a plan's requests that may be sent before a test is begun that rests for a while."""


def in_plan_order(items: Iterable[Item], register: Mapping[str, Requirement]) -> list[Item]:
    """The most telling first, resources and rules mixed: those come first of which most kills are to be expected per
    request that nothing before them has told of (``Requirement.kills`` and ``requests``, as measured), so that a fault
    shows as early as it can wherever it is. What is equal keeps the order of the register, resource by resource. Before
    all come looks at what a write does whose id stands in no path: where it does nothing, it is the last of its kind
    (``wire.heeding``). Rules that ask to run late and those that observe come last; what rests is begun early."""
    rank = {name: at for at, name in enumerate(register)}
    found = list(items)
    price = {id(item): price_of(item, register.get(item.proof.requirement)) for item in found}
    places = {name: at for at, name in enumerate(found[0].contract.resources)} if found else {}

    def in_order(item: Item) -> tuple[int, int]:
        return (
            rank.get(item.proof.requirement, len(rank)),
            places[item.resource.name] if item.resource else -1,
        )

    def by_worth(item: Item) -> float:
        entry = register.get(item.proof.requirement)
        kills = _UNKNOWN if entry is None else entry.kills.get(item.operation or "", _UNKNOWN)
        return (price[id(item)] + SET_UP) / kills

    ordered = sorted(found, key=in_order)
    live = sorted((i for i in ordered if not _is_last(i)), key=lambda i: (not _goes_first(i), by_worth(i)))
    last = sorted((i for i in ordered if _is_last(i)), key=lambda i: (i.proof.observes, i.proof.late))
    return _with_rests_begun([*live, *last], price)


def _with_rests_begun(items: Sequence[Item], price: Mapping[int, float]) -> list[Item]:
    """The items, with the families of which one rests among the first, where they are small: what is waited for is over
    before the others have ended."""
    most = _BEGUN_BY * sum(price[id(item)] for item in items)
    families = {item.proof.family for item in begun_after(items).values()}
    early = [i for i in items if i.proof.family in families and not _is_last(i)]
    if sum(price[id(item)] for item in early) > most:
        return list(items)
    sent = list(accumulate(price[id(item)] for item in items))
    first = items[: sum(each <= most for each in sent)]
    known = {id(item) for item in first}
    begin = [item for item in early if id(item) not in known]
    begun = {id(item) for item in begin}
    return [*first, *begin, *(item for item in items[len(first) :] if id(item) not in begun)]


def _goes_first(item: Item) -> bool:
    if not item.proof.looks or item.resource is None or item.operation is None:
        return False
    return item.resource.operation(item.operation).address is not None


def _is_last(item: Item) -> bool:
    return item.proof.late or item.proof.observes


def price_of(item: Item, entry: Requirement | None) -> float:
    """Requests that an item will send: by what its cases have been seen to send, else as its suite says."""
    each = entry.requests.get(item.operation or "") if entry is not None else None
    return item.cost if each is None else item.count * each


SET_UP = 1
"""Requests that any item costs besides its own: its share of what is shared."""
_UNKNOWN = 0.5
"""Faults of which a rule tells first that nobody has measured, as a rule of the user's own."""
