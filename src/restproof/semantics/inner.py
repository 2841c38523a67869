"""References inside of request fields: ids in members of an object, or of the entries of an array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.locations import ENTRIES, entered
from restproof.contract.model import Resource


def steps_of(place: str) -> tuple[str, list[str]]:
    """The field that a place is in, and the steps from there: names of members, ``[]`` for each entry."""
    field, *steps = entered(place.split("."))
    return field, steps


def inner_ids(resource: Resource, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What stands in the places of one field that hold ids: (resource, id) for each; null names nothing."""
    for place, to in resource.inner_references.items():
        field, steps = steps_of(place)
        if field == name:
            yield from ((to, found) for found in _at(value, steps) if found is not None)


def read_as_ids(resource: Resource, fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What some server may read as an id inside of ``fields``: an entry without its array, or the id in the place of
    the object that holds it, too. As ``inner_ids``."""
    for place, to in resource.inner_references.items():
        field, steps = steps_of(place)
        yield from ((to, found) for found in _loosely(fields.get(field), [step for step in steps if step != ENTRIES]))


def referring(resource: Resource) -> set[str]:
    """The request fields that hold ids of other resources, as they are or inside."""
    return {*resource.references, *(steps_of(place)[0] for place in resource.inner_references)}


def without_ids(resource: Resource, name: str, value: Any) -> Any:
    """The value of one field with null in the places that hold ids."""
    for place in resource.inner_references:
        field, steps = steps_of(place)
        if field == name:
            value = replaced(value, steps, lambda _: None)
    return value


def replaced(value: Any, steps: list[str], change: Callable[[Any], Any]) -> Any:
    """``value`` with ``change`` of what stands at the end of the steps, wherever there is something."""
    if not steps:
        return change(value)
    step, *rest = steps
    if step == ENTRIES and isinstance(value, list):
        return [replaced(entry, rest, change) for entry in value]
    if isinstance(value, dict) and step in value:
        return {**value, step: replaced(value[step], rest, change)}
    return value


def _loosely(value: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for entry in value:
            yield from _loosely(entry, steps)
    elif not isinstance(value, dict):
        yield from () if value is None else (value,)
    elif steps and steps[0] in value:
        yield from _loosely(value[steps[0]], steps[1:])


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] == ENTRIES and isinstance(value, list):
        for entry in value:
            yield from _at(entry, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _at(value[steps[0]], steps[1:])
