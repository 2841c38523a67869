"""Media types: what an answer is, and what a body may be."""

from collections.abc import Iterator
from dataclasses import replace
from json import loads
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from restproof.suite import Ground, Inconclusive, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases
from restproof.suite.operations import SUCCESS
from restproof.suite.setup import written
from restproof.suite.wire import JSON, is_json

HTML = "text/html"


def other_media(ground: Ground) -> Cases:
    kinds = ("application/xml", HTML, "application/xml, */*;q=0.1")
    for accept in kinds if ground.speaks_for_all else kinds[:1]:
        yield {"accept": accept}


@requirement("media.json-only", on=("list", "read"), set_up=1, undisturbed=True)
@for_each(other_media, apart=True)
def test_an_answer_is_json_whatever_accept_says(subject: Subject, operation: str, accept: str) -> None:
    """Who asks for HTML may get a page to look at, which is no representation and is not judged as one."""
    usual = subject.request(operation, id=subject.shared().id if operation == "read" else None)
    page = accept == HTML
    reply = subject.send(usual.having((("Accept", accept),)), operation, observed=not page)
    must.have_answered(reply)
    must.hold(
        reply.ok or 400 <= reply.status < 500,
        reply,
        f"a request that accepts {accept} answered {reply.status}",
        kind="status",
        expected="2xx or 4xx",
        actual=reply.status,
    )
    if reply.ok and "answers" in subject.spec.open:
        raise Inconclusive("the contract leaves open what a success answers")
    if reply.ok:
        media = reply.header("Content-Type") or ""
        must.hold(
            (is_json(media) and reply.json is not None) or (page and media.lower().startswith(HTML)),
            reply,
            f"a request that accepts {accept} got {media or 'no media type'}",
            kind="media-type",
            expected="JSON",
            actual=media.partition(";")[0],
        )
    else:
        must.hold(
            "xml" not in (reply.header("Content-Type") or "").lower(),
            reply,
            "a refusal is XML",
            kind="media-type",
            expected="no XML",
            actual="XML",
        )


def foreign_bodies(ground: Ground) -> Cases:
    kinds = ("application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=restproof")
    creates = ground.operation == "create"
    own = ground.resource.operation(ground.operation).media
    for media in kinds if ground.speaks_for_all else kinds[:1] if creates else ():
        if not own.reads(media):
            yield {"media": media, "as_json": False}
    declared = ("application/xml", "text/plain")
    for media in declared if ground.speaks_for_all else declared[:1] if creates else declared[1:]:
        if not own.reads(media):
            yield {"media": media, "as_json": True}


def pairs_of(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The members of a request body as the fields of a form: ``envelope[member]``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from pairs_of(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs_of(inner, f"{name}[]")
    else:
        yield name, "" if value is None else str(value)


def xml_of(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{xml_of(inner)}</{key}>" for key, inner in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{xml_of(inner)}</item>" for inner in value)
    return escape("" if value is None else str(value))


def in_media(media: str, whole: Body) -> bytes:
    """The whole request body as another media type would hold it."""
    if "xml" in media:
        return f'<?xml version="1.0" encoding="UTF-8"?><request>{xml_of(whole)}</request>'.encode()
    if "multipart" in media:
        parts = "".join(
            f'--restproof\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in pairs_of(whole)
        )
        return f"{parts}--restproof--\r\n".encode()
    return urlencode(list(pairs_of(whole))).encode()


@requirement("media.foreign-body", on=("create", "update", "replace"), cost=1, set_up=1)
@for_each(foreign_bodies, apart=True)
def test_a_body_of_another_media_type_is_refused(subject: Subject, operation: str, media: str, as_json: bool) -> None:
    fields = subject.bodies.minimal() if operation != "update" else subject.bodies.every_change()
    body = written(subject, operation, fields)
    id = None if operation == "create" else subject.own().id
    usual = subject.request(operation, id=id or subject.resolved(subject.bodies.chosen_id("raw")), body=body)
    before = subject.before(id) if id is not None else None
    data = usual.body or b""
    foreign = replace(usual.having((("Content-Type", media),)), body=data if as_json else in_media(media, loads(data)))
    reply = subject.send(foreign, operation, asked_id=id)
    must.be_refused(
        reply, "unsupported_media", because=f"the body is {'JSON that is declared as ' if as_json else ''}{media}"
    )
    if before is not None and not reply.ok:
        must.agree(
            reply,
            subject.stable(before),
            subject.now(id),
            what="the state after a body of another media type",
        )


def must_be_read(subject: Subject, operation: str, media: str, because: str) -> None:
    """A valid write with this Content-Type (empty: without) succeeds."""
    headers = (("Content-Type", media),)
    if operation == "create":
        reply = subject.create(subject.bodies.minimal(), headers=headers)
    elif operation == "update":
        reply = subject.update(subject.own().id, subject.bodies.plain_change(), headers=headers)
    else:
        reply = subject.replace(subject.own().id, subject.bodies.minimal("own"), headers=headers)
    must.have_control(reply)
    must.have_status(reply, SUCCESS[operation], because=because)


def plain_json(ground: Ground) -> Cases:
    """Where the body is plain JSON: what other media types take as parameters is their own affair."""
    if ground.speaks_for_all and ground.resource.operation(ground.operation).media.request == JSON:
        yield {}


@requirement("media.charset", on=("create", "update", "replace"), set_up=1)
@for_each(plain_json)
def test_a_charset_behind_the_media_type_makes_no_difference(subject: Subject, operation: str) -> None:
    media = "application/json; charset=utf-8"
    must_be_read(subject, operation, media, because=f"the media type of the body is {media}")


@requirement(
    "media.untyped-body",
    on=("create", "update", "replace"),
    when=lambda c, r: "media.untyped-body" in c.policies,
    set_up=1,
)
@for_each(lambda ground: [{}] if ground.speaks_for_all else [])
def test_a_body_without_a_media_type_is_read_as_json(subject: Subject, operation: str) -> None:
    must_be_read(subject, operation, "", because="the body has no Content-Type")
