"""The one schema of a resource from the several that an OpenAPI document has for it, each in its direction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.address import OWN_ID
from restproof.contract.envelope import pointer_of
from restproof.contract.impossible import nothing_fits
from restproof.contract.inner import Made
from restproof.contract.model import WRITES
from restproof.contract.openapi.answers import Reader, is_object, object_of
from restproof.contract.openapi.entries import (
    BESIDE_ONE,
    held_in,
    is_needed,
    is_of_another,
    is_receipt,
    listed,
    listed_by_id,
    listed_inside,
    may_be_null,
    same_members,
    tells_of_one,
)
from restproof.contract.openapi.holding import held_as_sent, names_id_beside
from restproof.contract.openapi.keywords import ABSENT, EDGES, MAPS, NARROWER, NULL
from restproof.contract.openapi.labels import once_each
from restproof.contract.openapi.lifted import around_of, is_shown, lifted, side_by_side_of, wrapper_of
from restproof.contract.openapi.once import Once
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.reasons import no_body, no_list, no_object
from restproof.contract.openapi.schemas import WIDER, Schema, alternatives, united
from restproof.contract.openapi.sendable import Unsendable, described, sendable
from restproof.contract.openapi.values_by_name import called
from restproof.contract.shapes import NEEDED, SHOWN, types_of
from restproof.contract.words import is_soft_reference
from restproof.pointer import step, steps

_OF_WORDS = {"object", "string", "boolean", "integer", "number", "null"}
_OWN_MEMBERS = ("properties", "spec", "attributes")
"""Objects of a body that hold what is a resource's own, beside what all resources have."""
_ON_WHOLE = ("not", "patternProperties", "propertyNames", "minProperties", "maxProperties", "enum", "const", "anyOf")


@dataclass
class Shaped:
    """What the bodies of a resource say: the members of requests and responses, the envelopes, and what each operation
    needs. ``created``: the answer to a create, ``entry``: that of a list, ``read``: the answer to a read, or the entry.
    ``left_out``: operations that cannot be sent, with the reason."""

    once: Once
    sent: dict[str, Schema] = field(default_factory=dict)
    shown: list[Schema] = field(default_factory=list)
    single: dict[str, Schema] = field(default_factory=dict)
    """Operation → what its answer shows of the one resource."""
    created: Schema = field(default_factory=dict)
    read: Schema = field(default_factory=dict)
    entry: Schema = field(default_factory=dict)
    envelope: dict[str, Any] = field(default_factory=dict)
    related: dict[str, Any] = field(default_factory=dict)
    """Members that hold ids of other resources, with the words of the reference, where the document says so itself."""
    version: dict[str, Any] = field(default_factory=dict)
    """The word for the version that changes must name, where there is one; ``stale``: the status of an old one."""
    stale: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    names_itself: dict[str, str] = field(default_factory=dict)
    """Change → where its body holds the id that its path has as well."""
    around: dict[str, str] = field(default_factory=dict)
    """Operation → the member of its answer that holds the resource or its id, empty for the whole, where other answers
    hold it elsewhere."""
    receipts: set[str] = field(default_factory=set)
    """Writes whose answers are said to show no member of what a read or a list shows, or none at all."""
    inside: str = ""
    """The way to the id, where it stands inside of a member and was made a field of its own."""
    url: str = ""
    """What stands for the id in its field, where it is not the bare one."""
    embedded: list[str] = field(default_factory=list)
    """Members of requests that hold records of other resources, or ids that a body need not have."""
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those of single operations, where they differ from the resource's."""

    @property
    def readable(self) -> dict[str, Schema]:
        """Members of any response, each with what any of them says of it."""
        return _properties(united(self.shown)) if self.shown else {}

    def writable(self, operation: str) -> dict[str, Schema]:
        return _properties(self.sent.get(operation, {}))

    @property
    def always(self) -> list[str]:
        """Members that every response has."""
        return list(united(self.shown).get("required", ())) if self.shown else []


def _properties(schema: Schema) -> dict[str, Schema]:
    found: dict[str, Schema] = schema.get("properties", {})
    return found


def shaped(reader: Reader, found: Found, apart: Callable[[Schema], Schema]) -> Shaped:
    """What the bodies of a resource say. Operations whose bodies are of another kind are in ``left_out``. ``apart``: a
    request schema with what nobody can make up marked as ``WIDER``."""
    told = Shaped(reader.once)
    _responses(reader, found, told)
    _requests(reader, found, told, apart)
    return told


