"""Paths of the contract → resource, operation and the ids in the path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from restproof.contract.model import Contract, Resource, creates_by_put

_ITEM = ("read", "update", "replace", "delete")


@dataclass(frozen=True)
class Route:
    """What a path names. ``ids``: raw ids of the resources in the path; ``id``: that of the item; ``None`` stands for
    one that is not UTF-8. ``operations``: method → operation, for what the resource offers on this path."""

    resource: Resource
    is_item: bool
    ids: dict[str, str | None]
    id: str | None
    operations: Mapping[str, str]


def _operations(resource: Resource, is_item: bool) -> dict[str, str]:
    by_method: dict[str, str] = {}
    for operation in resource.operations:
        method = resource.method(operation)
        on_item = operation in _ITEM or (operation == "create" and method == "PUT")
        # Creating and replacing by PUT are one request; as a replace it does both.
        if on_item == is_item and not (operation == "create" and "replace" in by_method.values()):
            by_method[method] = operation
            if operation == "replace" and by_method.get(method) == "create":
                by_method[method] = "replace"
    return by_method


class Router:
    """Finds the route of a path: paths with fewer placeholders first."""

    def __init__(self, contract: Contract) -> None:
        found: list[tuple[int, re.Pattern[str], Resource, bool]] = []
        for resource in contract:
            slash = "/?" if resource.path.endswith("/") else ""
            collection = contract.base_path + resource.path.rstrip("/")
            parts = re.split(r"(\{\w+\})", collection)
            pattern = "".join(f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in parts)
            holes = len(parts) // 2
            found.append((holes, re.compile(pattern + slash), resource, False))
            found.append((holes + 1, re.compile(rf"{pattern}/(?P<_id>[^/]+){slash}"), resource, True))
        self._routes = [(*entry[1:], _operations(*entry[2:])) for entry in sorted(found, key=lambda e: e[0])]

    def find(self, path: str) -> Route | None:
        """The route of a raw path, ``None`` where the contract has none. A resource without any operation on the path
        has none."""
        for pattern, resource, is_item, operations in self._routes:
            match = pattern.fullmatch(path)
            if not match:
                continue
            ids = {name: _decoded(text) for name, text in match.groupdict().items()}
            id = ids.pop("_id", None)
            if operations:
                return Route(resource, is_item, ids, id, operations)
        return None


def _decoded(text: str) -> str | None:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return None


def may_create(resource: Resource, operation: str) -> bool:
    """Whether a request of ``operation`` to an id that names nothing creates it."""
    return (operation == "replace" and creates_by_put(resource)) or (
        operation == "create" and resource.method("create") == "PUT"
    )


def item_path(contract: Contract, resource: Resource, ids: dict[str, str], key: str) -> str:
    """The path of an item; ``ids`` and ``key`` percent-encoded."""
    slash = "/" if resource.path.endswith("/") else ""
    return contract.base_path + re.sub(r"\{(\w+)\}", lambda m: ids[m[1]], resource.path.rstrip("/")) + f"/{key}{slash}"
