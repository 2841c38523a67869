"""The ancestors that requests name, in the path or beside it; of a resource, and of one operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from restproof.contract.address import apart
from restproof.contract.document import Document, Problems, Route
from restproof.contract.hints import near
from restproof.contract.media import TOKEN
from restproof.contract.model import ON_ITEM, OPERATIONS, Parent

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
THE_ONE = "the-one"
"""Stands for the id of what there is just one of."""
DEFAULT_OPERATIONS = ("list", "create", "read", "update", "delete")
"""What a resource offers where its contract does not say."""
OWN_ID = "id"
"""The placeholder of the resource's own id in the path of an operation."""


def operations_said(said: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Operation → what a resource says of it, of those that it says something of. ``item_path`` is said of each that is
    of one resource."""
    found = said.get("operations", DEFAULT_OPERATIONS)
    own = {n: dict(found[n]) for n in OPERATIONS if found.get(n)} if isinstance(found, dict) else {}
    if "item_path" in said:
        path, _, asked = said["item_path"].partition("?")
        by_put = own.get("create", {}).get("method", said.get("methods", {}).get("create")) == "PUT"
        for name in (n for n in OPERATIONS if n in found and (n in ON_ITEM or (n == "create" and by_put))):
            one = own.get(name, {})
            if "path" not in one:
                query = {**dict(parse_qsl(asked)), **one.get("query", {})}
                own[name] = {**one, "path": path, **({"query": query} if query else {})}
    return {n: own[n] for n in OPERATIONS if n in own}


def item_path_of(said: Mapping[str, Any]) -> str | None:
    """The path of one that a resource says for all of its operations, as it is known inside."""
    path, parted, _ = said.get("item_path", "").partition("?")
    return apart(path) if parted else path or None


def parents_said(said: Mapping[str, Any], path: str) -> list[Parent]:
    """The parents of a path and of the ``parent`` beside it."""
    found = [Parent(name, name, "path") for name in dict.fromkeys(_PLACEHOLDER.findall(path)) if name != OWN_ID]
    for name, how in said.get("parent", {}).items():
        how = {"name": how} if isinstance(how, str) else how
        found.append(Parent(name, how["name"], how.get("in", "auto")))
    return found


def read_parents(document: Document, problems: Problems) -> dict[str, tuple[Parent, ...]] | None:
    """The parents of every resource, of all its operations, the farthest first; ``None`` where one of them is unknown
    or they go round in a circle.
    """
    resources: Mapping[str, Any] = document.value["resources"]
    before = len(problems)
    found: dict[str, list[Parent]] = {}
    paths: dict[str, str] = {}
    for name, said in resources.items():
        known: dict[str, Parent] = {}
        for route, own, path in _places(name, said):
            _check(name, resources, document, problems, route, own, path)
            for parent in parents_said(own, path):
                if parent.resource in resources:
                    known.setdefault(parent.resource, parent)
        found[name] = list(known.values())
        same = paths.setdefault(said["path"].rstrip("/"), name)
        if same != name:
            place = document.place(("resources", name, "path"))
            problems.add(f"resources '{same}' and '{name}' have the same path", place, "a path belongs to one resource")
    if len(problems) > before or _circle(found, document, problems):
        return None

    def depth(name: str) -> int:
        return 1 + max((depth(p.resource) for p in found[name]), default=0)

    return {name: tuple(sorted(above, key=lambda p: depth(p.resource))) for name, above in found.items()}


def _places(name: str, said: Mapping[str, Any]) -> Iterator[tuple[Route, Mapping[str, Any], str]]:
    """Where a resource names parents: what is said there, and the path that it is said beside."""
    route: Route = ("resources", name)
    yield route, said, said["path"]
    for operation, own in operations_said(said).items():
        if "path" in own or "parent" in own:
            yield (*route, "operations", operation), own, own.get("path", said["path"])


def _check(
    name: str,
    resources: Mapping[str, Any],
    document: Document,
    problems: Problems,
    route: Route,
    said: Mapping[str, Any],
    path: str,
) -> None:
    in_path = [n for n in _PLACEHOLDER.findall(path) if n != OWN_ID or len(route) == 2]
    for at, parent in enumerate(in_path if "path" in said else ()):
        place = document.place((*route, "path"))
        if parent not in resources:
            hint = near(parent, resources) or "declare it"
            if hint.startswith("there is"):
                hint = f"declare it (a parent that is not tested is {parent}: {{path: ..., operations: []}}); {hint}"
            problems.add(f"the path of resource '{name}' names an unknown resource '{parent}'", place, hint)
        elif parent in in_path[:at]:
            message = f"the path of resource '{name}' names '{parent}' twice"
            problems.add(message, place, "a resource has each parent once")
        elif resources[parent].get("id") == "none":
            message = f"the path of resource '{name}' needs an id of '{parent}', which has none"
            problems.add(message, place, f"give '{parent}' the field of its ids instead of 'id: none'")
    for parent, how in said.get("parent", {}).items():
        place = document.place((*route, "parent", parent))
        if isinstance(how, dict) and how.get("in") == "header" and not TOKEN.fullmatch(how["name"]):
            hint = "letters, digits and hyphens, as in X-Account-Id"
            problems.add(f"resource '{name}': '{how['name']}' is no name of a header", place, hint)
        if parent not in resources:
            problems.add(f"resource '{name}' has an unknown parent '{parent}'", place, near(parent, resources))
        elif parent in in_path:
            hint = "remove one of the two"
            problems.add(f"resource '{name}' names its parent '{parent}' in 'path' and in 'parent'", place, hint)


def _circle(parents: Mapping[str, list[Parent]], document: Document, problems: Problems) -> bool:
    """Whether a resource is above itself; each circle is known once."""
    known: set[frozenset[str]] = set()

    def walk(name: str, chain: tuple[str, ...]) -> None:
        if name in chain:
            circle = chain[chain.index(name) :]
            if frozenset(circle) not in known:
                known.add(frozenset(circle))
                place = document.place(("resources", circle[0], "path"))
                problems.add(
                    f"parents go round in a circle: {' → '.join((*circle, name))}",
                    place,
                    "one of them must stand on its own",
                )
            return
        for parent in parents[name]:
            walk(parent.resource, (*chain, name))

    for name in parents:
        walk(name, ())
    return bool(known)
