"""The properties of one resource's schema, as the words of a contract name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Document, Problems, Route
from restproof.contract.hints import near
from restproof.contract.impossible import impossible
from restproof.contract.locations import ENTRIES, steps_to
from restproof.contract.schemas import SchemaSource
from restproof.contract.validator import Validator

_NOT_UNDERSTOOD = ("enum", "const")
"""Keywords that would leave a resource a few whole values: they are refused and not ignored."""


class Fields:
    """Looks fields up and notes those that are not there or cannot play their part."""

    def __init__(
        self,
        source: SchemaSource,
        document: Document,
        problems: Problems,
        resource: str,
        possible: dict[int, Mapping[str, Any]],
        sides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """``possible``: what of the contract's schemas is known to allow values. ``sides``: the schemas of requests and
        responses, where they have schemas of their own."""
        self.source = source
        self.document = document
        self.problems = problems
        self.resource = resource
        self.possible = possible
        found = source.schema.get("properties", {})
        self.properties: Mapping[str, Any] = found if isinstance(found, dict) else {}
        self.sides = [side.get("properties", {}) for side in (sides or {}).values()]
        self.shown: Mapping[str, Any] = sides["response"].get("properties", {}) if sides else self.properties

    def check_schema(self) -> None:
        """What a resource's schema must be beyond valid: an object, of which the request and response shapes can be
        derived.
        """
        schema, add = self.source.schema, self.problems.add
        if schema.get("type") != "object":
            add(
                'a resource\'s schema must say "type": "object"',
                self.source.place("type"),
                "a resource is a JSON object",
            )
        if "properties" not in schema:
            add("a resource's schema has no properties", self.source.place(), "list what requests and responses hold")
        for word in _NOT_UNDERSTOOD:
            if word in schema:
                message = f"'{word}' is not understood at the top of a resource's schema"
                add(
                    message, self.source.place(word), "use it inside a property, or say it with 'rules' in the contract"
                )
        if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
            place = self.source.place("additionalProperties")
            add(
                "'additionalProperties' must be true or false at the top of a resource's schema",
                place,
                "list the properties",
            )
        for name, found in self.properties.items():
            for route, why in impossible(found, self.possible) if isinstance(found, dict) else ():
                add(
                    f"no value is allowed here: {why}",
                    self.source.place("properties", name, *route),
                    "correct one of the keywords, or remove the field",
                )
        for name in schema.get("required", ()):
            if name not in self.properties:
                message = f"'required' names '{name}', which is no property"
                add(message, self.source.place("required"), near(name, self.properties) or "add it to the properties")
        for name, found in self.properties.items():
            if "default" in found and not self.allows(name, found["default"]):
                add(
                    f"the default of '{name}' is not allowed by its own schema",
                    self.source.place("properties", name, "default"),
                    "a default is a value that a request could hold: correct one of the two",
                )

    def problem(self, message: str, route: Route, hint: str | None = None) -> None:
        """Note what is wrong with the resource, and where the contract says it."""
        self.problems.add(f"resource '{self.resource}': {message}", self.document.place(route), hint)

    def allows(self, name: str, value: Any) -> bool:
        """Whether the schema of a property allows a value."""
        return bool(Validator(self.properties[name]).is_valid(value))

    def ever(self, name: str, value: Any) -> bool:
        """Whether any request or response can hold the value: what a create cannot say, an update may lead to."""
        own = [side[name] for side in self.sides if name in side]
        return self.allows(name, value) or any(Validator(schema).is_valid(value) for schema in own)

    def known(self, name: str, route: Route, word: str) -> bool:
        """Whether the schema has this property; notes it where not."""
        if name in self.properties:
            return True
        hint = near(name, self.properties) or "add it to the schema"
        self.problem(f"'{word}' names an unknown field '{name}'", route, hint)
        return False

    def writable(self, name: str, route: Route, word: str) -> bool:
        """Whether a request can hold this property; notes it where not."""
        if not self.known(name, route, word):
            return False
        if self.properties[name].get("readOnly"):
            message = f"'{word}' names '{name}', which the schema says is readOnly"
            self.problem(message, route, "only a field that requests hold can stand here")
            return False
        return True

    def readable(self, name: str, route: Route, word: str) -> bool:
        """Whether a response holds this property; notes it where not."""
        if not self.known(name, route, word):
            return False
        if self.properties[name].get("writeOnly"):
            message = f"'{word}' names '{name}', which the schema says is writeOnly"
            hint = "only a field that responses hold can stand here"
            if word == "reads_as":
                hint += f"; where they show '{name}' in another form than requests hold it, each has its schema: "
                hint += "{request: …, response: …}"
            self.problem(message, route, hint)
            return False
        return True

    def located(self, location: str, route: Route, word: str, *, requested: bool = False) -> bool:
        """Whether a response (``requested``: a request) holds what ``office.id`` or ``departments[].id`` names; notes
        it where not."""
        head, *rest = steps_to(self.properties, location)
        if not (self.writable if requested else self.readable)(head.removesuffix(ENTRIES), route, word):
            return False
        schema: Any = self.properties if requested else {**self.properties, **self.shown}
        for step in (head, *rest):
            name = step.removesuffix(ENTRIES)
            if not isinstance(schema, dict) or name not in schema:
                hint = near(name, schema if isinstance(schema, dict) else ()) or "check the path against the schema"
                self.problem(f"'{word}' names '{location}', and the schema has no '{name}' there", route, hint)
                return False
            found = schema[name]
            if step.endswith(ENTRIES) != _is_array(found):
                right = f"{name}{ENTRIES}" if _is_array(found) else name
                self.problem(f"'{word}' names '{location}', which the schema contradicts", route, f"write '{right}'")
                return False
            inner = found.get("items", {}) if step.endswith(ENTRIES) else found
            schema = properties_of(inner)
        return True

    def at(self, location: str) -> Mapping[str, Any]:
        """The schema of what a location names; of an array's entries that of one."""
        schema: Any = {"properties": self.properties}
        for step in steps_to(self.properties, location):
            schema = properties_of(schema).get(step.removesuffix(ENTRIES), {})
            schema = schema.get("items", {}) if step.endswith(ENTRIES) else schema
        return schema if isinstance(schema, dict) else {}


class FieldsReader:
    """Reads words of one resource that speak of its fields. ``raw``: what the contract says at ``route``."""

    def __init__(self, raw: Mapping[str, Any], fields: Fields, route: Route) -> None:
        self.raw, self.fields, self.route = raw, fields, route

    def problem(self, message: str, *route: str | int, hint: str | None = None) -> None:
        """Note what is wrong; ``route``: the way to it from here."""
        self.fields.problem(message, (*self.route, *route), hint)


def _is_array(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)


def properties_of(schema: Any) -> Mapping[str, Any]:
    """The properties of an object schema, also where it is one of the alternatives (null or object)."""
    if not isinstance(schema, dict):
        return {}
    found = dict(schema.get("properties", {}))
    for word in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(word, ()):
            found.update(properties_of(inner))
    return found
