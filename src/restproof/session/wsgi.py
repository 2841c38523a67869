"""A WSGI application (PEP 3333) as an ASGI one: each request goes to a thread of its own, whole, as gunicorn behind a
proxy that buffers would give it.

The adapters that there are (uvicorn's own, a2wsgi 1.10) change the bytes of a path, do not let an error handler take a
head back, break off an answer whose content fails, and wait for a thread that never ends: their defects would be told
of the application."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.parse import unquote_to_bytes

Message = dict[str, Any]
Tell = Callable[[Message | Exception | None], None]


class Wsgi:
    """An ASGI application that hands what it is asked to ``application``. A request that never ends keeps nobody from
    ending."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        body = BytesIO()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body.write(message.get("body", b""))
            more = message.get("more_body", False)
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[Message | Exception | None] = asyncio.Queue()

        def tell(part: Message | Exception | None) -> None:
            with suppress(RuntimeError):  # nobody listens any more
                loop.call_soon_threadsafe(said.put_nowait, part)

        Thread(target=self._answer, args=(_environ(scope, body), tell), daemon=True).start()
        while (part := await said.get()) is not None:
            if isinstance(part, Exception):
                raise part
            await send(part)

    def _answer(self, environ: Mapping[str, Any], tell: Tell) -> None:
        answer = _Answer(tell)
        try:
            pieces = self._application(environ, answer.start)
            try:
                for piece in pieces:
                    answer.write(piece)
                answer.end()
            finally:
                close = getattr(pieces, "close", None)
                if close is not None:
                    close()
        except Exception as error:  # whatever the user's own code raises
            tell(error)
        finally:
            tell(None)


class _Answer:
    """One answer on its way: its head leaves with the first piece of its content."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._head: Message | None = None
        self._has_begun = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        """``start_response``: an error handler may take back a head that has not left."""
        if exc_info and self._has_begun:
            raise exc_info[1].with_traceback(exc_info[2])
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._head = {"type": "http.response.start", "status": int(status[:3]), "headers": fields}
        return self.write

    def write(self, piece: bytes) -> None:
        if piece:
            self._begin()
            self._tell({"type": "http.response.body", "body": piece, "more_body": True})

    def end(self) -> None:
        self._begin()
        self._tell({"type": "http.response.body", "body": b""})

    def _begin(self) -> None:
        if self._head is None:
            raise RuntimeError("the application gives content before it has called start_response")
        if not self._has_begun:
            self._has_begun = True
            self._tell(self._head)


def _environ(scope: Mapping[str, Any], body: BytesIO) -> dict[str, Any]:
    host, port = scope.get("server") or ("127.0.0.1", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # The bytes themselves: what is no UTF-8 is the application's to refuse.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("127.0.0.1",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for field, value in scope["headers"]:
        name, text = field.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        if name == "TRANSFER_ENCODING":
            continue  # it has come whole
        name = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        environ[name] = f"{environ[name]},{text}" if name in environ else text
    length = body.tell()
    if length:
        environ["CONTENT_LENGTH"] = str(length)
    body.seek(0)
    return environ
