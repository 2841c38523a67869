"""A server that is gone ends the run early, and is no verdict on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from restproof.wire.failure import NotSent
from restproof.wire.message import About, Request
from restproof.wire.presence import DOUBTFUL

from .conftest import NOTES, SCHEMA, Connect, Serve, answer

GET = Request("GET", "/v1/x")


def about(number: int) -> About:
    return About("note" if number % 2 else "team", "list")


def test_after_ten_refused_requests_nothing_more_is_sent(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(200, b"[]"))
    client = connect(server.url)
    for number in range(3):
        client.session.send(GET, about(number))
    server.close()
    client.session.release()
    for number in range(DOUBTFUL):
        assert client.session.send(GET, about(number)).error
    with pytest.raises(NotSent, match="the target stopped answering after 3 requests"):
        client.session.send(GET, about(0))
    with pytest.raises(NotSent, match="stopped answering"):
        client.session.send_together([GET, GET], about(0))
    assert client.session.send(GET, about(0), beyond_ceiling=True).error, "clean-up may try"
    assert [kind for kind, _ in client.recording.notes] == ["gone"]


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


def test_a_run_ends_early_and_is_not_judged(
    serve: Serve,
    tmp_path: Path,
    run_command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "contracts" / "notes").mkdir(parents=True)
    (tmp_path / "contracts" / "notes" / "contract.yaml").write_text(NOTES.replace("SCHEME", "none").replace("5", "2"))
    for name in ("team", "note"):
        (tmp_path / "contracts" / "notes" / f"{name}.json").write_text(SCHEMA)
    answers = iter(range(12))

    def handler(_: bytes) -> bytes:
        return answer(200, b'[{"id": 5, "name": "a"}]') if next(answers, None) is not None else answer(503)

    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    server = serve(handler)
    out = tmp_path / "out"
    code = run_command("run", "contracts/notes", "--target", server.url, "--max-wait", "0", "--out", out)
    summary = json.loads((out / "summary.json").read_text())
    assert (code, summary["verdict"]) == (3, "not judged")
    assert "the target stopped answering after" in capsys.readouterr().out
    assert summary["requests"] < 200
    assert summary["counts"]["not tested"] > summary["counts"]["fail"]
