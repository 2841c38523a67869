"""One resource of a contract: from its words and its schema to its values, with every name checked against the
schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from restproof.contract.address import names_one
from restproof.contract.behaviour import BehaviourReader
from restproof.contract.conditions import condition, lifted, named
from restproof.contract.directions import REQUESTS, all_sides
from restproof.contract.document import Document, Route
from restproof.contract.envelope import Envelope
from restproof.contract.fields import Fields
from restproof.contract.identity import IdReader
from restproof.contract.inside import Inside, with_own
from restproof.contract.limits import Rate
from restproof.contract.model import ON_ITEM, OPERATIONS, WRITES, Id, Resource, Schema, creates_by_put
from restproof.contract.normal import Form, placed
from restproof.contract.nullable import joined
from restproof.contract.pages import RANGED, PagingReader
from restproof.contract.parents import DEFAULT_OPERATIONS, item_path_of, operations_said
from restproof.contract.rules import Condition
from restproof.contract.schemas import SchemaSource
from restproof.contract.scope import Scope
from restproof.contract.settles import settles_of
from restproof.contract.shapes import asked_of
from restproof.contract.statuses import STATUS_DEFAULTS, check_statuses, resolve
from restproof.contract.values import VALUES, with_values
from restproof.contract.ways import WaysReader
from restproof.contract.wrapping import Placed, envelope_of, filled, media_of, words_of

DEFAULT_METHODS = {
    "list": "GET",
    "create": "POST",
    "read": "GET",
    "update": "PATCH",
    "replace": "PUT",
    "delete": "DELETE",
}


class ResourceReader:
    """Reads one resource."""

    def __init__(self, scope: Scope, name: str) -> None:
        self.scope = scope
        self.name = name
        self.route: Route = ("resources", name)
        self.directions: dict[str, Schema] = {}
        self.emptied: dict[str, int] = {}
        self.raw: Mapping[str, Any] = scope.document.value["resources"][name]

    def read(self) -> Resource | None:
        """The resource, or ``None`` after noting what is wrong."""
        raw = self.raw
        check_statuses(raw.get("statuses", {}), self.scope.document, (*self.route, "statuses"), self.scope.problems)
        operations = tuple(o for o in OPERATIONS if o in raw.get("operations", DEFAULT_OPERATIONS))
        source = self.source(operations)
        if source is None:
            return None
        fields = self.fields(source, self.directions)
        fields.check_schema()
        identity = self.identity(operations, fields)
        behaviour = BehaviourReader(raw, fields, self.route, identity, self.scope.document.value)
        behaves = behaviour.read()
        schema = self.in_forms(source.schema, behaves["normalized"])
        self.directions = {side: self.in_forms(s, behaves["normalized"]) for side, s in self.directions.items()}
        behaves["unlisted"] += self.left_out_of_entries(behaves["unlisted"])
        behaves["rules"] += self.whole(asked_of("create", schema, self.directions))
        placed = Placed(behaviour.held(), self.inside(schema, identity.field))
        envelope = envelope_of(self.name, raw, self.scope.document.value, (self.raw,), identity, placed)
        self.parameters(envelope)
        paging = PagingReader(raw, self.scope, self.route).read()
        statuses = {**RANGED, **self.scope.statuses} if paging.range else self.scope.statuses
        resource = Resource(
            name=self.name,
            path=raw["path"],
            own_item_path=item_path_of(raw),
            schema=schema,
            schema_file=source.document.file,
            operations=operations,
            envelope=envelope,
            parents=self.scope.parents.get(self.name, ()),
            id=identity,
            methods=self.methods,
            paging=paging,
            statuses=resolve(statuses, {c: v for c, v in raw.get("statuses", {}).items() if c in STATUS_DEFAULTS}),
            sparse=raw.get("responses", "full") == "sparse",
            **behaviour.conditional(operations),
            open=tuple(raw.get("open", ())),
            may_need=tuple(raw.get("may_need", ())),
            deleted_body=raw.get("deleted_body", "any"),
            examples=placed.among_fields(raw.get("examples", ())),
            other_methods=self.other_methods(operations),
            directions=self.directions,
            media=media_of(self.scope.document.value, self.raw),
            rate=Rate.of(raw.get("rate")),
            settles=settles_of(raw, self.scope.document.value, self.scope.statuses),
            line=self.scope.document.place(self.route).line,
            **behaves,
        )
        ways = WaysReader(self.scope.document, self.scope.folder, self.scope.problems, resource)
        resource = replace(resource, own_ways=ways.read(statuses))
        if creates_by_put(resource) and not resource.supports("create"):
            # A second PUT to an id is no second create: ``by`` says in which forms an id is the same one.
            resource = replace(resource, unique=tuple(k for k in resource.unique if k != (identity.field,)))
        behaviour.check_defaults(resource)
        behaviour.check_examples(resource)
        self.check(resource, fields)
        return resource

    def check(self, resource: Resource, fields: Fields) -> None:
        """What is said of the resource goes together."""
        self.clashes(resource)
        self.changing(resource)
        self.telling_lists(resource)
        self.pages(resource, fields)
        closed = fields.source.schema.get("additionalProperties") is False
        if resource.status("unknown_field").accepted == "kept" and closed:
            hint = "remove additionalProperties: false from the schema, or say statuses: {unknown_field: ignored} here"
            self.problem("unknown fields are kept, and a response of the schema holds no other fields", hint=hint)

    def problem(self, message: str, *route: str | int, hint: str | None = None) -> None:
        self.scope.problems.add(
            f"resource '{self.name}': {message}", self.scope.document.place((*self.route, *route)), hint
        )

    def fields(self, source: SchemaSource, sides: Mapping[str, Schema] | None = None) -> Fields:
        scope = self.scope
        return Fields(source, scope.document, scope.problems, self.name, scope.possible, sides)

    def whole(self, schema: Schema) -> tuple[Condition, ...]:
        """What the schema asks of the members of a request together."""
        asked = condition(schema)
        if asked is None:
            return ()
        members = [n for n, p in schema.get("properties", {}).items() if not p.get("readOnly")]
        spoken = tuple(n for n in named(asked) if n in members)
        return (Condition(asked, spoken, tuple(members), "the members do not go together", "invalid"),)

    def in_forms(self, schema: Schema, normalized: Mapping[str, tuple[Form, ...]]) -> Schema:
        """The schema with the normal forms of its values. A number is a text where responses show one."""
        for place, forms in normalized.items():
            schema = placed(schema, place, forms)
        return schema

    def source(self, operations: tuple[str, ...]) -> SchemaSource | None:
        if "schema" in self.raw:
            return self.load("schema") if isinstance(self.raw["schema"], str) else self.many_sided(operations)
        if operations:
            self.problem(
                "'schema' is missing", hint="name its JSON Schema file; only a resource with operations: [] needs none"
            )
            return None
        kind = "integer" if self.said_of_id.get("type") == "integer" else "string"
        field = self.said_of_id.get("field", "id")
        schema = {"type": "object", "properties": {field: {"type": kind, "readOnly": True}}}
        return SchemaSource(
            schema, Document(self.scope.document.file, schema, {(): self.scope.document.place(self.route).line})
        )

    def load(self, *route: str) -> SchemaSource | None:
        """The schema of the file that is named there."""
        name: Any = self.raw
        for step in route:
            name = name[step]
        found = self.scope.folder.load(name, self.scope.document.place((*self.route, *route)))
        if found is None:
            return None
        plain = joined(found.schema, self.scope.joined)
        known = with_values(plain, self.scope.formats, self.scope.known)
        return replace(found, schema=self.with_own_id(lifted(self.with_examples(known)), route[-1]))

    def with_examples(self, schema: Schema) -> Schema:
        """The schema with the values that the contract lists of fields."""
        for place, said in self.raw.get("values", {}).items():
            at = self.scope.document.place((*self.route, "values", place))
            values = self.scope.folder.values(said, at) if isinstance(said, str) else said
            schema = placed(schema, place, values, VALUES)
        return schema

    def many_sided(self, operations: tuple[str, ...]) -> SchemaSource | None:
        """The schema of all directions, where they have schemas of their own."""
        said: Mapping[str, str] = self.raw["schema"]
        for side in said:
            if side in WRITES and side not in operations:
                hint = f"add it to 'operations', or leave '{side}' out"
                self.problem(f"'{side}' has a schema and is no operation here", "schema", side, hint=hint)
        if not said.keys() & set(REQUESTS):
            self.problem("no request has a schema", "schema", hint="add request: FILE, or create: and update:")
        if "request" not in said and "create" in operations and "create" not in said:
            self.problem("a create has no schema", "schema", hint="add create: FILE, or request: FILE for all")
        read = {side: self.load("schema", side) for side in said}
        found = {side: source for side, source in read.items() if source is not None}
        if len(found) < len(said) or not said.keys() & set(REQUESTS):
            return None
        for side, source in found.items():
            self.fields(source).check_schema()
            self.directions[side] = source.schema
        return replace(found["response"], schema=all_sides(self.directions))

    def left_out_of_entries(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """The members of a response that the schema of a list's entries does not have."""
        if "entry" not in self.directions:
            return ()
        shown, listed = (self.directions[side].get("properties", {}) for side in ("response", "entry"))
        return tuple(n for n, p in shown.items() if n not in listed and n not in known and not p.get("writeOnly"))

    def identity(self, operations: tuple[str, ...], fields: Fields) -> Id:
        names, parents = self.names_what_it_creates, {p.resource for p in self.scope.parents.get(self.name, ())}
        reader = IdReader(self.raw, self.said_of_id, self.methods, self.problem, self.route, is_named=names)
        return reader.read(operations, fields, parents)

    def with_own_id(self, schema: Schema, side: str) -> Schema:
        """The schema of one side with the id as a field of its own, where it stands inside of a member."""
        own, gone = with_own(schema, self.said_of_id.get("field", "id"))
        if gone is not None:
            self.emptied[side] = gone
        return own

    def inside(self, schema: Schema, field: str) -> Inside | None:
        """Where the id is, if inside of a member. ``schema``: that of all."""
        if not self.emptied:
            return None
        changes = "update" if "update" in self.raw.get("operations", DEFAULT_OPERATIONS) else "replace"
        asked = asked_of(changes, schema, self.directions).get("properties", {}).get(field, {"readOnly": True})
        whole = self.emptied.get("schema", 0)
        gone = self.emptied.get("response", whole)
        sent = min((n for side, n in self.emptied.items() if side in REQUESTS), default=whole)
        return Inside(field, repeated=not asked.get("readOnly"), gone=gone, gone_sent=sent)

    @cached_property
    def methods(self) -> dict[str, str]:
        """Operation → verb."""
        own = {name: said["method"] for name, said in operations_said(self.raw).items() if "method" in said}
        return {**DEFAULT_METHODS, **self.raw.get("methods", {}), **own}

    def clashes(self, resource: Resource) -> None:
        """Two operations with one verb on one path. Creating by PUT and replacing by PUT is one and the same request,
        so those two may share theirs."""
        taken: dict[tuple[str, str], str] = {}
        for name in resource.operations:
            way = resource.operation(name)
            other = taken.setdefault((way.path, way.method), name)
            if other == name:
                other = next((o for o in resource.operations if _is_confused(resource, name, o)), name)
            if other != name and {other, name} != {"replace", "create"}:
                hint = "give each its own verb, or leave one out of 'operations'"
                self.problem(f"{other} and {name} are both {way.method} on one path", "methods", name, hint=hint)

    def pages(self, resource: Resource, fields: Fields) -> None:
        """What pages say of others stands where it can: beside the entries, or in them."""
        beside = resource.paging.total_field or resource.paging.next_field or resource.paging.more
        if beside and resource.supports("list") and not resource.operation("list").envelope.list:
            hint = "name the member that holds the entries: envelope: {list: …}"
            self.problem(f"'{beside}' stands in the body of a list, which here is a bare array", "paging", hint=hint)
        if resource.paging.next_entry and resource.supports("list"):
            fields.readable(resource.paging.next_entry, ("paging", "next_entry"), "next_entry")
        if resource.supports("list") and resource.operation("list").envelope.key:
            self.keyed(resource)

    def keyed(self, resource: Resource) -> None:
        """What a list that is an object cannot have: the members of an object have no order (RFC 8259 §4)."""
        for word in ("sort", "next_entry"):
            said = resource.sort if word == "sort" else resource.paging.next_entry
            if said:
                route = ("sort",) if word == "sort" else ("paging", "next_entry")
                hint = f"leave out '{word}', or 'keyed' in its envelope"
                self.problem(f"'{word}' is about the order of a list, which here is an object", *route, hint=hint)
        if not resource.id.field or resource.id.single:
            self.problem("the entries of a list stand under their ids, and have none", "id", hint="leave out 'keyed'")

    def changing(self, resource: Resource) -> None:
        """An id that an update may change is one that clients know and that every path names."""
        id = resource.id
        if not id.changes:
            return
        if not resource.supports("update") or id.field not in resource.shapes.update["properties"]:
            hint = f"let the schema of an update hold '{id.field}' (no readOnly), or leave out 'changes'"
            self.problem("an update may change the id, and none can hold it", "id", "changes", hint=hint)
        if id.follows is not None or id.field in resource.immutable:
            other = "follows" if id.follows is not None else "immutable"
            self.problem(f"an id that changes cannot be '{other}'", "id", "changes", hint="leave out one of the two")
        if any(resource.operation(name).address for name in resource.operations):
            hint = "leave out 'changes': where no path names the id, what another one leads to cannot be foreseen"
            self.problem("an id that changes stands in the path of every request", "id", "changes", hint=hint)

    def telling_lists(self, resource: Resource) -> None:
        """A list that is a bare array has no member that could say whether the request succeeded."""
        said = self.scope.document.value.get("body_status")
        bare = resource.supports("list") and not resource.operation("list").envelope.list_pointer
        if said is None or not bare or "absent" in _several(said["success"]):
            return
        hint = "name the member that holds the entries: envelope: {list: …}"
        self.problem(f"'{said['at']}' stands in the body of every answer, and a list here is a bare array", hint=hint)

    def other_methods(self, operations: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        methods = self.methods
        names_it = methods["create"] == "PUT" or self.names_what_it_creates
        on_item = (*ON_ITEM, "create") if names_it else ON_ITEM
        found: dict[str, tuple[str, ...]] = {}
        for place, said in self.raw.get("other_methods", {}).items():
            own = {methods[o]: o for o in operations if (o in on_item) == (place == "item")}
            for index, method in enumerate(said):
                if method in own:
                    hint = "list only methods that belong to no operation"
                    self.problem(
                        f"{method} on the {place} is the operation '{own[method]}'",
                        "other_methods",
                        place,
                        index,
                        hint=hint,
                    )
            found[place] = tuple(said)
        return found

    def parameters(self, envelope: Envelope) -> None:
        for parent in self.scope.parents.get(self.name, ()):
            if parent.place not in ("path", "header") and parent.name == envelope.request_pointer[1:]:
                hint = "they stand side by side in the body, so they need different names"
                self.problem(
                    f"'{parent.name}' is both the envelope and the parameter of a parent",
                    "parent",
                    parent.resource,
                    hint=hint,
                )

    @property
    def names_what_it_creates(self) -> bool:
        """Whether the contract says where the requests of a create name the id, apart from its body."""
        return names_one(operations_said(self.raw).get("create", {}))

    @property
    def said_of_id(self) -> Mapping[str, Any]:
        said: Any = self.raw.get("id", {})
        shared: Mapping[str, Any] = self.scope.document.value.get("id", {})
        found = {**shared, **said} if isinstance(said, dict) else {}
        url = filled(found["url"], words_of(self.name, self.raw["path"])) if "url" in found else None
        return found if url is None else {**found, "url": url}


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _is_confused(resource: Resource, one: str, other: str) -> bool:
    """Whether a write that holds an id could be taken for an operation that only asks: on one path as it is sent, an
    id elsewhere tells them apart by GET alone."""
    ways = resource.operation(one), resource.operation(other)
    asks = {name in ("list", "read") for name in (one, other)}
    return len(asks) == 2 and len({(way.sent_path, way.method) for way in ways}) == 1 and ways[0].method != "GET"