def shown_of(reader: Reader, found: Found) -> dict[str, Schema]:
    """What any answer shows of a resource."""
    told = Shaped(reader.once)
    _responses(reader, found, told)
    return told.readable


def _responses(reader: Reader, found: Found, told: Shaped) -> None:
    single: dict[str, Schema] = {}
    for operation in ("read", "create", "update", "replace"):
        if operation not in found.calls:
            continue
        answer = object_of(reader.success(found.calls[operation]))
        if is_object(answer):
            single[operation] = answer
        elif operation != "read" and answer and types_of(answer) <= _OF_WORDS:
            told.receipts.add(operation)  # an object of which no member is said, or a value: often words alone
            told.created = answer if operation == "create" else told.created
        elif operation == "read" or answer:
            told.left_out[operation] = no_object(reader, found.calls[operation])
    _set_words_apart(single, told)
    _set_receipts_of_wrapped_apart(single, told)
    _set_unsaid_apart(single, told)
    around = around_of(single) or held_as_sent(reader, found, single)
    if around and names_id_beside(single.get("create", {}), around):
        _set_create_apart(single, told)
    if around and not _is_named_beside(found, single, around):
        told.envelope["response"] = around
        single = {o: object_of(s["properties"][around]) for o, s in single.items()}
    else:
        _open_by_themselves(single, told)
    told.shown = list(single.values())
    told.created = single.get("create", told.created)
    told.read = single.get("read", {})
    if "list" in found.calls:
        answer = object_of(reader.success(found.calls["list"]))
        member, entry = listed(answer, single, bool(found.parameter))
        if entry is None:
            member, entry = listed_inside(answer, single, bool(found.parameter))
        elif member and is_of_another(answer, member, found.collection.rstrip("/").rpartition("/")[2]):
            entry = None
        if entry is None and not _properties(told.read).keys().isdisjoint({"id", found.parameter}):
            member, entry = listed_by_id(answer, single)
            told.envelope |= {"keyed": True} if entry is not None else {}
        if entry is None:
            told.left_out["list"] = no_list(reader, found)
            return
        if member:
            told.envelope["list"] = member
            place = steps(pointer_of(member))
            if may_be_null(answer, place):
                told.envelope["empty_list"] = "nullable"
            elif not is_needed(answer, place):
                told.envelope["empty_list"] = "absent"
        if inside := held_in(entry, single):
            told.envelope["entry"], entry = inside, object_of(entry["properties"][inside])
        told.read, told.entry = told.read or entry, entry
        _set_receipts_apart(single, told, entry)
        told.shown, told.single = [*single.values(), entry], single
    else:
        _set_receipts_apart(single, told, told.read)
        told.shown, told.single = list(single.values()), single


def _set_words_apart(single: dict[str, Schema], told: Shaped) -> None:
    """Take the answers out that say how a write went, and nothing else (``{"message": "updated"}``), where a read shows
    no such members: they have not the envelope of the others."""
    for operation in WRITES if "read" in single else ():
        members = _properties(single.get(operation, {})).keys()
        if members and all(map(BESIDE_ONE.fullmatch, members)) and not members & _properties(single["read"]).keys():
            told.receipts.add(operation)
            answer = single.pop(operation)
            told.created = answer if operation == "create" else told.created


def _set_receipts_of_wrapped_apart(single: dict[str, Schema], told: Shaped) -> None:
    """Take the answers out that tell of a write and show nothing of the resource but its id (``{"restaurantId": 7}``,
    ``{"status": "ok", "id": 7}``), where a read shows it in a member (``{"restaurant": …}``): they have not the
    envelope of the read."""
    around = around_of({"read": single["read"]}) if "read" in single else None
    if around:
        inside = object_of(_properties(single["read"])[around])
        for operation, answer in list(single.items()):
            said = _properties(answer).keys() - {n for n in _properties(answer) if tells_of_one(n)}
            if around not in _properties(answer) and not said & _properties(inside).keys():
                if operation == "create":
                    _set_create_apart(single, told)
                    continue
                told.receipts.add(operation)
                del single[operation]


def _set_create_apart(single: dict[str, Schema], told: Shaped) -> None:
    """Take the answer to a create out, of which the id counts that it shows as a whole."""
    told.receipts.add("create")
    told.created, told.around["create"] = single.pop("create"), ""


