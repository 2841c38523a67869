"""Which resources an OpenAPI document has: a collection and the path of its items make one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from restproof.contract.address import Address
from restproof.contract.document import Route
from restproof.contract.openapi.acting import ACTS, acts
from restproof.contract.openapi.constants import METHODS, PARAMETER, Constants, shape_of
from restproof.contract.openapi.export import OPERATION, RESOURCE
from restproof.contract.openapi.naming import free_name, singular
from restproof.contract.openapi.source import Source
from restproof.contract.openapi.spreading import spread
from restproof.errors import ContractError

_SEGMENT = re.compile(r"[^/{}?#\s]+|\{[^{}/]+\}")
_AROUND = re.compile(r"(?P<above>(?:/[^/]+)*)/(?P<before>[^/{}?#\s]*)\{(?P<name>[^{}/]+)\}(?P<after>[^/{}?#\s]*)")
"""The path of an item whose id has something around it: ``/People({id})``, ``/orders/{id}.json``."""
_NAMES = re.compile(r"\^?((?:[a-z][\w-]*/\[\^/\]\+)(?:/[a-z][\w-]*/\[\^/\]\+)*)\$?")
"""The pattern of a name that is a path: ``publishers/[^/]+/books/[^/]+``."""
_COLLECTION = {"get": "list", "post": "create"}
_ITEMS = {"get": "read", "patch": "update", "put": "replace", "delete": "delete"}
_OF_ONE = {"patch": "update", "put": "replace"}
NEITHER = "neither a collection nor an item of one"
_A = {"collection": "a collection, nor of what there is just one of", "item": "an item of a collection"}


@dataclass
class Call:
    """One operation of the document: its method, its content and where it stands."""

    method: str
    value: Mapping[str, Any]
    route: Route
    parameters: list[dict[str, Any]]
    address: Address | None = None
    """Where it is told which one is meant, when that is not in its path."""

    def named(self, place: str, *, required: bool | None = None) -> dict[str, dict[str, Any]]:
        """Its parameters in ``query``, ``header`` or ``path``, by name; with ``required``, only those that are so."""
        return {
            str(p["name"]): p
            for p in self.parameters
            if p.get("in") == place and "name" in p and required in (None, bool(p.get("required")))
        }


@dataclass
class Found:
    """One resource: the path of its collection as the document has it, the parameter of its items, its operations.
    ``spare``: what else the path of the collection has, for the case that it is that of one thing. ``single``: whether
    it is."""

    name: str
    collection: str
    parameter: str | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    other: dict[str, list[str]] = field(default_factory=dict)
    spare: dict[str, Call] = field(default_factory=dict)
    single: bool = False
    items: str | None = None
    """The path below which its items stand, where that is not the collection's."""
    above: str = ""
    around: str = ""
    """Where something stands around the id, the path of its items: ``above``, and ``/no-{id}`` below that."""
    tails: dict[str, str] = field(default_factory=dict)
    """Operation → what its own path has in the place of the collection's last word."""
    chooses: bool = False
    """Whether a create names the id that it chooses, apart from its body."""
    supposed: bool = False
    """Whether the document does not say what is answered, and an object with its id is supposed."""

    @property
    def tries_creates(self) -> bool:
        """Whether a create is tried of which it is not said that its answer leads to the id: in a list it is found all
        the same, and nothing says either where nothing is said of any answer."""
        return self.supposed or "list" in self.calls

    def as_single(self) -> list[Route]:
        """Take the path for that of one thing, which is read and written to there; the routes of what that explains."""
        self.single, self.calls = True, {"read": self.calls["list"], **self.spare}
        left = [m for m in self.other.pop("collection", []) if m not in {c.method for c in self.spare.values()}]
        if left:
            self.other["collection"] = left
        return [call.route for call in self.spare.values()]

    def leave(self, operation: str) -> None:
        """Take an operation out; its method stays known, as one of which nothing is asserted."""
        where = self.place(operation)
        self.other.setdefault(where, []).append(self.calls.pop(operation).method)
        self.chooses = self.chooses and operation != "create"

    def forget_items(self) -> None:
        """Take the path for that of what has no ids: whatever was said of single ones is said of nothing."""
        self.items, self.around = None, ""
        self.other.pop("item", None)

    def place(self, operation: str) -> str:
        """Whether an operation is of the ``collection`` or of an ``item``."""
        on_item = self.calls[operation].method == "PUT" or (operation == "create" and self.chooses)
        return "collection" if self.single or (operation in ("list", "create") and not on_item) else "item"

    def others(self) -> dict[str, list[str]]:
        """The methods of each place that are no operation's: what stands there twice, under two names of a parameter,
        is one."""
        taken = {(self.place(operation), call.method) for operation, call in self.calls.items()}
        found = {where: sorted({m for m in said if (where, m) not in taken}) for where, said in self.other.items()}
        return {where: methods for where, methods in found.items() if methods}


