"""The schemas of error bodies: of the contract as a whole, and of single operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Document, Route
from restproof.contract.model import NO_BODY, Contract, Schema
from restproof.contract.schemas import SchemaFolder

_BY_STATUS = re.compile(r"default|[45]\d\d|[45]xx")


def errors_of(document: Document, folder: SchemaFolder) -> dict[str, Schema | None]:
    """The schemas of error bodies by status, ``default`` for those that are not named."""
    said = document.value.get("errors")
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(map(_BY_STATUS.fullmatch, said)):
        return {"default": _error(document, folder, ("errors",), said)}
    return by_status(document, folder, ("errors",), said)


def by_status(
    document: Document, folder: SchemaFolder, route: Route, said: Mapping[str, Any]
) -> dict[str, Schema | None]:
    """The schemas that stand, by status, at ``route``; ``None`` where nothing is asserted."""
    return {status: _error(document, folder, (*route, status), how) for status, how in said.items()}


def _error(document: Document, folder: SchemaFolder, route: Route, said: Any) -> Schema | None:
    if said in ("none", "empty"):
        return NO_BODY if said == "empty" else None
    source = folder.load(said, document.place(route)) if isinstance(said, str) else folder.check(document, route)
    return source.schema if source else None


def named_schemas(contract: Contract, words: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """File name → schema, of all error bodies and answers to writes that the ``words`` of a contract name a file of."""
    found: dict[str, Schema | None] = {}
    said = words.get("errors")
    if isinstance(said, str):
        found[said] = contract.errors
    elif isinstance(said, dict):
        known = {"default": contract.errors, **contract.errors_by_status}
        found |= {name: known.get(status) for status, name in said.items() if isinstance(name, str)}
    for resource in contract:
        ways = words["resources"][resource.name].get("operations")
        for operation, way in ways.items() if isinstance(ways, dict) else ():
            own = resource.operation(operation).errors
            found |= {n: own.get(s) for s, n in (way or {}).get("errors", {}).items() if isinstance(n, str)}
            if (receipt := resource.operation(operation).receipt) is not None:
                found[way["returns"]] = receipt
    return {name: dict(s) for name, s in found.items() if s is not None and name not in ("none", "empty")}
