"""The order of a plan: what tells most comes first; and which first cases are sent before the others of their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from restproof.engine.case import begun_after
from restproof.engine.items import Item
from restproof.engine.register import Requirement

_BEGUN_BY = 0.033
"""The part of a plan's requests that may be sent before a test is begun that rests for a while."""


def in_plan_order(items: Iterable[Item], register: Mapping[str, Requirement]) -> list[Item]:
    """The most telling first, resources and rules mixed: those come first of which most kills are to be expected per
    request that nothing before them has told of (``Requirement.kills`` and ``requests``, as measured), each rule once
    on a resource rather than with a second operation, so that a fault shows as early as it can wherever it is. What is
    equal keeps the order of the register, resource by resource. Before all come looks at what a write does whose id
    stands in no path: where it does nothing, it is the last of its kind (``wire.heeding``). Rules that ask to run late
    and those that observe come last; what rests is begun early."""
    rank = {name: at for at, name in enumerate(register)}
    found = list(items)
    price = {id(item): price_of(item, register.get(item.proof.requirement)) for item in found}
    places = {name: at for at, name in enumerate(found[0].contract.resources)} if found else {}

    def in_order(item: Item) -> tuple[int, int]:
        return (
            rank.get(item.proof.requirement, len(rank)),
            places[item.resource.name] if item.resource else -1,
        )

    ordered = sorted(found, key=in_order)
    worth = {id(i): _worth(i, register) for i in ordered if not _is_last(i)}
    live = sorted((i for i in ordered if id(i) in worth), key=lambda i: (not _goes_first(i), worth[id(i)]))
    for item in _again(live):
        worth[id(item)] *= _AGAIN
    live.sort(key=lambda i: (not _goes_first(i), worth[id(i)]))
    last = sorted((i for i in ordered if _is_last(i)), key=lambda i: (i.proof.observes, i.proof.late))
    return _with_rests_begun([*live, *last], price)


def first_cases(plan: Sequence[Item], register: Mapping[str, Requirement]) -> dict[str, list[Item]]:
    """The items whose first case is sent ahead of them, by the id of the item that it goes before: where it tells more
    per request than all that comes before its own item."""
    able = ((_worth_of_first(item, register), at) for at, item in enumerate(plan) if may_go_ahead(item))
    waiting = sorted(((worth, at) for worth, at in able if worth is not None), reverse=True)
    moved = {item.proof.family for item in begun_after(plan).values()}
    found: dict[str, list[Item]] = {}
    for place, item in enumerate(plan):
        if item.left_out or _goes_first(item) or _is_last(item) or item.proof.family in moved:
            continue
        worth = _worth(item, register)
        while waiting and waiting[-1][0] < worth:
            _, at = waiting.pop()
            if at > place:
                found.setdefault(item.id, []).append(plan[at])
    return found


def _again(items: Iterable[Item]) -> Iterator[Item]:
    """Those of which an earlier one has tried the same rule on the same resource, with another operation."""
    tried: set[tuple[str, str | None]] = set()
    for item in items:
        place = item.proof.requirement, item.resource.name if item.resource else None
        if place in tried:
            yield item
        tried.add(place)


def may_go_ahead(item: Item) -> bool:
    """Whether the first case of an item may be sent long before its others. Where refusals are looked at once more,
    that is when all cases of an item are over; and where there is room for few, the cases in between take away what
    they find."""
    if item.resource is None or item.left_out or item.count <= 1 or _is_last(item) or item.proof.alone:
        return False
    if item.bodies.shared_quotas or item.bodies.ids_are_few:
        return False
    return item.proof.apart and not item.resource.settles.reads


def _worth(item: Item, register: Mapping[str, Requirement]) -> float:
    """Requests for each fault that an item is the first to tell of, without its first case where that goes ahead; the
    less, the better."""
    entry = register.get(item.proof.requirement)
    kills = _UNKNOWN if entry is None else entry.kills.get(item.operation or "", _UNKNOWN)
    price, first = price_of(item, entry), _kills_of_first(item, entry)
    if first is not None and may_go_ahead(item):
        price -= price_of_first(item, entry)
    elif first is not None:
        kills = first + (kills if item.count > 1 else 0)
    return (price + SET_UP) / kills


def _worth_of_first(item: Item, register: Mapping[str, Requirement]) -> float | None:
    """The same of its first case; ``None`` where nobody has measured it."""
    entry = register.get(item.proof.requirement)
    kills = _kills_of_first(item, entry)
    return None if kills is None else (price_of_first(item, entry) + SET_UP) / kills


def _kills_of_first(item: Item, entry: Requirement | None) -> float | None:
    known = entry is not None and item.proof.apart
    return entry.kills.get(f"{item.operation}{FIRST_CASE}") if known and entry is not None else None


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


def price_of_first(item: Item, entry: Requirement | None) -> float:
    """Requests that the first case of an item will send, where its cases stand apart."""
    usual = price_of(item, entry) / item.count
    return usual if entry is None else entry.requests.get(f"{item.operation or ''}{FIRST_CASE}", usual)


FIRST_CASE = " first"
"""Behind an operation: the first case of an item of it, which may be sent ahead of the others."""
SET_UP = 0.3
"""Requests that any item costs besides its own: its share of what is shared."""
_AGAIN = 3
"""How much dearer a rule is for a resource on which it was tried before: what is wrong with a resource as a whole, the
first try has told."""
_UNKNOWN = 0.5
"""Faults of which a rule tells first that nobody has measured, as a rule of the user's own."""