class Paths:
    """Sorts the paths of a document into resources, which have names after :meth:`settle`. ``left_out``: what is none,
    in words and with its route. ``names_are_paths``: whether what names an item is its path, by a pattern."""

    def __init__(self, source: Source, tags: Collection[str] = ()) -> None:
        self.source = source
        self.tags = set(tags)
        self.left_out: list[tuple[str, Route]] = []
        self.found: dict[str, Found] = {}
        self.shapes: dict[str, str] = {}
        self.entries: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        self.names_are_paths = False
        self.constants = Constants(source)
        self._read()
        for path in self.entries:
            if not is_item(path) and not around(path):
                self._collection(path)
        for path in self.entries:
            if is_item(path):
                self._items(path)
        for path in self.entries:
            if parts := around(path):
                self._around(path, **parts.groupdict())

    def _read(self) -> None:
        """All paths, those of one shape together: the names of their parameters make no difference."""
        for spelled, value in self.source.value["paths"].items():
            route: Route = ("paths", spelled)
            path = spelled
            if path.startswith("x-"):
                continue
            try:
                entry = self.source.mapping(value, route)
            except ContractError as error:
                self.left_out.append((f"{path}: {error.message}", route))
                continue
            path = self._spread(self.constants.filled(_mended(path)), entry)
            is_root = path == "/" and any(re.fullmatch(r"/\{[^{}/]+\}/?", p) for p in self.source.value["paths"])
            if not (is_root or _is_plain(path) or around(path)):
                why = "it is no collection" if path == "/" else f"no path of a contract {_holds(path)}"
                self.left_out.append((f"{path}: {why}", route))
                continue
            first = self.shapes.setdefault(shape_of(path), path)
            self.entries.setdefault(first, []).append((spelled, entry))

    def _spread(self, path: str, entry: Mapping[str, Any]) -> str:
        """A path with the segments that a parameter of it stands for, where its pattern says which these are
        (``publishers/[^/]+`` of ``/v1/{name}``), as gRPC's gateway writes it."""
        holders = [entry, *(entry[m] for m in METHODS if isinstance(entry.get(m), dict))]
        listed = [p for h in holders if isinstance(h.get("parameters"), list) for p in h["parameters"]]
        known = {str(p.get("name")): p.get("schema") for p in listed if isinstance(p, dict) and p.get("in") == "path"}

        def segments(match: re.Match[str]) -> str:
            schema = known.get(match[1])
            said = _NAMES.fullmatch(str(schema.get("pattern"))) if isinstance(schema, dict) else None
            self.names_are_paths |= said is not None
            return re.sub(r"([^/]+)/\[\^/\]\+", lambda m: f"{m[1]}/{{{singular(m[1])}}}", said[1]) if said else match[0]

        return re.sub(r"\{([^{}/]+)\}", segments, path)

    def has(self, path: str) -> str | None:
        """The path of the document that has the shape of ``path``."""
        return self.shapes.get(shape_of(path))

    def _collection(self, path: str) -> None:
        items, above = self.has(f"{path.rstrip('/')}/{{}}"), path.rstrip("/").rpartition("/")[0]
        entry = {m: v for _, e in self.entries[path] for m, v in e.items()}
        route: Route = ("paths", self.entries[path][0][0])
        if RESOURCE not in entry:
            beside_items = self.has(f"{above}/{{}}") if above else None
            if beside_items and not ("get" in entry and items):
                self.left_out.append((f"{path}: it stands beside the items of {above}", route))
                return
            if not items and "get" not in entry:
                self.left_out.append((f"{path}: {NEITHER}: nothing is read there", route))
                return
        self._add(path, path)

    def _items(self, path: str) -> None:
        above = path.rstrip("/").rpartition("/")[0]
        route: Route = ("paths", self.entries[path][0][0])
        if not above and "/" not in self.found:
            self.left_out.append((f"{path}: a parameter that follows no collection", route))
            return
        collection = self.has(above) if above else "/"
        if collection is None or (is_item(above) and not self._free(collection)):
            beyond = above.rpartition("/")[0]
            if collection is not None or (beyond and not is_item(above) and self.has(f"{beyond}/{{}}")):
                self.left_out.append((f"{path}: a way to look one up, and no collection", route))
                return
            collection = f"{above}/" if path.endswith("/") else above
        name = path.rstrip("/").rpartition("/")[2]
        self._add(collection, path, name[1:-1])

    def _around(self, path: str, above: str, before: str, name: str, after: str) -> None:
        """An item with something around its id, beside the collection that is called so without it."""
        stem = before.rstrip("('\"=")
        called = (f"{above}/{stem}{after}", f"{above}/{stem}", f"{above}{after}", above)
        collection = next((k for k in map(self.has, called) if k is not None and k in self.found), None)
        if collection is None or self.found[collection].parameter is not None:
            why = "what stands around its parameter is part of no collection's name"
            self.left_out.append((f"{path}: {why}", ("paths", self.entries[path][0][0])))
            return
        self._add(collection, path, name)
        self.found[collection].above, self.found[collection].around = above, f"/{before}{{id}}{after}"

    def _free(self, path: str) -> bool:
        """Whether a path that ends with a parameter has no operations of its own: what follows may be its items."""
        return not any(m in entry for _, entry in self.entries.get(path, ()) for m in METHODS)

    def _add(self, collection: str, path: str, parameter: str | None = None) -> None:
        found = self.found.setdefault(collection, Found("", collection))
        found.parameter = parameter or found.parameter
        words = _COLLECTION if parameter is None else _ITEMS
        for spelled, entry in self.entries[path]:
            route: Route = ("paths", spelled)
            found.name = found.name or str(entry.get(RESOURCE, ""))
            for method in METHODS:
                if method in entry:
                    self._call(found, method, entry, route, words, "item" if parameter else "collection")

    def _call(
        self, found: Found, method: str, entry: Mapping[str, Any], route: Route, words: Mapping[str, str], place: str
    ) -> None:
        here = (*route, method)
        try:
            call = self._read_call(entry, route, method)
        except ContractError as error:
            self.left_out.append((f"{method.upper()} {route[1]}: {error.message}", here))
            found.other.setdefault(place, []).append(method.upper())
            return
        if call is None:
            return
        if self._acts(route[1], entry, call):
            found.other.setdefault(place, []).append("GET")
            self.left_out.append((f"GET {route[1]}: {ACTS}", here))
            return
        named = str(call.value.get(OPERATION, words.get(method, "")))
        if not named and method in _OF_ONE:
            found.spare.setdefault(_OF_ONE[method], call)
        if not named or named in found.calls:
            found.other.setdefault(place, []).append(method.upper())
            why = f"its path has the form of {found.calls[named].route[1]}" if named else f"no operation of {_A[place]}"
            self.left_out.append((f"{method.upper()} {route[1]}: {why}", here))
            return
        found.calls[named] = call

    def asked(self, path: str, method: str) -> Call | None:
        """The operation of a path of the document that has the shape of ``path``; ``None`` where there is none that can
        be read."""
        for spelled, entry in self.entries.get(self.has(path) or "", ()):
            try:
                call = self._read_call(entry, ("paths", spelled), method) if method in entry else None
            except ContractError:
                return None
            if call is not None:
                return None if self._acts(spelled, entry, call) else call
        return None

    def _acts(self, path: object, entry: Mapping[str, Any], call: Call) -> bool:
        """Whether it is a GET that does something. A document of a contract says what is read."""
        is_said = {RESOURCE, OPERATION} & {*entry, *call.value}
        return call.method == "GET" and not is_said and acts(str(path), entry, self.has)

    def _read_call(self, entry: Mapping[str, Any], route: Route, method: str) -> Call | None:
        """An operation that a path has; ``None`` where it has none of the tags. Raises ``ContractError``."""
        here = (*route, method)
        value = self.source.mapping(entry[method], here)
        if self.tags and not self.tags & set(map(str, value.get("tags") or ())):
            return None
        if value.get("requestBody") is not None:  # without a body that can be read, there is no such operation
            self.source.mapping(value["requestBody"], (*here, "requestBody"))
        own, shared = self._parameters(value, here), self._parameters(entry, route)
        # Those of the path, but for those that the operation says anew.
        names = {(p.get("name"), p.get("in")) for p in own}
        kept = [p for p in shared if (p.get("name"), p.get("in")) not in names]
        return Call(method.upper(), value, here, [*kept, *own])

    def take(self, found: Found, operation: str, call: Call) -> None:
        """Make a call that was none of the usual ones an operation of a resource; what was told of it is taken back."""
        found.calls[operation] = call
        self.left_out = [one for one in self.left_out if one[1] not in (call.route, call.route[:2])]

    def _parameters(self, holder: Mapping[str, Any], route: Route) -> list[dict[str, Any]]:
        here = (*route, "parameters")
        listed = self.source.entries(holder.get("parameters") or [], here)
        found = [self.source.mapping(p, (*here, i)) for i, p in enumerate(listed)]
        for index, parameter in enumerate(found):
            if not all(isinstance(parameter.get(word), str) for word in ("name", "in")):
                raise self.source.wrong("a parameter has a name and a place", (*here, index), "write 'name' and 'in'")
        return [one for parameter in found for one in spread(parameter, self.source, here)]

    def settle(self) -> None:
        """When all resources are found: give each parameter of a path the resource that it is an id of, and each
        resource its name."""
        for path in self.found:
            self.shapes.setdefault(shape_of(path), path)
        for path in list(self.found):
            for match in PARAMETER.finditer(path):
                collection = path[: match.start()].rstrip("/")
                above = self.resource_behind(collection)
                if collection and above is None:
                    # Only there as a parent: its ids are given.
                    self.found[collection] = Found("", collection, match[1])
                    self.shapes.setdefault(shape_of(collection), collection)
                elif collection and above is not None and above.parameter is None:
                    above.parameter = match[1]
        taken: set[str] = set()
        for found in self.found.values():
            # One name for each: what the document calls the same in two places is two resources here.
            found.name = "" if found.name in taken else found.name
            taken |= {found.name} - {""}

        def rank(pair: tuple[str, Found]) -> tuple[int, bool, str]:
            # Members are called after what can be made: ``category_id`` is one of /category, not of a tree /categories.
            return pair[0].count("/"), "create" not in pair[1].calls, pair[0]

        for path, found in sorted(self.found.items(), key=rank):
            if not found.name:
                found.name = free_name(path, found.parameter, taken)
                taken.add(found.name)

    def resource_behind(self, collection: str) -> Found | None:
        """The resource whose ids stand behind ``collection`` in a path: also where its items stand elsewhere, or a
        format that follows their id (``/shops/{id}.json``) does not stand in the paths of what is below them
        (``/shops/{id}/orders.json``)."""
        known = (self.has(collection), collection, f"{collection}/")
        formed = (
            k
            for k, f in self.found.items()
            if f.around.startswith("/{id}") and shape_of(f.above) == shape_of(collection)
        )
        apart = (k for k, f in self.found.items() if f.items and shape_of(f.items) == shape_of(collection))
        return next((self.found[k] for k in chain(known, formed, apart) if k in self.found), None)

    def renamed(self, path: str) -> tuple[str, list[str]]:
        """``path`` with the names of resources in its braces, and the parameters for which there is none."""
        unknown: list[str] = []

        def name(match: re.Match[str]) -> str:
            above = self.resource_behind(path[: match.start()].rstrip("/"))
            if above is None:
                unknown.append(match[1])
                return match[0]
            return f"{{{above.name}}}"

        return PARAMETER.sub(name, path), unknown


def _mended(path: str) -> str:
    """A path as it is meant: what stands around it is none of it, and where it does not begin with a slash, as OpenAPI
    wants it, the one that is missing is put before it."""
    path = path.strip()
    return path if path.startswith("/") else f"/{path}"


def _holds(path: str) -> str:
    """What makes a path one that no contract has."""
    return next((f"holds '{sign}'" for sign in "?#" if sign in path), "looks so")


def is_item(path: str) -> bool:
    """Whether a path ends with a parameter."""
    return _is_plain(path) and path.rstrip("/").endswith("}")


def around(path: str) -> re.Match[str] | None:
    """The parts of a path of which the last segment has something around its one parameter."""
    found = None if _is_plain(path) else _AROUND.fullmatch(path)
    return found if found and _is_plain(found["above"] or "/x") else None


def _is_plain(path: str) -> bool:
    """Whether each segment of a path is a text or a parameter."""
    return all(_SEGMENT.fullmatch(s) for s in path.strip("/").split("/"))
