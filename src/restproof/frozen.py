"""Values of which a run makes many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True)
def frozen(*, slots: bool = False) -> Callable[[type[Kind]], type[Kind]]:
    """A dataclass whose members nobody sets again. The type checker alone sees to that: ``dataclass(frozen=True)``
    looks at each assignment, so that making one takes three times as long, and each request takes ten of them."""
    return dataclass(unsafe_hash=True, slots=slots)
