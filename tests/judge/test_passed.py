"""What has passed through the proxy: a recording while it is made, and what is told of it meanwhile."""

from __future__ import annotations

import zlib
from dataclasses import replace

from restproof.record.model import RecordedExchange, Request, Response, Traffic
from restproof.traffic.live import Live
from restproof.traffic.passed import LONGEST_BODY, Content, Passed, Recording
from restproof.traffic.whole import Terms


def passed(method: str = "GET", began: float = 0.0, body: bytes = b"", *headers: tuple[str, str]) -> Passed:
    found = Passed(began, method, "http://h/x", (), status=200, answered=headers)
    found.got.add(body)
    return found


def test_a_recording_is_in_the_order_of_its_beginnings_and_has_an_end() -> None:
    recording = Recording(largest=1000)
    for one in (passed(began=2), passed(began=1), passed("OPTIONS"), passed(body=b"x" * 2000), passed()):
        recording.add(one, 3.0)
    found: Traffic = recording.traffic()
    assert [(e.n, e.started, e.elapsed) for e in found.exchanges] == [(1, 1.0, 2.0), (2, 2.0, 1.0)]
    assert list(found.skipped.values()) == [1, 2]


def test_what_may_overlap_with_what_is_under_way_is_not_settled() -> None:
    recording = Recording()
    slow, quick, later = (recording.begin(lambda at=at: at, "GET", "http://h/x", ()) for at in (1.0, 2.0, 5.0))  # type: ignore[misc]
    recording.add(quick, 3.0)
    assert recording.settled() == []
    recording.add(slow, 4.0)
    assert [e.started for e, _ in recording.settled()] == [1.0, 2.0]
    recording.add(later, 6.0)
    assert [e.started for e, _ in recording.settled()] == [5.0]
    assert recording.settled() == []
    assert len(recording.traffic().exchanges) == 3


def test_declared_deviations_are_not_told_and_a_failed_attempt_may_still_be_sent_again(terms: Terms) -> None:
    base = "https://api.example.com"

    def told(terms: Terms, status: int, body: str) -> list[str]:
        lines: list[str] = []
        live = Live(terms, base, lines.append)
        for n in range(2):
            asked = Request("GET", f"{base}/rest/v1.0/companies", (("Authorization", "Bearer abcdefghijkl"),), None)
            answer = Response(status, "", (("Content-Type", "application/json"),), body)
            live.take([(RecordedExchange(n=0, request=asked, response=answer, started=n, elapsed=0.5), frozenset())])
        return lines

    assert told(terms, 503, "{}") == []
    lines = told(terms, 200, "no JSON")
    (rule,) = [line.partition(":")[0] for line in lines[:4] if line.startswith("shape.list: ")]
    declared = {"requirement": rule, "owner": "o", "reason": "r", "expires": "2999-01-01"}
    assert not any(line.startswith(rule) for line in told(replace(terms, deviations=[declared]), 200, "no JSON"))


def test_content_that_cannot_be_read_is_unknown() -> None:
    long = Content()
    for _ in range(3):
        long.add(b"x" * (LONGEST_BODY // 2))
    assert long.body(()) == (None, False)
    coded = ("Content-Encoding", "br")
    for body, header in ((b"...", coded), (b"no gzip", ("Content-Encoding", "gzip"))):
        assert passed("GET", 0, body, header).exchange(1)[1] == {"response body"}
    bomb = zlib.compress(b"0" * 70_000_000)
    assert passed("GET", 0, bomb, ("Content-Encoding", "deflate")).exchange(1)[1] == {"response body"}
    assert passed("HEAD", 0, b"", coded).exchange(1)[1] == frozenset()
