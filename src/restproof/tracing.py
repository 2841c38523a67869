"""A run as spans of OpenTelemetry: what a ``restproof_hooks.py`` takes as its ``on_finish``. Needs ``restproof[otel]``.

One span for the run, and below it one for each exchange, by the semantic conventions of HTTP clients, with the times
that the run file has. What was found stands in the exchange that shows it, as an event. With ``traceparent`` as its
``before_request``, each request tells the server in which trace, and below which span, its own spans belong.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from restproof.errors import ConfigurationError
from restproof.hooks import Finished, Outgoing
from restproof.record.events import RUN_FILE
from restproof.record.model import RecordedExchange, RecordedFinding
from restproof.record.reader import read

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

__all__ = ["spans", "traceparent"]

_PORTS = {"http": 80, "https": 443}
_BATCH = 512
"""Spans that are made until all are sent: a processor of OpenTelemetry's drops what its queue (2,048) cannot hold."""


_AROUND = "TRACEPARENT"
"""The environment variable by which a pipeline tells the trace that it is a part of."""
_OWN = "RESTPROOF_TRACE"
"""The one by which the processes of a run tell each other its trace, where there is none around it."""
_PARENT = re.compile(r"00-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})-[0-9a-f]{2}")
"""W3C Trace Context §3.2."""


def traceparent() -> Callable[[Outgoing], Outgoing]:
    """A ``before_request`` that adds the header ``traceparent`` (W3C Trace Context) to each request. The trace is the
    one that the environment variable TRACEPARENT names, else one of the run's own."""
    around = _PARENT.fullmatch(os.environ.get(_AROUND, ""))
    trace = around["trace"] if around else os.environ.setdefault(_OWN, token_hex(16))

    def traceparent(request: Outgoing) -> Outgoing:
        return request.with_header("traceparent", f"00-{trace}-{token_hex(8)}-01", shown=True)

    return traceparent


def spans(provider: TracerProvider | None = None) -> Callable[[Finished], None]:
    """An ``on_finish`` that sends the spans of the run. ``provider``: where they go; by default to the collector that
    OpenTelemetry's own environment variables name (``OTEL_EXPORTER_OTLP_ENDPOINT`` …), by OTLP over HTTP. Raises
    ``ConfigurationError`` where OpenTelemetry is not installed."""
    if provider is not None:
        return lambda finished: _tell(provider, finished)
    make = _usual_provider()

    def send_spans(finished: Finished) -> None:
        refused = threading.Event()
        own = make(refused)
        _tell(own, finished)
        own.shutdown()
        if refused.is_set():
            sys.stderr.write("restproof: the collector has not taken the spans of this run\n")

    return send_spans


