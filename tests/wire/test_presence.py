"""A server that is gone ends the run early, and is no verdict on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from restproof.record.reader import read
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Request
from restproof.wire.presence import DOUBTFUL
from restproof.wire.ticket import Ticket, Unguarded
from restproof.wire.walk import Sender

from .conftest import NOTES, SCHEMA, Connect, Serve, answer

GET = Request("GET", "/v1/x")


def about(number: int) -> About:
    return About("note" if number % 2 else "team", "list")


def test_where_nobody_listens_any_more_nothing_more_is_sent(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(200, b"[]"))
    client = connect(server.url)
    for number in range(3):
        client.session.send(GET, about(number))
    server.close()
    client.session.release()
    exchange = client.session.send(GET, about(0))
    assert (exchange.error, exchange.attempt) == ("connection refused", 5)
    assert client.slept == pytest.approx([0.2, 0.4, 0.8, 1.6]), "it may have been about to start again"
    told = "the target stopped answering after 3 requests \\(connection refused\\)$"
    with pytest.raises(NotSent, match=told):
        client.session.send(GET, about(0))
    with pytest.raises(NotSent, match=told):
        client.session.send_together([GET, GET], about(0))
    for _ in range(3):
        assert client.session.send(GET, about(0), beyond_ceiling=True).error, "clean-up may try"
    with pytest.raises(NotSent, match=told):
        client.session.send(GET, about(0), beyond_ceiling=True)
    assert [kind for kind, _ in client.recording.notes] == [*["retry"] * 4, "gone"]


def test_one_that_never_answered_is_asked_ten_times(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: None)
    server.close()
    client = connect(server.url)
    for number in range(DOUBTFUL):
        assert client.session.send(GET, about(number)).attempt == 1
    with pytest.raises(NotSent, match="the target stopped answering after 0 requests"):
        client.session.send(GET, about(0))


def test_one_that_starts_again_is_waited_for(serve: Serve, connect: Connect) -> None:
    """What was refused has reached nobody: it is no fault, and is sent again."""
    server = serve(lambda _: answer(200, b"[]"))
    back: list[float] = []

    def sleep(seconds: float) -> None:
        back.append(seconds)
        if len(back) == 2:
            serve(lambda _: answer(200, b"[]"), port=server.port)

    client = connect(server.url, sleep=sleep)
    client.session.send(GET, about(0))
    server.close()
    client.session.release()
    exchange = client.session.send(GET, about(1))
    assert (exchange.status, exchange.attempt, client.session.presence.gone) == (200, 3, None)
    assert client.recording.notes[-1] == ("retry", "connection refused to GET /v1/x: sent again after 0.4 s")


def mortal(serve: Serve) -> Any:
    """A server that dies of what is called deadly."""
    servers: list[Any] = []

    def handler(request: bytes) -> bytes | None:
        if b"deadly" not in request:
            return answer(200, b"[]")
        threading.Thread(target=servers[0].close).start()
        servers[0].closed.wait(5)
        return None

    servers.append(serve(handler))
    return servers[0]


def test_what_it_did_not_answer_is_told(serve: Serve, connect: Connect) -> None:
    """The request that a server dies of is the first that it leaves without an answer, kept connection or not."""
    client = connect(mortal(serve).url)
    client.session.send(GET, about(0))
    deadly = About("note", "list", "list.answers-ok[note-list]")
    assert client.session.send(Request("GET", "/v1/deadly"), deadly).error
    with pytest.raises(NotSent, match="the first that it did not answer was GET /v1/deadly of list"):
        client.session.send(GET, about(0))


class Looks(Unguarded):
    """Looks before a write goes a second time."""

    def again(self, ticket: Ticket, request: Request, about: About, credential: str | None, send: Sender) -> Ticket:
        look = send.send(GET, About("note", "read", setup="guard"), credential)
        if look.response is None:
            raise NotSent("nothing shows whose it is")
        return ticket

    def before(self, request: Request, about: About, credential: str | None, send: Sender) -> Ticket | None:
        return Ticket(None, request.method) if request.writes else None


def test_a_write_that_it_dies_of_is_told_and_not_the_look_after_it(serve: Serve, connect: Connect) -> None:
    """On a kept connection the write may be one that came too late: a look decides whether it goes again, and gets no
    answer either."""
    client = connect(mortal(serve).url, guard=Looks())
    client.session.send(GET, about(0))
    write = Request("PUT", "/v1/teams/5/notes/1", body=b'{"name":"deadly"}')
    assert client.session.send(write, About("note", "replace", "robust.hostile-body[note-replace]")).error
    with suppress(NotSent):  # where the look has shown it already
        client.session.send(GET, about(0))
    told = "the first that it did not answer was PUT /v1/teams/5/notes/1 of robust.hostile-body"
    assert told in str(client.session.presence.gone)


@pytest.mark.parametrize("status", [429, 503])
def test_one_that_turns_everybody_away_for_ever_is_gone_too(serve: Serve, connect: Connect, status: int) -> None:
    client = connect(serve(lambda _: answer(status)).url, max_wait=0.0)
    for number in range(DOUBTFUL):
        assert client.session.send(GET, about(number)).status == status
    with pytest.raises(NotSent, match=f"after 0 requests \\({status}\\)"):
        client.session.send(GET, about(0))


def test_one_that_is_there_after_all_goes_on(serve: Serve, connect: Connect) -> None:
    """One resource is down, or what is sent to it is refused by a gateway: the API itself answers."""
    client = connect(serve(lambda r: answer(200 if b"GET /v1 " in r else 503)).url, max_wait=0.0)
    for number in range(3 * DOUBTFUL):
        client.session.send(GET, about(number))
    assert client.session.presence.gone is None
    assert [e.request.path for e in client.recording.exchanges].count("/v1") == 3


@pytest.mark.parametrize("all_hang", [True, False], ids=["all of it", "one resource"])
def test_one_that_hangs_is_asked_for_soon(serve: Serve, connect: Connect, all_hang: bool) -> None:
    """Each request that waits in vain takes all of its time."""
    over = threading.Event()

    def handler(request: bytes) -> bytes | None:
        if request.startswith(b"GET /v1/deadly") or (all_hang and len(server.requests) > 1):
            over.wait(10)
            return None
        return answer(200, b"[]")

    server = serve(handler)
    client = connect(server.url, timeout=0.2)
    client.session.send(GET, about(0))
    for _ in range(3):
        assert client.session.send(Request("GET", "/v1/deadly"), about(0)).error == "timeout"
    over.set()
    told = (
        "the target stopped answering after 1 requests (timeout); the first that it did not answer was GET /v1/deadly"
    )
    assert client.session.presence.gone == (told if all_hang else None)


def test_one_resource_alone_may_be_down_for_longer(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url, max_wait=0.0)
    for _ in range(2 * DOUBTFUL):
        client.session.send(GET, about(1))
    assert client.session.presence.gone is None


def test_an_expected_throttle_says_nothing(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429)).url)
    for number in range(2 * DOUBTFUL):
        client.session.send(GET, about(number), expect_throttle=True)
    assert client.session.presence.gone is None


def contract_in(folder: Path) -> None:
    (folder / "contracts" / "notes").mkdir(parents=True)
    (folder / "contracts" / "notes" / "contract.yaml").write_text(NOTES.replace("SCHEME", "none").replace("5", "2"))
    for name in ("team", "note"):
        (folder / "contracts" / "notes" / f"{name}.json").write_text(SCHEMA)


def ends(out: Path) -> dict[tuple[str, str, str], str]:
    results = json.loads((out / "summary.json").read_text())["results"]
    return {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in results}


@pytest.mark.parametrize("is_back", [True, False], ids=["starts again", "is gone"])
def test_a_replay_ends_as_the_run_that_it_left(
    serve: Serve, tmp_path: Path, run_command: Callable[..., int], monkeypatch: pytest.MonkeyPatch, is_back: bool
) -> None:
    contract_in(tmp_path)
    answers, servers = iter(range(12)), list[Any]()

    def handler(_: bytes) -> bytes | None:
        if next(answers, None) is not None or len(servers) > 1:
            return answer(200, b'[{"id": 5, "name": "a"}]')
        first = servers[0]
        threading.Thread(target=first.close).start()
        first.closed.wait(5)
        if is_back:
            threading.Timer(0.4, lambda: servers.append(serve(handler, port=first.port))).start()
        return None

    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    servers.append(serve(handler))
    live, again = tmp_path / "live", tmp_path / "again"
    code = run_command("run", "contracts/notes", "--target", servers[0].url, "--out", live)
    assert run_command("run", "contracts/notes", "--stubs", live / "run.jsonl.gz", "--out", again) == code
    assert any(e.attempt > 1 for e in read(live / "run.jsonl.gz").exchanges)
    differing = {place: (ends(live)[place], end) for place, end in ends(again).items() if end != ends(live)[place]}
    # What goes below HTTP is no part of a recording.
    assert {place for place, (_, again_) in differing.items() if again_ != "not tested"} == set(), differing
    assert "error" not in ends(again).values()


@pytest.mark.parametrize("is_there", [True, False], ids=["turns everybody away", "is gone"])
def test_a_run_ends_early_and_is_not_judged(
    serve: Serve,
    tmp_path: Path,
    run_command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_there: bool,
) -> None:
    contract_in(tmp_path)
    answers, servers = iter(range(12)), list[Any]()

    def handler(_: bytes) -> bytes | None:
        if next(answers, None) is not None:
            return answer(200, b'[{"id": 5, "name": "a"}]')
        if is_there:
            return answer(503)
        threading.Thread(target=servers[0].close).start()
        servers[0].closed.wait(5)
        return None

    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    servers.append(serve(handler))
    out = tmp_path / "out"
    code = run_command("run", "contracts/notes", "--target", servers[0].url, "--max-wait", "0", "--out", out)
    summary = json.loads((out / "summary.json").read_text())
    assert (code, summary["verdict"]) == (3, "not judged")
    told = capsys.readouterr().out
    assert "the target stopped answering after" in told
    assert is_there or "; the first that it did not answer was " in told
    assert summary["requests"] < 200
    told_of = json.dumps([r for r in summary["results"] if r["outcome"] == "fail"])
    assert "no answer" not in told_of, "that nobody was there is no fault of an answer"
    assert "503" not in told_of
    assert summary["counts"]["not tested"] > summary["counts"]["fail"]


@pytest.mark.parametrize("all_hang", [True, False], ids=["all of it", "one resource"])
def test_clean_up_gives_one_up_that_hangs_since_the_tests_have_ended(
    serve: Serve, connect: Connect, all_hang: bool
) -> None:
    over = threading.Event()

    def handler(request: bytes) -> bytes | None:
        if request.startswith(b"GET /v1/x") or all_hang:
            over.wait(10)
            return None
        return answer(200, b"[]")

    client = connect(serve(handler).url, timeout=0.2)
    for _ in range(3):
        assert client.session.send(GET, about(0), beyond_ceiling=True).error == "timeout"
    over.set()
    if all_hang:
        with pytest.raises(NotSent, match=r"the target does not answer any more \(timeout\)"):
            client.session.send(GET, about(0), beyond_ceiling=True)
    else:
        assert client.session.send(Request("GET", "/v1/y"), about(1), beyond_ceiling=True).status == 200
    assert not client.recording.notes, "which would say that the tests saw no target any more"


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"


@pytest.mark.parametrize("back", [True, False])
def test_what_is_answered_by_one_page_is_asked_once_more_for_a_list(serve: Serve, connect: Connect, back: bool) -> None:
    """A list that is as it was shows that the target is; then twice as many are waited for."""
    pages = [False]

    def answered(request: bytes) -> bytes:
        if request.startswith(b"GET /v1/list"):
            return HTML if pages[0] and not back else answer(200, b"[]")
        return HTML

    client = connect(serve(answered).url)
    client.session.send(Request("GET", "/v1/list"), About("team", "list"))
    pages[0] = True
    operations = [("team", "read"), ("team", "create"), ("note", "read")]
    sent = 0
    for number in range(40):
        with suppress(NotSent):
            client.session.send(GET, About(*operations[number % 3]))
            sent += 1
    told = str(client.session.presence.gone)
    assert ("since request 2 every answer is a page of HTML (200)" in told) is not back
    assert sent == (40 if back else 15)
    asked = [e for e in client.recording.exchanges if e.about.setup == "presence"]
    assert len(asked) == (2 if back else 1)
    assert bool(client.session.presence.off(for_cleanup=True)) is not back


def test_a_page_that_is_there_no_more_is_not_what_is_asked_for(serve: Serve, connect: Connect) -> None:
    """A server says of it and of items that are not there the same, by a page for people."""
    pages = [2]

    def answered(request: bytes) -> bytes:
        number = int(request.split(b" ")[1].partition(b"page=")[2] or 1)
        return answer(200, b"[]") if b"/v1/list" in request and number <= pages[0] else HTML

    client = connect(serve(answered).url)
    for query in ((), (("page", "2"),)):
        client.session.send(Request("GET", "/v1/list", query), About("team", "list"))
    pages[0] = 1
    for number in range(20):
        client.session.send(GET, About("team", ("read", "update", "delete")[number % 3]))
    assert [e.request.query for e in client.recording.exchanges if e.about.setup == "presence"] == [()]
