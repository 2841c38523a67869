"""Hostile text, bodies and payloads: refused, or stored as the plain data that they are."""

from dataclasses import replace as with_

from restproof.suite import Ground, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import RUN, TOKEN_LENGTH
from restproof.suite.operations import WRITES
from restproof.suite.values import is_valid, types_of
from restproof.suite.wire import encode


def text_field(ground: Ground, *texts: str) -> str | None:
    """A field that takes free text, and each of ``texts`` as it is sent; one that is not unique where there is one. On
    create the first of several, else the last."""
    own = {ground.resource.id.field, *ground.resource.references}
    names = [
        n
        for n, p in ground.bodies.writable.items()
        if n not in own
        and "string" in types_of(p)
        and all(is_valid(p, as_sent(ground, n, text).replace(RUN, "x" * TOKEN_LENGTH)) for text in texts)
    ]
    fitting = [n for n in names if n in ground.bodies.changeable or ground.operation == "create"]
    fitting = [n for n in fitting if n not in ground.bodies.unique_fields] or fitting[:1]
    return next(iter(fitting if ground.operation == "create" else reversed(fitting)), None)


def as_sent(ground: Ground, name: str, text: str) -> str:
    """``text`` as a value of the field: with the token of the case in front where the field is unique."""
    return f"{RUN} {text}" if name in ground.bodies.unique_fields else text


def hostile_texts(ground: Ground):
    for note, value in (
        ("NUL", "restproof\x00"),
        ("a lone surrogate", "restproof\ud800"),
    ):
        name = text_field(ground, value)
        if name is not None:
            yield {"name": name, "note": note, "value": as_sent(ground, name, value), "unstorable": True}
    if ground.operation != "create":
        return
    for note, value in (
        ("characters that few expect", "\u202erestproof\u2066 \ue000\U0010fffd e" + "\u0301" * 200),
        ("control characters", "\ufeff\x01\x02\x1f\x7f"),
    ):
        name = text_field(ground)
        if name is not None:
            yield {"name": name, "note": note, "value": as_sent(ground, name, value), "unstorable": False}


@requirement("robust.hostile-text", on=WRITES, set_up=1)
@for_each(hostile_texts)
def test_hostile_text_is_stored_or_refused(subject: Subject, operation, name, note, value, unstorable):
    reply = write(subject, operation, {name: value})
    must.have_answered(reply)
    if unstorable:
        must.have_status(reply, "unstorable", field=name, because=f"{name} holds {note}")
    must.hold(
        reply.ok or 400 <= reply.status < 500,
        reply,
        f"{name} with {note} answered {reply.status}",
        kind="status",
        expected="2xx or 4xx",
        actual=reply.status,
        field=name,
    )
    allowed = isinstance(reply.sent, dict) and is_valid(subject.bodies.writable[name], reply.sent.get(name))
    if reply.ok and allowed and not unstorable and name in (state := subject.observe(reply.id) or {}):
        must.agree(
            reply, {name: reply.sent[name]}, state, what=f"{note} that the server took", pointer=reply.entity_pointer
        )


def write(subject: Subject, operation: str, change: dict) -> Reply:
    if operation == "create":
        return subject.create({**subject.bodies.minimal(), **change})
    return (
        subject.update(subject.own().id, change)
        if operation == "update"
        else subject.replace(subject.own().id, {**subject.bodies.minimal(), **change})
    )


def number_field(ground: Ground) -> str | None:
    """A field that takes numbers: one that takes fractions, where there is one."""
    fields = ground.bodies.writable if ground.operation == "create" else ground.bodies.changeable
    own = {*ground.resource.references, ground.resource.id.field}
    names = [n for n, p in fields.items() if types_of(p) & {"integer", "number"} and n not in own]
    return min(names, key=lambda n: "number" not in types_of(fields[n]), default=None)


_HOLE = "restproof-hole"