def _usual_provider() -> Callable[[threading.Event], TracerProvider]:
    """What makes the provider: it has a thread of its own, which no worker of a run should get. The event that it is
    given is set where spans did not arrive; then no more are sent, since a collector that is away is waited for."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
    except ImportError:
        raise ConfigurationError(
            "restproof.tracing needs OpenTelemetry", hint="pip install 'restproof[otel]'"
        ) from None

    name = os.environ.get("OTEL_SERVICE_NAME", "restproof")

    def made(refused: threading.Event) -> TracerProvider:
        class StopsOnceRefused(OTLPSpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                if refused.is_set() or super().export(spans) is not SpanExportResult.SUCCESS:
                    refused.set()
                    return SpanExportResult.FAILURE
                return SpanExportResult.SUCCESS

        provider = TracerProvider(resource=Resource.create({"service.name": name}))
        provider.add_span_processor(BatchSpanProcessor(StopsOnceRefused()))
        return provider

    return made


def _tell(provider: TracerProvider, finished: Finished) -> None:
    """Make the spans: of the run, and of each exchange. All of them have been sent when it returns."""
    from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

    run = read(finished.directory / RUN_FILE, partial=True)
    header = run.header
    ids = _ids_of(tracer := provider.get_tracer("restproof", header.restproof))
    began = datetime.fromisoformat(header.started).timestamp()
    shows: dict[int | str | None, list[RecordedFinding]] = {}
    for finding in run.findings:
        shows.setdefault(finding.exchange, []).append(finding)
    parents = [_parent_in(exchange) for exchange in run.exchanges]
    ids.trace = next((trace for trace, _ in filter(None, parents)), None)
    whole = tracer.start_span(f"restproof {header.contract}", context=_around(), start_time=_nanoseconds(began))
    whole.set_attributes(
        {
            "restproof.contract": header.contract,
            "restproof.target": header.target.name,
            "restproof.profile": header.profile,
            "restproof.seed": header.seed,
            "restproof.verdict": finished.verdict,
            "restproof.complete": finished.complete,
        }
    )
    if finished.verdict != "conforming":
        whole.set_status(Status(StatusCode.ERROR, finished.verdict))
    last = began
    for number, (exchange, parent) in enumerate(zip(run.exchanges, parents, strict=True), 1):
        first, last_byte = began + exchange.started, began + exchange.started + exchange.elapsed
        last = max(last, last_byte)
        ids.span = None if parent is None else parent[1]
        span = tracer.start_span(
            f"{exchange.request.method} {exchange.resource or ''}".strip(),
            context=set_span_in_context(whole),
            kind=SpanKind.CLIENT,
            attributes=dict(_attributes(exchange)),
            start_time=_nanoseconds(first),
        )
        for finding in shows.get(exchange.n, ()):
            told = {"restproof.item": finding.item, "restproof.message": finding.message}
            span.add_event("restproof.finding", told, timestamp=_nanoseconds(last_byte))
        if exchange.response is None or exchange.response.status >= 400:  # so the conventions want it of a client
            span.set_status(Status(StatusCode.ERROR))
        span.end(end_time=_nanoseconds(last_byte))
        if number % _BATCH == 0:
            provider.force_flush()
    whole.end(end_time=_nanoseconds(last))
    provider.force_flush()


class _Ids(Protocol):
    """What gives the next span its ids: ``trace`` and ``span``, where they are known."""

    trace: int | None
    span: int | None


def _ids_of(tracer: Any) -> _Ids:
    """The ids that a tracer of OpenTelemetry's SDK gives, from now on."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class GivesItsIds(RandomIdGenerator):
        trace: int | None = None
        span: int | None = None

        def generate_span_id(self) -> int:
            found, self.span = self.span, None
            return found or super().generate_span_id()

        def generate_trace_id(self) -> int:
            return self.trace or super().generate_trace_id()

    tracer.id_generator = GivesItsIds()
    found: _Ids = tracer.id_generator
    return found


def _parent_in(exchange: RecordedExchange) -> tuple[int, int] | None:
    """The trace and the span that a request has told the server."""
    for line in exchange.hooks:
        found = _PARENT.fullmatch(line.rpartition(" traceparent: ")[2])
        if found:
            return int(found["trace"], 16), int(found["span"], 16)
    return None


def _around() -> Context | None:
    """The span that the run is a part of, where the environment names one."""
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    found = _PARENT.fullmatch(os.environ.get(_AROUND, ""))
    if found is None:
        return None
    flags = TraceFlags(TraceFlags.SAMPLED)
    return set_span_in_context(
        NonRecordingSpan(
            SpanContext(int(found["trace"], 16), int(found["span"], 16), is_remote=True, trace_flags=flags)
        )
    )


def _attributes(exchange: RecordedExchange) -> Iterator[tuple[str, Any]]:
    """By the semantic conventions of HTTP (1.23 and later), and what restproof knows of it."""
    parts = urlsplit(exchange.request.url)
    yield "http.request.method", exchange.request.method
    yield "url.full", exchange.request.url
    yield "server.address", parts.hostname or ""
    yield "server.port", parts.port or _PORTS.get(parts.scheme, 0)
    if exchange.response is None:
        yield "error.type", exchange.error or "_OTHER"
    else:
        yield "http.response.status_code", exchange.response.status
        if exchange.response.status >= 400:
            yield "error.type", str(exchange.response.status)
    if exchange.attempt > 1:
        yield "http.request.resend_count", exchange.attempt - 1
    for name in ("item", "case", "setup", "resource", "operation", "credential"):
        value = getattr(exchange, name)
        if value is not None:
            yield f"restproof.{name}", value


def _nanoseconds(moment: float) -> int:
    return int(moment * 1_000_000) * 1000
