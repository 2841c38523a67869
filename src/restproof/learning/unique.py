"""Words for what is unique: a create that is refused for nothing but a value that another has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.normal import Form
from restproof.contract.shapes import same
from restproof.frozen import frozen
from restproof.learning.likeness import Told, compared_by
from restproof.learning.sighting import Read, Sighting
from restproof.learning.word import ENOUGH, Doubt, Edit, Without, Word, numbers
from restproof.oracle.seen import Seen

_OF_A_CONFLICT = (400, 409, 422)
Scope = tuple[tuple[str, str], ...]


@frozen
class _Taken:
    """A create: the exchange, under which ancestors, what was sent (``whole``; ``sent``: of it texts and integers),
    and whether it succeeded."""

    n: int
    scope: Scope
    sent: Mapping[str, Any]
    ok: bool
    status: int
    whole: Mapping[str, Any]


@dataclass
class _Seen:
    """The creates of one resource in their order, and the values of those that are there, by id."""

    creates: list[tuple[_Taken, list[_Taken]]] = field(default_factory=list)
    there: dict[tuple[Scope, str], _Taken] = field(default_factory=dict)


def unique_words(
    reads: Sequence[Read], contract: Contract, kept: Mapping[tuple[str | None, str], Sequence[Form]]
) -> tuple[list[Word | Doubt], list[Sighting]]:
    """The words, and the conflicts that were seen. ``kept``: by resource and field, the forms in which values are seen
    to be kept."""
    words: list[Word | Doubt] = []
    conflicts: list[Sighting] = []
    for name, seen in _creates(reads).items():
        resource = contract.resources[name]
        if "unique" not in resource.open or resource.unique:
            continue
        found = _Keys(resource, seen.creates, kept)
        conflicts += found.conflicts()
        words += found.words()
    return words, conflicts


def _creates(reads: Sequence[Read]) -> dict[str, _Seen]:
    found: dict[str, _Seen] = {}
    for read in reads:
        one = read.seen
        known = found.setdefault(one.resource.name, _Seen())
        scope = tuple(sorted((n, str(i)) for n, i in one.scope.items()))
        if one.operation == "create" and read.is_valid and one.certain:
            sent = {n: v for n, v in (one.fields or {}).items() if isinstance(v, str | int) and not isinstance(v, bool)}
            taken = _Taken(one.n, scope, sent, one.ok, one.status, one.fields or {})
            known.creates.append((taken, list(known.there.values())))
            if one.ok and (id := one.made) is not None:
                known.there[scope, id] = taken
        elif one.operation in ("update", "replace", "delete") and one.ok:
            _forget(known, one)
    return found


def _forget(known: _Seen, one: Seen) -> None:
    """What was written to or deleted does not have for sure what it was made with."""
    known.there = {key: t for key, t in known.there.items() if key[1] != one.id}


@frozen
class Together:
    """What shows of one create which of its fields come once together: ``refused``: those with the same key; ``taken``:
    those with another value of one of its fields; ``elsewhere``: those that succeeded under other ancestors with all
    that it holds."""

    refused: tuple[_Taken, ...]
    taken: tuple[_Taken, ...]
    elsewhere: tuple[_Taken, ...]

    @property
    def exchanges(self) -> tuple[int, ...]:
        return tuple(c.n for c in (*self.refused, *self.taken, *self.elsewhere))


def together(
    creates: Sequence[tuple[_Taken, list[_Taken]]], is_refused: Callable[[_Taken], bool]
) -> dict[tuple[str, ...], list[Together]]:
    """By key, the creates that were refused a second time, and taken with another value of any field of the key alone,
    where each of their other fields was changed alone as well. A create with the key and nothing else of theirs was
    refused."""
    found: dict[tuple[str, ...], list[Together]] = {}
    for twin, there in creates:
        first = next((t for t in there if t.scope == twin.scope and t.whole == twin.whole), None)
        if first is None or not is_refused(twin):
            continue
        beside = [c for c, others in creates if any(o is first for o in others)]
        here = [c for c in beside if c.scope == twin.scope and c.whole.keys() == twin.whole.keys()]
        apart = {c.n: _differing(c.whole, twin.whole) for c in here}
        taken = [c for c in here if c.ok and len(apart[c.n]) == 1]
        key = tuple(sorted({apart[c.n][0] for c in taken}, key=list(twin.whole).index))
        tried = {apart[c.n][0] for c in here if len(apart[c.n]) == 1}
        rest = [n for n, v in twin.whole.items() if isinstance(v, str | int | float) and n not in tried]
        alone = [c for c in here if is_refused(c) and len(apart[c.n]) > 1 and not set(key) & set(apart[c.n])]
        if key and not rest and (alone or len(twin.whole) - len(key) < ENOUGH):
            elsewhere = tuple(c for c in beside if c.ok and c.scope != twin.scope and c.whole == twin.whole)
            found.setdefault(key, []).append(Together((twin, *alone), tuple(taken), elsewhere))
    return found


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [n for n in one if not same(one[n], other[n])]


def _one_or_all(forms: Sequence[Form]) -> Any:
    return forms[0] if len(forms) == 1 else list(forms)


class _Keys:
    """Looks for the keys of one resource."""

    def __init__(
        self,
        resource: Resource,
        creates: Sequence[tuple[_Taken, list[_Taken]]],
        kept: Mapping[tuple[str | None, str], Sequence[Form]],
    ) -> None:
        self._resource = resource
        self._creates = creates
        self._kept = kept
        taken = [(c, there) for c, there in creates if c.ok]
        self._free = {n: any(self._shares(c, there, n) for c, there in taken) for n in self._names}
        self._alone = self._refusals()
        self._together = together(creates, self._is_refused)

    @property
    def _names(self) -> list[str]:
        return [n for n in self._resource.shapes.create["properties"] if n not in self._resource.references]

    def _shares(self, create: _Taken, there: Sequence[_Taken], name: str, *, here: bool = True) -> bool:
        """Whether one that is there has the same value: under the same ancestors, or with ``here`` false elsewhere."""
        if name not in create.sent:
            return False
        alike = [t for t in there if name in t.sent and same(t.sent[name], create.sent[name])]
        return any((t.scope == create.scope) is here for t in alike)

    def _refusals(self) -> dict[str, list[_Taken]]:
        """The refused creates for which only one field can be the reason, by that field: no other value of theirs is
        another's, but for such as were shared by creates that succeeded."""
        found: dict[str, list[_Taken]] = {}
        for create, there in self._creates:
            if not self._is_refused(create):
                continue
            shared = [n for n in self._names if self._shares(create, there, n) and not self._free[n]]
            if len(shared) == 1 and self._has_control(create):
                found.setdefault(shared[0], []).append(create)
        return found

    def _is_refused(self, create: _Taken) -> bool:
        """Whether the status is one of a conflict."""
        conflict = self._resource.status("conflict")
        return not create.ok and create.status in _OF_A_CONFLICT and create.status in conflict

    def _has_control(self, create: _Taken) -> bool:
        """Whether the same fields with another value of this one were taken, or the status can mean nothing else."""
        names = create.sent.keys()
        return create.status == 409 or any(c.ok and c.sent.keys() == names for c, _ in self._creates)

    def conflicts(self) -> list[Sighting]:
        name = self._resource.name
        alone = [
            Sighting(name, "create", "conflict", c.status, c.n, f) for f, some in self._alone.items() for c in some
        ]
        together = [c for found in self._together.values() for one in found for c in one.refused]
        return alone or [Sighting(name, "create", "conflict", c.status, c.n, None) for c in together]

    def words(self) -> Iterator[Word | Doubt]:
        name = self._resource.name
        open_: list[str] = [word for word in self._resource.open if word != "unique"]
        closed = Edit(("resources", name, "open"), Without(("unique",)))
        found = {n: some for n, some in self._alone.items() if len({str(c.sent[n]) for c in some}) >= ENOUGH}
        scoped = {n: self._scope(n) for n in found}
        if found and None in scoped.values():
            yield Doubt(name, "unique", f"whether {', '.join(found)} may come again under another parent was not seen")
        elif found and len(set(scoped.values())) == 1:
            besides = [closed]
            if "global" in scoped.values():
                besides.append(Edit(("resources", name, "unique_scope"), "global"))
            compared = {n: self._compared(n) for n in found}
            keys = [{"field": n, "by": _one_or_all(by)} if by else n for n, (by, _) in compared.items()]
            what = f"a second create with the same {' or '.join(found)} was refused"
            what += "".join(f", in another form ({', '.join(map(str, by))}) too" for by, _ in compared.values() if by)
            own = [c.n for some in found.values() for c in some]
            evidence = numbers([*own, *(n for _, some in compared.values() for n in some)])
            yield Word(name, ("unique",), keys, what, evidence, tuple(besides))
        elif not found and len(self._together) == 1:
            yield self._of_several(*next(iter(self._together.items())))
        elif not found and not self._unexplained() and (twice := self._twins()):
            what = f"a create of the same again succeeded, {len(twice)} times: nothing has to be unique"
            yield Word(name, ("open",), open_, what, twice)

    def _compared(self, name: str) -> tuple[tuple[Form, ...], tuple[int, ...]]:
        """The forms in which the texts of a unique field are compared, with the exchanges."""
        told = []
        for create, there in self._creates:
            text = create.sent.get(name)
            held = tuple(t.sent[name] for t in there if t.scope == create.scope and isinstance(t.sent.get(name), str))
            if isinstance(text, str) and text not in held:
                told.append(Told(create.n, text, held, create.ok, self._is_refused(create), create.status))
        resource = self._resource
        return compared_by(told, resource.normalized.get(name) or self._kept.get((resource.name, name), ()))

    def _of_several(self, key: tuple[str, ...], found: Sequence[Together]) -> Word | Doubt:
        """The key of fields that come once together, or of a reference."""
        name = self._resource.name
        evidence = numbers(n for one in found for n in one.exchanges)
        if len(found) < ENOUGH:
            return Doubt(name, "unique", f"{' and '.join(key)}, as far as one create shows", evidence)
        if self._resource.parents and not all(one.elsewhere for one in found):
            return Doubt(
                name, "unique", f"whether {' and '.join(key)} may come again under another parent was not seen"
            )
        what = f"a second create with the same {' and '.join(key)} was refused, and taken with another"
        closed = Edit(("resources", name, "open"), Without(("unique",)))
        return Word(name, ("unique",), [list(key)] if len(key) > 1 else list(key), what, evidence, (closed,))

    def _scope(self, name: str) -> str | None:
        """Within what a field is unique, as far as that was seen."""
        if not self._resource.parents:
            return "parent"
        elsewhere = [c for c, there in self._creates if self._shares(c, there, name, here=False)]
        outcomes = {c.ok for c in elsewhere if not any(self._shares(c, t, name) for o, t in self._creates if o is c)}
        return None if len(outcomes) != 1 else "parent" if outcomes == {True} else "global"

    def _unexplained(self) -> bool:
        return any(not c.ok and c.status in _OF_A_CONFLICT for c, _ in self._creates)

    def _twins(self) -> tuple[int, ...]:
        """The creates that succeeded with all that one that is there was made with."""
        twins = [
            c.n
            for c, there in self._creates
            if c.ok and any(t.scope == c.scope and t.sent and t.sent == c.sent for t in there)
        ]
        return numbers(twins) if len(twins) >= ENOUGH else ()
