"""The members of a resource, from what requests and responses say of each: its schema and the words beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

from restproof.contract.impossible import nothing_fits
from restproof.contract.inner import distinct
from restproof.contract.openapi.bodies import Shaped, bare, shown_as
from restproof.contract.openapi.inside import fits, seen_again
from restproof.contract.openapi.keywords import ABSENT, EDGES, NARROWER, NULL
from restproof.contract.openapi.meeting import meet, options
from restproof.contract.openapi.once import Once
from restproof.contract.openapi.respelled import as_spelled
from restproof.contract.openapi.schemas import Schema, alternatives, holds
from restproof.contract.openapi.wording import takes_away
from restproof.contract.schemas import DIALECT
from restproof.contract.secrecy import is_password, looks_secret
from restproof.contract.shapes import NEEDED, SHOWN, are_choices, is_nullable, types_of

_CHANGES = ("update", "replace")
_SECRET = "called as a secret: answers need not show it as it was sent"
_OTHERWISE = "of which responses show something else than requests hold"
_OF_FIRST = ("default", "examples", NEEDED)
"""Keywords of a member that an update or a replace need not say again."""
_BETWEEN = ("format", "pattern", "enum", "const")
_NARROWER = {*_BETWEEN, "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}


@dataclass
class Members:
    """``schema``: the one schema of the resource. The lists hold names of its properties, and are words of a contract,
    but ``update_only``: those that creates do not take. ``shown``: what responses say of their members, and ``always``
    those that each of them has. ``apart``: whether requests and responses say more than one schema can. ``unshown``:
    what responses say of the members that requests hold as something else. ``unsure``: those that are sent, and that a
    read need not show as they were."""

    schema: Schema
    id_member: str | None = None
    create_only: list[str] = field(default_factory=list)
    update_only: list[str] = field(default_factory=list)
    lenient: list[str] = field(default_factory=list)
    sparse: bool = False
    shown: dict[str, Schema] = field(default_factory=dict)
    always: list[str] = field(default_factory=list)
    apart: bool = False
    unshown: dict[str, Schema] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    asks_as_a_create: bool = False
    """Whether an update requires what a create does, by the same schema perhaps: many servers take it in part."""

    @property
    def request(self) -> Schema:
        """The schema of what clients send."""
        sent = {n: s for n, s in self.properties.items() if not s.get("readOnly")}
        needed = [n for n in self.schema.get("required", ()) if n in sent]
        found: Schema = {"$schema": DIALECT, "type": "object", "properties": {n: _plain(s) for n, s in sent.items()}}
        return {**found, "required": needed} if needed else found

    def narrower(self, told: Shaped) -> dict[str, Schema]:
        """The schemas of the requests that take less than all do: a create, and a change than the other kind of change
        (a PATCH of a few members beside a PUT of all), of an update that needs members, and of a PUT that needs others
        than a create."""
        whole, found = self.request, {}
        if self.update_only and "create" in told.sent:
            made = {n: s for n, s in whole["properties"].items() if n not in self.update_only}
            found["create"] = {**whole, "properties": made}
        for operation in _CHANGES:
            taken, sent = told.writable(operation), told.sent.get(operation, {})
            others = {n for o in _CHANGES if o != operation for n in told.writable(o)}
            if operation not in told.sent:
                continue
            kept = {n: s for n, s in whole["properties"].items() if n in taken}
            needed = [n for n in sent.get("required", ()) if n in kept]
            by_default: set[str] = {*whole.get("required", ())} & kept.keys() if operation == "replace" else set()
            unlike = {*needed} != by_default
            if unlike or others & whole["properties"].keys() - taken.keys():
                found[operation] = {**whole, "properties": kept, "required": needed}
        return found

    def schemas(self, name: str, told: Shaped, operations: Collection[str]) -> tuple[Any, dict[str, Schema]]:
        """The word ``schema`` of a resource, and its files: one schema, or one for each direction, and one more for
        each of its ``operations`` that takes less. An update that needs what a create needs says so by the same
        file."""
        narrower = {o: s for o, s in self.narrower(told).items() if o in operations}
        if not (self.apart or narrower):
            return f"{name}.json", {f"{name}.json": self.schema}
        asked, usual = self.request, f"{name}.json"
        needed = {*narrower.get("update", {}).get("required", ())}
        self.asks_as_a_create = bool(needed) and needed <= {*asked.get("required", ())}
        alike = {o for o, schema in narrower.items() if schema == asked}
        if not self.apart and alike == narrower.keys():
            return dict.fromkeys(("request", *alike, "response"), usual), {usual: self.schema}
        sides = {"request": asked, **narrower, "response": self.response}
        files = {side: usual if side == "response" else f"{name}-{side}.json" for side in sides}
        files |= dict.fromkeys(alike, files["request"])
        return files, {files[side]: schema for side, schema in sides.items()}

    @property
    def response(self) -> Schema:
        """The schema of what the server shows."""
        closed = {"additionalProperties": False} if self.schema.get("additionalProperties") is False else {}
        found: Schema = {"$schema": DIALECT, "type": "object", "properties": self.shown, **closed}
        if self.unshown:
            found.pop("additionalProperties", None)  # what is shown otherwise than it is sent is there all the same
        return {**found, "required": self.always} if self.always else found

    def as_shown(self) -> Schema:
        """The one schema of a resource that is never written: each member as responses have it."""
        for name, shown in self.unshown.items():
            self.properties[name] = shown
            self.sparse = True
        needed = [n for n in self.schema.get("required", ()) if n not in self.unshown]
        if self.unshown and "required" in self.schema:
            self.schema["required"] = needed
        return self.schema

    def drop(self, name: str) -> None:
        """Say nothing more of a property in the words beside the schema."""
        for names in (self.create_only, self.update_only, self.lenient):
            if name in names:
                names.remove(name)
        if name in self.schema.get("required", ()):
            self.schema["required"].remove(name)

    @property
    def sets(self) -> list[str]:
        """Names of what is shown and holds arrays, at any depth, in which no entry stands twice, as requests or as
        responses have it, or that are several of a few values, which many a server keeps as a set."""
        shown = [n for n, s in self.properties.items() if not s.get("writeOnly")]
        return [n for n in shown if any(map(_holds_set, (self.properties[n], self.shown.get(n))))]

    @property
    def properties(self) -> dict[str, Schema]:
        found: dict[str, Schema] = self.schema["properties"]
        return found


def members(told: Shaped, id_member: str | None = None) -> Members:
    """One property for each member of any body; ``id_member``: the one that holds the id, where one does."""
    readable = {n: s for n, s in told.readable.items() if not s.get("writeOnly")}
    found = Members({"$schema": DIALECT, "type": "object", "properties": {}}, id_member)
    names = [*readable, *(n for o in ("create", *_CHANGES) for n in told.writable(o))]
    for name in dict.fromkeys(names):
        schema = _member(name, readable.get(name), told, found)
        if schema is not None:
            found.properties[name] = schema
    _unread(told, found)
    _needed(told, found, readable)
    if told.shown and all(s.get("additionalProperties") is False for s in told.shown):
        found.schema["additionalProperties"] = False
    return found


def _member(name: str, shown: Schema | None, told: Shaped, found: Members) -> Schema | None:
    as_shown = {} if shown is None else shown_as(shown, told.once.shown)
    asked = _asked(name, shown, told, found)
    if not asked:
        return None if shown is None else {**_without_default(as_shown), "readOnly": True}
    first, *others = asked.values()
    schema = dict(first)
    plain = [without_null(s) for s in asked.values()]
    if any(s != plain[0] for s in plain[1:]):
        narrowed: Schema | None = bare(first)
        for other in others:
            narrowed = None if narrowed is None else meet(narrowed, bare(other))
        if narrowed is None:
            found.left_out.append(f"{name}, of which creates and updates say different things")
            return None if shown is None else {**_without_default(as_shown), "readOnly": True}
        schema = {**narrowed, **{w: first[w] for w in _OF_FIRST if w in first}}
        found.lenient.append(name)
    elif any(bare(other) != bare(first) for other in others):
        schema = {**plain[0], **{w: first[w] for w in (*_OF_FIRST, EDGES) if w in first}, NULL: "open"}
    again = as_spelled(name, schema, told.readable) if shown is None else seen_again(schema, shown, told.once)
    schema = schema if again is None else again
    if holds(schema, NARROWER) and name not in found.lenient:
        found.lenient.append(name)
    schema = {k: v for k, v in schema.items() if k not in ("readOnly", "writeOnly")}
    schema |= {NEEDED: "open"} if any(NEEDED in one for one in asked.values()) else {}
    if "default" in schema and (
        shown is None or NARROWER in schema or not Draft202012Validator(schema).is_valid(schema["default"])
    ):
        del schema["default"]
    changing = [o for o in _CHANGES if o in told.sent]
    if "default" not in schema and is_nullable(schema):
        schema[ABSENT] = "open"
    if "create" in asked and changing and not any(o in asked for o in changing):
        found.create_only.append(name)
    if shown is None:
        return _unshown(name, schema, asked, told)
    if name != found.id_member and _is_hidden(name, schema):
        return _shown_apart(name, schema, as_shown, found, _SECRET)
    kinds = types_of(shown) | ({"integer"} if "number" in types_of(shown) else set())
    fitting = [o for o in options(schema) if types_of(o) <= kinds]
    if not fitting or again is None:
        return _shown_apart(name, schema, as_shown, found)
    if nothing_fits(schema):
        found.left_out.append(f"{name}, of which its operations say what no value keeps together")
        return {**_without_default(as_shown), "readOnly": True}
    narrowed = _shown_again(schema, fitting, bare(as_shown))
    if bare(narrowed) != bare(schema):
        beside: Schema = {w: schema[w] for w in ("default", "examples", ABSENT, NEEDED) if w in schema}
        schema = {**beside, **narrowed}
        if "default" in schema and not Draft202012Validator(schema).is_valid(schema["default"]):
            del schema["default"]
        found.lenient += [name] if name not in found.lenient else []
    if not fits(schema, as_shown, told.once):
        return _shown_apart(name, schema, as_shown, found)
    found.apart = found.apart or name in found.lenient or holds(schema, NARROWER) is not None
    found.apart |= any(holds(side, NULL) is not None for side in (shown, schema))
    found.apart |= not _fits(bare(as_shown), bare(shown_as(schema, told.once.shown)))
    return schema


def _asked(name: str, shown: Schema | None, told: Shaped, found: Members) -> dict[str, Schema]:
    """What requests say of a member that clients set, by operation."""
    asked = {o: s[name] for o in ("create", *_CHANGES) if name in (s := told.writable(o))}
    asked = {o: s for o, s in asked.items() if not s.get("readOnly")}
    if not asked or "create" not in told.sent or "create" in asked:
        return asked
    if shown is None or takes_away(name) or not all(map(_is_flag, (shown, *asked.values()))):
        found.left_out.append(f"{name}, which only an update takes")
        return {}
    found.update_only.append(name)
    return {o: {k: v for k, v in s.items() if k != "default"} for o, s in asked.items()}  # no create leaves it out


def _is_flag(schema: Schema) -> bool:
    """Whether a member is true or false. What only updates take may else be a command, a state that rules keep, or the
    version that the server counts: what is shown of those is not what was sent."""
    return types_of(schema) - {"null"} == {"boolean"} and not schema.keys() & {"const", "enum"}


def _unshown(name: str, schema: Schema, asked: Mapping[str, Schema], told: Shaped) -> Schema:
    """A member that no answer is described to show. That may be only the half of what answers show: what is hidden is
    said to be so, or is called as a secret."""
    closed = bool(told.shown) and all(s.get("additionalProperties") is False for s in told.shown)
    said = name in told.readable or any(s.get("writeOnly") for s in asked.values()) or _is_hidden(name, schema)
    return {**schema, "writeOnly": True, **({} if closed or said else {SHOWN: "open"})}


def _is_hidden(name: str, schema: Schema) -> bool:
    """Whether a member holds a secret, which servers show as asterisks, as a hash or not at all."""
    return looks_secret(name) or is_password(schema)


def _shown_apart(name: str, schema: Schema, shown: Schema, found: Members, why: str = _OTHERWISE) -> Schema:
    """What requests hold of a member that is not, or need not be, what responses show of it: neither says anything of
    the other."""
    found.apart = True
    found.left_out.append(f"{name}, {why}")
    found.unshown[name] = {**_without_default(shown), "readOnly": True}
    return {**schema, "writeOnly": True, SHOWN: "open"}


def _unread(told: Shaped, found: Members) -> None:
    """Note what only answers to writes have: what becomes of it is seen by no read."""
    if not told.read.get("properties"):
        return  # the document does not say what a read shows
    for name, schema in found.properties.items():
        if not (schema.get("readOnly") or schema.get("writeOnly") or name in told.read["properties"]):
            found.unsure.append(name)
            found.left_out.append(f"{name}, of which a read shows nothing: what it holds is not compared")


def _holds_set(schema: Schema | None) -> bool:
    return any(inner.get("uniqueItems") or are_choices(inner) for inner in distinct(schema))


def without_null(schema: Schema) -> Schema:
    """What a schema says of values other than null, without what only describes."""
    kept = [bare(option) for option in options(bare(schema)) if option.get("type") != "null"]
    found = kept[0] if len(kept) == 1 else {"anyOf": kept}
    return {**found, "enum": [v for v in found["enum"] if v is not None]} if None in found.get("enum", ()) else found


def _shown_again(schema: Schema, fitting: list[Schema], shown: Schema) -> Schema:
    """What can be sent and be shown as it is: of the alternatives those of a kind that responses have, and of plain
    values those that responses may hold."""
    if len(fitting) < len(options(schema)):
        return fitting[0] if len(fitting) == 1 else {"anyOf": fitting}
    if types_of(schema) & {"array", "object"} or not _narrower(shown):
        return schema
    found = meet(bare(schema), shown)
    kept = {w: schema[w] for w in (EDGES,) if w in schema and found is not None and "enum" not in found}
    return schema if found is None or options(found) == options(bare(schema)) else {**found, **kept}


def _narrower(schema: Schema) -> bool:
    """Whether a schema says more of its values than their type."""
    return any(set(option) & _NARROWER for option in options(schema))


def _echo(shown: Schema, sent: Schema | None, once: Once) -> Schema:
    """What responses may hold of a member that clients set, at any depth: they need no form that requests do not have
    to keep, and no member that requests may leave out."""
    if sent is None or sent.get("readOnly"):
        return shown
    key = (id(shown), id(sent))
    if key not in once.echoed:
        once.echoed[key] = shown, sent, _echoed(shown, sent, once)
    return once.echoed[key][2]


def _echoed(shown: Schema, sent: Schema, once: Once) -> Schema:
    variants = alternatives(sent)
    sent = dict(variants[0]) if len(variants) == 1 else sent
    found = {w: v for w, v in shown.items() if w != "pattern" or sent.get("pattern") == v}
    for word in ("anyOf", "oneOf"):
        if word in shown:
            found[word] = [_echo(part, sent, once) for part in shown[word]]
    asked: dict[str, Schema] = sent.get("properties", {})
    if "properties" in shown:
        found["properties"] = {n: _echo(s, asked.get(n), once) for n, s in shown["properties"].items()}
        optional = {n for n, s in asked.items() if n not in sent.get("required", ())}
        optional -= {n for n, s in asked.items() if s.get("readOnly")}
        if "required" in shown:
            found["required"] = [n for n in shown["required"] if n not in optional]
    if isinstance(shown.get("items"), dict) and isinstance(sent.get("items"), dict):
        found["items"] = _echo(shown["items"], sent["items"], once)
    return found


def _plain(schema: Schema) -> Schema:
    return {k: v for k, v in schema.items() if k != "writeOnly"}


def _without_default(schema: Schema) -> Schema:
    """What the server sets has no default that a create leaves to it."""
    return {k: v for k, v in schema.items() if k not in ("default", "writeOnly", EDGES, NEEDED)}


def _fits(shown: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether what responses may hold is, in kind, what requests may hold."""
    if shown == sent:
        return True
    if not types_of(shown) <= types_of(sent):
        return False
    if any(sent.get(w) != shown.get(w) for w in _BETWEEN if w in sent and w in shown):
        return False
    # Of what is nested, only equality is plain.
    nested = ("properties", "items", "uniqueItems", "anyOf", "oneOf", "additionalProperties")
    return not any(sent.get(w) != shown.get(w) for w in nested)


