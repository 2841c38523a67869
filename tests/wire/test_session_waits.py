"""When a session sends again, waits, and sends no more."""

from __future__ import annotations

import threading
import time

import pytest
from urllib3.connection import HTTPConnection

from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotSent
from restproof.wire.message import Request

from .conftest import CREATE, GET, POST, READ, Connect, Serve, answer


@pytest.mark.parametrize("status", [502, 503])
def test_a_passing_failure_is_retried(serve: Serve, connect: Connect, status: int) -> None:
    replies = iter([answer(status), answer(status, Retry_After="1"), answer(200)])
    client = connect(serve(lambda _: next(replies)).url)
    assert client.session.send(GET, READ).status == 200
    assert [e.status for e in client.recording.exchanges] == [status, status, 200]
    assert [e.n for e in client.recording.exchanges] == [1, 2, 3]
    assert client.slept == [0.2, 1.0]
    assert [kind for kind, _ in client.recording.notes] == ["retry", "retry"]


def test_a_lasting_failure_is_retried_twice_and_no_more(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url)
    assert client.session.send(GET, READ).status == 503
    assert len(client.recording.exchanges) == 3


@pytest.mark.parametrize(("regular", "status"), [(True, 201), (False, 503)])
def test_a_write_that_is_turned_away_each_time_is_sent_behind_another_request(
    serve: Serve, connect: Connect, regular: bool, status: int
) -> None:
    """Who turns away each fifth request may have turned away the one behind four looks, over and over."""
    before = b"POST"

    def turned(request: bytes) -> bytes:
        nonlocal before
        before, last = request[:4], before
        return answer(201) if regular and last != b"POST" else answer(503)

    client = connect(serve(turned).url)
    assert client.session.send(POST, CREATE).status == status
    sent = [(e.request.method, e.request.path) for e in client.recording.exchanges]
    assert sent == [*[("POST", POST.path)] * 3, ("GET", "/v1"), ("POST", POST.path)]


def test_no_retry_where_it_is_not_wanted(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url)
    client.session.send(GET, READ, retry=False)
    assert len(client.recording.exchanges) == 1


def test_a_500_is_never_retried(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(500)).url)
    client.session.send(GET, READ)
    assert len(client.recording.exchanges) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "2"}, 2.0),
        ({"X_Reset": "3"}, 3.0),
        ({"X_Reset": "1767225604", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 4.0),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:01 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 1.0),
        ({"Retry_After": "soon"}, 0.2),
        ({}, 0.2),
    ],
)
def test_a_throttle_is_obeyed(serve: Serve, connect: Connect, headers: dict[str, str], wait: float) -> None:
    replies = iter([answer(429, b"", **headers), answer(200)])
    client = connect(serve(lambda _: next(replies)).url)
    assert client.session.send(GET, READ).status == 200
    assert client.slept == [wait]
    assert [kind for kind, _ in client.recording.notes] == ["throttle"]


def test_a_throttle_longer_than_the_longest_wait_is_handed_back(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="6")).url)
    assert client.session.send(GET, READ).status == 429
    assert client.slept == []


def test_waits_add_up_to_the_longest_wait(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="2")).url)
    assert client.session.send(GET, READ).status == 429
    assert client.slept == [2.0, 2.0]


def test_a_throttle_without_a_wait_does_not_go_on_for_ever(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="0")).url)
    assert client.session.send(GET, READ).status == 429
    assert len(client.recording.exchanges) == 11


def test_an_expected_throttle_is_handed_back(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="1")).url)
    assert client.session.send(GET, READ, expect_throttle=True).status == 429
    assert len(client.recording.exchanges) == 1


def test_a_read_only_session_sends_no_write(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    session = connect(server.url, read_only=True).session
    session.send(GET, READ)
    with pytest.raises(NotSent, match="read-only"):
        session.send(POST, CREATE)
    assert len(server.requests) == 1


def test_a_forbidden_operation_is_not_sent(connect: Connect) -> None:
    session = connect("http://127.0.0.1:1", target={"forbid": frozenset({"note.create"})}).session
    with pytest.raises(NotSent, match=r"the target forbids note\.create"):
        session.send(POST, CREATE)


def test_the_ceiling_counts_every_attempt_and_clean_up_may_pass_it(serve: Serve, connect: Connect) -> None:
    replies = iter([answer(503), answer(200), answer(200)])
    session = connect(serve(lambda _: next(replies)).url, ceilings=Ceilings(requests=2)).session
    session.send(GET, READ)
    with pytest.raises(NotSent, match="ceiling of 2 requests"):
        session.send(GET, READ)
    assert session.requests == 2
    assert session.send(GET, READ, beyond_ceiling=True).status == 200


def test_the_ceiling_ends_retries_with_the_last_answer(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url, ceilings=Ceilings(requests=2))
    assert client.session.send(GET, READ).status == 503
    assert len(client.recording.exchanges) == 2


def test_the_request_before_the_last_attempt_of_a_write_counts(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url, ceilings=Ceilings(requests=4))
    assert client.session.send(POST, CREATE).status == 503
    assert client.session.requests == len(client.recording.exchanges) == 4


def test_requests_keep_their_pace(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    now = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    session = connect(server.url, ceilings=Ceilings(rate=4, clock=lambda: now[0], sleep=sleep)).session
    for _ in range(3):
        session.send(GET, READ)
    assert slept == [0.25, 0.25]


def test_requests_that_are_sent_together_leave_when_all_connections_are_open(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    opens = HTTPConnection.connect

    def slowly(connection: HTTPConnection) -> None:
        time.sleep(0.03 * (1 + len(events)))
        opens(connection)
        events.append("open")

    def handler(_: bytes) -> bytes:
        events.append("request")
        together.wait()
        return answer(201)

    together = threading.Barrier(4, timeout=5)
    monkeypatch.setattr(HTTPConnection, "connect", slowly)
    client = connect(serve(handler).url, timeout=5)
    requests = [Request("POST", f"/v1/teams/5/notes/{n}", body=b"{}") for n in range(4)]
    exchanges = client.session.send_together(requests, CREATE)
    assert events == ["open"] * 4 + ["request"] * 4
    assert [e.request.target for e in exchanges] == [r.target for r in requests]
    assert sorted(e.n for e in client.recording.exchanges) == [1, 2, 3, 4]
    assert {e.status for e in client.recording.exchanges} == {201}


def test_a_request_that_must_not_be_sent_does_not_hold_up_the_others(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(201))
    session = connect(server.url, ceilings=Ceilings(requests=2)).session
    with pytest.raises(NotSent, match="ceiling of 2 requests"):
        session.send_together([POST] * 3, CREATE)
    assert len(server.requests) == 2
