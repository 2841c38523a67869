"""One exchange as the hooks of the user see it. What is recorded of the request is what was planned, with the names of
what a hook has changed: a signature is another one each time, and a recording answers without it."""

from __future__ import annotations

from urllib3 import HTTPHeaderDict
from urllib3.util import SKIP_HEADER

from restproof.hooks import Hooks, Incoming, Outgoing
from restproof.wire.adapter import Prepared
from restproof.wire.message import About, Response


class Hooked:
    """The hooks at one request. Each step raises ``HookFailed``."""

    def __init__(self, hooks: Hooks, prepared: Prepared, about: About, credential: str | None) -> None:
        self._hooks = hooks
        self._prepared = prepared
        origin = str(prepared.url).removesuffix(prepared.target)
        body = prepared.body if isinstance(prepared.body, bytes) else None
        pairs = tuple((str(n), v) for n, v in prepared.headers.items() if isinstance(v, str) and v != SKIP_HEADER)
        self._request = Outgoing(
            str(prepared.method), origin, prepared.target, pairs, body, about.resource, about.operation, credential
        )

    def leaving(self) -> tuple[Prepared, tuple[str, ...]]:
        """The request to send, and what was done to it."""
        before = self._request
        self._request, told = self._hooks.leaving(before)
        if not told:
            return self._prepared, told
        headers = HTTPHeaderDict(self._request.headers)
        for name, value in self._prepared.headers.items():
            if value == SKIP_HEADER and name not in headers:
                headers[name] = value
        request = self._request
        return Prepared(request.method, request.origin, request.target, headers, request.body), told

    def arrived(self, response: Response) -> tuple[Response, tuple[str, ...]]:
        """The answer to judge, and what was done to it."""
        found, told = self._hooks.arrived(self._request, Incoming(response.status, response.headers, response.body))
        return (Response(found.status, response.reason, found.headers, found.body) if told else response), told
