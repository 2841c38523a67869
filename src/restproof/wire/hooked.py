"""One exchange as the hooks of the user see it. What is recorded of the request is what was planned, with the names of
what a hook has changed: a signature is another one each time, and a recording answers without it."""

from __future__ import annotations

from urllib3 import HTTPHeaderDict
from urllib3.util import SKIP_HEADER

from restproof.hooks import Hooks, Incoming, Outgoing
from restproof.wire.adapter import Prepared
from restproof.wire.message import About, Response


class Hooked:
    """The hooks at one request. ``messages``: what they did to it and its answer. Each step raises ``HookFailed``."""

    def __init__(self, hooks: Hooks, prepared: Prepared, about: About, credential: str | None) -> None:
        self._hooks = hooks
        self._prepared = prepared
        origin = str(prepared.url).removesuffix(prepared.target)
        body = prepared.body if isinstance(prepared.body, bytes) else None
        pairs = tuple((str(n), v) for n, v in prepared.headers.items() if isinstance(v, str) and v != SKIP_HEADER)
        self.messages: tuple[str, ...] = ()
        self._planned = self._request = Outgoing(
            str(prepared.method), origin, prepared.target, pairs, body, about.resource, about.operation, credential
        )

    def leaving(self) -> Prepared:
        """The request to send; each time that it is, the hooks are asked anew, since a signature may hold once."""
        self._request, self.messages = self._hooks.leaving(self._planned)
        if not self.messages:
            return self._prepared
        headers = HTTPHeaderDict(self._request.headers)
        for name, value in self._prepared.headers.items():
            if value == SKIP_HEADER and name not in headers:
                headers[name] = value
        request = self._request
        return Prepared(request.method, request.origin, request.target, headers, request.body)

    def arrived(self, response: Response) -> Response:
        """The answer to judge."""
        found, told = self._hooks.arrived(self._request, Incoming(response.status, response.headers, response.body))
        self.messages += told
        return Response(found.status, response.reason, found.headers, found.body) if told else response
