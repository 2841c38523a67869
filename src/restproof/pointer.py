"""JSON pointers (RFC 6901): the one reader of them. One step is not of the RFC: ``[rel=next]`` is that entry of an
array whose member ``rel`` is ``next``, or holds it.

Members of a library stay out of it: what a contract, a schema and a report need is the steps of a pointer, a pointer
made of steps, and the value at its end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class Nothing(LookupError):
    """The pointer names nothing. ``step`` is the first of its steps that is not there, ``known`` the members that
    are."""

    def __init__(self, step: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(step)
        self.step, self.known = step, known


_SAYS = re.compile(r"\[([^=\]]+)=([^\]]*)\]")


def steps(pointer: str) -> list[str]:
    """The reference tokens of a pointer, unescaped; none for the whole document."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def step(name: str | int) -> str:
    """One more step of a pointer, the slash before it included: ``a/b`` is ``/a~1b``."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def follow(value: Any, pointer: str) -> tuple[Any, tuple[str | int, ...]]:
    """The value that the pointer names, and the way to it: member names and indices. Raises ``Nothing``."""
    way: list[str | int] = []
    for name in steps(pointer):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
            way.append(name)
        elif isinstance(value, list) and name.isdecimal() and name.isascii() and int(name) < len(value):
            value = value[int(name)]
            way.append(int(name))
        elif (
            isinstance(value, list) and (said := _SAYS.fullmatch(name)) and (at := _saying(value, *said.groups())) >= 0
        ):
            value = value[at]
            way.append(at)
        else:
            raise Nothing(name, tuple(map(str, value)) if isinstance(value, Mapping) else ())
    return value, tuple(way)


def _saying(entries: list[Any], name: str, wanted: str) -> int:
    """The index of the first entry whose member ``name`` is ``wanted``, or an array that holds it; -1 for none."""
    held = [e.get(name) if isinstance(e, Mapping) else None for e in entries]
    return next((i for i, v in enumerate(held) if v == wanted or (isinstance(v, list) and wanted in v)), -1)


def member(value: Any, place: str, default: Any = None) -> Any:
    """The member of a body that a contract names: plain (``data``), or by a pointer (``/data/attributes``)."""
    try:
        return follow(value, place if place.startswith("/") else step(place))[0]
    except Nothing:
        return default


def put(whole: Any, pointer: str, value: Any) -> Any:
    """A copy of ``whole`` with ``value`` at the end of the pointer; what is missing on the way is made: an array for
    index 0, an entry for the index behind the last one, one that says so for ``[rel=next]``, else an object."""
    return _put(whole, steps(pointer), value)


def _put(whole: Any, way: list[str], value: Any) -> Any:
    if not way:
        return value
    first, rest = way[0], way[1:]
    inner = whole if isinstance(whole, list) else []
    if first.isdecimal() and first.isascii() and int(first) <= len(inner) and not isinstance(whole, Mapping):
        at = int(first)
        return [*inner[:at], _put(inner[at] if at < len(inner) else None, rest, value), *inner[at + 1 :]]
    if (said := _SAYS.fullmatch(first)) and not isinstance(whole, Mapping):
        at = _saying(inner, *said.groups())
        entry = _put(inner[at] if at >= 0 else {said[1]: said[2]}, rest, value)
        return [*inner[:at], entry, *inner[at + 1 :]] if at >= 0 else [*inner, entry]
    holder = dict(whole) if isinstance(whole, Mapping) else {}
    return {**holder, first: _put(holder.get(first), rest, value)}