def _set_unsaid_apart(single: dict[str, Schema], told: Shaped) -> None:
    """Take the answers to writes out that hold, in the member where a read shows the resource, what nothing is said of
    (``{"data": {"type": "object"}}``)."""
    around = around_of({"read": single["read"]}) if "read" in single else None
    for operation in WRITES if around else ():
        held = _properties(single.get(operation, {})).get(str(around))
        if held is not None and not is_object(object_of(held)) and types_of(held) & {"object"}:
            told.receipts.add(operation)
            answer = single.pop(operation)
            told.created = answer if operation == "create" else told.created


def _open_by_themselves(single: dict[str, Schema], told: Shaped) -> None:
    """Open the answers that hold in a member what others are as a whole: ``{"message": …, "invoice": …}``, where a
    read answers the invoice. Their envelope is their own."""
    for operation, answer in list(single.items()):
        around = around_of({operation: answer})
        inside = object_of(_properties(answer)[around]) if around else {}
        if any(same_members(inside, other) for o, other in single.items() if o != operation and o not in told.around):
            told.around[operation] = str(around)
            single[operation] = inside


def _set_receipts_apart(single: dict[str, Schema], told: Shaped, entry: Schema) -> None:
    """Take the answers out that tell of a write, and show nothing of the resource (``{"silenceID": …}``) but its id
    (``{"id": 7, "message": …}``), or that id as what it is nowhere else. ``entry``: what a list shows, else a read."""
    for operation, answer in list(single.items()):
        if is_receipt(answer, told.read, entry, is_write=operation in WRITES):
            told.receipts.add(operation)
            del single[operation]


def _requests(reader: Reader, found: Found, told: Shaped, apart: Callable[[Schema], Schema]) -> None:
    for operation in WRITES:
        if operation not in found.calls or operation in told.left_out:
            continue
        call = found.calls[operation]
        schema = reader.request(call)
        if not schema:
            told.left_out[operation] = no_body(reader, call)
            continue
        variants = [v for v in alternatives(schema) if is_object(v)]
        if not variants:
            told.left_out[operation] = "the body that it takes is no object of named members"
            continue
        if len(variants) > 1:
            told.loose.add(operation)  # what is wrong for this variant may be right for another
        told.sent[operation] = _plainest(variants)
    wrapper = _wrapper(told)
    for operation, schema in list(told.sent.items()):
        inner = schema["properties"][wrapper] if wrapper else schema
        whole = described(_plainest(alternatives(inner)), told.readable)
        asked = apart(whole)
        held = [n for n, s in asked.get("properties", {}).items() if s is not whole["properties"][n]]
        told.embedded += [n for n in held if n not in told.embedded]
        try:
            plain = once_each(sendable(called(asked, told.once), told.once.sendable))
            told.sent[operation] = _with_own_members(plain)
        except Unsendable as error:
            del told.sent[operation]
            told.left_out[operation] = str(error)


def _wrapper(told: Shaped) -> str | None:
    """The one member of all requests that holds the fields, as the envelope of these, or of whatever shows them."""
    wrapper = wrapper_of(told.sent)
    if wrapper and is_shown(wrapper, told.shown):
        beside = side_by_side_of(wrapper, told.sent, told.shown)
        if beside is None:
            return None
        told.envelope |= {"fields": wrapper, "beside": beside}
        told.receipts |= {o for o, s in told.single.items() if o in WRITES and not is_shown(wrapper, [s])}
        made = {id(schema): lifted(schema, wrapper) for schema in told.shown if is_shown(wrapper, [schema])}
        told.shown = list(made.values())
        told.created, told.read, told.entry = (made.get(id(s), s) for s in (told.created, told.read, told.entry))
    elif wrapper:
        told.envelope["request"] = wrapper
    return wrapper


def _with_own_members(schema: Schema) -> Schema:
    """A body in which the object that holds the members of a resource (``properties``, ``spec``) is needed now and
    then, where some of those are required and the object is not: many a server means them."""
    members = schema.get("properties", {})
    open_ones = [n for n in _OWN_MEMBERS if n in members and n not in schema.get("required", ())]
    marked = {n: {**members[n], NEEDED: "open"} for n in open_ones if object_of(members[n]).get("required")}
    return {**schema, "properties": {**members, **marked}} if marked else schema


