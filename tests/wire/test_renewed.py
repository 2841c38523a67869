"""Credentials that are renewed: before they end, after a sudden 401, and by all workers of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.wire.failure import NotSent
from restproof.wire.message import Request
from restproof.wire.sharing import Counter, Shared
from restproof.wire.wallet import CredentialError, Renewing, Token

from .conftest import NOTES, Client, answer
from .provider import GET, READ, Provider, Serve, client_of, wallet


@pytest.fixture
def provider(serve: Serve) -> Provider:
    return Provider(serve)


def test_a_token_is_renewed_before_it_expires(serve: Serve, connect: Callable[..., Client]) -> None:
    provider = Provider(serve, lasts=1)
    client = client_of(provider, connect)
    began = time.monotonic()
    while len(provider.asked) < 3:
        sent = client.session.send(GET, READ)
        assert (sent.status, sent.error) == (200, None)
    assert time.monotonic() - began > 1, "no token is given up while it lasts"
    assert {e.attempt for e in client.recording.exchanges} == {1}


def test_a_sudden_401_renews_once(provider: Provider, connect: Callable[..., Client]) -> None:
    client = client_of(provider, connect)
    assert client.session.send(GET, READ).status == 200
    provider.valid = []
    assert client.session.send(GET, READ).status == 200
    assert [(e.status, e.attempt) for e in client.recording.exchanges] == [(200, 1), (401, 1), (200, 2)]
    assert client.recording.notes == [("credential", "the credential `full` was refused (401), and renewed")]
    assert all("token-number" not in repr(e) for e in client.recording.exchanges)


def test_what_a_renewed_credential_is_refused_too_is_no_reason_to_renew(
    provider: Provider, serve: Serve, connect: Callable[..., Client]
) -> None:
    closed = serve(lambda _: answer(401))
    client = connect(closed.url, target={"credentials": {"full": ""}}, wallet=wallet(provider.source()))
    assert [client.session.send(GET, READ).status for _ in range(3)] == [401] * 3
    assert len(provider.asked) == 2
    assert len(closed.requests) == 4


@pytest.mark.parametrize(
    ("taken", "statuses"), [("third", [401, 401, 200]), ("ninth", [401] * 8 + [200]), ("none", [401] * 11)]
)
def test_a_renewed_credential_that_is_over_when_its_answer_comes_is_renewed_again(
    serve: Serve, connect: Callable[..., Client], taken: str, statuses: list[int]
) -> None:
    """As on a slow way: it holds no longer when the server looks at it."""
    names = iter(("first", "second", "third", *"45678", "ninth", *"abcdef"))
    long_ago = Renewing({}, {"full": lambda: Token(next(names), 10.0)}, clock=lambda: 0.0)
    server = serve(lambda request: answer(200 if f"Bearer {taken}".encode() in request else 401, b"[]"))
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=long_ago)
    client.session.send(GET, READ)
    assert [(e.status, e.attempt) for e in client.recording.exchanges] == [(s, n) for n, s in enumerate(statuses, 1)]


def test_how_long_credentials_live_that_do_not_say_it_is_seen(
    serve: Serve, connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that answers some requests 401 is no reason to take the end of a credential for such an answer."""
    now, given = [0.0], [0]

    def obtained() -> Token:
        given[0] += 1
        return Token(f"token-{given[0]}")

    monkeypatch.setattr("restproof.wire.credentials.time.time", lambda: now[0])
    server = serve(
        lambda request: answer(200 if f"token-{given[0]}".encode() in request and b"/closed" not in request else 401)
    )
    held = Renewing({}, {"full": obtained}, clock=lambda: now[0])
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=held)

    def answered(at: float, path: str, *, ended: bool = False) -> list[int | None]:
        before, now[0] = len(client.recording.exchanges), at
        given[0] += ended  # nobody has this one
        client.session.send(Request("GET", path), READ)
        return [e.status for e in client.recording.exchanges[before:]]

    assert answered(0, "/open") == [200]
    assert answered(10, "/open", ended=True) == [401, 200]
    assert answered(11, "/closed") == [401, 401]
    assert answered(12, "/closed") == [401]
    assert answered(22, "/open", ended=True) == [401, 200]


