"""Which of several things are to blame for what fails with all of them and holds without any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

AT_FAULT = 3
"""Things that are looked for one by one."""
_Thing = TypeVar("_Thing")


def to_blame(things: Sequence[_Thing], fails: Callable[[Sequence[_Thing]], bool]) -> list[_Thing] | None:
    """Those with which something fails that holds without any: none, where it fails no more when it is tried again, as
    what depends on how much there is on a server; ``None`` where too many are. ``fails``: whether it does with some of
    them."""
    left, found = list(things), list[_Thing]()
    while left and fails(left):
        if len(found) == AT_FAULT:
            return None
        holds, broken = 0, len(left)  # with so many of them it holds, with so many it does not
        while broken - holds > 1:
            middle = (holds + broken) // 2
            holds, broken = (holds, middle) if fails(left[:middle]) else (middle, broken)
        found.append(left.pop(broken - 1))
    return found
