"""Of many cases the few that tell most: one of each kind before the second of any."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from restproof.contract.shapes import type_of
from restproof.frozen import frozen
from restproof.plan.symbols import RUN

_KINDS = ("note", "kind", "keyword", "status", "case", "name", "method")
"""Members of a case that say what sort of input it is, the most telling first."""
_BESIDE = ("path", "value")
"""Texts that say more of it where no note does."""
MOST_KINDS = 32
FEW = 4
"""Kinds that are enough where another operation of the rule has had them all, or another resource most, and where
nothing but the form of the cases tells them apart."""
CHEAP = 2
"""Requests of a case that is tried for its kind alone, on another resource."""
A_KEYWORD = 2
"""Kinds of values that break the same keyword."""
_NUMBER = re.compile(r"(?<!\w)'[^']*'(?!\w)|[-+]?\d[\d,._]*")
_WORD = re.compile(r"[a-z][a-z_-]*")


@frozen
class Mark:
    """What of a case decides whether it is chosen. ``kind``: what sort of input it is; ``family``: a coarser sort, the
    keyword that it breaks, where one is said; ``named``: the fields of its resource that it speaks of; ``worded``:
    whether words say what it is, and not its form alone; ``packed``: whether it tries many things, as no other does."""

    kind: str
    family: str
    named: frozenset[str]
    worded: bool
    packed: bool

    def is_new(self, tried: Collection[str]) -> bool:
        """Whether none of the kinds and families that were tried is its own."""
        return not self.packed and self.kind not in tried and self.family not in tried


def mark_of(case: Mapping[str, Any], fields: Collection[str] = (), members: Collection[str] = ()) -> Mark:
    """``fields``: the names of the fields of the resource; ``members``: all names of members, which make no kind of
    their own: two bounds of one keyword are of one sort, whatever the numbers, and so is what two rules say of
    different fields."""
    notes = case.get("notes")
    told = " ".join(map(str, notes.values())) if isinstance(notes, Mapping) else ""
    name = next((name for name in _KINDS if isinstance(case.get(name), str)), None)
    told = told if name is None else case[name]
    words = told.split()
    kind = _NUMBER.sub("#", " ".join("#" if _is_of(members or fields, word) else word for word in words))
    if name != "note":
        beside = (_number(case[n]) for n in _BESIDE if isinstance(case.get(n), str))
        kind = " ".join((kind, *beside, *_form(case))).replace(f"{RUN} ", "")
    family = case.get("keyword") if name == "note" else None
    named = frozenset(_bare(word) for word in words if _bare(word) in fields)
    return Mark(sys.intern(kind), sys.intern(family or kind), named, bool(told), isinstance(notes, Mapping))


def most_telling(
    marks: Sequence[Mark],
    count: int | None,
    kinds: int = MOST_KINDS,
    tried: Collection[str] | None = None,
    *,
    only_new: bool = False,
) -> tuple[int, ...]:
    """Of the cases with these marks the places of ``count`` (``None``: all); where they are of more kinds, of one of
    each, up to ``kinds``. Where there is more to choose from than that, of some from all over: cases, as kinds, vary
    from one end to the other. ``tried``: kinds that other items of the rule have had: of those a few are enough, or
    where keywords are said one of each; with ``only_new``, none."""
    if count is None or (tried is None and len(marks) <= count):
        return tuple(range(len(marks)))
    every = range(len(marks))
    if tried is None:
        return _with_many_fields(marks, _some(marks, every, count, kinds))
    new = [at for at in every if marks[at].is_new(tried)]
    chosen = _some(marks, new, 1, kinds)
    if not only_new:
        chosen += _of_families(marks, [at for at in every if at not in new], count, chosen)
    return _with_many_fields(marks, sorted(chosen))


def _of_families(marks: Sequence[Mark], old: Sequence[int], count: int, new: Sequence[int]) -> list[int]:
    """Of cases of kinds that were tried: one of each keyword, and as many as make few of all."""
    had = {marks[at].family for at in new}
    firsts: dict[str, int] = {}
    for at in old:
        if marks[at].family not in had:
            firsts.setdefault(marks[at].family, at)
    by_keyword = [at for family, at in firsts.items() if family != marks[at].kind]
    if by_keyword:
        return by_keyword
    if not firsts:
        return []
    left = max(count, min(FEW, len({mark.kind for mark in marks}))) - len(new)
    return _some(marks, old, left, left) if left > 0 else []


def _some(marks: Sequence[Mark], pool: Sequence[int], count: int, kinds: int) -> list[int]:
    """``count`` of the cases at these places, or one of each kind, up to ``kinds``."""
    if len(pool) <= count:
        return [*pool]
    seen: Counter[str] = Counter()
    turns = []
    for at in pool:
        turns.append((seen[marks[at].kind], at))
        seen[marks[at].kind] += 1
    turns.sort()
    firsts = _of_keywords(marks, [at for turn, at in turns if turn == 0])
    most = kinds if any(marks[at].worded for at in pool) else min(kinds, FEW)
    wanted = max(count, min(most, len(firsts)))
    among = [at for _, at in turns] if len(seen) == 1 else firsts if len(firsts) >= wanted else []
    return sorted(_all_over(among, wanted) if among else [at for _, at in turns[:wanted]])


def _of_keywords(marks: Sequence[Mark], firsts: Sequence[int]) -> list[int]:
    """The first cases of their kinds; of those that break one keyword, some from all over."""
    sorts: dict[str, list[int]] = {}
    for at in firsts:
        sorts.setdefault(marks[at].family, []).append(at)
    return sorted(at for found in sorts.values() for at in _all_over(found, min(A_KEYWORD, len(found))))


def _with_many_fields(marks: Sequence[Mark], chosen: Sequence[int]) -> tuple[int, ...]:
    """The chosen cases; where one says of the fields of those before it what another of its kind says of others, that
    one: each of several rules may have a check of its own."""
    named: set[str] = set()
    found = list(chosen)
    for place, at in enumerate(chosen):
        mark = marks[at]
        if mark.named and not mark.named - named:
            others = (n for n, other in enumerate(marks) if n not in found and other.kind == mark.kind)
            found[place] = next((n for n in others if marks[n].named - named), at)
        named |= marks[found[place]].named
    return tuple(sorted(found))


def _all_over(pool: Sequence[int], count: int) -> list[int]:
    """``count`` of the pool, at even distances."""
    last = max(1, count - 1)
    return [pool[round(n * (len(pool) - 1) / last)] for n in range(count)]


def _form(case: Mapping[str, Any]) -> Iterator[str]:
    """What the form of a case says of its sort: which members are true, lists of words, how many members an object has,
    and of what type the only one is."""
    for name, value in case.items():
        told = ""
        if value is True:
            told = "true"
        elif isinstance(value, list):
            words = [v for v in value if isinstance(v, str) and _WORD.fullmatch(v)]
            told = " ".join(words) if words and len(words) == len(value) else ("several" if value[1:] else "")
        elif isinstance(value, Mapping) and value and name != "notes":
            told = type_of(next(iter(value.values()))) if len(value) == 1 else _of_several(value.values())
        if told:
            yield f"{name}: {told}"


def _of_several(values: Collection[Any]) -> str:
    nulls = sum(value is None for value in values)
    return "several" if not nulls else "several, null" if nulls < len(values) else "several, all null"


def _number(text: str) -> str:
    """A whole number by whether it is above zero; others as they are in a text."""
    if re.fullmatch(r"-?\d+", text):
        return "above zero" if text.strip("0") and text[0] != "-" else "not above zero"
    return _NUMBER.sub("#", text)


def _is_of(members: Collection[str], word: str) -> bool:
    """Whether a word is the name of a member, or the way to one."""
    parts = _bare(word).split(".")
    return all(part in members or part.isdecimal() for part in parts) and not parts[0].isdecimal()


def _bare(text: str) -> str:
    return text.strip(",:;")
