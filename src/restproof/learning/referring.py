"""Words for references: what becomes of one that names nothing, and of what refers to something that is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import Contract, Reference
from restproof.contract.texts import id_text
from restproof.learning.sighting import Read, Sighting
from restproof.learning.word import ENOUGH, Word, numbers
from restproof.oracle.finding import an
from restproof.oracle.seen import Seen, id_of
from restproof.semantics.readback import ReadPath

_OF_A_REFERENCE = (400, 404, 409, 422)
_OF_A_CONFLICT = (400, 409, 422)
_GONE = (404, 410)
_WHAT = {
    "refuse": "{to} to which one refers was not deleted until that was",
    "cascade": "with {to} what referred to it was deleted",
    "clear": "with the delete of {to} what referred to it lost the reference",
}


def absent_references(reads: Sequence[Read]) -> Iterator[Sighting]:
    """Creates with a reference to what a read did not find, and nothing ever showed to be there."""
    there, absent = _known(reads)
    for read in reads:
        seen = read.seen
        if seen.operation != "create" or not read.is_valid or not seen.certain:
            continue
        wrong = [
            name
            for name, ref in seen.resource.references.items()
            if any((ref.to, id) in absent - there for id in _ids((seen.fields or {}).get(name)))
        ]
        if len(wrong) == 1 and (seen.ok or seen.status in _OF_A_REFERENCE):
            yield Sighting(seen.resource.name, "create", "reference", seen.status, seen.n, wrong[0])


def _known(reads: Sequence[Read]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The ids that were there at any time, and those that a read did not find."""
    there: set[tuple[str, str]] = set()
    absent: set[tuple[str, str]] = set()
    for read in reads:
        seen, name = read.seen, read.seen.resource.name
        if seen.ok and seen.operation == "list":
            there.update((name, i) for e in seen.entries or () if (i := id_of(seen.resource, e)))
        elif seen.ok and seen.id is not None:
            there.add((name, seen.id))
        elif seen.operation == "read" and seen.status == 404 and seen.route.id:
            absent.add((name, id_text(seen.route.id)))
    return there, absent


def _ids(value: Any) -> list[str]:
    return [id_text(v) for v in (value if isinstance(value, list) else [value]) if isinstance(v, str | int)]


# ------------------------------------------------------------------- what a delete does to what refers


_Key = tuple[str, str]
"""Resource and id."""


@dataclass
class Deletes:
    """What deletes did to what refers. ``effects``: by resource and reference, each effect with the exchanges that show
    it; ``kept``: the refusals of deletes that succeeded once nothing referred; ``_names``: what each instance that is
    there refers to; ``_refused``: deletes that were refused while one instance alone referred to it; ``_orphans``:
    instances whose referent was deleted, until somebody looks."""

    effects: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=dict)
    kept: list[Sighting] = field(default_factory=list)
    _names: dict[_Key, dict[str, _Key]] = field(default_factory=dict)
    _refused: dict[_Key, tuple[_Key, str, Seen]] = field(default_factory=dict)
    _orphans: dict[_Key, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, reads: Sequence[Read]) -> Deletes:
        """Those among the exchanges, one after the other, in their order."""
        found = cls()
        for read in reads:
            found._take(read.seen)
        return found

    def _take(self, seen: Seen) -> None:
        id = seen.id if seen.operation == "create" else seen.route.id
        if not seen.certain or seen.exchange.request.method == "HEAD" or id is None:
            return
        key = seen.resource.name, id_text(id)
        if seen.operation == "create" and seen.ok:
            named = {n: (ref.to, _ids((seen.fields or {}).get(n))) for n, ref in seen.resource.references.items()}
            self._names[key] = {n: (to, ids[0]) for n, (to, ids) in named.items() if len(ids) == 1}
        elif seen.operation == "delete":
            self._delete(seen, key)
        elif seen.operation == "read" and key in self._orphans:
            self._look(seen, key)
        elif seen.operation in ("update", "replace") and seen.ok:
            self._names.pop(key, None)
            self._orphans.pop(key, None)

    def _delete(self, seen: Seen, key: _Key) -> None:
        holders = [(holder, n) for holder, named in self._names.items() for n, to in named.items() if to == key]
        alone = holders[0] if len(holders) == 1 else None
        if seen.refused and seen.status in _OF_A_CONFLICT and alone:
            self._refused[key] = (*alone, seen)
        elif seen.ok:
            holder, name, refused = self._refused.pop(key, (key, "", None))
            if refused and not holders:
                self._saw(holder[0], name, "refuse", refused.n, seen.n)
                self.kept.append(Sighting(key[0], "delete", "conflict", refused.status, refused.n))
            elif alone:
                self._orphans[alone[0]] = alone[1], seen.n
            self._names.pop(key, None)

    def _look(self, seen: Seen, key: _Key) -> None:
        name, deleted = self._orphans.pop(key)
        if seen.status in _GONE:
            self._saw(key[0], name, "cascade", deleted, seen.n)
        elif seen.ok and seen.entity is not None:
            cleared = _is_cleared(seen.resource.references[name], seen.entity)
            self._saw(key[0], name, "clear" if cleared else "stays", deleted, seen.n)

    def _saw(self, resource: str, name: str, effect: str, *ns: int) -> None:
        self.effects.setdefault((resource, name), {}).setdefault(effect, []).extend(ns)


def _is_cleared(ref: Reference, entity: dict[str, Any]) -> bool:
    path = ReadPath.parse(ref.reads_as)
    return path.root in entity and path.read(entity) in (None, [])


def reference_words(deletes: Deletes, contract: Contract) -> Iterator[Word]:
    """What a delete does to what refers, where the contract leaves it open and every delete that was seen did it."""
    for (name, reference), effects in deletes.effects.items():
        ref = contract.resources[name].references[reference]
        (effect, ns), *others = effects.items()
        if others or effect == "stays" or ref.on_delete != "unspecified" or len(ns) < 2 * ENOUGH or not ref.reads_as:
            continue
        what = _WHAT[effect].format(to=an(ref.to))
        yield Word(name, ("references", reference, "on_delete"), effect, what, numbers(ns))
