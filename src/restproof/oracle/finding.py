"""What an oracle has to say against a case."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from restproof.frozen import frozen
from restproof.oracle.kinds import checked

_NAMED = 3
_LONGEST = 300
_AROUND = 60
_BEFORE = 20
"""Of two long texts: how many characters are shown around the first that differs, and how many of them before it."""


@frozen
class Finding:
    """One thing that is wrong.

    ``message``: one sentence. ``kind``: the sort of fault, a slug that is the same wherever that sort shows (see
    ``oracle.kinds``). ``expected`` and ``actual``: short texts that hold nothing of this run alone (no id, no generated
    text) where that is possible, because findings that agree in them are told as one cause. ``exchange``: number of the
    exchange that shows it. ``pointer``: JSON pointer (RFC 6901) into that exchange's response body, to what is wrong or
    to where it is missing. ``field``: the field at fault. ``due``: the case of the contract's ``statuses`` that says
    which status was due.
    """

    message: str
    kind: str
    expected: str = ""
    actual: str = ""
    pointer: str | None = None
    field: str | None = None
    exchange: int | None = None
    due: str = ""

    def __post_init__(self) -> None:
        checked(self.kind)

    def to_event(self, item: str, case: str | None) -> dict[str, Any]:
        """The ``finding`` event of the run file."""
        due = {"due": self.due} if self.due else {}
        return {
            "event": "finding",
            "item": item,
            "case": case,
            "exchange": self.exchange,
            "message": self.message,
            "expected": self.expected,
            "actual": self.actual,
            "pointer": self.pointer,
            "field": self.field,
            "kind": self.kind,
            **due,
        }


ABSENT: Any = object()
"""Stands for a member that is not there."""


def at(value: Any, path: Iterable[str | int]) -> Any:
    """What JSON ``value`` holds at the end of ``path``; ``ABSENT`` where there is nothing."""
    for step in path:
        try:
            value = value[str(step)] if isinstance(value, Mapping) else value[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value


@lru_cache(maxsize=1024)
def an(name: str) -> str:
    """``name`` with its article."""
    vowel = re.match(r"[aeio]|u(?:p|n(?!i))", name, re.IGNORECASE)
    return f"{'an' if vowel else 'a'} {name}"


def few(names: Collection[str], between: str = ", ") -> str:
    """The first of them, and how many there are besides."""
    first = between.join(list(names)[:_NAMED])
    return first if len(names) <= _NAMED else f"{first} and {len(names) - _NAMED} more"


def shown(value: Any) -> str:
    """A value as a finding tells it: JSON-like and short."""
    text = repr(value) if isinstance(value, str) else _json(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … ({len(text)} characters)"


def both_shown(one: Any, other: Any) -> tuple[str, str]:
    """Two values as ``shown``; of long texts that begin alike, what stands around the first difference."""
    if isinstance(one, str) and isinstance(other, str) and max(len(one), len(other)) > _AROUND:
        pairs = enumerate(zip(one, other, strict=False))
        start = max(0, next((n for n, (a, b) in pairs if a != b), min(len(one), len(other))) - _BEFORE)
        parts = (text[start : start + _AROUND] for text in (one, other))
        cut = ("\u2026" if start else "", *("\u2026" if len(t) > start + _AROUND else "" for t in (one, other)))
        first, second = (f"{cut[0]}{part}{end}" for part, end in zip(parts, cut[1:], strict=True))
        return shown(first), shown(second)
    return shown(one), shown(other)


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
