"""What a server keeps of what it is sent: the normal forms of a contract, applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.normal import Unsaid, has_forms, in_forms, normal
from restproof.semantics.checker import is_valid


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
    brought into its form and behind that."""
    if not has_forms(schema):
        return True
    try:
        return is_valid(schema, normal(schema, value, unsaid="raise", typed=False))
    except Unsaid:
        return False


def is_surely_refused(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value that the schema does not allow is refused whether or not it is brought into its form first."""
    if not has_forms(schema):
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
