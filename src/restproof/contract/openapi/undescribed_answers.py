"""Resources of which no answer is described, as tools write them of handlers without annotations: their paths and what
they take are plain all the same. A read is supposed to show an object with its id, and promises no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from restproof.contract.model import WRITES
from restproof.contract.openapi.answers import Reader, is_object, object_of
from restproof.contract.openapi.bodies import bare
from restproof.contract.openapi.identity import parameter_schema
from restproof.contract.openapi.lifted import wrapper_of
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.schemas import Schema, alternatives
from restproof.contract.shapes import types_of
from restproof.contract.words import snake
from restproof.errors import ContractError
from restproof.pointer import step

ORIGIN = "no word of the document: supposed"
_LIST = "it is not said what it lists: a schema of its answer would have it judged"
_READ = "what a read shows, which is not said: a schema of its answer would have it compared"

Members = Mapping[str, Schema]
_PLAIN = {"string", "integer", "number", "boolean", "null"}


def silent(paths: Paths, reader: Reader) -> dict[str, Members]:
    """The collections of a document of which a create leads to a read and no answer is described, each with what an
    item may show."""
    told: dict[str, Members] = {}
    for path, found in paths.found.items():
        with suppress(ContractError):  # what cannot be read is told where it is read as an answer or a body
            members = _members(found, reader)
            told |= {path: members} if members else {}
    return told


def suppose(paths: Paths, reader: Reader, supposed: Mapping[str, Members]) -> None:
    """Suppose what the reads of these collections answer, which are some of the ``silent`` ones."""
    for path, members in supposed.items():
        found = paths.found[path]
        found.supposed = True
        read = found.calls["read"]
        reader.suppose(read, {"type": "object", "properties": members})
        for call in (found.calls[o] for o in WRITES if o in found.calls):
            reader.suppose(call, {})
        paths.left_out.append((f"{found.name}: {_READ}", read.route))
        if "list" in found.calls:
            call = found.calls["list"]
            paths.left_out.append((f"{call.method} {call.route[1]}: {_LIST}", call.route))
            found.leave("list")


def _members(found: Found, reader: Reader) -> Members | None:
    """What an item may show: its id and what a create takes; ``None`` where that is not plain, or is said."""
    calls = found.calls
    if found.parameter is None or not {"create", "read"} <= calls.keys():
        return None
    if (calls["create"].method, calls["read"].method) != ("POST", "GET"):
        return None
    writes = {o: calls[o] for o in WRITES if o in calls}
    if not all(_says_nothing(reader, call) for call in (calls["read"], *writes.values())):
        return None
    sent = {o: body for o, call in writes.items() if is_object(body := _body(reader, call))}
    if "create" not in sent:
        return None
    around = wrapper_of(sent)
    taken = sent["create"]["properties"]
    taken = object_of(taken[around])["properties"] if around else taken
    member = _id_of(found)
    if {snake(n) for n in taken} & {snake(member), snake(found.parameter)}:
        return None  # it may be the client that chooses the id, or another thing that is called so
    return {member: _id_schema(reader, found), **{name: {} for name in taken}}


def _says_nothing(reader: Reader, call: Call) -> bool:
    """Whether an operation succeeds, and no word says with what: JSON of which there is no schema, at most, or one that
    ends where the resource begins."""
    media = reader.answered(call)
    silent = reader.is_silent(call) or _wraps_what_is_not_said(reader.success(call))
    return bool(reader.codes(call, "2")) and silent and (not media or reader.is_json(media))


def _wraps_what_is_not_said(schema: Schema) -> bool:
    """Whether an object has one member of which nothing is said (``data`` of any kind), and beside it only values that
    may say how it went: a number, a text."""
    members = [bare(m) for m in schema.get("properties", {}).values()]
    unsaid = [m for m in members if m in ({}, {"type": "object"})]
    return len(unsaid) == 1 and all(m in unsaid or types_of(m) <= _PLAIN for m in members)


def _body(reader: Reader, call: Call) -> Schema:
    variants = alternatives(reader.request(call))
    return dict(variants[0]) if len(variants) == 1 else {}


def _id_of(found: Found) -> str:
    """The name of the id in an answer: as the path's parameter ends, without the resource that it names."""
    parameter = str(found.parameter)
    tail = re.sub(rf"^{re.escape(found.name)}_?", "", snake(parameter))
    return tail if tail and tail != snake(parameter) else "id" if snake(parameter).endswith("_id") else parameter


def _id_schema(reader: Reader, found: Found) -> Schema:
    """What answers show of the id, as its path has it. All that a path holds is text: where no more is said of it, it
    may be a number as JSON shows it."""
    said = parameter_schema(reader.schemas, found)
    return {"type": ["string", "integer"]} if bare(said) == {"type": "string"} else said


def opened(resource: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Say of a resource that was supposed that nothing which it shows is promised, and where its id stands in documents
    of MongoDB. ``schemas``: those of its contract, by file."""
    member = resource.get("id", {}).get("field", "id")
    file = resource["schema"]
    shown = schemas[file if isinstance(file, str) else file["response"]]["properties"]
    if member == "id" and "_id" not in shown:
        resource["id"] = {**resource.get("id", {}), "link": step("_id")}  # the bare id ends with itself
    resource["volatile"] = [name for name in shown if name != member]
    resource["open"] = [*resource.get("open", ()), "answers"]
