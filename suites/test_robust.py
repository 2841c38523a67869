"""Whatever a client sends: an answer, in time, that is the client's fault and never the server's."""

from dataclasses import replace as with_
from typing import Any

from restproof.suite import Contract, Ground, Reply, Subject, every_exchange, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.operations import ON_ITEM
from restproof.suite.wire import Query


@requirement("robust.no-5xx")
@every_exchange(reads="status")
def test_nothing_makes_the_server_fail(reply: Reply) -> None:
    if reply.status >= 500:
        must.hold(
            False,
            reply,
            f"the {reply} answered {reply.status}{f' ({reply.asked})' if reply.asked else ''}",
            kind="status",
            expected="no 5xx",
            actual=reply.status,
        )


@requirement("robust.no-timeout")
@every_exchange(reads="status")
def test_every_request_gets_an_answer(reply: Reply) -> None:
    must.have_answered(reply)


@requirement("robust.classes")
@every_exchange
def test_success_is_never_a_refusal_in_disguise(reply: Reply) -> None:
    if reply.ok and isinstance(reply.json, dict) and reply.contract.errors is not None:
        error = [n for n in ("error", "errors") if reply.json.get(n) and n not in reply.resource.properties]
        must.hold(
            not error,
            reply,
            f"a {reply.status} holds {error[0] if error else ''}",
            kind="error-in-success",
            expected="no error",
            actual="an error",
        )


@requirement("retry.503")
@every_exchange(reads="retries")
def test_an_overloaded_server_recovers(reply: Reply) -> None:
    must.hold(
        reply.status not in (502, 503),
        reply,
        f"the {reply} still answered {reply.status} when it was sent again",
        kind="status",
        expected="an answer after a bounded retry",
        actual=reply.status,
    )


@requirement(
    "robust.latency",
    on=("list", "create", "read", "update", "delete"),
    when=lambda c, r: c.latency_budget is not None,
    cost=20,
    set_up=1,
)
def test_answers_come_within_the_declared_time(subject: Subject, operation: str, contract: Contract) -> None:
    times = []
    for n in range(20):
        if operation == "list":
            reply = subject.list()
        elif operation == "create":
            reply = subject.create(subject.bodies.minimal(f"t{n}"))
        elif operation == "read":
            reply = subject.read(subject.shared().id)
        elif operation == "update":
            reply = subject.update(subject.own().id, subject.bodies.plain_change())
        else:
            reply = subject.delete(subject.given(tag=f"t{n}").id)
        times.append(reply.exchange.elapsed)
    slow = sorted(times)[18]
    must.hold(
        slow <= (contract.latency_budget or 0.0),
        reply,
        f"of twenty answers the second slowest took {slow:.2f} s",
        kind="latency",
        expected=f"{contract.latency_budget} s",
        actual="slower",
    )


def odd_queries(ground: Ground) -> Cases:
    """``note``: in which way a query is odd; ``raw``: a query as it stands, not percent-encoded by the client."""
    paging, query = ground.resource.paging, ground.resource.query
    number = {"page": paging.page, "offset": paging.offset}.get(paging.style, paging.size)
    by_id = query.named("id")
    by_order = query.sorted_by(next(iter(ground.resource.sort), "id"))
    names = [n for n in (paging.size, by_order, by_id, number) if n] if paging.style != "none" else [by_order]
    if paging.style == "token" and paging.token:
        for value in ("restproof", "cmVzdHByb29m", ""):
            yield {"query": [[paging.token, value]], "raw": "", "note": "a token of nowhere"}
    for at, value, note in (
        (0, "' OR '1'='1", "SQL"),
        (1, "\x00", "NUL"),
        (2, "9" * 400, "a number of many digits"),
        (-1, "9" * 20, "a number beyond 64 bits"),
        (0, "\U0001f3d7", "a character beyond U+FFFF"),
        (-1, "3000000000", "a number beyond 32 bits"),
        (-1, str(2**63 - 1), "the largest number of 64 bits"),
        (-1, str(-(2**31)), "a number far below zero"),
    ):
        yield {"query": [[names[at % len(names)], value]], "raw": "", "note": note}
    yield {"query": [[names[0], "1"], [names[0], "2"]], "raw": "", "note": "a parameter that stands twice"}
    yield {"query": [[f"{names[0]}[]", "1"]], "raw": "", "note": "a parameter with brackets"}
    yield {"query": [], "raw": "restproof=%zz&50%", "note": "a broken escape"}
    if not ground.speaks_for_all:
        return
    yield {"query": [["a[b][c]", "1"], ["a", "2"], ["a", "3"]], "raw": "", "note": "nested parameters"}
    yield {"query": [], "raw": "restproof=%ff%fe&=&&", "note": "no UTF-8"}


