"""Arrays whose order says nothing, laid in the order of those that they are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.shapes import are_choices, same
from restproof.semantics.state import differences


def in_the_order_of(resource: Resource, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """``actual`` with its unordered arrays, and the sets inside its unordered members, in the order of ``wanted``,
    where they hold the same. Where nobody may have written down which rules there are, several of a few values are a
    set, too, in which each stands once."""
    ordered = dict(actual)
    is_open = "rules" in resource.open
    for name in resource.unordered:
        schemas = [resource.shown_property(name)]
        if isinstance(wanted.get(name), list) and isinstance(actual.get(name), list):
            ordered[name] = _aligned(schemas, wanted[name], actual[name], is_open)
        elif name in wanted and name in actual:
            ordered[name] = _with_aligned_sets(schemas, wanted[name], actual[name], is_open)
    return ordered


def _aligned(schemas: Sequence[Any], wanted: list[Any], actual: list[Any], is_open: bool) -> list[Any]:
    """The entries of ``actual`` in the order of ``wanted``, where both hold the same; ``schemas``: those of the arrays,
    of which they keep one."""
    if is_open and any(map(are_choices, _alternatives(schemas))) and _are_same_choices(wanted, actual):
        return wanted
    left, found, items = list(actual), [], _items(schemas)
    for entry in wanted:
        for at, other in enumerate(left):
            alike = _with_aligned_sets(items, entry, other, is_open)
            if not any(True for _ in differences(entry, alike)):
                found.append(alike)
                del left[at]
                break
    return actual if left else found


def _are_same_choices(wanted: list[Any], actual: list[Any]) -> bool:
    """Whether each value of one array stands in the other, however often."""
    return all(any(map(partial(same, one), actual)) for one in wanted) and all(
        any(map(partial(same, one), wanted)) for one in actual
    )


def _with_aligned_sets(schemas: Sequence[Any], wanted: Any, actual: Any, is_open: bool) -> Any:
    """``actual`` with the arrays inside that hold no entry twice in the order of ``wanted``; ``schemas``: those of
    which it keeps one."""
    if isinstance(wanted, list) and isinstance(actual, list):
        items, parts = _items(schemas), list(_alternatives(schemas))
        if any(part.get("uniqueItems") or (is_open and are_choices(part)) for part in parts):
            return _aligned(schemas, wanted, actual, is_open)
        pairs = zip(wanted, actual, strict=False) if len(wanted) == len(actual) else ()
        return [_with_aligned_sets(items, *pair, is_open) for pair in pairs] or actual
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return {n: _with_aligned_sets(_member(schemas, n), wanted.get(n), held, is_open) for n, held in actual.items()}
    return actual


def _items(schemas: Sequence[Any]) -> list[Any]:
    return [part["items"] for part in _alternatives(schemas) if "items" in part]


def _member(schemas: Sequence[Any], name: str) -> list[Any]:
    return [part.get("properties", {}).get(name, part.get("additionalProperties")) for part in _alternatives(schemas)]


def _alternatives(schemas: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The schemas, and those that stand in them as alternatives. One that is a truth value, or is not there, says
    nothing."""
    for schema in schemas:
        if isinstance(schema, Mapping):
            yield schema
            yield from _alternatives([*schema.get("anyOf", ()), *schema.get("oneOf", ())])
