"""Words for rules between two fields: creates that are refused for nothing but the order of their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.pairs import pairs
from restproof.contract.rules import Ordered, is_after
from restproof.learning.sighting import Read, Sighting
from restproof.learning.word import ENOUGH, Word, numbers
from restproof.oracle.seen import Seen

_OF_A_RULE = (400, 422)


def order_words(
    reads: Sequence[Read], contract: Contract, said: Mapping[str, Any]
) -> tuple[list[Word], list[Sighting]]:
    """The words, and the refusals that were seen. ``said``: the contract as it is written."""
    words: list[Word] = []
    refusals: list[Sighting] = []
    for resource in contract:
        if "rules" not in resource.open:
            continue
        creates = [r.seen for r in reads if r.is_valid and r.seen.resource.name == resource.name]
        creates = [s for s in creates if s.operation == "create" and s.certain]
        found = {pair: refused for pair in suggested(resource) if (refused := _refused(pair, creates))}
        if not found:
            continue
        own = (said["resources"].get(resource.name) or {}).get("rules", [])
        value = [*own, *({"ordered": [pair.first, pair.second]} for pair in found)]
        evidence = numbers(s.n for some in found.values() for s in some)
        what = " and ".join(f"{pair.first} after {pair.second}" for pair in found)
        words.append(Word(resource.name, ("rules",), value, f"a create with {what} was refused", evidence))
        refusals += [
            Sighting(resource.name, "create", "rule", s.status, s.n, pair.second)
            for pair, some in found.items()
            for s in some
        ]
    return words, refusals


def suggested(resource: Resource) -> Iterator[Ordered]:
    """The pairs of fields of a create whose names suggest an order that the contract does not speak of."""
    spoken = {frozenset(rule.fields) for rule in resource.rules}
    yield from (p for p in pairs(resource.shapes.create["properties"]) if frozenset(p.fields) not in spoken)


def _refused(pair: Ordered, creates: Sequence[Seen]) -> list[Seen]:
    """The creates that were refused in the wrong order; none where one was taken, or hardly any with the same members
    was taken in the right one: then there may be another reason."""
    wrong: list[Seen] = []
    right: list[Seen] = []
    for seen in creates:
        fields = seen.fields or {}
        first, second = fields.get(pair.first), fields.get(pair.second)
        if first is None or second is None:
            continue
        if is_after(first, second):
            wrong += [seen] if seen.ok or seen.status in _OF_A_RULE else []
        elif seen.ok and is_after(second, first):
            right.append(seen)
    if any(s.ok for s in wrong):
        return []
    taken = Counter(map(_members, right))
    twins = [s for s in wrong if taken[_members(s)] >= ENOUGH]
    return twins if len(twins) >= ENOUGH else []


def _members(seen: Seen) -> frozenset[str]:
    return frozenset(seen.fields or {})
