"""What is refused besides fields: a body that is no JSON object, a broken envelope or parent, and what is too large."""

from restproof.suite import Contract, Ground, Inconclusive, NotTested, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases
from restproof.suite.operations import WRITES
from restproof.suite.refused import without_effect_if_refused
from restproof.suite.scopes import absent_id
from restproof.suite.setup import written
from restproof.suite.wire import Envelope, Headers, encode


def broken_json(ground: Ground) -> Cases:
    """``text`` is the body; with ``around``, what is done to a valid one, which a lenient parser would take."""
    broken = (
        ("empty", ""),
        ("null", "null"),
        ("JSON cut short", '{"name": "restproof"'),
        ("an array", "[]"),
        ("no JSON", "restproof"),
    )
    for note, text in broken if ground.speaks_for_all else broken[: 2 if ground.operation == "create" else 1]:
        yield {"note": note, "text": text, "around": None}
    for around in (
        "an array",
        *(("a comma too many", "text behind it", "single quotes") if ground.speaks_for_all else ()),
    ):
        yield {"note": f"valid but for {around}", "text": "", "around": around}


def spoilt(body: str, around: str) -> str:
    """The text of a valid JSON object, spoilt."""
    return {
        "an array": f"[{body}]",
        "a comma too many": f"{body[:-1]},}}",
        "text behind it": f"{body} restproof",
        "single quotes": body.replace('"', "'"),
    }[around]


@requirement("input.malformed-json", on=WRITES, set_up=1)
@for_each(broken_json, apart=True)
def test_a_body_that_is_no_json_object_is_refused(
    subject: Subject, operation: str, note: str, text: str, around: str | None
) -> None:
    if around is not None:
        body = subject.bodies.whole_change() if operation == "update" else subject.bodies.minimal()
        # Only its body counts: wherever it would go, it is sent elsewhere.
        whole = subject.request(operation, id="0", body=written(subject, operation, body))
        valid = (whole.body or b"").decode()
        text = spoilt(valid, around)
        if text == valid:
            raise Inconclusive("the valid body holds no quotes")
    case = "no_object" if text in ("null", "[]") or around == "an array" else "malformed" if text else "empty_body"
    reply = send_raw(subject, operation, text.encode())
    if not (note.endswith("an array") and may_have_made_several(reply)):
        be_refused_as_broken(reply, case, because=f"the body is {note}")


def may_have_made_several(reply: Reply) -> bool:
    """Whether a create may have taken an array as that many bodies: where it is not said that one is refused which
    breaks the schema, and the answer shows no single one that it made."""
    is_open = reply.operation == "create" and reply.resource.status("invalid", "create").may_succeed
    return is_open and reply.ok and reply.resource.id.field not in (reply.entity or {})


def be_refused_as_broken(reply: Reply, case: str, *, because: str) -> None:
    """As ``must.be_refused``. A broken body names no version either: a server that asks for the version in it first
    may miss that."""
    version = reply.resource.version
    asked = version is not None and version.required and version.placed(reply.operation) == ("body", version.name)
    allowed = reply.resource.status("no_version", reply.operation)
    missed = asked and 400 <= reply.status < 500 and reply.status in allowed
    must.be_refused(reply, "no_version" if missed else case, because=because)


def send_raw(subject: Subject, operation: str, body: bytes, headers: Headers = ()) -> Reply:
    """The operation's usual request with another body."""
    from dataclasses import replace

    id = None if operation == "create" else subject.target().id
    usual = subject.request(
        operation,
        id=id or subject.resolved(subject.bodies.chosen_id("raw")),
        body=subject.resolved(subject.bodies.minimal()),
    )
    raw = replace(usual.having(headers), body=body)
    return without_effect_if_refused(subject, id, lambda: subject.send(raw, operation, asked_id=id))


def broken_envelopes(ground: Ground) -> Cases:
    """Bodies whose envelope, or parent beside it, is missing or of another kind. ``body`` is the whole request body;
    ``without`` names parameters to
    leave out, ``parents`` what stands in their place."""
    envelope = ground.resource.operation(ground.operation).envelope
    if envelope.request:
        yield {"note": "without its envelope", "whole": {}, "without": [], "status": "envelope"}
        for note, value in (
            ("with null in its envelope", None),
            ("with a text in its envelope", "restproof"),
            ("with an array in its envelope", []),
        ):
            # An update may be empty: what a loosely typed server takes for nothing there is an array, or null.
            if ground.operation == "update" and value == "restproof":
                continue
            whole = Envelope(request=envelope.request).requested(value, {})
            yield {"note": note, "whole": whole, "without": [], "status": "envelope"}
        fields = ground.bodies.whole_change() if ground.operation == "update" else ground.bodies.minimal()
        yield {"note": "with its fields in no envelope", "whole": fields, "without": [], "status": "envelope"}
        if "/" not in envelope.request:
            note, whole = "with its envelope's name in the plural", {f"{envelope.request}s": fields}
            yield {"note": note, "whole": whole, "without": [], "status": "envelope"}
    for parent in ground.resource.operation(ground.operation).parents_in("body"):
        yield {"note": f"without {parent.name}", "whole": None, "without": [parent.name], "status": "missing_parent"}


