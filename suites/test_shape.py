"""What every answer looks like: representations, lists and refusals."""

import json
from typing import Any

from restproof.suite import Contract, Reply, Resource, Written, every_exchange, must, requirement
from restproof.suite.inputs import Body
from restproof.suite.states import shows_none
from restproof.suite.values import format_checker, is_hidden
from restproof.suite.wire import JSON, NO_BODY, effective_method

FULL = ("create", "read", "update", "replace")
"""The operations that answer a representation. What a delete answers may have any shape: it is no resource any
more (`{"id": 5, "deleted": true}`)."""
SECRET = 4
"""Characters of the shortest secret that is looked for: a shorter one stands in an answer by chance."""


def bare(schema: Any) -> Any:
    """The schema without what other rules judge: formats, and whether it is closed."""
    if isinstance(schema, list):
        return [bare(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        # Where formats are all that tells alternatives apart, a value may keep more than one of what is left.
        ("anyOf" if k == "oneOf" and "anyOf" not in schema else k): (
            v
            if k in ("enum", "const", "default", "examples", "required", "type", "pattern")
            else {n: bare(p) for n, p in v.items()}
            if k == "properties"
            else bare(v)
        )
        for k, v in schema.items()
        if k not in ("format", "additionalProperties", "unevaluatedProperties")
    }


def is_in_another_form(reply: Reply) -> bool:
    """Whether a request would take another media type than the contract's, and got one that is called otherwise: an API
    may have several forms of JSON, of which the contract speaks of one."""
    wanted = reply.resource.operation(reply.operation).media.response
    media = (reply.header("Content-Type") or "").partition(";")[0].strip().lower()
    return reply.exchange.request.header("Accept") not in (None, "*/*", JSON, wanted) and media not in (JSON, wanted)


def shape(reply: Reply, memory: dict[str, Body]) -> Body:
    shapes = reply.resource.shapes
    name, said = reply.resource.name, shapes.response
    if reply.operation == "list" and shapes.entry is not said:
        name, said = f"{name} in lists", shapes.entry
    if name not in memory:
        whole = bare(dict(said))
        # What a lenient field took that the schema does not allow is shown as well, unless responses have their own.
        lenient = () if reply.resource.directions else reply.resource.lenient
        free: Body = {n: {} for n in lenient if n in whole["properties"]}
        memory[name] = {**whole, "properties": {**whole["properties"], **free}}
    return memory[name]


@requirement("shape.resource", on=FULL)
@every_exchange
def test_a_representation_matches_its_schema(reply: Reply, memory: dict[Any, Any], written: Written) -> None:
    if (
        not reply.ok
        or reply.status == 204
        or effective_method(reply.exchange.request) != reply.resource.method(reply.operation)
    ):
        return
    if reply.operation != "read" and reply.exchange.response is not None and not reply.exchange.response.body:
        return
    if not reply.shows_representation:
        if reply.receipt is not None:
            must.match_schema(reply, reply.receipt, reply.json)
        return
    if shows_none(reply) or "answers" in reply.resource.open or is_in_another_form(reply):
        return
    must.hold(
        reply.entity is not None,
        reply,
        f"the answer to the {reply} holds no representation",
        kind="no-representation",
        expected="an object",
        actual="something else",
        pointer=reply.entity_pointer,
    )
    if reply.status in reply.resource.status("absent") and reply.resource.shows_nothing(reply.entity or {}):
        return  # a contract may say that what is absent is answered with a success, too
    if written.is_tombstone(reply) or not written.is_judged(reply.resource, reply.entity):
        return
    must.match_schema(reply, shape(reply, memory), reply.entity, reply.entity_pointer)


@requirement("shape.list", on="list")
@every_exchange
def test_a_list_is_an_array_of_representations(reply: Reply, memory: dict[Any, Any], written: Written) -> None:
    if (
        not reply.ok
        or effective_method(reply.exchange.request) != reply.resource.method("list")
        or is_in_another_form(reply)
    ):
        return
    must.hold(
        reply.entries is not None,
        reply,
        f"the answer to the {reply} is no {'object' if reply.envelope.key else 'array'} of entries",
        kind="no-entries",
        expected="an object" if reply.envelope.key else "an array",
        actual="something else",
        pointer=reply.list_pointer,
    )
    for key, id, place in reply.envelope.mistaken_keys(reply.json):
        must.hold(
            False,
            reply,
            f"the entry under the key {key} of the list shows another id",
            kind="another-id",
            expected=f"the id {key}",
            actual=id,
            pointer=place,
        )
    whole = shape(reply, memory)
    if reply.resource.unlisted:
        listed = {n: s for n, s in whole["properties"].items() if n not in reply.resource.unlisted}
        whole = {**whole, "properties": listed, "required": [n for n in whole["required"] if n in listed]}
    for at, entry in zip(reply.envelope.places_listed(reply.json), reply.entries or (), strict=True):
        if written.is_judged(reply.resource, entry):
            must.match_schema(reply, whole, entry, at)


def describes_errors(contract: Contract, _: Resource) -> bool:
    return contract.describes_errors


@requirement("shape.error", when=describes_errors)
@every_exchange
def test_a_refusal_matches_the_error_schema(reply: Reply) -> None:
    schema = reply.error_schema
    if not 400 <= reply.status < 500 or reply.exchange.request.method == "HEAD" or schema is None:
        return
    if schema == NO_BODY:
        body = reply.exchange.response.body if reply.exchange.response else b""
        must.hold(
            not body.strip(),
            reply,
            f"a {reply.status} has a body",
            kind="content",
            expected="no body",
            actual="a body",
            pointer="",
        )
    else:
        must.hold(
            isinstance(reply.json, dict | list),
            reply,
            f"the body of a {reply.status} is no JSON object",
            kind="no-error-object",
            expected="a JSON object",
            actual="something else",
            pointer="",
        )
        must.match_schema(reply, schema, reply.json)


@requirement("shape.formats")
@every_exchange
def test_values_are_of_the_declared_format(reply: Reply, written: Written) -> None:
    if not reply.ok or reply.operation == "delete":
        return
    shapes = reply.resource.shapes
    declared = (shapes.entry if reply.operation == "list" else shapes.response)["properties"]
    lenient = () if reply.resource.directions else reply.resource.lenient
    formats = {n: p for n, p in declared.items() if "format" in p and n not in lenient}
    listed, named = reply.operation == "list", reply.resource.id.url
    for text, place in reply.envelope.mistaken_names(reply.json, listed=listed) if reply.shows_representation else ():
        must.hold(
            False,
            reply,
            f"{reply.resource.id.field} is {text!r}, no {named}",
            kind="format",
            expected=named,
            actual="another form",
            field=reply.resource.id.field,
            pointer=place,
        )
    for entity in [reply.entity] if not listed else (reply.entries or ())[:50]:
        if not written.is_judged(reply.resource, entity):
            continue
        for name, said in formats.items():
            value = entity.get(name) if isinstance(entity, dict) else None
            if isinstance(value, str) and not format_checker(said).accepts(value):
                must.hold(
                    False,
                    reply,
                    f"{name} is {value!r}, no {said['format']}",
                    kind="format",
                    expected=said["format"],
                    actual="another form",
                    field=name,
                    pointer=reply.entity_pointer + reply.envelope.within(f"/{name}"),
                )


def is_closed(contract: Contract, resource: Resource) -> bool:
    """Whether one of the shapes of a representation holds no other members."""
    return any(s.get("additionalProperties") is False for s in (resource.shapes.response, resource.shapes.entry))


@requirement("shape.no-undeclared", when=is_closed)
@every_exchange
def test_a_closed_representation_holds_nothing_else(reply: Reply, written: Written) -> None:
    declared = reply.resource.shapes.entry if reply.operation == "list" else reply.resource.shapes.response
    if not reply.ok or reply.operation == "delete" or declared.get("additionalProperties") is not False:
        return
    known = {*declared["properties"], reply.envelope.linked}
    if reply.contract.body_status and reply.operation != "list":
        # Without an envelope, what says that the request succeeded stands among the fields.
        known |= reply.contract.body_status.members(reply.entity_pointer)
    for entity in [reply.entity] if reply.operation != "list" else reply.entries or ():
        if not isinstance(entity, dict) or not written.is_judged(reply.resource, entity):
            continue
        strangers = sorted(set(entity) - known)
        must.hold(
            not strangers,
            reply,
            f"a representation holds {', '.join(strangers)}, which the contract does not declare",
            kind="undeclared",
            expected="declared members",
            actual="others",
            field=strangers[0] if strangers else None,
        )


@requirement("shape.write-only")
@every_exchange
def test_what_only_requests_hold_is_never_shown(reply: Reply, memory: dict[str, list[str]]) -> None:
    if not reply.ok:
        nothing_secret_is_quoted(reply)
        return
    hidden = memory.get(reply.resource.name)
    if hidden is None:
        resource = reply.resource
        backs = {path.partition(".")[0].removesuffix("[]") for path in resource.reads_as.values()}
        # What responses show elsewhere is kept from nobody: an id beside the short form of what it names.
        backs |= resource.reads_as.keys() | {n for n, ref in resource.references.items() if ref.reads_as}
        backs -= set(resource.secret)
        found = [n for n, p in resource.properties.items() if is_hidden(p) and n not in backs]
        hidden = memory[resource.name] = found
    if not hidden:
        return
    for entity in [reply.entity] if reply.operation != "list" else reply.entries or ():
        shown = [n for n in hidden if isinstance(entity, dict) and n in entity]
        must.hold(
            not shown,
            reply,
            f"a representation shows {', '.join(shown)}, which only requests hold",
            kind="secret-shown",
            field=shown[0] if shown else None,
        )


def nothing_secret_is_quoted(reply: Reply) -> None:
    """A refusal does not repeat a secret that was sent; what another field held too may be quoted from there."""
    sent = reply.sent if isinstance(reply.sent, dict) else {}
    hidden = {n: v for n, v in sent.items() if n in reply.resource.secret and isinstance(v, str)}
    # "may not be null" quotes nobody.
    secrets = {n: v for n, v in hidden.items() if len(v) >= SECRET and v not in ("null", "none", "true", "false")}
    if not secrets:
        return
    others = json.dumps({n: v for n, v in sent.items() if n not in secrets}, ensure_ascii=False)
    said = reply.exchange.response.body.decode("utf-8", "replace") if reply.exchange.response else ""
    quoted = [n for n, v in secrets.items() if v in said and v not in others]
    must.hold(
        not quoted,
        reply,
        f"a refusal quotes {', '.join(quoted)}, which is secret",
        kind="secret-quoted",
        field=quoted[0] if quoted else None,
    )
