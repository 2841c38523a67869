"""Paths of the contract → resource, operation and the ids in the path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from restproof.contract.address import APART
from restproof.contract.model import Contract, Operation, Resource, creates_by_put
from restproof.contract.parents import OWN_ID, THE_ONE
from restproof.contract.shapes import types_of
from restproof.contract.urls import parts_of
from restproof.frozen import frozen

BYTES = "surrogateescape"
"""How bytes that are no UTF-8 stand in an id that leads to the very path again (PEP 383), in the words of
``bytes.decode``."""


@frozen
class Route:
    """What a path names. ``ids``: raw ids of the resources in the path; ``id``: that of the item; ``None`` stands for
    one that is not UTF-8. ``operations``: method → operation, for what the resource offers on this path."""

    resource: Resource
    is_item: bool
    ids: dict[str, str | None]
    id: str | None
    operations: Mapping[str, str]


def _operations(ways: Iterable[Operation]) -> dict[str, str]:
    """Method → operation, of the operations on one path. Creating and replacing by PUT are one request; as a replace
    it does both."""
    by_method: dict[str, str] = {}
    for way in ways:
        if by_method.get(way.method) != "replace":
            by_method[way.method] = way.name
    return by_method


def _by_path(resource: Resource) -> dict[str, list[Operation]]:
    """The operations of a resource by their path."""
    found: dict[str, list[Operation]] = {}
    for name in resource.operations:
        way = resource.operation(name)
        found.setdefault(way.path, []).append(way)
    return found


class Router:
    """Finds the route of a path: paths with fewer placeholders first."""

    def __init__(self, contract: Contract) -> None:
        found: list[tuple[int, re.Pattern[str], frozenset[int], Resource, list[Operation]]] = []
        for resource in contract:
            for path, ways in _by_path(resource).items():
                # What no path on the wire can be is nothing else.
                rank = 10 * path.count("{") + 100 * resource.id.slashes - 10_000 * (APART in path)
                slashes = _slashes_of(contract, resource, path)
                found.append((rank, pattern_of(contract, resource, path), slashes, resource, ways))
        self._routes = [(*entry[1:], _operations(entry[4])) for entry in sorted(found, key=lambda e: e[0])]

    def find(self, path: str, *, errors: str = "strict") -> Route | None:
        """The route of a raw path, ``None`` where the contract has none. A resource without any operation on the path
        has none. ``errors``: what becomes of bytes that are no UTF-8; with ``BYTES`` they stay in the ids."""
        count = path.count("/")
        for pattern, slashes, resource, ways, operations in self._routes:
            # To count them costs much less than each of the patterns.
            if slashes and count not in slashes:
                continue
            match = pattern.fullmatch(path)
            if match:
                ids = {name: decoded(text, errors) for name, text in match.groupdict().items()}
                is_item = ways[0].on_item or resource.id.single
                id = THE_ONE if resource.id.single else ids.pop("id", None) if is_item else None
                return Route(resource, is_item, ids, id, operations)
        return None


_MOST_KEPT = 8
_kept: list[tuple[Contract, Router]] = []


def router_of(contract: Contract) -> Router:
    """The router of a contract, made once for one that is asked about again and again: to make it takes a tenth of a
    second for a thousand resources. Those of the last few contracts are kept."""
    for known, router in _kept:
        if known is contract:
            return router
    made = Router(contract)
    _kept[:] = [(contract, made), *_kept[: _MOST_KEPT - 1]]
    return made


def pattern_of(contract: Contract, resource: Resource, path: str) -> re.Pattern[str]:
    """The paths of one template of a resource; a slash at its end may be left out."""
    parts = re.split(r"(\{\w+\})", (contract.base_path + path).rstrip("/"))

    # A slash at the end of the template is none of an id that may hold slashes.
    several = ".+?" if path.endswith("/") else ".+"

    def named(name: str) -> str:
        return f"(?P<{name}>{several if _of(contract, resource, name).id.slashes else '[^/]+'})"

    text = "".join(named(p[1:-1]) if p.startswith("{") else re.escape(p) for p in parts)
    return re.compile(text + ("/?" if path.endswith("/") else ""))


def _slashes_of(contract: Contract, resource: Resource, path: str) -> frozenset[int]:
    """How many slashes the paths of a template have; empty where an id may hold some."""
    if any(_of(contract, resource, name).id.slashes for name in re.findall(r"\{(\w+)\}", path)):
        return frozenset()
    whole = contract.base_path + path
    return frozenset((whole.count("/"), whole.rstrip("/").count("/")))


def _of(contract: Contract, resource: Resource, name: str) -> Resource:
    """The resource that a placeholder in a path of ``resource`` stands for."""
    return contract.resources.get(name, resource) if name != OWN_ID else resource


def decoded(text: str, errors: str = "strict") -> str | None:
    try:
        return unquote_to_bytes(text).decode("utf-8", errors)
    except UnicodeDecodeError:
        return None


def may_create(resource: Resource, operation: str) -> bool:
    """Whether a request of ``operation`` to an id that names nothing creates it."""
    return (operation == "replace" and creates_by_put(resource)) or (
        operation == "create" and resource.names_what_it_creates
    )


def one_of_list(contract: Contract, resource: Resource, operation: str, collection: str, id: Any) -> str:
    """The request target of ``operation`` for the entry with ``id`` of the list at the target ``collection``: below
    the same ancestors, as far as the list names them."""
    path, _, query = collection.partition("?")
    listed, way = resource.operation("list"), resource.operation(operation)
    match = pattern_of(contract, resource, listed.path).fullmatch(path)
    asked = dict(parse_qsl(query, keep_blank_values=True))
    ids: dict[str, Any] = {p.resource: asked[p.name] for p in listed.parents_in("query") if p.name in asked}
    ids |= {name: decoded(text, BYTES) for name, text in match.groupdict().items()} if match else {}
    ids = {**dict.fromkeys((p.resource for p in way.parents_in("path")), ""), **ids}
    target = filled_path(contract, resource, way, {**ids, "id": id})
    named = [(p.name, ids[p.resource]) for p in way.parents_in("query") if p.resource in ids]
    return f"{target}?{urlencode(named, quote_via=quote)}" if named else target


def filled_path(contract: Contract, resource: Resource, way: Operation, ids: Mapping[str, Any]) -> str:
    """The path of a request to a resource: ``ids`` are those of the ancestors by name, and ``id`` the resource's own;
    they are percent-encoded."""
    named = {n: id for n, id in ids.items() if f"{{{n}}}" in way.path}
    filled = {n: _encoded(id, slashes=_of(contract, resource, n).id.slashes) for n, id in named.items()}
    return contract.base_path + way.path.format_map(filled)


def id_of_url(contract: Contract, resource: Resource, url: str) -> str | None:
    """The id in the URL of one resource: where its own path has it, be that the beginning of a path to a version of it,
    else the last segment, if that is not the collection's own."""
    parts = parts_of(url)
    address = resource.operation("read").address
    if address is not None and address.place == "query":
        return next(iter(address.ids(parse_qsl(parts.query), None, None)), None)
    path = unquote_to_bytes(parts.path.rstrip("/")).decode("utf-8", "replace")
    if address is not None:
        return path.rpartition("/")[2] or None
    known = pattern_of(contract, resource, resource.operation("read").path).pattern
    found = re.search(f"{known}$", path) or re.search(f"{known}/", path)
    if found and "id" in found.groupdict():
        return found["id"] or None
    collections = {resource.operation(o).path for o in ("list", "create") if resource.supports(o)}
    if any(pattern_of(contract, resource, way).fullmatch(path) for way in collections):
        return None
    return path.rpartition("/")[2] or None


def as_read(resource: Resource, id: Any) -> Any:
    """The id as a representation shows it, where something else names it (a URL, a receipt, a job): a number may stand
    there as a text, and a text of digits as a number."""
    if resource.id.type == "integer":
        return int(id) if isinstance(id, str) and id.isascii() and id.isdecimal() else id
    is_text = types_of(resource.properties.get(resource.id.field, {})) - {"null"} == {"string"}
    return str(id) if is_text and isinstance(id, int) and not isinstance(id, bool) else id


def _encoded(id: object, *, slashes: bool) -> str:
    text = str(id)
    plain = slashes and not {"", ".", ".."} & set(text.split("/"))
    try:
        # Bytes of a path that are no UTF-8 (PEP 383) go as they came.
        return quote(text, safe="/" if plain else "", errors=BYTES)
    except UnicodeEncodeError:
        # Any other lone surrogate is a legal escape in JSON: what a server names so still has a path.
        return quote(text, safe="/" if plain else "", errors="surrogatepass")
