"""Which resources an OpenAPI document has: a collection and the path of its items make one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.document import Route
from restproof.contract.openapi.export import OPERATION, RESOURCE
from restproof.contract.openapi.source import Source

METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_ITEM = re.compile(r"(?P<above>.*)/\{(?P<name>[^{}/]+)\}(?P<slash>/?)")
_COLLECTION = {"get": "list", "post": "create"}
_ITEMS = {"get": "read", "patch": "update", "put": "replace", "delete": "delete"}


@dataclass
class Call:
    """One operation of the document: its method, its content and where it stands."""

    method: str
    value: Mapping[str, Any]
    route: Route
    parameters: list[dict[str, Any]]


@dataclass
class Found:
    """One resource: the path of its collection as the document has it, the parameter of its items, its operations."""

    name: str
    collection: str
    parameter: str | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    other: dict[str, list[str]] = field(default_factory=dict)


class Paths:
    """Sorts the paths of a document into resources. ``left_out``: what is none, in words."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.left_out: list[str] = []
        self.found: dict[str, Found] = {}
        paths = source.value["paths"]
        self.items = {p: m for p in paths if (m := _ITEM.fullmatch(p))}
        collections = {self._collection(m) for m in self.items.values()}
        for path in paths:
            if path not in self.items and (path in collections or self._is_collection(path)):
                self._add(path, path)
        for path, match in self.items.items():
            if _PARAMETER.search(match["above"].rpartition("/")[2]) or not match["above"]:
                self.left_out.append(f"{path}: a parameter that follows no collection")
                continue
            self._add(self._collection(match), path, match["name"])
        for path in paths:
            if path not in self.items and path not in self.found:
                self.left_out.append(f"{path}: neither a collection nor an item of one")
        self._parents()

    def _collection(self, match: re.Match[str]) -> str:
        """The collection of an item's path, with a slash at its end where the document has it so."""
        above = match["above"]
        if f"{above}/" in self.source.value["paths"] and above not in self.source.value["paths"]:
            return f"{above}/"
        return f"{above}/" if match["slash"] and above not in self.source.value["paths"] else above

    def _is_collection(self, path: str) -> bool:
        """Whether a path without items is a collection: POST creates something below it that GET lists."""
        entry = self.source.mapping(self.source.value["paths"][path], ("paths", path))
        if RESOURCE in entry:
            return True
        if "get" not in entry or "{" in path.rstrip("/").rpartition("/")[2]:
            return False
        route: Route = ("paths", path, "get")
        answer = success_schema(self.source, self.source.mapping(entry["get"], route), route)
        return bool(answer) and (answer.get("type") == "array" or listed_member(answer) is not None)

    def _add(self, collection: str, path: str, parameter: str | None = None) -> None:
        route: Route = ("paths", path)
        entry = self.source.mapping(self.source.value["paths"].get(path, {}), route)
        found = self.found.setdefault(collection, Found(str(entry.get(RESOURCE, "")), collection))
        found.name = found.name or str(entry.get(RESOURCE, ""))
        found.parameter = parameter or found.parameter
        words = _COLLECTION if parameter is None else _ITEMS
        shared = self._parameters(entry, route)
        for method in METHODS:
            if method not in entry:
                continue
            here = (*route, method)
            value = self.source.mapping(entry[method], here)
            named = str(value.get(OPERATION, words.get(method, "")))
            if not named:
                found.other.setdefault("item" if parameter else "collection", []).append(method.upper())
                continue
            own = self._parameters(value, here)
            names = {(p.get("name"), p.get("in")) for p in own}
            kept = [p for p in shared if (p.get("name"), p.get("in")) not in names]
            found.calls[named] = Call(method.upper(), value, here, [*kept, *own])

    def _parameters(self, holder: Mapping[str, Any], route: Route) -> list[dict[str, Any]]:
        here = (*route, "parameters")
        listed = self.source.entries(holder.get("parameters", []), here)
        return [self.source.mapping(p, (*here, i)) for i, p in enumerate(listed)]

    def _parents(self) -> None:
        """Give each resource its name, and each parameter of a path the resource that it is an id of."""
        for path in list(self.found):
            above = [m.start() for m in _PARAMETER.finditer(path)]
            for start in above:
                collection = path[:start].rstrip("/")
                known = next((c for c in (collection, f"{collection}/") if c in self.found), None)
                if known is None and collection and not collection.endswith("}"):
                    # Only there as a parent: its ids are given.
                    match = _PARAMETER.match(path, start)
                    self.found[collection] = Found("", collection, match[1] if match else None)
                elif known and self.found[known].parameter is None:
                    match = _PARAMETER.match(path, start)
                    self.found[known].parameter = match[1] if match else None
        taken: set[str] = {f.name for f in self.found.values() if f.name}
        for path, found in sorted(self.found.items(), key=lambda pair: (pair[0].count("/"), pair[0])):
            if not found.name:
                found.name = self._free(path, taken)
                taken.add(found.name)

    def _free(self, path: str, taken: set[str]) -> str:
        """A name for the collection at ``path``: its last word, singular, and the one before it where that is taken."""
        words = [re.sub(r"\W+", "_", w).strip("_") for w in path.strip("/").split("/") if "{" not in w]
        name = ""
        for word in reversed(words):
            name = singular(_snake(word)) + (f"_{name}" if name else "")
            if name and name not in taken:
                return name if name[0].isalpha() else f"r_{name}"
        number = 2
        while f"{name}_{number}" in taken:
            number += 1
        return f"{name or 'resource'}_{number}"

    def renamed(self, path: str) -> tuple[str, list[str]]:
        """``path`` with the names of resources in its braces, and the parameters for which there is none."""
        unknown: list[str] = []

        def name(match: re.Match[str]) -> str:
            collection = path[: match.start()].rstrip("/")
            above = self.found.get(collection) or self.found.get(f"{collection}/")
            if above is None:
                unknown.append(match[1])
                return match[0]
            return f"{{{above.name}}}"

        return _PARAMETER.sub(name, path), unknown


def success_schema(source: Source, operation: Mapping[str, Any], route: Route) -> dict[str, Any]:
    """The JSON schema of an operation's first answer of class 2xx; empty where it says none."""
    here = (*route, "responses")
    responses = source.mapping(operation.get("responses", {}), here)
    for code in sorted(map(str, responses)):
        if code.startswith("2"):
            answer = source.mapping(responses[code], (*here, code))
            found = json_schema(source, answer, (*here, code))
            if found:
                return found
    return {}


def json_schema(source: Source, holder: Mapping[str, Any], route: Route) -> dict[str, Any]:
    """The schema under ``content`` for JSON; empty where there is none."""
    content = source.mapping(holder.get("content", {}), (*route, "content"))
    for media, value in content.items():
        if re.match(r"application/([\w.+-]+\+)?json\b|\*/\*", media):
            here = (*route, "content", media)
            return source.schema(source.mapping(value, here).get("schema"), (*here, "schema"))
    return {}


def listed_member(schema: Mapping[str, Any]) -> str | None:
    """The one member of a list's body that is an array of objects."""
    arrays = [n for n, s in schema.get("properties", {}).items() if s.get("type") == "array" and "items" in s]
    return arrays[0] if len(arrays) == 1 else None


def singular(word: str) -> str:
    """``companies`` → ``company``, ``statuses`` → ``status``, ``news`` → ``news``."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "ews")) else word


def _snake(word: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()
