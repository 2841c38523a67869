"""What identifies a resource, in the words of its contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from restproof.contract.document import Route
from restproof.contract.fields import Fields
from restproof.contract.fullnames import FullName
from restproof.contract.hints import near
from restproof.contract.model import Id
from restproof.contract.shapes import types_of


class IdReader:
    """Reads the words about the id of one resource. ``said``: those words, with what the contract says of all ids;
    ``is_named``: whether the requests of a create name the id, apart from its body."""

    def __init__(
        self,
        raw: Mapping[str, Any],
        said: Mapping[str, Any],
        methods: Mapping[str, str],
        problem: Callable[..., None],
        route: Route,
        *,
        is_named: bool,
    ) -> None:
        self.raw, self.said, self.methods, self.is_named = raw, said, methods, is_named
        self.problem, self.route = problem, route

    def read(self, operations: tuple[str, ...], fields: Fields, parents: Collection[str]) -> Id:
        """The id. ``parents``: the resources above."""
        if self.raw.get("id") == "none":
            if set(operations) - {"list"} and set(operations) - {"read", "update", "replace"}:
                hint = "say operations: [list], or [read, update] of what there is just one of, or id: {field: …}"
                self.problem("entries without an id can only be listed", "id", hint=hint)
            return Id(field="", type="string", single="list" not in operations)
        said = self.said
        name = said.get("field", "id")
        chosen_by: Any = said.get("chosen_by") or self.chooser(name, operations, fields)
        fields.readable(name, (*self.route, "id", "field"), "id")
        found = fields.properties.get(name, {})
        kind = self.kind(name, found)
        self.choosing(name, chosen_by, operations, found)
        if "pattern" in said:
            try:
                re.compile(said["pattern"])
            except re.error as error:
                hint = "check its brackets and escapes"
                self.problem(f"'pattern' is no regular expression: {error}", "id", "pattern", hint=hint)
        follows = said.get("follows")
        if follows is not None:
            fields.writable(follows, (*self.route, "id", "follows"), "follows")
            if chosen_by != "server":
                hint = "leave out one of the two"
                self.problem("an id that follows a field is the server's to choose", "id", "follows", hint=hint)
        self.naming(parents)
        return Id(
            field=name,
            type=kind,
            chosen_by=chosen_by,
            pattern=said.get("pattern"),
            follows=follows,
            changes=said.get("changes", False),
            link=said.get("link"),
            url=said.get("url"),
            slashes=said.get("slashes", False),
            reused=said.get("reused", "perhaps"),
        )

    def kind(self, name: str, found: Mapping[str, Any]) -> Any:
        """The type of ids; ``found``: the schema of the field."""
        kinds = types_of(found)  # an `enum` says them, too
        is_text = kinds == {"string"}
        kind: Any = self.said.get("type") or ("string" if is_text else "integer")
        kind = (
            "uuid" if kind == "string" and is_text and found.get("format") == "uuid" else kind
        )  # which uuids are, too
        base = "integer" if kind == "integer" else "string"
        if found.get("type", base) != base or base not in kinds:
            hint = f'write "type": "{base}" in the schema, or correct \'id\''
            shown = found.get("type", " or ".join(sorted(kinds)))
            self.problem(f"ids are of type {kind}, and the schema says of '{name}': {shown}", "id", "type", hint=hint)
        return kind

    def naming(self, parents: Collection[str]) -> None:
        """What stands for an id names nothing but its parents beside it, and each representation has one of it."""
        if "url" not in self.said:
            return
        for name in FullName(self.said["url"]).above:
            if name not in parents:
                hint = near(name, parents) or "write {id} for the id; any other name is a parent"
                self.problem(f"'{name}' in the name of one is no parent", "id", "url", hint=hint)
        if "link" in self.said:
            hint = "leave one of the two out: 'url' is what the field holds"
            self.problem("an id that stands in its field is at the end of no link", "id", "link", hint=hint)

    def choosing(self, name: str, chosen_by: str, operations: tuple[str, ...], found: Mapping[str, Any]) -> None:
        """Who chooses the id, ``name``, has a way to say it; ``found``: its schema."""
        if chosen_by == "either" and not {"create", "replace"} <= set(operations):
            hint = "add both to 'operations', or say chosen_by: server or client"
            self.problem("'chosen_by: either' needs the operations create and replace", "id", "chosen_by", hint=hint)
        if chosen_by == "client" and not {"create", "replace"} & set(operations):
            hint = "add one of them to 'operations'"
            self.problem("'chosen_by: client' needs the operation create or replace", "id", "chosen_by", hint=hint)
        is_named = self.is_named and self.methods["create"] != "PUT"
        if is_named and chosen_by == "client" and not found.get("readOnly"):
            hint = f"mark '{name}' readOnly in the schema: bodies do not hold it"
            self.problem("a create names the id, and its body may hold one too", "id", hint=hint)
        by_body = "create" in operations and self.methods["create"] == "POST" and not is_named
        if chosen_by == "client" and by_body and "replace" not in operations and found.get("readOnly"):
            hint = f"remove readOnly from '{name}' in the schema, or say methods: {{create: PUT}}"
            self.problem(
                "the client chooses the id, but the schema does not let a request hold it", "id", "chosen_by", hint=hint
            )

    def chooser(self, name: str, operations: tuple[str, ...], fields: Fields) -> Literal["server", "client"]:
        """Who chooses the id where the contract does not say: the client where every create must hold it."""
        named = name in fields.source.schema.get("required", ()) and not fields.properties.get(name, {}).get("readOnly")
        if not named or "create" not in operations or self.methods["create"] != "POST":
            return "server"
        if "replace" in operations:
            hint = "say chosen_by: client (or either), or mark the field readOnly in the schema"
            self.problem(f"a create must hold the id '{name}', and nothing says who chooses it", "id", hint=hint)
        return "client"
