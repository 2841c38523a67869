"""Words for filters: parameters called as a field that says of what kind an entry is, and lists that heed them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from restproof.contract.model import Contract, Resource
from restproof.contract.texts import text_of
from restproof.learning.joint import kinds_of_things
from restproof.learning.sighting import Read
from restproof.learning.word import ENOUGH, Word, numbers
from restproof.oracle.seen import Seen


@dataclass
class _Sifted:
    """Lists that one field was asked for in: the exchanges by the value, and whether one of them held another value, or
    was refused."""

    by_value: dict[str, list[int]] = field(default_factory=dict)
    passed_over: bool = False


def filter_words(reads: Sequence[Read], contract: Contract) -> Iterator[Word]:
    """The filters of lists, where two values were each asked for and nothing else came, and lists without them have
    both."""
    for resource in contract:
        own = [r.seen for r in reads if r.seen.resource.name == resource.name and r.seen.operation == "list"]
        own = [s for s in own if s.exchange.request.method == "GET"]
        for name in kinds_of_things(resource):
            sifted = _sifted(resource, name, own)
            everything = {text_of(e.get(name)) for s in own if not _asked(resource, s) for e in s.entries or ()}
            if sifted.passed_over or len(sifted.by_value) < ENOUGH or not sifted.by_value.keys() <= everything:
                continue
            parameter = resource.query.named(name)
            what = f"lists with {parameter} in the query held entries of this {name} alone"
            evidence = numbers(n for some in sifted.by_value.values() for n in some)
            yield Word(resource.name, ("filters", name), "equals", what, evidence)


def _asked(resource: Resource, seen: Seen) -> dict[str, str]:
    """What a list was asked for beside its page, its parents and what all lists hold."""
    paging, way = resource.paging, seen.way
    usual = {p.name for p in way.parameters} | way.query.keys() | {paging.size, paging.page, paging.offset}
    return {n: v for n, v in seen.query if n not in usual}


def _sifted(resource: Resource, name: str, lists: Sequence[Seen]) -> _Sifted:
    found = _Sifted()
    parameter = resource.query.named(name)
    for seen in lists:
        asked = _asked(resource, seen)
        if asked.keys() != {parameter}:
            continue
        values = {text_of(e.get(name)) for e in seen.entries or ()}
        if seen.refused or values - {asked[parameter]}:
            found.passed_over = True
        elif values:
            found.by_value.setdefault(asked[parameter], []).append(seen.n)
    return found