@pytest.mark.parametrize(("seconds", "statuses"), [(29, [401]), (31, [401, 200])])
def test_an_old_credential_is_renewed_where_some_requests_are_refused_anyway(
    seconds: float, statuses: list[int], serve: Serve, connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tokens = [0.0], iter([Token("first"), Token("second"), Token("third")])
    monkeypatch.setattr("restproof.wire.credentials.time.time", lambda: now[0])
    server = serve(lambda request: answer(200 if b"Bearer third" in request else 401))
    held = Renewing({}, {"full": lambda: next(tokens)}, clock=lambda: now[0])
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=held)
    assert client.session.send(GET, READ).status == 401
    now[0] = seconds
    client.session.send(GET, READ)
    assert [e.status for e in client.recording.exchanges] == [401, 401, *statuses]


@pytest.mark.parametrize(
    ("said", "seconds", "statuses"), [("", 31, [403]), ("[401, 403]", 29, [403]), ("[401, 403]", 31, [403, 200])]
)
def test_a_credential_that_is_refused_by_403_is_renewed_where_a_contract_says_so_and_it_is_old(
    said: str,
    seconds: float,
    statuses: list[int],
    serve: Serve,
    connect: Callable[..., Client],
    contract_with: Callable[..., Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it is about what the credential may do."""
    now, tokens = [0.0], iter([Token("first"), Token("second")])
    monkeypatch.setattr("restproof.wire.credentials.time.time", lambda: now[0])
    server = serve(lambda request: answer(200 if b"Bearer second" in request or now[0] == 0 else 403))
    held = Renewing({}, {"full": lambda: next(tokens)}, clock=lambda: now[0])
    own = contract_with(text=NOTES + (f"statuses: {{bad_credential: {said}}}\n" if said else ""))
    client = connect(server.url, contract=own, target={"credentials": {"full": ""}}, wallet=held)
    assert client.session.send(GET, READ).status == 200
    now[0] = seconds
    client.session.send(GET, READ)
    assert [e.status for e in client.recording.exchanges] == [200, *statuses]


@pytest.mark.parametrize("credential", ["full", None])
def test_a_credential_that_does_not_change_is_not_sent_again(
    serve: Serve, connect: Callable[..., Client], credential: str | None
) -> None:
    client = connect(serve(lambda _: answer(401)).url)
    assert client.session.send(GET, READ, credential).status == 401
    assert len(client.recording.exchanges) == 1


def test_a_credential_that_is_lost_ends_the_run(provider: Provider, connect: Callable[..., Client]) -> None:
    client = client_of(provider, connect)
    client.session.send(GET, READ)
    provider.valid = []
    error = b'{"error": "invalid_client", "error_description": "unknown client:secret 1"}'
    provider.broken = answer(401, error, Content_Type="application/json")
    assert client.session.send(GET, READ).status == 401
    told = "the credential `full` cannot be obtained: the token endpoint says invalid_client: unknown"
    assert client.recording.notes == [("gone", f"{told} client:secret 1".replace("client:secret 1", "[redacted]"))]
    with pytest.raises(NotSent, match="cannot be obtained"):
        client.session.send(GET, READ)


def test_a_token_endpoint_that_is_away_for_a_moment_is_asked_again() -> None:
    waits: list[float] = []
    answers: Iterator[Any] = iter([CredentialError("away", passing=True), Token("found")])

    def way() -> Token:
        found = next(answers)
        if isinstance(found, CredentialError):
            raise found
        return found  # type: ignore[no-any-return]

    assert Renewing({}, {"full": way}, sleep=waits.append).current("full").value == "found"
    assert waits == [0.5]


def test_workers_share_one_wallet(provider: Provider) -> None:
    counter = Counter(wallet(provider.source()))
    one, other = (Shared(counter.address, counter.key) for _ in range(2))
    first = one.current("full")
    assert other.current("full") == first
    renewed = one.renewed("full", first)
    assert renewed is not None
    assert other.renewed("full", first) == renewed
    assert len(provider.asked) == 2
    provider.broken = answer(400, b'{"error": "invalid_grant"}', Content_Type="application/json")
    with pytest.raises(CredentialError, match="says invalid_grant"):
        other.renewed("full", renewed)
    counter.close()


def test_what_another_worker_has_obtained_some_time_ago_may_be_over_too(
    provider: Provider, connect: Callable[..., Client]
) -> None:
    counter = Counter(wallet(provider.source()))
    one, other = (
        connect(provider.server.url, target={"credentials": {"full": ""}}, wallet=Shared(counter.address, counter.key))
        for _ in range(2)
    )
    for client in (other, one):
        assert client.session.send(GET, READ).status == 200
    for client in (one, other):
        provider.valid = []
        assert client.session.send(GET, READ).status == 200
    assert [e.status for e in other.recording.exchanges] == [200, 401, 401, 200]
    counter.close()
