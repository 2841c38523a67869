"""Of many cases the few that tell most: one of each kind before the second of any."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_KINDS = ("note", "kind", "keyword", "status", "case", "name", "method")
"""Members of a case that say what sort of input it is, the most telling first."""
_BESIDE = ("path", "value")
"""Texts that say more of it where no note does."""
MOST_KINDS = 32
FEW = 4
"""Kinds that are enough where another operation of the rule has had them all."""
_NUMBER = re.compile(r"[-+]?\d[\d,._]*")


def most_telling(
    cases: Sequence[Mapping[str, Any]], count: int | None, kinds: int = MOST_KINDS, fields: Collection[str] = ()
) -> tuple[Mapping[str, Any], ...]:
    """``count`` of the cases (``None``: all), in their order; where they are of more kinds, one of each, up to
    ``kinds``. Where there is more to choose from than that, some from all over: cases, as kinds, vary from one end to
    the other. ``fields``: names that make no kind of their own, those of the resource."""
    if count is None or len(cases) <= count:
        return tuple(cases)
    seen: Counter[str] = Counter()
    turns = []
    for at, case in enumerate(cases):
        kind = _kind(case, fields)
        turns.append((seen[kind], at))
        seen[kind] += 1
    wanted = max(count, min(kinds, len(seen)))
    turns.sort()
    firsts = [at for turn, at in turns if turn == 0]
    pool = [at for _, at in turns] if len(seen) == 1 else firsts if len(firsts) > wanted else []
    chosen = sorted(_all_over(pool, wanted) if pool else [at for _, at in turns[:wanted]])
    return tuple(cases[at] for at in sorted(_of_many_fields(cases, chosen, fields)))


def _of_many_fields(
    cases: Sequence[Mapping[str, Any]], chosen: Sequence[int], fields: Collection[str]
) -> Sequence[int]:
    """The chosen cases; where one says of the fields of those before it what another of its kind says of others, that
    one: each of several rules may have a check of its own."""
    named: set[str] = set()
    found = list(chosen)
    for place, at in enumerate(chosen):
        if _named(cases[at], fields) and not _named(cases[at], fields) - named:
            kind = _kind(cases[at], fields)
            others = (n for n, case in enumerate(cases) if n not in found and _kind(case, fields) == kind)
            found[place] = next((n for n in others if _named(cases[n], fields) - named), at)
        named |= _named(cases[found[place]], fields)
    return found


def _all_over(pool: Sequence[int], count: int) -> list[int]:
    """``count`` of the pool, at even distances."""
    last = max(1, count - 1)
    return [pool[round(n * (len(pool) - 1) / last)] for n in range(count)]


def _kind(case: Mapping[str, Any], fields: Collection[str]) -> str:
    """What sort of input a case is: two bounds of one keyword are of one sort, whatever the numbers, and so is what two
    rules say of different fields."""
    notes = case.get("notes")
    told = " ".join(map(str, notes.values())) if isinstance(notes, Mapping) else ""
    name = next((name for name in _KINDS if isinstance(case.get(name), str)), None)
    told = told if name is None else case[name]
    if name != "note":
        beside = (case[n] for n in _BESIDE if isinstance(case.get(n), str))
        told = " ".join((told, *beside))
    else:
        told = " ".join("#" if _word(word) in fields else word for word in told.split())
    return _NUMBER.sub("#", told)


def _named(case: Mapping[str, Any], fields: Collection[str]) -> set[str]:
    """The fields of the resource that the note of a case speaks of."""
    note = case.get("note")
    return {_word(word) for word in note.split()} & {*fields} if isinstance(note, str) else set()


def _word(text: str) -> str:
    return text.strip(",:;")