def hostile_bodies(ground: Ground):
    """Whole bodies, as text (Latin-1, so that any byte can be said); with ``into``, a valid body in which that field
    holds the text."""
    into = number_field(ground)
    if into is not None:
        for note, text in (
            ("NaN", "NaN"),
            ("minus infinity", "-Infinity"),
            ("a number beyond every float", "1e400"),
            ("a number of 5,000 digits", "9" * 5000),
            ("digits of base 16", "0x10"),
        ):
            yield {"note": f"{note} in {into}" if not note.startswith("a ") else note, "text": text, "into": into}
    deep = "[" * 10_000 + "]" * 10_000
    for note, text in (
        ("invalid UTF-8", '{"name":"\xff\xfe"}'),
        ("nested 10,000 deep", deep),
        ("an object nested 10,000 deep", '{"a":' * 10_000 + "1" + "}" * 10_000),
        ("a number beyond every float", '{"name":1e400}'),
        ("NaN", '{"name":NaN}'),
        ("a number of 5,000 digits", '{"name":' + "9" * 5000 + "}"),
        ("a name that stands twice", '{"name":"a","name":"b"}'),
    ):
        if (ground.operation == "create" and ground.speaks_for_all) or note in (
            "nested 10,000 deep",
            "a number beyond every float",
        ):
            yield {"note": note, "text": text, "into": None}


@requirement("robust.hostile-body", on=WRITES, set_up=1)
@for_each(hostile_bodies)
def test_a_hostile_body_is_the_clients_fault(subject: Subject, operation, note, text, into):
    id = subject.resolved(subject.bodies.chosen_id("raw")) if operation == "create" else subject.target().id
    body = {} if operation == "update" and into else subject.bodies.minimal()
    usual = subject.request(operation, id=id, body=subject.resolved({**body, **({into: _HOLE} if into else {})}))
    envelope = subject.spec.envelope.request
    inside = text
    if into:
        inside = (usual.body or b"").decode().replace(f'"{_HOLE}"', text)
    elif envelope and text.startswith("{"):
        outside = subject.requests.wrap(
            None,
            {
                p.name: subject.scope()[p.resource]
                for p in subject.spec.parameter_parents
                if subject.spec.parent_place(p, operation) == "body"
            },
        )
        inside = encode(outside).decode().replace(f'"{envelope}":null', f'"{envelope}":{text}')
    reply = subject.send(
        with_(usual, body=inside.encode("latin-1" if into is None else "utf-8")),
        operation,
        asked_id=None if operation == "create" else id,
    )
    must.have_answered(reply)
    must.hold(
        400 <= reply.status < 500 or (reply.ok and note.startswith("a ")),
        reply,
        f"a body that is or holds {note} answered {reply.status}",
        kind="status",
        expected="4xx",
        actual=reply.status,
    )


def payloads(ground: Ground):
    """Both texts in one where a field is long enough; else each, and on update the first."""
    code = "=1+1'; DROP TABLE restproof; -- ' OR '1'='1 {{7*7}} ${7*7} <%= 7*7 %> #{7*7} $(id) `id` | id"
    paths = "../../../../etc/passwd %00%0d%0aSet-Cookie: x=y <script>alert(1)</script> %s%n {0} \\u0000"
    both = f"{code} {paths}"
    for value in (both,) if text_field(ground, both) else (code, paths)[: 2 if ground.operation == "create" else 1]:
        name = text_field(ground, value)
        if name is not None:
            yield {"name": name, "value": as_sent(ground, name, value)}


@requirement("robust.injection", on=("create", "update"), cost=2, set_up=1)
@for_each(payloads)
def test_payloads_are_plain_text(subject: Subject, operation, name, value):
    reply = write(subject, operation, {name: value})
    must.have_status(
        reply, "created" if operation == "create" else "updated", field=name, because="text that looks like code"
    )
    state = subject.observe(reply.id)
    must.agree(
        reply,
        {name: reply.sent[name]} if name in subject.spec.shapes.response["properties"] else {},
        state,
        what="text that looks like code",
        pointer="",
    )


@requirement("robust.injection", on="list", when=lambda c, r: bool(r.filters))
@for_each(lambda ground: [{"name": n} for n, f in ground.resource.filters.items() if not f.values])
def test_a_payload_in_a_filter_matches_nothing(subject: Subject, name):
    """A condition that is always true, were it taken for one: it finds nothing, or is refused."""
    text = "string" in types_of(subject.spec.properties.get(name, {}))
    for value in ("' OR '1'='1" if text else "1 OR 1=1", "*"):
        page = subject.list(subject.lists.filter_query(name, value))
        must.have_answered(page)
        must.hold(
            400 <= page.status < 500 or (page.ok and not page.entries),
            page,
            f"a list filtered by {name}={value} answered {page.status} with {len(page.entries or ())} entries",
            kind="injection",
            expected="no entries, or a 4xx",
            actual="entries",
            field=name,
        )
