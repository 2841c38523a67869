"""What a contract leaves free: servers that do it otherwise, and suites that say nothing of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
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


class Otherwise:
    """An ASGI application whose answers are altered on their way out; every few requests it is busy."""

    def __init__(self, inner: Application, alter: Alter, *, busy: bool) -> None:
        self.inner, self.alter, self.busy = inner, alter, busy
        self.count = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.count += 1
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


def lower(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return [(n.lower(), v) for n, v in headers], body


def chunked(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return [h for h in headers if h[0].lower() != b"content-length"], body


def closing(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return [*headers, (b"Connection", b"close")], body


def unaltered(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body


@contextmanager
def serving(contract: Path, alter: Alter, folder: Path, *, busy: bool) -> Iterator[None]:
    """Serve a contract otherwise; ``folder`` gets the configuration of the target ``sandbox``."""
    application = Application(load(contract))
    listening = bind(0)
    ready = threading.Event()
    config = uvicorn.Config(
        Otherwise(application, alter, busy=busy),  # type: ignore[arg-type]
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


WAYS: dict[str, tuple[Alter, bool]] = {
    "members in another order": (on_json(reordered), False),
    "members more than promised": (on_json(extended), False),
    "times with an offset": (on_json(deep(with_offset)), False),
    "whole numbers with a fraction of zero": (on_json(deep(with_fraction)), False),
    "header names in lower case": (lower, False),
    "chunked": (chunked, False),
    "a connection for each answer": (closing, False),
    "busy now and then": (unaltered, True),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["offset", "contrary"])
def test_the_suites_say_nothing_of_what_is_free(name: str, way: str, tmp_path: Path) -> None:
    alter, busy = WAYS[way]
    with serving(OWN / name, alter, tmp_path, busy=busy):
        told = run(OWN / name, tmp_path / "run", "--target", "sandbox", cwd=tmp_path)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"
