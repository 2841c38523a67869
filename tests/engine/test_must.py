"""Every assertion can pass and can fail, and says what was wanted and what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Status
from restproof.engine.failure import CaseFailed, NotTested
from restproof.engine.reply import Observation
from restproof.oracle.finding import Finding, shown
from restproof.suite import Reply, must
from restproof.wire.message import About, Exchange, Request, Response

MakeReply = Callable[..., Reply]


@pytest.fixture
def reply_of(contract: Contract) -> MakeReply:
    def make(status: int | None = 200, body: bytes = b"", resource: str = "shelf", **changes: Any) -> Reply:
        response = None if status is None else Response(status, "", (), body)
        about = About(resource, "read")
        exchange = Exchange(7, Request("GET", "/x"), "/x", response, None if response else "timeout", 0, 0, None, about)
        return Reply(exchange, contract, replace(contract.resources[resource], **changes), "read", {})

    return make


def finding(check: Callable[..., None], *arguments: Any, **options: Any) -> Finding:
    with pytest.raises(CaseFailed) as caught:
        check(*arguments, **options)
    assert str(caught.value) == caught.value.finding.message
    return caught.value.finding


def test_have_answered(reply_of: MakeReply) -> None:
    must.have_answered(reply_of(500))
    found = finding(must.have_answered, reply_of(None))
    assert (found.kind, found.actual, found.exchange) == ("no-answer", "timeout", 7)


@pytest.mark.parametrize(
    ("case", "status"), [("read", 200), ("absent", 404), ("unsupported", 405), ("unsupported_media", 418)]
)
def test_have_status_passes(case: str, status: int, reply_of: MakeReply) -> None:
    must.have_status(reply_of(status), case)


def test_have_status_fails_and_says_both(reply_of: MakeReply) -> None:
    found = finding(must.have_status, reply_of(500), "unsupported", field="name", because="PUT on the item")
    assert found.message == "the read answered 500, not 404 or 405 (PUT on the item)"
    assert (found.kind, found.expected, found.actual, found.field) == ("status", "404 or 405", "500", "name")
    assert finding(must.have_status, reply_of(None), "read").kind == "no-answer"
    assert finding(must.be_refused, reply_of(200), "absent").expected == "404"


def write(reply: Reply, *policies: str, run_out: bool = True) -> Reply:
    """The answer as one to a create of which a unique value may be in use."""
    contract = replace(reply.contract, policies=frozenset(policies))
    return replace(reply, contract=contract, operation="create", values_may_run_out=run_out)


@pytest.mark.parametrize("case", ["created", "over_quota", "rule", "invalid", "unknown_field"])
def test_a_conflict_may_be_told_before_what_else_is_wrong_where_values_are_used_up(
    case: str, reply_of: MakeReply
) -> None:
    with pytest.raises(NotTested, match="the values of a unique field of shelf are used up"):
        must.have_status(write(reply_of(409)), case)
    assert finding(must.have_status, write(reply_of(409), run_out=False), case).actual == "409"
    assert finding(must.have_status, write(reply_of(418)), case).actual == "418"


def test_a_conflict_is_told_before_no_refusal_that_goes_first(reply_of: MakeReply) -> None:
    assert finding(must.have_status, write(reply_of(409)), "missing_credential").actual == "409"
    assert finding(must.have_status, write(reply_of(409), "refusal.order"), "rule").actual == "409"
    assert finding(must.have_status, replace(write(reply_of(409)), operation="list"), "invalid").actual == "409"
    with pytest.raises(NotTested):  # equals have no order
        must.have_status(write(reply_of(409), "refusal.order"), "over_quota")


def test_have_status_takes_a_status(reply_of: MakeReply) -> None:
    must.have_status(reply_of(418), Status(codes=frozenset({418})))
    assert finding(must.have_status, reply_of(200), Status(classes=frozenset({4}))).expected == "4xx"


def test_match_schema(reply_of: MakeReply) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}, "required": ["a"]}
    must.match_schema(reply_of(), schema, {"a": [1, 2], "more": "is tolerated"})
    found = finding(must.match_schema, reply_of(), schema, {"a": [1, "x"]}, "/data")
    assert (found.kind, found.pointer, found.field) == ("schema", "/data/a/1", "a")
    assert found.expected == "must be of type integer"
    assert found.actual == "'x'"
    assert finding(must.match_schema, reply_of(), schema, {}).pointer == "/a"


def test_agree_tolerates_more(reply_of: MakeReply) -> None:
    must.agree(
        reply_of(), {"name": "a", "of": {"id": 1}}, {"name": "a", "of": {"id": 1, "name": "b"}, "x": 1}, what="w"
    )


@pytest.mark.parametrize(
    ("wanted", "actual"),
    [
        ({"name": "a"}, {"name": "b"}),
        ({"name": "a"}, {}),
        ({"name": "a"}, {"name": None}),
        ({"pages": 0}, {"pages": False}),
        ({"pages": 1}, {"pages": "1"}),
        ({"pages": None}, {"pages": 0}),
        ({"tags": [1, 2]}, {"tags": [2, 1]}),
        ({"tags": []}, {"tags": [1]}),
        ({"of": {"id": 1}}, {"of": None}),
        ({"name": "a"}, None),
        ({"name": "a"}, [1]),
    ],
)
def test_agree_fails(wanted: Any, actual: Any, reply_of: MakeReply) -> None:
    assert finding(must.agree, reply_of(), wanted, actual, what="the state").message.startswith("the state: ")


def test_agree_names_the_place(reply_of: MakeReply) -> None:
    found = finding(must.agree, reply_of(), {"name": "a"}, {"name": "b"}, what="a read")
    assert found.message == "a read: name is 'b', not 'a'"
    assert (found.field, found.pointer) == ("name", "/name")
    # What is told as one cause holds nothing of this run alone.
    again = finding(must.agree, reply_of(), {"name": "c"}, {"name": "d"}, what="a read")
    assert (again.kind, again.expected, again.actual) == (found.kind, found.expected, found.actual)
    assert found.expected != found.actual
    wrapped = reply_of(resource="book")
    assert finding(must.agree, wrapped, {"name": "a"}, {}, what="w").pointer == "/data/name"


def test_agree_cites_the_answer_that_shows_it(reply_of: MakeReply) -> None:
    written = reply_of(201, b'{"data": {"name": "a"}}', "book")
    read = reply_of(200, b'{"data": {"name": "b"}}', "book")
    read = replace(read, exchange=replace(read.exchange, n=8))
    found = finding(must.agree, written, {"name": "a"}, read.entity, what="a read after the create")
    assert (found.exchange, found.pointer) == (8, "/data/name")
    listed = reply_of(200, b'{"items": [{"name": "x"}, {"name": "b"}]}', "book")
    assert listed.entries is not None
    found = finding(must.agree, written, {"name": "a"}, listed.entries[1], what="the entry")
    assert (found.exchange, found.pointer) == (7, "/items/1/name")


def test_agree_tells_what_is_not_found(reply_of: MakeReply) -> None:
    read = reply_of(404)
    absent = Observation({}, read, "/data", absent=True)
    found = finding(must.agree, reply_of(), {"name": "a"}, absent, what="the state")
    assert (found.message, found.kind, found.pointer) == (
        "the state: the read of it answers 404",
        "no-representation",
        None,
    )
    must.agree(reply_of(), {}, absent, what="the state")


def test_agree_compares_instants_where_the_schema_says_time(reply_of: MakeReply) -> None:
    must.agree(reply_of(), {"made_at": "2024-01-01T10:00:00Z"}, {"made_at": "2024-01-01T11:00:00.000+01:00"}, what="w")
    finding(must.agree, reply_of(), {"made_at": "2024-01-01T10:00:00Z"}, {"made_at": "2024-01-01T10:00:01Z"}, what="w")
    finding(must.agree, reply_of(), {"made_at": "2024-01-01T10:00:00Z"}, {"made_at": "soon"}, what="w")
    finding(must.agree, reply_of(), {"name": "2024-01-01T10:00:00Z"}, {"name": "2024-01-01T10:00:00.0Z"}, what="w")


def test_agree_lets_a_sparse_representation_leave_out_null(reply_of: MakeReply) -> None:
    must.agree(reply_of(sparse=True), {"pages": None}, {}, what="w")
    finding(must.agree, reply_of(sparse=False), {"pages": None}, {}, what="w")
    finding(must.agree, reply_of(sparse=True), {"pages": 1}, {}, what="w")


@pytest.mark.parametrize("operation", ["create", "update", "replace"])
def test_agree_asks_no_more_of_the_answer_to_a_write_than_it_promises(operation: str, reply_of: MakeReply) -> None:
    def answered(body: bytes, *, sparse: bool) -> Reply:
        return replace(reply_of(201, body, sparse=sparse), operation=operation)

    short, wrong = answered(b'{"id": 1}', sparse=True), answered(b'{"pages": 2}', sparse=True)
    must.agree(short, {"pages": 1}, short.entity, what="w")
    assert finding(must.agree, wrong, {"pages": 1}, wrong.entity, what="w").field == "pages"
    whole = answered(b'{"id": 1}', sparse=False)
    assert finding(must.agree, whole, {"pages": 1}, whole.entity, what="w").field == "pages"
    sure = next(iter(short.resource.shapes.response["required"]))
    assert finding(must.agree, short, {sure: "a"}, wrong.entity, what="w").field == sure
    read = reply_of(200, b'{"id": 1}', sparse=True)
    assert finding(must.agree, short, {"pages": 1}, read.entity, what="w").field == "pages"


def test_hold(reply_of: MakeReply) -> None:
    must.hold(True, None, "never told", kind="k")
    must.hold([0], reply_of(), "never told", kind="k")
    found = finding(
        must.hold, [], reply_of(), "it is empty", kind="k", expected=1, actual=None, field="f", pointer="/f"
    )
    assert found == Finding("it is empty", "k", "1", "None", "/f", "f", 7)
    assert finding(must.hold, 0, None, "it is not", kind="k").exchange is None


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 1000).endswith("(1002 characters)")
    assert len(shown("x" * 1000)) < 200
    assert shown({"a": "\ud800"}) != ""
    assert shown(None) == "null"
