"""What a contract leaves free: servers that do it otherwise, and suites that say nothing of it."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import threading
import tomllib
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from restproof.contract.load import load
from restproof.sandbox.app import Application
from restproof.sandbox.serve import write_section
from restproof.sandbox.server import Server, bind

from .running import run

OWN = Path(__file__).parent / "contracts"
Message = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]
Alter = Callable[[Headers, bytes], tuple[Headers, bytes]]
BUSY_EVERY = 9
SLOW = 0.02
"""Seconds that an answer takes now and then."""


class Otherwise:
    """An ASGI application whose answers are altered on their way out; every few requests it is busy, or slow."""

    def __init__(self, inner: Application, alter: Alter, *, busy: bool) -> None:
        self.inner, self.alter, self.busy = inner, alter, busy
        self.count = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.count += 1
        if self.busy and self.count % BUSY_EVERY == 1:
            await asyncio.sleep(SLOW)
        if self.busy and self.count % BUSY_EVERY == 0:
            head = [(b"retry-after", b"0"), (b"content-length", b"0"), (b"date", b"Mon, 01 Jan 2024 00:00:00 GMT")]
            await send({"type": "http.response.start", "status": 503, "headers": head})
            await send({"type": "http.response.body", "body": b""})
            return
        started: Message = {}

        async def altered(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
                return
            headers, body = self.alter(list(started["headers"]), message.get("body", b""))
            await send({**started, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self.inner(scope, receive, altered)


def on_json(change: Callable[[Any], Any]) -> Alter:
    """Alter the JSON of an answer."""

    def alter(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        if not body:
            return headers, body
        changed = json.dumps(change(json.loads(body))).encode()
        return [(n, str(len(changed)).encode() if n.lower() == b"content-length" else v) for n, v in headers], changed

    return alter


def deep(change: Callable[[str, Any], Any]) -> Callable[[Any], Any]:
    """A change of every scalar, by the name of the member that holds it."""

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {n: walk(v, n) for n, v in value.items()}
        return [walk(v, name) for v in value] if isinstance(value, list) else change(name, value)

    return walk


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {n: reordered(v) for n, v in reversed(value.items())}
    return [reordered(v) for v in value] if isinstance(value, list) else value


def extended(value: Any) -> Any:
    """Every object with a member more."""
    if isinstance(value, dict):
        return {**{n: extended(v) for n, v in value.items()}, "x_note": "more than was promised"}
    return [extended(v) for v in value] if isinstance(value, list) else value


def with_offset(name: str, value: Any) -> Any:
    is_time = name in ("created", "modified", "due", "opened_at") and isinstance(value, str)
    return value.replace("Z", "+00:00") if is_time else value


def with_fraction(name: str, value: Any) -> Any:
    counts = name in ("pages", "edition", "price", "low", "high", "stage", "ttl")
    return float(value) if counts and isinstance(value, int) and abs(value) < 2**53 else value


def otherwise(value: Any) -> Any:
    """More members, another order, offsets for Z, and 5.0 for 5."""
    return extended(reordered(deep(with_offset)(deep(with_fraction)(value))))


def carried_otherwise(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Header names in lower case, compressed content in chunks, and a connection for each answer."""
    kept = [(n.lower(), v) for n, v in headers if n.lower() != b"content-length"]
    if body:
        kept, body = [*kept, (b"content-encoding", b"gzip")], gzip.compress(body)
    return [*kept, (b"connection", b"close")], body


def unaltered(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body


@contextmanager
def serving(contract: Path, alter: Alter, folder: Path, *, busy: bool) -> Iterator[None]:
    """Serve a contract otherwise; ``folder`` gets the configuration of the target ``sandbox``."""
    application = Application(load(contract))
    listening = bind(0)
    ready = threading.Event()
    config = uvicorn.Config(
        Otherwise(application, alter, busy=busy),
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
    )
    server = Server(config, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        assert ready.wait(10)
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        secrets = {name: c.secret for name, c in application.credentials.items()}
        write_section(folder / "restproof.toml", base_url, None, secrets, application.ids)
        yield
    finally:
        server.should_exit = True
        thread.join()
        application.close()


@contextmanager
def other_clients(folder: Path) -> Iterator[list[int]]:
    """Somebody else creates, changes and deletes authors while the block lasts; yields the statuses of the answers."""
    target = tomllib.loads((folder / "restproof.toml").read_text(encoding="utf-8"))["targets"]["sandbox"]
    authors, statuses, ended = target["base_url"] + "/api/v1/authors/", list[int](), threading.Event()
    headers = {"X-Token": target["credentials"]["full"]}

    def work() -> None:
        with requests.Session() as session:
            session.headers.update(headers)
            for n in itertools.count():
                if ended.is_set():
                    return
                body = {"name": f"Somebody {n}", "email": f"somebody-{n}@example.org"}
                made = session.post(authors, json=body, timeout=10)
                mine = f"{authors}{made.json()['id']}/"
                changed = session.patch(mine, json={"name": f"Aaron {n}", "active": False}, timeout=10)
                statuses.extend((made.status_code, changed.status_code))
                if n % 3:
                    statuses.append(session.delete(mine, timeout=10).status_code)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        thread.join()


WAYS: dict[str, tuple[Alter, bool]] = {
    "representations": (on_json(otherwise), False),
    "messages": (carried_otherwise, False),
    "busy and slow now and then": (unaltered, True),
}


TRIED = [("offset", "messages"), ("offset", "representations")]
"""Of the ways, by the contract that is served so; ``tox -e contracts`` tries each with each."""
if "RESTPROOF_CONTRACTS" in os.environ:
    TRIED = [(name, way) for name in ("offset", "contrary") for way in WAYS]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), TRIED)
def test_the_suites_say_nothing_of_what_is_free(name: str, way: str, tmp_path: Path) -> None:
    alter, busy = WAYS[way]
    with serving(OWN / name, alter, tmp_path, busy=busy):
        told = run(OWN / name, tmp_path / "run", "--target", "sandbox", cwd=tmp_path)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
def test_other_clients_may_write_to_the_same_lists(tmp_path: Path) -> None:
    with serving(OWN / "offset", unaltered, tmp_path, busy=False), other_clients(tmp_path) as statuses:
        told = run(OWN / "offset", tmp_path / "run", "--target", "sandbox", cwd=tmp_path)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"
    assert len(statuses) > 100
    assert set(statuses) == {200, 201, 204}
