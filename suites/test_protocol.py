"""HTTP as such: methods, statuses, content."""

import json
from email.utils import parsedate
from functools import lru_cache
from http import HTTPStatus

from restproof.suite import Ground, Reply, Subject, every_exchange, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.operations import by_get, methods_where
from restproof.suite.scopes import absent_id
from restproof.suite.wire import JSON, Request, effective_method, is_json

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


#: Registered codes that the standard library's table does not hold (IANA HTTP Status Code Registry).
REGISTERED = {s.value for s in HTTPStatus} | {104, 208, 226, 506, 507, 508, 510, 511}


def unsupported(ground: Ground) -> Cases:
    """Each method that neither the collection nor an item supports, by path. A DELETE of a whole collection is sent
    only below a parent that the run made: a server that got it wrong would take what is not ours."""
    resource = ground.resource
    ways = [resource.operation(o) for o in resource.operations]
    at_items = resource.operation("read")
    # Where ids stand elsewhere, nobody knows that a method which the contract has not heeds them.
    on_items = {w.method for w in ways if w.sent_path == at_items.sent_path} if at_items.address is None else set()
    on_collection = {w.method for w in ways if w.sent_path == resource.path}
    on_items |= {*resource.other_methods.get("item", ())} if on_items else set()
    on_collection |= {*resource.other_methods.get("collection", ())}
    # A list with a path of its own may share it with the item of that name.
    for method in METHODS if resource.operation("list").path == resource.path else ():
        if method not in on_collection and (method != "DELETE" or _below_own_parent(ground)):
            yield {"method": method, "path": "collection"}
    if on_items:
        for method in METHODS:
            if method not in on_items:
                yield {"method": method, "path": "item"}


def _below_own_parent(ground: Ground) -> bool:
    parents = ground.resource.path_parents
    return bool(parents) and parents[-1].resource not in ground.contract.given


def attempt(subject: Subject, method: str, path: str) -> Reply:
    body = None
    if path == "item":
        id = subject.own().id if subject.spec.creatable else absent_id(subject)
        usual = subject.request("read", id=id)
    elif method == "DELETE":
        # Below a parent of its own: a server that gets it wrong takes nothing that other cases need.
        parent = subject.other(subject.spec.path_parents[-1].resource)
        made = parent.given(tag="bulk")
        usual = subject.request("list", scope={**subject.scope(), **made.scope, parent.name: made.id})
    else:
        usual = subject.request("list")
    if method in ("POST", "PUT", "PATCH"):
        way = subject.spec.operation("create")
        beside = {p.name: subject.scope()[p.resource] for p in way.parents_in("body")}
        body = json.dumps(way.envelope.requested(subject.resolved(subject.bodies.minimal()), beside)).encode()
        usual = usual.having(way.media.headers(with_body=True))
    operation = {"GET": "read", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}.get(
        method, "list"
    )
    return subject.send(Request(method, usual.path, usual.query, usual.headers, body), operation)


@requirement("protocol.unsupported-verb", on="list", cost=1, set_up=1)
@for_each(unsupported)
def test_an_unsupported_method_is_refused(subject: Subject, method: str, path: str) -> None:
    judged = path == "item" and subject.spec.creatable and method in ("PUT", "PATCH", "DELETE")
    before = subject.before(subject.own().id) if judged else {}
    reply = attempt(subject, method, path)
    must.have_status(reply, "unsupported", because=f"{method} on the {path}")
    if judged:
        must.agree(
            reply,
            subject.stable(before),
            subject.now(subject.own().id),
            what=f"the state after {method} on an item that does not support it",
        )


@requirement("protocol.405-allow")
@every_exchange(reads="headers")
def test_a_405_names_what_is_allowed(reply: Reply) -> None:
    if reply.status != 405 or reply.is_told_by_body:
        return
    allow = reply.members("Allow")
    must.hold(allow is not None, reply, "a 405 has no Allow", kind="no-allow", expected="Allow", actual="none")
    named = {m.strip().upper() for m in (allow or "").split(",") if m.strip()}
    refused = reply.exchange.request.method
    if effective_method(reply.exchange.request) != refused:
        return  # which of the two was refused is not told
    must.hold(
        refused not in named,
        reply,
        f"Allow names {refused}, which was just refused",
        kind="allow",
        expected="not the refused method",
        actual=refused,
    )
    # Whether it should have been refused is judged as a status: a server has other methods where an id is malformed.
    missing = sorted(methods_where(reply) - named - {refused})
    must.hold(
        not missing,
        reply,
        f"Allow leaves out {', '.join(missing)}",
        kind="allow",
        expected="every supported method",
        actual="some left out",
    )


@requirement("protocol.standard-status")
@every_exchange(reads="status")
def test_the_status_is_registered(reply: Reply) -> None:
    if reply.exchange.response is not None:
        must.hold(
            reply.status in REGISTERED,
            reply,
            f"{reply.status} is no registered status",
            kind="status",
            expected="a registered status",
            actual=reply.status,
        )