def _needed(told: Shaped, found: Members, readable: Mapping[str, Schema]) -> None:
    creating = told.sent.get("create") or told.sent.get("replace") or {}
    properties = found.properties
    needed = [n for n in creating.get("required", ()) if n in properties and not properties[n].get("readOnly")]
    always = [n for n in told.always if n in properties and not properties[n].get("writeOnly")]
    visible = {n for n, s in properties.items() if not s.get("writeOnly")}
    found.sparse = not visible <= set(always)
    required = [
        n for n in properties if n in needed or (n in always and found.sparse and properties[n].get("readOnly"))
    ]
    if required:
        found.schema["required"] = required
    found.shown = {
        n: _echo(bare(shown_as(s, told.once.shown)), properties.get(n), told.once)
        for n, s in readable.items()
        if n not in found.unshown
    }
    # What a create may leave out, and of which it is not said what it is then, is not asked of every answer.
    found.always = [
        n
        for n in always
        if properties[n].get("readOnly")
        or n in {*needed, *found.update_only}
        or "default" in properties[n]
        or is_nullable(found.shown[n])
    ]
    said = {n for n in always if not properties[n].get("readOnly")} == set(needed)
    found.apart = found.apart or (found.sparse and not said)


def without_beyond(body: Members, told: Shaped) -> tuple[Members, dict[str, str]]:
    """The members, and why no body of a change can be sent which must hold one that the resource has none of, or does
    not set: what the others hold (``schemas`` of a body of commands, say) is no word about them then."""
    why: dict[str, str] = {}
    for operation in _CHANGES:
        needed = told.sent.get(operation, {}).get("required", ())
        for name in (n for n in needed if n in told.writable(operation)):
            is_set = name in body.properties and not body.properties[name].get("readOnly")
            if not told.writable(operation)[name].get("readOnly") and not is_set:
                why.setdefault(operation, f"its body must hold {name}, which no create takes")
    if why:
        told.sent = {o: s for o, s in told.sent.items() if o not in why}
    return (members(told, body.id_member) if why else body), why


def replaces_whole(body: Members, told: Shaped) -> bool:
    """Whether it is plain what a PUT leaves: each member is required, or has a default."""
    sent = {n: s for n, s in body.properties.items() if not s.get("readOnly") and n not in body.create_only}
    needed = {*told.sent.get("replace", {}).get("required", ())} & {*body.update_only}
    return all(n in needed or n in body.schema.get("required", ()) or "default" in s for n, s in sent.items())