@requirement("input.envelope", on=WRITES, set_up=1)
@for_each(broken_envelopes, apart=True)
def test_a_broken_envelope_is_refused(
    subject: Subject, operation: str, note: str, whole: Body | None, without: list[str], status: str
) -> None:
    scope = subject.scope()
    fields = subject.bodies.minimal() if operation != "update" else subject.bodies.whole_change()
    body = written(subject, operation, fields)
    if whole is not None:
        beside = {p.name: scope[p.resource] for p in subject.spec.operation(operation).parents_in("body")}
        sent = body if whole == fields else subject.resolved(whole)
        broken = send_raw(subject, operation, encode({**beside, **sent}))
        be_refused_as_broken(broken, status, because=f"the body is {note}")
    else:
        id = subject.resolved(subject.bodies.chosen_id("raw")) if operation == "create" else subject.target().id
        request = subject.request(operation, id=id, body=body, scope=scope, without=without)
        reply = subject.send(request, operation, sent=body, asked_id=None if operation == "create" else id, scope=scope)
        must.be_refused(reply, status, because=f"the body is {note}")


def broken_parents(ground: Ground) -> Cases:
    """Parent parameters that are missing, empty or of another kind. An empty value in a query is a missing one."""
    for parent in ground.resource.operation(ground.operation).parameters:
        place = parent.place
        integer = ground.contract.resources[parent.resource].id.type == "integer"
        if place in ("query", "header"):
            yield {"parent": parent.name, "note": "missing", "value": None, "place": place, "status": "missing_parent"}
            if place == "query":
                yield {"parent": parent.name, "note": "empty", "value": "", "place": place, "status": "missing_parent"}
            for note, value in (("no integer", "restproof"), ("the right number with letters behind it", "{own}abc")):
                if integer:
                    yield {
                        "parent": parent.name,
                        "note": note,
                        "value": value,
                        "place": place,
                        "status": "malformed_parent",
                    }
        elif integer:
            yield {
                "parent": parent.name,
                "note": "no integer",
                "value": "restproof",
                "place": place,
                "status": "mistyped_parent",
            }
            yield {"parent": parent.name, "note": "null", "value": None, "place": place, "status": "mistyped_parent"}
            yield {
                "parent": parent.name,
                "note": "the right number as text",
                "value": "{own}",
                "place": place,
                "status": "mistyped_parent",
            }


@requirement("input.parent", on=("list", "read", "delete", *WRITES), set_up=1, undisturbed=True)
@for_each(broken_parents, apart=True)
def test_a_broken_parent_parameter_is_refused(
    subject: Subject, operation: str, parent: str, note: str, value: str | None, place: str, status: str
) -> None:
    scope = subject.scope()
    creatable = subject.spec.creatable
    id = (
        subject.target().id
        if operation == "read" or (creatable and operation not in ("list", "create"))
        else absent_id(subject)
    )
    fields = subject.bodies.minimal() if operation != "update" else subject.bodies.whole_change()
    body = written(subject, operation, fields) if operation in WRITES else None
    if value is not None and value.startswith("{own}"):
        own = next(scope[p.resource] for p in subject.spec.operation(operation).parameters if p.name == parent)
        value = f"{own}{value.removeprefix('{own}')}"
    beside = {parent: value} if place == "body" else {}
    named = ((parent, value),) if value is not None else ()
    query, headers = (named if place == there else () for there in ("query", "header"))
    request = subject.request(
        operation, id=id, body=body, scope=scope, without=[parent], beside=beside, query=query, headers=headers
    )
    reply = subject.send(request, operation, sent=body, asked_id=None if operation == "create" else id, scope=scope)
    must.be_refused(reply, status, field=parent, because=f"{parent} is {note}")


@requirement("input.too-large", on="create", when=lambda c, r: c.max_body is not None, cost=1)
def test_an_oversize_body_is_refused(subject: Subject, contract: Contract) -> None:
    text = next((n for n, p in subject.bodies.writable.items() if "string" in str(p.get("type"))), None)
    if text is None:
        raise NotTested("no field holds text")
    reply = subject.create({**subject.bodies.minimal(), text: "x" * ((contract.max_body or 0) + 1024)})
    must.be_refused(reply, "too_large", because=f"the body is larger than {contract.max_body} bytes")


@requirement("input.too-large", on="list", cost=1)
@for_each(lambda ground: [{}] if ground.speaks_for_all else [])
def test_an_oversize_uri_is_the_clients_fault(subject: Subject) -> None:
    long = subject.send(subject.request("list", query=(("restproof", "x" * 10_000),)), "list", observed=False)
    must.hold(
        long.ok or 400 <= long.status < 500,
        long,
        f"a URI of 10,000 characters answered {long.status}",
        kind="status",
        expected="2xx or 4xx",
        actual=long.status,
    )
    # What stands in front of an application refuses this one, in its own words.
    reply = subject.send(subject.request("list", query=(("restproof", "x" * 70_000),)), "list", observed=False)
    if reply.exchange.error == "enhance your calm":
        return  # so may a server of HTTP/2 refuse more fields than it reads (RFC 9113 §10.5.1)
    if reply.exchange.error == "oversized header" and subject.spec.status("uri_too_long", "list").may_succeed:
        raise NotTested("the header of the answer is too large to be read: links repeat the query")
    must.be_refused(reply, "uri_too_long", because="the URI is longer than 70,000 characters")
