"""A contract from an OpenAPI document: as far as the document says it, and a list of what was left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restproof.contract.document import Route
from restproof.contract.openapi.addressed import take_addressed
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.assurances import of_contract
from restproof.contract.openapi.elsewhere import join_items, join_plurals, join_singulars
from restproof.contract.openapi.ids_of_others import leave_unknown_members
from restproof.contract.openapi.linked import refer_by_url
from restproof.contract.openapi.listing import Listing
from restproof.contract.openapi.paths import Found, Paths
from restproof.contract.openapi.promises import hoist
from restproof.contract.openapi.referring import Astray, astray, leave_unknown, references
from restproof.contract.openapi.resources import ResourceWriter
from restproof.contract.openapi.round_trip import EXTENSION, kept
from restproof.contract.openapi.schemas import Schemas
from restproof.contract.openapi.security import Security
from restproof.contract.openapi.shown_ids import referring_by_name, said_names
from restproof.contract.openapi.somebody import leave_to_nobody
from restproof.contract.openapi.source import Source, read
from restproof.contract.openapi.undescribed_answers import ORIGIN, opened, silent, suppose
from restproof.contract.openapi.unusual_methods import leave_assigned, leave_log_ins, take_posts
from restproof.contract.openapi.verbs import take_called
from restproof.contract.policies import OF_FRAMEWORKS
from restproof.errors import ContractError, Place
from restproof.frozen import frozen
from restproof.garbage import uncollected

Yaml = dict[str, Any]


@frozen
class LeftOut:
    """Something that the document says and the contract does not: what, in words, and where it stands. ``pointer``:
    its JSON pointer, where the document has one line only."""

    what: str
    place: Place
    pointer: str = ""

    def __str__(self) -> str:
        if self.pointer:
            return f"{self.what} ({self.pointer})"
        return f"{self.what} (line {self.place.line})" if self.place.line else self.what


@frozen
class Imported:
    """``contract``: the content of ``contract.yaml``; ``schemas``: file name → JSON Schema; ``left_out``: what the
    document says and these do not. ``version``: which language the document is in. ``origins``: where a part of the
    contract comes from, by its route. ``names``: what the document calls an object that has these members."""

    contract: Yaml
    schemas: Mapping[str, Mapping[str, Any]]
    left_out: tuple[LeftOut, ...]
    version: str = ""
    origins: Mapping[Route, str] = field(default_factory=dict)
    names: Mapping[frozenset[str], str] = field(default_factory=dict)
    auth_as_well: tuple[Any, ...] = ()
    """Other words for ``auth`` that the document has wherever it asks for that credential."""


def imported(file: Path, name: str, *, tags: Collection[str] = (), resources: Collection[str] = ()) -> Imported:
    """Import the document of ``file`` as the contract ``name``. Raises ``ContractError``, with file and line, where it
    is no OpenAPI document, or where nothing of it is a resource. What cannot be carried costs only itself.

    ``tags`` and ``resources`` select: operations that have one of the tags, resources of these names (and those above
    them); empty: all.
    """
    with uncollected():
        return _imported(read(file), name, tags, resources)


def _imported(source: Source, name: str, tags: Collection[str], resources: Collection[str]) -> Imported:
    words = kept(source.written.value) if not (tags or resources) else None
    if words is not None:
        contract, schemas = words
        return Imported({**contract, "contract": name}, schemas, (), source.version)
    plain, found = _settled(source, name, tags, resources, ())
    # What stands by the words of the document stays as it is: only what would be left out whole is supposed.
    if supposed := plain.silent.keys() - plain.standing:
        found = _settled(source, name, tags, resources, supposed)[1] or found
    if found is None:
        raise plain.nothing()
    return found


def _settled(
    source: Source, name: str, tags: Collection[str], resources: Collection[str], supposed: Collection[str]
) -> tuple[_Importer, Imported | None]:
    """The document as it is read once it is known which creates need a number that may be anybody's id: that shows
    only when all resources stand."""
    known: dict[str, set[str]] = {}
    while True:
        plain = _Importer(source, name, tags, resources, supposed, known)
        found = plain.result()
        if not plain.astray:
            return plain, found
        known = {r: {*known.get(r, ()), *plain.astray.get(r, ())} for r in {**known, **plain.astray}}


class _Importer:
    def __init__(
        self,
        source: Source,
        name: str,
        tags: Collection[str] = (),
        selected: Collection[str] = (),
        supposed: Collection[str] = (),
        astray: Astray | None = None,
    ) -> None:
        self.source = source
        self._known = defaultdict[str, Collection[str]](set, astray or {})
        self.astray: dict[str, set[str]] = {}
        self.name = name
        self.selected = selected
        self.reader = Reader(source, Schemas(source))
        self.paths = Paths(source, tags)
        take_called(self.paths, self.reader)
        take_addressed(self.paths, self.reader)
        take_called(self.paths, self.reader)  # beside a read that names one in its query: GET /getUser?id=7
        join_plurals(self.paths)
        join_items(self.paths)
        join_singulars(self.paths)
        take_posts(self.paths, self.reader)
        self.paths.settle()
        leave_assigned(self.paths, self.reader)
        leave_unknown_members(self.paths, self.reader.schemas)
        leave_log_ins(self.paths, self.reader)
        self.silent = silent(self.paths, self.reader)
        suppose(self.paths, self.reader, {path: m for path, m in self.silent.items() if path in supposed})
        self.standing: set[str] = set()
        self.left_out: list[tuple[str, Route]] = list(self.paths.left_out)
        if EXTENSION in source.value:
            self.left_out.append(("the words of a contract that it holds: it was changed since", (EXTENSION,)))
        self.security = Security(self.reader, [c for f in self.paths.found.values() for c in f.calls.values()])
        self.left_out += self.security.left_out
        self.schemas: dict[str, Mapping[str, Any]] = {}
        self.origins: dict[Route, str] = {}

    def result(self) -> Imported | None:
        """The contract; ``None`` where nothing of the document is a resource."""
        contract: Yaml = {"contract": self.name}
        info = self.source.value.get("info")
        if isinstance(info, dict) and isinstance(info.get("title"), str) and info["title"].strip():
            contract["title"] = info["title"]
        contract |= self.base()
        if self.security.scheme is not None:
            contract["auth"] = self.security.scheme
            self.origins["auth",] = self.security.origin
        resources = self.resources(contract)
        if not any(r["operations"] for r in resources.values() if "operations" in r) and not any(
            "operations" not in r for r in resources.values()
        ):
            return None
        hoist(contract, resources)
        contract["clauses"] = {rule: {"level": "should"} for rule in OF_FRAMEWORKS}
        contract["resources"] = resources
        told = dict.fromkeys(
            (what, self.source.line(route), self.source.pointer(route)) for what, route in self.left_out
        )
        file = self.source.document.file
        left_out = tuple(LeftOut(what, Place(file, line), pointer) for what, line, pointer in told)
        names = self.reader.schemas.names()
        as_well = self.security.as_well
        return Imported(contract, self.schemas, left_out, self.source.version, self.origins, names, as_well)

    def nothing(self) -> ContractError:
        """What is said where nothing of the document is a resource."""
        hint = "a resource is a path such as /items with /items/{id}, and answers in JSON"
        message = "no path of this document is a collection or an item of one"
        return self.source.wrong(message, ("paths",), "\n  ".join([*_most([w for w, _ in self.left_out]), hint]))

    def resources(self, contract: Yaml) -> dict[str, Yaml]:
        """Every resource that stands, its parents with it."""
        found: dict[str, Yaml] = {}
        written: dict[str, Found] = {}
        writer = ResourceWriter(self.reader, self.paths, self.security, self._known)
        for path, one in self.paths.found.items():
            try:
                resource = writer.resource(path, one)
            except ContractError as error:
                self.left_out.append((f"{path}: {error.message}", ("paths", path)))
                one.calls.clear()
                resource = writer.given(path, one)
            if resource is not None:
                found[one.name], written[one.name] = resource, one
                self.standing |= {path} if one.calls else set()
        for name, one in written.items():
            found[name] |= references(one, writer.bodies, found, writer.related.get(name, {}))
            if found[name].get("reads_as") == {}:
                del found[name]["reads_as"]
            by_url = refer_by_url(one, found, writer.bodies, writer.schemas, str(contract.get("base_path", "")))
            by_name = referring_by_name(one, found, writer.bodies, writer.schemas, self.reader.schemas.ways_of)
            for referring in (by_url, by_name):
                found[name] |= {word: {**found[name].get(word, {}), **said} for word, said in referring.items()}
            named = said_names(writer.bodies.get(name), self.reader.schemas.ways_of)
            gone = astray(one, writer.bodies, found)
            if name in writer.bodies:
                gone |= leave_to_nobody(found[name], writer.bodies[name], gone, self.reader.schemas.ways_of)
            writer.note(one, *leave_unknown(one, found[name], writer.schemas, writer.by_name, named, gone))
            needed = gone & {*writer.bodies[name].schema.get("required", ())} if "create" in one.calls else set()
            if needed - {*self._known[name]}:
                self.astray[name] = needed
        listing = Listing(self.reader, {n: f for n, f in written.items() if "list" in f.calls})
        for name, one in written.items():
            if "list" in one.calls:
                found[name] |= writer.listed(one, listing, found[name])
        for name, one in written.items():
            if one.supposed and "schema" in found[name]:
                opened(found[name], writer.schemas)
        contract |= {**listing.words, **of_contract(self.reader, written.values())}
        self.left_out = [one for one in self.left_out if one[1] not in writer.explained]
        self.left_out += [*writer.left_out, *self.reader.schemas.left_out]
        self.left_out += [(f"{n}: {what}", written[n].calls["list"].route) for n, what in listing.left_out]
        self.schemas |= {**writer.schemas, **writer.refusals.schemas}
        for name, origins in writer.origins.items():
            self.origins.update({("resources", name, word): said for word, said in origins.items()})
            if written[name].supposed:
                self.origins["resources", name, "schema"] = ORIGIN
        for name in self.selected:
            if name not in found:
                raise self.source.wrong(
                    f"the document has no resource '{name}'", ("paths",), f"it has: {', '.join(found)}"
                )
        return _with_parents(found, self.selected or found)

    def base(self) -> Yaml:
        servers = self.source.value.get("servers")
        first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
        url = str(first.get("url", ""))
        variables = first.get("variables")
        for name, said in variables.items() if isinstance(variables, dict) else ():
            if isinstance(said, dict) and "default" in said:
                url = url.replace(f"{{{name}}}", str(said["default"]))
        if "{" in url:
            self.left_out.append((f"the server {url}: its variables", ("servers", 0)))
            return {}
        try:
            parts = urlsplit(url)
        except ValueError:
            self.left_out.append((f"the server {url}, which is no URL", ("servers", 0)))
            return {}
        # A variable may begin with the slash that stands before it, as API Gateway writes it.
        path = re.sub("/{2,}", "/", parts.path).rstrip("/")
        self.origins["base_path",] = "servers"
        if not re.fullmatch(r"(/[^/?#{}\s]+)+", path):
            return {}
        return {"base_path": path}


def _most(left_out: Collection[str]) -> list[str]:
    """A line for each of the reasons that most was left out for."""
    kinds: dict[str, list[str]] = {}
    for what in left_out:
        subject, _, reason = what.partition(": ")
        kinds.setdefault(reason, []).append(subject)
    most = sorted(kinds.items(), key=lambda kind: -len(kind[1]))[:3]
    return [f"{', '.join(some[:3])}{', …' if len(some) > 3 else ''}: {reason}" for reason, some in most]


def _with_parents(found: Mapping[str, Yaml], selected: Collection[str]) -> dict[str, Yaml]:
    """The selected resources that have operations, and those that are above them."""
    kept: dict[str, Yaml] = {}

    def keep(name: str) -> None:
        if name in kept or name not in found:
            return
        kept[name] = found[name]
        for parent in (*re.findall(r"\{(\w+)\}", found[name]["path"]), *found[name].get("parent", {})):
            keep(parent)
        for reference in found[name].get("references", {}).values():
            keep(reference["to"])

    for name in selected:
        if found[name].get("operations") != []:
            keep(name)
    return {name: resource for name, resource in found.items() if name in kept}