@requirement("robust.hostile-query", on="list", undisturbed=True)
@for_each(odd_queries, apart=True)
def test_a_hostile_query_is_the_clients_fault(subject: Subject, query: list[list[str]], raw: str, note: str) -> None:
    asked: Query = tuple((name, value) for name, value in query)
    usual = subject.request("list", query=asked)
    reply = subject.send(with_(usual, path=f"{usual.path}?{raw}") if raw else usual, "list")
    must.have_answered(reply)
    must.hold(
        reply.status < 500,
        reply,
        f"a list with an odd query ({note}) answered {reply.status}",
        kind="status",
        expected="no 5xx",
        actual=reply.status,
    )


def odd_headers(ground: Ground) -> Cases:
    for name, value in (
        ("Accept", "*/*;q=nonsense"),
        ("Accept-Encoding", "gzip;q=0, nonsense"),
        ("Range", "bytes=999999-0"),
        ("If-None-Match", '"restproof'),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Forwarded-For", "' OR 1=1"),
        ("Content-Type", ";;;"),
        ("X-Restproof", "x" * 4000),
        ("X-Restproof", "caf\xe9"),
    ):
        yield {"name": name, "value": value}


@requirement(
    "robust.hostile-headers",
    on="read",
    needs="instance",
)
@for_each(lambda ground: odd_headers(ground) if ground.speaks_for_all else [], apart=True)
def test_odd_headers_do_no_harm(subject: Subject, name: str, value: Any) -> None:
    reply = subject.read(subject.shared().id, headers=((name, value),))
    must.have_answered(reply)
    must.hold(
        reply.status < 500,
        reply,
        f"a read with an odd {name} answered {reply.status}",
        kind="status",
        expected="no 5xx",
        actual=reply.status,
    )


def odd_ids(ground: Ground) -> Cases:
    """``raw``: an id as it stands in the path, not percent-encoded by the client: a NUL, and what is no UTF-8."""
    read = {"SQL": "' OR '1'='1", "a percent sign": "%00", "a character beyond U+FFFF": "\U0001f3d7", "long": "9" * 190}
    for note, id in read.items() if ground.operation == "read" else ():
        yield {"id": id, "raw": False, "note": note}
    yield from ({"id": id, "raw": True, "note": note} for note, id in (("NUL", "%00"), ("no UTF-8", "%ff")))


_PLACE = "restproof-odd-id"


@requirement("robust.hostile-id", on=ON_ITEM, where=lambda way: way.on_item)
@for_each(odd_ids, apart=True)
def test_a_hostile_id_is_the_clients_fault(subject: Subject, operation: str, id: str, raw: bool, note: str) -> None:
    if raw:
        body = None if operation in ("read", "delete") else subject.resolved(subject.bodies.every_change())
        usual = subject.request(operation, id=_PLACE, body=body)
        reply = subject.send(with_(usual, path=usual.path.replace(_PLACE, id)), operation)
    else:
        reply = subject.read(id)
    must.have_answered(reply)
    # What the contract answers to an id that names nothing will do, be it a success.
    allowed = subject.spec.status("malformed_id", operation) | subject.spec.status("absent", operation)
    named = subject.spec.id
    # Clients that choose texts as ids may choose odd ones; and they choose what a PUT may make.
    puts = any(subject.spec.status("absent", o).may_succeed for o in ("update", "replace") if subject.spec.supports(o))
    chosen = (puts or named.chosen_by != "server") and named.type == "string" and named.pattern is None
    must.hold(
        400 <= reply.status < 500 or reply.status in allowed or (chosen and 200 <= reply.status < 300),
        reply,
        f"the {reply} of an odd id ({note}) answered {reply.status}",
        kind="status",
        expected="4xx",
        actual=reply.status,
    )
