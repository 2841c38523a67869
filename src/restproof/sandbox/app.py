"""The ASGI application: bytes in, the steps in their order, bytes out. No input makes it fail."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from restproof.contract.addressing import Addressing, Asked
from restproof.contract.model import WRITES, Contract
from restproof.sandbox.call import Answer, Call, Credential
from restproof.sandbox.faults import switch_on
from restproof.sandbox.seeds import credentials as new_credentials
from restproof.sandbox.steps import Steps
from restproof.sandbox.store import Duplicate, Store
from restproof.sandbox.writing import iso
from restproof.semantics.validate import Refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
DEFAULT_MAX_BODY = 16 * 1024 * 1024


class Application:
    """A conforming server of one contract, as ASGI. ``faults``: names, each may carry ``:resource``.

    ``credentials`` holds what may be sent, ``ids`` those of the given parents. ``clock`` gives Unix seconds.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        db: str | None = None,
        faults: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.contract = contract
        self.clock = clock
        self.store = Store(contract, db)
        self.credentials: dict[str, Credential] = new_credentials(contract)
        self.steps = Steps(contract, self.store, self.credentials)
        self._addressing = Addressing(contract)
        self.ids = self.steps.seeder.seed(iso(clock()))
        self.max_body = contract.max_body or DEFAULT_MAX_BODY
        self._replays: dict[tuple[str, str, str], tuple[bytes, Answer]] = {}
        switch_on(self.steps, faults)

    def close(self) -> None:
        self.store.close()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        received = await self._body(receive)
        if received is None:
            return
        body, too_large = received
        call = self.call(
            scope["method"],
            (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]},
            body,
            scheme=scope.get("scheme", "http"),
            too_large=too_large,
        )
        await self.steps.arrival(call)
        answer = self.answer(call)
        headers, content = self.written(call, answer)
        head = [(n.encode("latin-1"), v.encode("latin-1", "replace")) for n, v in headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": content})

    def call(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        scheme: str = "http",
        too_large: bool | None = None,
    ) -> Call:
        """A request as the steps take it. ``path`` and ``query`` are percent-encoded; header names are lower-case.
        ``too_large``: whether the body is (by its own length where nothing is said)."""
        asked = Asked(method, path, tuple(_query(query)), lambda name: headers.get(name.lower()), body)
        arrived = self._addressing.arrived(asked)
        inside, named = (path, asked.query) if arrived is None else arrived[:2]
        return Call(
            method=method,
            path=inside,
            query=list(named),
            headers=headers,
            body=body,
            now=self.clock(),
            base_url=f"{scheme}://{headers.get('host', 'localhost')}",
            raw_query=query,
            too_large=len(body) > self.max_body if too_large is None else too_large,
            contract=self.contract,
        )

    def written(self, call: Call, answer: Answer) -> tuple[list[tuple[str, str]], bytes]:
        """The headers and the content of an answer as they are sent."""
        content = self.steps.body_bytes(call, answer)
        headers = list(answer.headers.items())
        if answer.status not in (204, 304) or content:
            headers.append(("Content-Length", str(len(content))))
        return headers, b"" if call.method == "HEAD" else content

    async def _body(self, receive: Receive) -> tuple[bytes, bool] | None:
        """The request's body, ``None`` where the client left before its end: half a request has no effect. Of a too
        large one nothing is kept, but it is read, so that the client gets to read the
        answer."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            size += len(message.get("body", b""))
            if size <= self.max_body:
                parts.append(message.get("body", b""))
            else:
                parts.clear()
            if not message.get("more_body"):
                return b"".join(parts), size > self.max_body

    def answer(self, call: Call) -> Answer:
        """The answer to a call, with all its headers."""
        answer = self._replayed(call)
        self.steps.finish(call, answer)
        self.steps.tell_in_body(call, answer)
        return answer

    def _replayed(self, call: Call) -> Answer:
        """The stored answer of a repeated idempotency key, else the answer itself."""
        name = self.contract.idempotency_key
        key = call.headers.get(name.lower()) if name else None
        if not key or call.method != "POST":
            return self.respond(call)
        place = (self.steps.shown(call) or "", call.path, key)
        known = self._replays.get(place)
        if known and known[0] == call.body:
            self.steps.authenticate(call)
            self.steps.route(call)  # it says of what media type the answer is
            return Answer(known[1].status, known[1].payload, dict(known[1].headers), known[1].raw)
        answer = self.respond(call)
        if answer.status < 300 and not known:
            self._replays[place] = (call.body, Answer(answer.status, answer.payload, dict(answer.headers), answer.raw))
        return answer

    def respond(self, call: Call) -> Answer:
        """Run the steps. The first three stop at once: without a sender or a resource there is nothing more to find
        out. From there on all reasons to refuse are gathered, and the contract's order chooses."""
        steps = self.steps
        job = steps.answer_job(call)
        if job is not None:
            return job
        for step in ("check_uri", "authenticate", "throttle", "route"):
            getattr(steps, step)(call)
            if call.refusals:
                return self._refused(call)
        steps.read_body(call)
        steps.find_parents(call)
        steps.check_parameters(call)
        steps.find_entry(call)
        steps.authorise(call)
        if call.operation in WRITES:
            steps.open_envelope(call)
            steps.check_fields(call)
        early = steps.preconditions(call)
        if early is not None:
            return early
        operation: Callable[[Call], Answer] = getattr(self, f"_{call.operation}")
        return operation(call)

    def _refused(self, call: Call) -> Answer:
        return self.steps.answer_refusal(call, self.steps.choose_refusal(call))

    def _list(self, call: Call) -> Answer:
        steps = self.steps
        query = steps.read_query(call)
        if call.refusals:
            return self._refused(call)
        entries = steps.sorted(call, query, steps.filtered(call, query, steps.scope_entries(call)))
        page = steps.paged(call, query, entries)
        if not page:
            steps.check_past_the_end(call, query)
            if call.refusals:
                return self._refused(call)
        answer = steps.answer_list(call, page)
        steps.describe_list(call, query, answer, len(entries), page, steps.page_start(query, entries))
        return answer

    def _read(self, call: Call) -> Answer:
        if call.refusals or call.entry is None:
            return self._refused(call)
        return self.steps.answer_entry(call, "read", call.entry)

    def _create(self, call: Call) -> Answer:
        return self._write(call, "created")

    def _update(self, call: Call) -> Answer:
        return self._write(call, "updated")

    def _replace(self, call: Call) -> Answer:
        return self._write(call, "replaced" if call.entry else "created")

    def _write(self, call: Call, case: str) -> Answer:
        if call.refusals or call.fields is None:
            return self._refused(call)
        try:
            if call.entry is None:
                entry = self.steps.store_new(call, call.fields)
            else:
                state = self.steps.next_state(call, call.fields)
                entry = self.steps.store_change(call, call.entry, state)
        except Duplicate as duplicate:
            call.refusals.append(Refusal("conflict", duplicate.fields[0], "has already been taken"))
            return self._refused(call)
        return self.steps.accepted(call, self.steps.answer_entry(call, case, entry), entry)

    def _delete(self, call: Call) -> Answer:
        if call.refusals or call.entry is None:
            return self._refused(call)
        call.refusals.extend(self.steps.refusing_references(call, call.entry))
        if call.refusals:
            return self._refused(call)
        self.steps.remove(call, call.entry)
        return self.steps.accepted(call, self.steps.answer_deleted(call), call.entry)


def _query(raw: str) -> list[tuple[str, str]]:
    return parse_qsl(raw, keep_blank_values=True, errors="replace") if raw else []


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
