"""Tests of the suites → items of the plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.engine.marks import Proof
from restproof.engine.register import Requirement
from restproof.frozen import frozen
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.profile import Profile
from restproof.plan.telling import CHEAP, FEW, MOST_KINDS, Mark, mark_of, most_telling


@frozen
class Item:
    """Requirement × resource × operation, with the test that proves it. ``resource`` and ``operation`` are ``None``
    where the rule is about the whole server. ``recorded``: how many cases a replay has for it. ``left_out``: whether
    the profile tries the rule on another resource. ``tried``: the kinds of cases that other items of its rule try, in a
    profile that samples: of another operation, or (``only_new``) of another resource."""

    proof: Proof
    test: Callable[..., None]
    contract: Contract
    resource: Resource | None
    operation: str | None
    profile: Profile
    bodies: Bodies
    recorded: int | None = None
    left_out: bool = False
    tried: frozenset[str] | None = None
    only_new: bool = False

    @property
    def label(self) -> str:
        return f"{self.resource.name}-{self.operation}" if self.resource else "server"

    @property
    def id(self) -> str:
        return f"{self.proof.requirement}[{self.label}]"

    @cached_property
    def ground(self) -> Ground:
        """What the item's inputs are drawn for."""
        return Ground(self.contract, self.bodies.resource, self.operation or "", self.profile, self.bodies)

    @cached_property
    def cases(self) -> tuple[Mapping[str, Any], ...] | None:
        """The enumerated inputs that the profile sends, in their order; ``None`` where inputs are drawn."""
        if self.known is None or self.profile.cases is None:
            return self.known
        return tuple(self.known[at] for at in self.chosen)

    @cached_property
    def chosen(self) -> tuple[int, ...]:
        """The places of those inputs among the known ones."""
        kinds = FEW if self.only_new or (self.tried is None and self.operation not in self.proof.on[:1]) else MOST_KINDS
        if self.proof.cost > 1 and not any(mark.packed for mark in self.marks):
            # A kind of which only the form tells is not worth a case of several requests.
            kinds = 1 if self.only_new else FEW if any(mark.worded for mark in self.marks) else 0
        return most_telling(self.marks, self.profile.cases, kinds, self.tried, only_new=self.only_new)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """By what each of the known inputs is chosen, or not."""
        fields = self.resource.properties if self.resource else ()
        return tuple(mark_of(case, fields, self.contract.member_names) for case in self.known or ())

    def beside(self, tried: Collection[str], *, only_new: bool = False) -> Item:
        """This item, where other ones of its rule have tried these kinds of cases."""
        found = replace(self, tried=frozenset(tried), only_new=only_new)
        found.__dict__.update((n, self.__dict__[n]) for n in ("ground", "known", "marks") if n in self.__dict__)
        return found

    @cached_property
    def known(self) -> tuple[Mapping[str, Any], ...] | None:
        """All enumerated inputs, the most telling first; ``None`` where inputs are drawn."""
        if self.proof.draw:
            return None
        return ({},) if self.proof.each is None else tuple(self.proof.each(self.ground))

    @property
    def shortened(self) -> str | None:
        """What the item leaves out of the cases that it knows; ``None`` where nothing."""
        if self.known is None or self.cases is None:
            return None
        sent = len(self.cases) if self.recorded is None else self.recorded
        return f"{sent} of {len(self.known)} cases, {self.profile.name}" if sent < len(self.known) else None

    def forget_inputs(self) -> None:
        """Keep the number of cases, and none of their inputs: all that a plan needs which is only shown."""
        _ = self.count, self.profile.cases is None or self.marks
        for name in ("ground", "known", "cases"):
            self.__dict__.pop(name, None)

    @cached_property
    def count(self) -> int:
        """The number of cases: exact for enumerated ones, the number of examples for drawn ones."""
        if self.proof.observes or self.left_out:
            return 0
        if self.recorded is not None:
            return self.recorded
        if self.proof.draw:
            return self.examples
        return len(self.known or ()) if self.profile.cases is None else len(self.chosen)

    @property
    def examples(self) -> int:
        return max(1, round(self.profile.examples * self.proof.weight))

    @property
    def cost(self) -> int:
        """Requests that the item is expected to send, without shared set-up."""
        return self.count * self.proof.cost + (self.proof.set_up if self.count else 0)

    def to_event(self, nodeid: str) -> dict[str, Any]:
        """The ``item`` event of the run file."""
        return {
            "event": "item",
            "item": self.id,
            "requirement": self.proof.requirement,
            "resource": self.resource.name if self.resource else None,
            "operation": self.operation,
            "nodeid": nodeid,
            "cost": self.cost,
            "cases": self.count,
        }


