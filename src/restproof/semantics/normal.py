"""What a server keeps of what it is sent: the normal forms of a contract, applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.normal import NORMAL, Unsaid, has_word, in_forms, normal
from restproof.contract.values import VALUES, are_known
from restproof.semantics.checker import is_valid

_WORDS = frozenset({NORMAL, VALUES})
_special: dict[int, tuple[Mapping[str, Any], bool]] = {}


def _is_special(schema: Mapping[str, Any]) -> bool:
    """Whether a schema says more of values than JSON Schema can, at any depth. The same object finds it at once."""
    known = _special.get(id(schema))
    if known is None:
        # The schema is kept, so that its identity is not given to another object.
        known = _special[id(schema)] = (schema, has_word(schema, _WORDS))
    return known[1]


def kept(resource: Resource, fields: Mapping[str, Any]) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Request fields in their normal form, and the names of those of which the contract does not say what is kept."""
    if not resource.normalized:
        return fields, frozenset()
    found, unsaid = {}, set()
    for name, value in fields.items():
        try:
            found[name] = normal(resource.properties.get(name), value)
        except Unsaid:
            found[name] = value
            unsaid.add(name)
    return found, frozenset(unsaid)


def made_normal(resource: Resource, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Request fields in their normal form; where the contract says of none, as they are."""
    if not resource.normalized:
        return fields
    return {n: normal(resource.properties.get(n), v, unsaid="keep") for n, v in fields.items()}


def is_sure(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a valid value is taken for sure, and kept in a form that the contract says: it is valid before it is
    brought into its form and behind that, and known where only some values are real."""
    if not _is_special(schema):
        return True
    if not are_known(schema, value):
        return False
    try:
        return is_valid(schema, normal(schema, value, unsaid="raise", typed=False))
    except Unsaid:
        return False


def is_surely_refused(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value that the schema does not allow is refused whether or not it is brought into its form first."""
    if not _is_special(schema):
        return True
    try:
        return not is_valid(schema, normal(schema, value, unsaid="raise", typed=False))
    except Unsaid:
        return False


def alike(resource: Resource, name: str, one: Any, other: Any) -> bool | None:
    """Whether two values of a member of a unique key are one value by its forms; ``None`` where the contract does not
    say."""
    if one == other or not (resource.normalized or name in resource.unique_by):
        return bool(one == other)
    try:
        return bool(_key(resource, name, one) == _key(resource, name, other))
    except Unsaid:
        return None


def _key(resource: Resource, name: str, value: Any) -> Any:
    return in_forms(resource.unique_by.get(name, ()), normal(resource.properties.get(name), value, unsaid="raise"))


def key_value(resource: Resource, name: str, value: Any) -> Any:
    """A member of a unique key as the sandbox compares it; where the contract does not say how, as it is."""
    try:
        return in_forms(resource.unique_by.get(name, ()), value)
    except Unsaid:
        return value