@requirement("protocol.no-body")
@every_exchange
def test_an_empty_status_has_no_content(reply: Reply, behind: str = "") -> None:
    if reply.status not in (204, 205, 304) or reply.exchange.response is None:
        return
    # What follows a 204 on the wire is never read as its content: what the head announces tells of it (a 304 may say
    # the length that a 200 would have), and what came behind it.
    announced = reply.status != 304 and (
        (reply.header("Content-Length") or "0").strip() != "0"
        or (reply.status == 204 and reply.header("Transfer-Encoding") is not None)
    )
    must.hold(
        not reply.exchange.response.body and not announced and not behind,
        reply,
        f"a {reply.status} {'announces' if announced else 'has'} content",
        kind="content",
        expected="no content",
        actual="content",
        pointer="",
    )


@requirement("protocol.json-valid")
@every_exchange
def test_json_is_valid(reply: Reply) -> None:
    response = reply.exchange.response
    if response is None or not response.body or not is_json(response.header("Content-Type") or ""):
        return
    if reply.unreadable:
        # Readers may set limits (RFC 8259 §6, §9), and those of no client are wider than these.
        must.hold(
            False,
            reply,
            f"the body is beyond what JSON readers take: {reply.unreadable}",
            kind="json-bounds",
            expected="JSON that every reader takes",
            actual=reply.unreadable,
            pointer="",
        )
    why = None
    try:
        response.body.decode("utf-8")
        if response.repeated_name is not None:
            why = f"the name {response.repeated_name!r} stands twice in an object"
        elif response.no_number is not None:
            why = f"{response.no_number} is not JSON"
    except ValueError as error:
        why = error.reason if isinstance(error, UnicodeDecodeError) else str(error).partition(":")[0]
    must.hold(
        why is None,
        reply,
        f"the body is no valid JSON: {why}",
        kind="json",
        expected="valid JSON",
        actual=why,
        pointer="",
    )


def is_of_vendor(media: str) -> bool:
    """Whether a media type is one that its owner defines (RFC 6838 §3.2): it may well be JSON without the suffix."""
    return media.lower().startswith("application/vnd.")


@requirement("protocol.content-type")
@every_exchange
def test_a_body_says_its_media_type(reply: Reply) -> None:
    response = reply.exchange.response
    if response is None or not response.body.strip() or reply.exchange.request.method == "HEAD":
        return
    media = response.header("Content-Type")
    must.hold(
        media, reply, "a body has no Content-Type", kind="no-content-type", expected="Content-Type", actual="none"
    )
    if reply.ok and "answers" in reply.resource.open:
        return  # it need not be a representation
    if reply.ok or isinstance(reply.json, dict | list):
        wanted = reply.resource.operation(reply.operation).media
        must.hold(
            wanted.shows(media or "") if reply.ok else is_json(media or "") or is_of_vendor(media or ""),
            reply,
            f"{'a representation' if reply.ok else 'the JSON of a refusal'} is {media!r}",
            kind="content-type",
            expected=wanted.response if reply.ok and wanted.response != JSON else "application/json or +json",
            actual=(media or "").partition(";")[0],
        )


@lru_cache(maxsize=64)
def is_date(text: str) -> bool:
    """Whether a text is an HTTP date. The same one stands in all answers of a second."""
    return parsedate(text) is not None


@requirement("protocol.date")
@every_exchange(reads="headers")
def test_an_answer_carries_date(reply: Reply) -> None:
    if reply.exchange.response is None or reply.status >= 500:
        return
    date = reply.header("Date")
    must.hold(date, reply, "an answer has no Date", kind="no-date", expected="Date", actual="none")
    must.hold(
        is_date(date or ""),
        reply,
        f"Date is {date!r}, no HTTP date",
        kind="date",
        expected="an HTTP date",
        actual="another form",
    )


@requirement(
    "protocol.head",
    on="read",
    needs="instance",
    when=lambda c, r: "protocol.head" in c.policies and by_get(r),
    cost=4,
    set_up=1,
)
def test_head_answers_as_get_without_content(subject: Subject) -> None:
    usual = subject.request("read", id=subject.shared().id)
    got = subject.send(usual, "read")
    head = subject.send(Request("HEAD", usual.path, usual.query, usual.headers), "read")
    must.hold(
        head.line == got.line,
        head,
        f"HEAD answers {head.line} and GET {got.line}",
        kind="status",
        expected=got.line,
        actual=head.line,
    )
    must.hold(
        not head.exchange.response or not head.exchange.response.body,
        head,
        "an answer to HEAD has content",
        kind="content",
    )
    for name in ("Content-Type", "Content-Length", "ETag"):
        said, shown = head.header(name), got.header(name)
        if name == "Content-Length" and shown is None:
            continue  # the content of GET came in chunks
        must.hold(
            said is None or said == shown,
            head,
            f"HEAD says {name}: {said} and GET {shown}",
            kind="header",
            expected=f"the {name} of GET",
            actual="another",
            field=name,
        )
    if subject.credential is not None:
        got = subject.send(usual, "read", credential=None)
        head = subject.send(Request("HEAD", usual.path, usual.query, usual.headers), "read", credential=None)
        must.hold(
            head.line == got.line,
            head,
            f"without a credential HEAD answers {head.line} and GET {got.line}",
            kind="status",
            expected=got.line,
            actual=head.line,
        )