def items_of(
    proof: Proof,
    test: Callable[..., None],
    contract: Contract,
    profile: Profile,
    bodies: Mapping[str, Bodies],
    recorded: Mapping[str, int] = MappingProxyType({}),
    wanted: Callable[[Resource | None], bool] = lambda _: True,
) -> Iterator[Item]:
    """The items that a test makes under a contract: one for each resource and operation where its rule applies and
    there is a case. ``bodies``: those of each resource, by its name. ``recorded``: the number of cases of each item
    that a recording holds; such an item lists none of its own. ``wanted``: the resources that are asked for, ``None``
    for the whole server: those of others are not even listed."""
    if not proof.on and not proof.observes:
        if wanted(None) and (proof.when is None or proof.when(contract, next(iter(contract)))):
            yield Item(proof, test, contract, None, None, profile, next(iter(bodies.values())))
        return
    for resource in filter(wanted, contract):
        for operation in proof.operations(resource):
            if proof.applies(contract, resource, operation):
                count = recorded.get(f"{proof.requirement}[{resource.name}-{operation}]") if recorded else None
                item = Item(proof, test, contract, resource, operation, profile, bodies[resource.name], count)
                if proof.observes or item.count or count is not None:
                    yield item


def sampled(items: Iterable[Item], register: Mapping[str, Requirement]) -> Iterator[Item]:
    """The items as their profile has them, without those of which it would draw too few. Where it samples, each
    operation of each resource is tried by the cheapest of its core rules (of a write, by one that looks at what is
    stored), and any rule with each operation on the resource that knows most cases, of several the one with most
    fields, which has most to show, and with each way of asking for a list; of others, the kinds of cases that these
    alone know; the rest are left out."""

    def depth(item: Item) -> tuple[bool, int]:
        harmless = register[item.proof.requirement].damage != "data"
        return harmless and item.operation not in ("list", "read"), item.cost

    found = list(items)
    kept: dict[tuple[object, ...], Item] = {}
    for item in found:
        # Two tests of one rule look at two things.
        place = item.proof.requirement, item.operation, item.test.__qualname__, _way(item)
        if place not in kept or _weight(kept[place]) < _weight(item):
            kept[place] = item
    most = {id(item) for item in kept.values()}
    for item in (i for i in found if i.resource and not i.proof.observes and register[i.proof.requirement].core):
        at = "core", item.label
        if at not in kept or depth(item) < depth(kept[at]):
            kept[at] = item
    chosen = {id(item): item for item in kept.values()}
    chosen |= _told_apart([i for i in found if i.profile.sampled], most, chosen.keys() - most)
    for item in found:
        whole = not item.profile.sampled or item.proof.observes or id(item) in chosen
        if whole and item.examples >= item.proof.least:
            yield chosen.get(id(item), item)
        else:
            yield replace(item, left_out=True)


def _told_apart(found: Iterable[Item], most: Collection[int], core: Collection[int]) -> dict[int, Item]:
    """Of rules with enumerated cases: what of those ``most`` is tried that are of a second operation, and the items of
    other resources that know a kind of case which these do not."""
    rules: dict[tuple[str, str], list[Item]] = {}
    for item in found:
        if item.resource and item.proof.each and item.recorded is None:
            rules.setdefault((item.proof.requirement, item.test.__qualname__), []).append(item)
    told: dict[int, Item] = {}
    for items in rules.values():
        tried: set[str] = set()
        others = 0
        turns = {name: at for at, name in enumerate(items[0].proof.on)}
        items.sort(key=_weight, reverse=True)
        items.sort(key=lambda i: (turns.get(i.operation or "", len(turns)), id(i) not in most, id(i) not in core))
        first = items[0].operation
        for item in items:
            if id(item) in most and item.operation != first:
                item = told.setdefault(id(item), item.beside(tried))
            elif id(item) not in most and id(item) not in core:
                if (
                    others >= FEW
                    or item.proof.cost > CHEAP
                    or not any(mark.worded and mark.is_new(tried) for mark in item.marks)
                ):
                    continue
                item = told.setdefault(id(item), item.beside(tried, only_new=True))
                others += item.count
            tried |= {word for mark in item.marks for word in (mark.kind, mark.family)}
    return told


def _way(item: Item) -> object:
    """In which way a list is asked for and shown: each has code of its own."""
    if item.resource is None or item.operation != "list":
        return None
    paging, envelope = item.resource.paging, item.resource.operation("list").envelope
    told = paging.next_header, paging.next_field, paging.next_entry, paging.more
    return paging.style, paging.spans, *map(bool, told), envelope.key is not None


def _weight(item: Item) -> tuple[int, ...]:
    """How much an item of a sample tells. What a list shows depends on what can be done with its resource."""
    if item.resource is None:
        return (item.count,)
    able, fields = len(item.resource.operations), len(item.resource.properties)
    return (item.count, able, fields) if item.operation == "list" else (item.count, fields, able)
