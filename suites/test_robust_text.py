"""Hostile text, bodies and payloads: refused, or stored as the plain data that they are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace as with_
from typing import Any

from restproof.suite import Ground, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import RUN, TOKEN_LENGTH, Body, Cases, lenient_values
from restproof.suite.operations import WRITES
from restproof.suite.refused import without_effect_if_refused
from restproof.suite.setup import completed, put_away, without_spoiling, written
from restproof.suite.states import named
from restproof.suite.values import an, is_valid, listed, types_of
from restproof.suite.wire import encode


def text_fields(ground: Ground, *texts: str) -> list[str]:
    """The fields that take free text, and each of ``texts`` as it is sent; those that are not unique where there are
    such. On create the first of several leads, else the last."""
    own = {ground.resource.id.field, *ground.resource.references}
    names = [
        n
        for n, p in ground.bodies.writable.items()
        if n not in own
        and "string" in types_of(p)
        and not listed(p)
        and all(is_valid(p, as_sent(ground, n, text).replace(RUN, "x" * TOKEN_LENGTH)) for text in texts)
    ]
    fitting = [n for n in names if n in ground.bodies.changeable or ground.operation == "create"]
    fitting = [n for n in fitting if n not in ground.bodies.unique_fields] or fitting[:1]
    # A field of any type at all is stored in many ways, and is no text by itself.
    fitting = [n for n in fitting if ground.bodies.writable[n].keys() & _TYPED] or fitting
    return fitting if ground.operation == "create" else fitting[::-1]


def text_field(ground: Ground, *texts: str) -> str | None:
    """The one of these fields that leads."""
    return next(iter(text_fields(ground, *texts)), None)


_TYPED = {"type", "anyOf", "oneOf", "enum", "const", "$ref"}


def as_sent(ground: Ground, name: str, text: str) -> str:
    """``text`` as a value of the field: with the token of the case in front where the field is unique."""
    return f"{RUN} {text}" if name in ground.bodies.unique_fields else text


UNSTORABLE = (("NUL", "restproof\x00"), ("a lone surrogate", "restproof\ud800"))


def hostile_texts(ground: Ground) -> Cases:
    for note, value in UNSTORABLE:
        name = text_field(ground, value)
        if name is not None:
            yield {"name": name, "note": note, "value": as_sent(ground, name, value), "unstorable": True}
    if ground.operation == "create":
        yield from texts_of_creates(ground)
    for note, value in UNSTORABLE:
        for name, inside in inner_texts(ground, value.removeprefix("restproof")):
            yield {"name": name, "note": f"{note} inside", "value": inside, "unstorable": True}


def texts_of_creates(ground: Ground) -> Cases:
    for note, value in (
        ("characters that few expect", "\u202erestproof\u2066 \ue000\U0010fffd e" + "\u0301" * 200),
        ("control characters", "\ufeff\x01\x02\x1f\x7f"),
    ):
        name = text_field(ground)
        if name is not None:
            others = [n for n in text_fields(ground, value) if n != name]
            # Where no list shows what a create has made, only the token proves whose it is.
            sent = as_sent(ground, name, value) if ground.resource.supports("list") else f"{RUN} {value}"
            yield {"name": name, "note": note, "value": sent, "unstorable": False, "others": others}
    # Many a server has a check for each field, and one column that cannot hold a NUL is enough for a 500.
    for note, value in UNSTORABLE:
        for name in text_fields(ground, value)[1:]:
            yield {"name": name, "note": note, "value": as_sent(ground, name, value), "unstorable": True}


def inner_texts(ground: Ground, end: str) -> Iterator[tuple[str, Body]]:
    """Each object with free text in it, once for each such text, which ends so: as a field of an update, else of a
    create. What an update spoils for all who look is known to be the run's, and is taken away; what a create spoils,
    nothing proves."""
    by_update = ground.bodies.changeable if ground.resource.supports("update") else ()
    for name, schema in ground.bodies.writable.items() if ground.operation in ("create", "update") else ():
        if (name in by_update) != (ground.operation == "update"):
            continue
        plain = ground.bodies.plain(name) if "object" in types_of(schema) else None
        if not isinstance(plain, dict):
            continue
        for member in (n for n, value in plain.items() if isinstance(value, str)):
            changed = {**plain, member: f"{plain[member]}{end}"}
            if is_valid(schema, changed):
                yield name, changed


@requirement("robust.hostile-text", on=WRITES, set_up=1)
@for_each(hostile_texts, apart=True)
def test_hostile_text_is_stored_or_refused(
    subject: Subject,
    operation: str,
    name: str,
    note: str,
    value: Any,
    unstorable: bool,
    others: Sequence[str] = (),
) -> None:
    """``others``: fields beside it that hold the same."""
    change = dict.fromkeys((name, *others), value)
    reply = without_spoiling(
        subject, operation, note.removesuffix(" inside"), lambda: write(subject, operation, change)
    )
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
    if reply.ok and not unstorable and isinstance(reply.sent, dict):
        state, asked = subject.observe(reply.id), subject.bodies.writable
        kept = {n: reply.sent[n] for n in (name, *others) if n in state and is_valid(asked[n], reply.sent.get(n))}
        must.agree(reply, named(subject, kept), state, what=f"{note} that the server took")


def write(subject: Subject, operation: str, change: Body) -> Reply:
    if operation == "create":
        return subject.create({**subject.bodies.minimal(), **change})
    id = subject.own().id
    return without_effect_if_refused(
        subject,
        id,
        lambda: (
            subject.update(id, change)
            if operation == "update"
            else subject.replace(id, {**subject.bodies.minimal(), **change})
        ),
    )


def number_field(ground: Ground) -> str | None:
    """A field that takes numbers: one that takes fractions, where there is one."""
    fields = ground.bodies.writable if ground.operation == "create" else ground.bodies.changeable
    own = {*ground.resource.references, ground.resource.id.field}
    names = [n for n, p in fields.items() if types_of(p) & {"integer", "number"} and n not in own]
    return min(names, key=lambda n: "number" not in types_of(fields[n]), default=None)


def whole_fields(ground: Ground) -> list[str]:
    """Each field that takes whole numbers and no fractions: columns differ, and one may have too few bits. A reference
    is one, too: so large an id names nothing."""
    fields = ground.bodies.writable if ground.operation == "create" else ground.bodies.changeable
    whole = [n for n, p in fields.items() if "integer" in types_of(p) and "number" not in types_of(p)]
    return [n for n in whole if n != ground.resource.id.field]


_HOLE = "restproof-hole"
# Made once: a plan of many resources holds each of them many times.
_ARRAYS = "[" * 10_000 + "]" * 10_000
_OBJECTS = '{"a":' * 10_000 + "1" + "}" * 10_000
_DIGITS = "9" * 5000


def hostile_bodies(ground: Ground) -> Cases:
    """What stands, as text (Latin-1, so that any byte can be said), in the place of one field of a valid body."""
    number, text = number_field(ground), text_field(ground, "restproof")
    whole = ground.operation == "create" and ground.speaks_for_all
    if number is not None:
        for note, value in (
            ("NaN", "NaN"),
            ("minus infinity", "-Infinity"),
            ("a number of 5,000 digits", _DIGITS),
            ("a number beyond every float", "1e400"),
            ("digits of base 16", "0x10"),
        ):
            yield {"note": note, "text": value, "into": number}
    for name in whole_fields(ground):
        yield {"note": "a number beyond signed 64 bits", "text": str(2**63), "into": name}
    if text is not None:
        # Servers that take such are many (decoders that put U+FFFD for it): what they make is known by its token.
        mark = RUN if text in text_fields(ground, f"{RUN}--") else "restproof"
        for note, value in (
            ("a number beyond every float", "1e400"),
            ("nested 10,000 deep", _ARRAYS),
            *(
                (
                    ("invalid UTF-8", f'"\xff\xfe{mark}"'),
                    ("an object nested 10,000 deep", _OBJECTS),
                    ("NaN", "NaN"),
                    ("a number of 5,000 digits", _DIGITS),
                    ("a number beyond signed 64 bits", "9223372036854775808"),
                    ("a number beyond unsigned 64 bits", "18446744073709551616"),
                    ("a name that stands twice", f'"{mark}","{text}":"{mark}"'),
                )
                if whole
                else ()
            ),
        ):
            yield {"note": note, "text": value, "into": text}
    for case in lenient_values(ground):
        text = encode(case["value"]).decode("latin-1")
        told = {"note": case["note"], "keyword": case["keyword"]}
        yield {**told, "text": text, "into": case["field"], "lenient": True}


@requirement("robust.hostile-body", on=WRITES, set_up=1)
@for_each(hostile_bodies, apart=True)
def test_a_hostile_body_is_the_clients_fault(
    subject: Subject, operation: str, note: str, text: str, into: str, lenient: bool = False
) -> None:
    id = subject.resolved(subject.bodies.chosen_id("raw")) if operation == "create" else subject.target().id
    body = {} if operation == "update" else written(subject, operation, subject.bodies.minimal())
    usual = subject.request(operation, id=id, body=completed(subject, operation, id, {**body, into: _HOLE}))
    inside = text.replace(RUN, subject.token)
    hostile = (usual.body or b"").replace(f'"{_HOLE}"'.encode(), inside.encode("latin-1"))
    asked_id, raw = None if operation == "create" else id, with_(usual, body=hostile)
    reply = without_spoiling(
        subject,
        operation,
        note,
        lambda: without_effect_if_refused(subject, asked_id, lambda: subject.send(raw, operation, asked_id=asked_id)),
    )
    # What a server makes of a number that no float holds, or of a name that stands twice, is its own affair.
    odd = note.startswith(("a number", "a name"))
    # So is what it makes of text that is no JSON, or deeper than its parser reads (RFC 8259 §9), where the contract has
    # it take such.
    odd = odd or subject.spec.status("malformed", operation).may_succeed
    must.be_the_clients_fault(reply, because=f"{into} holds {note}", field=into, may_succeed=odd or lenient)
    if reply.ok:
        kept = {n: v for n, v in body.items() if n != into}
        if reply.id is None:  # a client may have chosen it
            reply = with_(reply, asked_id=kept.get(subject.spec.id.field))
        must.agree(reply, named(subject, kept), subject.observe(reply.id), what=f"the rest of what held {note}")
        put_away(subject, reply)


def payloads(ground: Ground) -> Cases:
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
def test_payloads_are_plain_text(subject: Subject, operation: str, name: str, value: Any) -> None:
    reply = write(subject, operation, {name: value})
    must.have_status(
        reply, "created" if operation == "create" else "updated", field=name, because="text that looks like code"
    )
    state = subject.observe(reply.id)
    must.agree(
        reply,
        named(subject, {name: reply.sent[name]}),
        state,
        what=f"after {an(operation)} with text that looks like code",
    )


@requirement("robust.injection", on="list", when=lambda c, r: bool(r.filters), undisturbed=True)
@for_each(lambda ground: [{"name": n} for n, f in ground.resource.filters.items() if not f.values])
def test_a_payload_in_a_filter_matches_nothing(subject: Subject, name: str) -> None:
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
