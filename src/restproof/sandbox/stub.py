"""A contract's server behind the ``responses`` library, in this process: for tests of code that uses ``requests``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import requests
import responses
from responses.registries import FirstMatchRegistry

from restproof.config import Target, load_config, resolve_contract
from restproof.contract.load import load
from restproof.contract.model import OPERATIONS, Contract
from restproof.errors import ConfigurationError
from restproof.sandbox.app import Application
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.client_check import ClientCheck
from restproof.sandbox.faults import switch_on
from restproof.semantics.validate import Refusal
from restproof.wire.credentials import redactor_for
from restproof.wire.guard import client_headers
from restproof.wire.message import About, Exchange, Request, Response
from restproof.wire.redact import Redactor

ORIGIN = "https://api.restproof.test"
_REAL = requests.adapters.HTTPAdapter.__module__
_contracts: dict[Path, tuple[tuple[tuple[str, int, int], ...], Contract]] = {}


@dataclass
class _Failure:
    """What the next matching requests get instead of an answer of the application."""

    what: int | Exception
    left: int
    method: str | None
    path: str | None
    operation: str | None
    retry_after: float | None

    def matches(self, call: Call, resource: str | None, operation: str | None) -> bool:
        return (
            self.method in (None, call.method)
            and (self.path is None or fnmatchcase(call.path, self.path))
            and self.operation in (None, operation, f"{resource}.{operation}")
        )


class Stub:
    """What ``restproof.stub`` gives: a conforming, stateful server that is there while the ``with`` block runs.

    ``base_url`` includes the contract's base path, ``origin`` does not. ``credentials``: secrets by name (``full``,
    ``read_only`` …). ``ids``: the given parents (``company``, ``other_company`` …). ``requests``: what the client
    sent, in order, as exchanges without secrets.
    """

    def __init__(self, contract: Contract, origin: str, faults: Iterable[str]) -> None:
        self.contract = contract
        self.origin = origin.rstrip("/")
        self.base_url = self.origin + contract.base_path
        self._application = Application(contract, faults=faults)
        self.credentials = {name: c.secret for name, c in self._application.credentials.items()}
        self.ids: Mapping[str, Any] = self._application.ids
        self.requests: list[Exchange] = []
        self._check = ClientCheck(self._application)
        self._problems: list[tuple[Exchange, list[str]]] = []
        self._failures: deque[_Failure] = deque()
        self._stack = ExitStack()
        self._began = perf_counter()
        target = Target("stub", self.origin, "sandbox", credentials=self.credentials)
        self._redactor: Redactor = redactor_for(target, contract)

    def __enter__(self) -> Self:
        before = requests.adapters.HTTPAdapter.send
        # Whoever stands in for the network already (a stub of another contract, the test's own mocks) keeps answering
        # what is not for this one.
        outer = before if before.__module__ != _REAL else None
        options: dict[str, Any] = {"real_adapter_send": outer} if outer else {}
        registry: Any = partial(_Registry, self, outer is not None)
        mock = responses.RequestsMock(assert_all_requests_are_fired=False, registry=registry, **options)
        self._stack.enter_context(mock)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()
        self._application.close()

    # ------------------------------------------------------------- what a test says

    def headers(self, credential: str | None = "full", **ids: Any) -> dict[str, str]:
        """The headers that the contract asks for: the credential of that name, and the contract's own with the ids of
        the given parents (``ids`` overrides them)."""
        return client_headers(self.contract, self.credentials, {**self.ids, **ids}, credential)

    def fail_next(
        self,
        failure: int | Exception,
        *,
        count: int = 1,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Let the next ``count`` matching requests fail, without effect: with a status of 400 or more and an error
        body of the contract, or by raising an exception as ``requests`` would. ``operation``: ``create`` or
        ``office.create``; ``path``: with ``*`` for any part; ``retry_after``: seconds (1 for a 429)."""
        if isinstance(failure, int) and not 400 <= failure <= 599:
            raise ConfigurationError(f"{failure} is no failure", hint="Give a status of 400 to 599, or an exception.")
        known = {*OPERATIONS, *(f"{r.name}.{o}" for r in self.contract for o in r.operations)}
        if operation is not None and operation not in known:
            raise ConfigurationError(f"the contract has no operation {operation!r}")
        self._failures.append(
            _Failure(failure, count, method.upper() if method else None, path, operation, retry_after)
        )

    def fault(self, *names: str) -> None:
        """Switch on faults of the catalogue (``restproof serve --list-faults``), each may carry ``:resource``."""
        switch_on(self._application.steps, names)

    def assert_valid_requests(self) -> None:
        """Raises ``AssertionError`` that names each request which the contract does not allow, and why. What only the
        present state refuses (an absent id, a conflict) is no fault of the client's; what the contract drops without
        a word (an unknown field that is ignored) is."""
        bad = [(e, problems) for e, problems in self._problems if problems]
        if bad:
            lines = [f"{len(bad)} of {len(self.requests)} requests break the contract '{self.contract.name}':"]
            for exchange, problems in bad:
                lines.append(f"  request {exchange.n}: {exchange.request.method} {exchange.request.target}")
                lines += [f"    {problem}" for problem in problems]
            raise AssertionError("\n".join(lines))

    # ------------------------------------------------------------- what a client gets

    def answers(self, url: str) -> bool:
        """Whether a URL is one of this stub's."""
        return url == self.origin or url.startswith((f"{self.origin}/", f"{self.origin}?"))

    def answer(self, prepared: requests.PreparedRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and content for a request of the client. Raises what ``fail_next`` asked for."""
        began = perf_counter()
        parts = urlsplit(str(prepared.url))
        body = _content(prepared.body)
        sent = tuple((str(n), _text(v)) for n, v in prepared.headers.items())
        headers = {"host": parts.netloc, **{n.lower(): v for n, v in sent}}
        method = str(prepared.method)
        call = self._application.call(method, parts.path or "/", parts.query, headers, body, scheme=parts.scheme)
        problems = self._check.problems(call)
        route = self._application.steps.router.find(call.path)
        resource = route.resource.name if route else None
        operation = route.operations.get("GET" if method == "HEAD" else method) if route else None
        failure = self._failure(call, resource, operation)
        response: Response | None = None
        try:
            answer = self._application.answer(call) if failure is None else self._failed(call, failure)
            head, content = self._application.written(call, answer)
            response = Response(answer.status, "", tuple(head), content)
        finally:
            query = tuple(parse_qsl(parts.query, keep_blank_values=True, errors="replace"))
            asked = Request(method, parts.path or "/", query, sent, body or None)
            exchange = Exchange(
                n=len(self.requests) + 1,
                request=self._redactor.request(asked, sent),
                url=self._redactor.url(str(prepared.url)),
                response=None if response is None else self._redactor.response(response),
                error=None if response is not None else f"{failure.what if failure else 'no answer'}",
                started=began - self._began,
                elapsed=perf_counter() - began,
                credential=self._credential(call),
                about=About(resource, operation),
            )
            self.requests.append(exchange)
            self._problems.append((exchange, problems))
        return response.status, head, content

    def _credential(self, call: Call) -> str | None:
        sent = self._application.steps.shown(call)
        secret = self._application.steps.secret_of(sent, call.method) if sent else None
        return next((name for name, known in self.credentials.items() if known == secret), None)

    def _failure(self, call: Call, resource: str | None, operation: str | None) -> _Failure | None:
        for failure in self._failures:
            if failure.matches(call, resource, operation):
                failure.left -= 1
                if failure.left <= 0:
                    self._failures.remove(failure)
                return failure
        return None

    def _failed(self, call: Call, failure: _Failure) -> Answer:
        if isinstance(failure.what, Exception):
            raise failure.what
        steps, status = self._application.steps, failure.what
        refusal = Refusal("throttled" if status == 429 else "failed", None, "this failure was asked for")
        answer = Answer(status, steps.error_body(call, status, refusal), refusal=refusal)
        wait = 1 if failure.retry_after is None and status == 429 else failure.retry_after
        if wait is not None:
            answer.headers["Retry-After"] = f"{wait:g}"
        if status == 401:
            answer.headers.update(steps.challenge(call))
        steps.finish(call, answer)
        return answer


class _Registry(FirstMatchRegistry):
    """Answers every request to the stub, whatever its method and path; refuses all others."""

    def __init__(self, stub: Stub, nested: bool) -> None:
        super().__init__()
        self._stub = stub
        self._nested = nested

    def find(self, request: requests.PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        method, url = str(request.method), str(request.url)
        if self._stub.answers(url):
            return _response(method, url, self._stub.answer), []
        if self._nested:
            return responses.PassthroughResponse(method, url), []

        def refuse(request: requests.PreparedRequest) -> Any:
            raise requests.ConnectionError(
                f"{method} {url} is not for the stub of '{self._stub.contract.name}', which answers "
                f"{self._stub.origin}; nothing goes to the network while a stub is there",
                request=request,
            )

        return _response(method, url, refuse), []


def _response(method: str, url: str, callback: Callable[..., Any]) -> responses.BaseResponse:
    return responses.CallbackResponse(method, url, callback, content_type=None)


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(map(_content, body))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def stub(contract: str | Path | Contract | None = None, *, faults: Iterable[str] = (), origin: str = ORIGIN) -> Stub:
    """A stub of ``contract``, to be used in a ``with`` statement. ``contract`` as in ``restproof run``: a directory, a
    file or a bundled name; by default what ``restproof run`` would take. ``faults``: named faults from the start.
    ``origin``: scheme and host that it answers for. Raises ``RestproofError``."""
    if not isinstance(contract, Contract):
        cwd = Path.cwd()
        contract = _loaded(resolve_contract(None if contract is None else str(contract), load_config(cwd), cwd))
    if urlsplit(origin).scheme not in ("http", "https") or not urlsplit(origin).netloc:
        raise ConfigurationError(f"{origin!r} is no origin", hint=f"Give scheme and host, such as {ORIGIN}.")
    return Stub(contract, origin, faults)


def _loaded(path: Path) -> Contract:
    """The contract of a file. Reading one takes long against all else here, so it is kept while its files stay as they
    are."""
    path = path.resolve()
    known = _contracts.get(path)
    if known is not None and _fingerprint(path, known[1]) == known[0]:
        return known[1]
    contract = load(path)
    _contracts[path] = _fingerprint(path, contract), contract
    return contract


def _fingerprint(path: Path, contract: Contract) -> tuple[tuple[str, int, int], ...]:
    folders = {path.parent, *(r.schema_file.parent for r in contract)}
    files = sorted({path, *(f for folder in folders for f in folder.iterdir() if f.is_file())})
    return tuple((str(f), s.st_mtime_ns, s.st_size) for f in files for s in (f.stat(),))