def _plainest(variants: Sequence[Mapping[str, Any]]) -> Schema:
    """The one of several that asks least for ids of something else, of which no value may be known."""

    def asked(schema: Mapping[str, Any]) -> int:
        members = schema.get("properties", {})
        return sum(is_soft_reference(n, members[n]) for n in schema.get("required", ()) if n in members)

    chosen = min(variants, key=asked)
    return dict(chosen)


def _is_named_beside(found: Found, schemas: Mapping[str, Schema], around: str) -> bool:
    """Whether what the path of an item names stands beside the one member, inside of another, and not in it: these are
    two members of a resource (``metadata`` beside ``spec``)."""

    def names(schema: Schema) -> bool:
        return bool({str(found.parameter), "id"} & object_of(schema).get("properties", {}).keys())

    read = schemas.get("read") or next(iter(schemas.values()))
    members = read.get("properties", {})
    return not names(members.get(around, {})) and any(names(s) for n, s in members.items() if n != around)


_VALUES = ("enum", "const", "default", "examples", "required")
_OURS = {WIDER, NARROWER, EDGES, NULL, ABSENT, NEEDED, SHOWN}


def shown_as(schema: Any, made: Made) -> Any:
    """A response schema as it is written: wider than the document's where that cannot be carried, or no value keeps
    it. ``made``: what has been made so already."""
    if isinstance(schema, list):
        return [shown_as(part, made) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if id(schema) in made:
        return made[id(schema)][1]
    left_out = {*_OURS, "pattern"} if NARROWER in schema else _OURS
    found: Schema = {
        word: {n: shown_as(s, made) for n, s in value.items()}
        if word in MAPS
        else value
        if word in _VALUES
        else shown_as(value, made)
        for word, value in schema.items()
        if word not in left_out
    }
    if NULL in schema:
        plain = isinstance(found.get("type"), str) and not {"enum", "const"} & found.keys()
        found = {**found, "type": [found["type"], "null"]} if plain else {"anyOf": [found, {"type": "null"}]}
    made[id(schema)] = schema, {} if nothing_fits(found) else found
    return made[id(schema)][1]


def take_own_id(told: Shaped, member: str, *, created: bool) -> dict[str, str]:
    """Take the id out of the bodies of changes that hold it beside what they change; change → where it stands there.
    Where a client chooses ids in the body of a create that needs one, another one in a change may move the item: only
    of a change that needs it, too. Nothing where nothing but a PUT creates."""
    if created and "create" not in told.sent:
        return {}
    chosen = member in told.sent.get("create", {}).get("required", ())
    found: dict[str, str] = {}
    for operation in ("update", "replace"):
        asked, sent = told.writable(operation), told.sent.get(operation, {})
        if member in asked and not asked[member].get("readOnly"):
            if chosen and member not in sent.get("required", ()):
                continue
            kept = {n: s for n, s in asked.items() if n != member}
            needed = [n for n in sent.get("required", ()) if n != member]
            told.sent[operation] = {**sent, "properties": kept, "required": needed}
            found[operation] = pointer_of(told.envelope.get("request")) + step(member)
    return found


def own_envelopes(told: Shaped) -> dict[str, dict[str, Any]]:
    """The envelopes of single operations, where these have something of their own."""
    found: dict[str, dict[str, Any]] = {o: {"constants": {place: OWN_ID}} for o, place in told.names_itself.items()}
    for operation, around in told.around.items():
        found.setdefault(operation, {})["response"] = around
    return found


def says_of(word: str, operations: Collection[str]) -> bool:
    """Whether a word of an envelope says something of one of the operations."""
    of_lists = dict.fromkeys(("list", "entry", "empty_list", "keyed"), ("list",))
    whose = {"request": WRITES, "constants": WRITES, "response": ("create", "read", "update", "replace"), **of_lists}
    return bool(set(operations) & set(whose.get(word, operations)))


def on_whole(schemas: Sequence[Schema]) -> list[str]:
    """Keywords that bind bodies as a whole, which a resource's schema does not carry."""
    return sorted({w for s in schemas for w in _ON_WHOLE if w in s})


def bare(schema: Mapping[str, Any]) -> Schema:
    """A schema without what only describes."""
    return {
        k: v
        for k, v in schema.items()
        if k not in ("examples", "default", "readOnly", "writeOnly", EDGES, NULL, ABSENT, NEEDED)
    }
