"""Where the words of a contract say that something stands in a representation: ``title``, ``office.id``, and inside of
arrays ``tags[]``, ``departments[].id``."""

from __future__ import annotations

from collections.abc import Collection, Iterable

ENTRIES = "[]"
"""Behind a name: each entry of the array."""


def steps_to(members: Collection[str], location: str) -> list[str]:
    """The steps that a location leads through; one, where a member has that very name."""
    return [location] if location in members else location.split(".")


def entered(steps: Iterable[str]) -> list[str]:
    """The steps with the entries of an array as one of their own: ``tags[]`` is ``tags`` and ``[]``."""
    return [part for step in steps for part in (step.removesuffix(ENTRIES), *[ENTRIES] * step.endswith(ENTRIES))]


def field_of(members: Collection[str], location: str) -> str:
    """The field in which a location is."""
    return steps_to(members, location)[0].removesuffix(ENTRIES)
