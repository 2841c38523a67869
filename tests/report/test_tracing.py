"""A run as spans of OpenTelemetry, as its in-memory exporter gets them."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.record import synthetic_run as build

from restproof.errors import ConfigurationError
from restproof.hooks import Finished, Hooks, Outgoing, load_hooks
from restproof.record.reader import read
from restproof.tracing import spans, traceparent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    of = build.item("create.answers-created", "office", "create")
    sample = build.case(of, 0, body={"name": "A"})
    sent = build.exchange(1, of, sample, sent={"name": "A"}, got={"name": "A"})
    found = build.finding(of, sample, 1, message="answered 200, not 201", expected="201", actual="200", kind="status")
    (tmp_path / "run").mkdir()
    build.write(tmp_path / "run/run.jsonl.gz", *build.small(of, sample, sent, found, build.outcome(of, "fail")))
    return tmp_path / "run"


def told(folder: Path, verdict: str = "not conforming") -> tuple[ReadableSpan, ...]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    spans(provider)(Finished(verdict, True, folder, {"fail": 1}, 1))
    return tuple(kept.get_finished_spans())


def test_each_exchange_is_a_span_of_the_run_with_what_was_found(folder: Path) -> None:
    run = read(folder / "run.jsonl.gz", partial=True)
    *exchanges, whole = told(folder)
    assert [s.name for s in exchanges] == [f"{e.request.method} {e.resource}" for e in run.exchanges]
    assert whole.status.status_code is StatusCode.ERROR
    assert whole.attributes
    assert whole.attributes["restproof.verdict"] == "not conforming"
    for span, exchange in zip(exchanges, run.exchanges, strict=True):
        assert whole.context
        assert span.parent
        assert span.parent.span_id == whole.context.span_id
        assert span.kind is SpanKind.CLIENT
        assert span.attributes
        assert exchange.response
        assert span.attributes["http.request.method"] == exchange.request.method
        assert span.attributes["url.full"] == exchange.request.url
        assert span.attributes["http.response.status_code"] == exchange.response.status
        assert span.attributes["restproof.case"] == exchange.case
        assert span.start_time
        assert span.end_time
        assert (span.end_time - span.start_time) / 1e9 == pytest.approx(exchange.elapsed, abs=1e-5)
    (event,) = exchanges[0].events
    assert event.attributes == {
        "restproof.item": "create.answers-created[office-create]",
        "restproof.message": "answered 200, not 201",
    }


def test_a_run_that_conforms_is_no_error(folder: Path) -> None:
    assert told(folder, "conforming")[-1].status.status_code is StatusCode.UNSET


def test_the_server_is_told_the_span_that_its_own_belong_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTPROOF_TRACE", "ab" * 16)
    monkeypatch.delenv("TRACEPARENT", raising=False)
    hooks = Hooks({"before_request": (traceparent(), lambda request: None)})
    of = build.item("create.answers-created", "office", "create")
    told_to_server = []
    sent = []
    for n in (1, 2):
        leaving, lines = hooks.leaving(Outgoing("GET", "https://a", "/", (("Accept", "*/*"),)))
        told_to_server.append(leaving.header("traceparent"))
        sent.append({**build.exchange(n, of), "hooks": list(lines)})
    assert sent[0]["hooks"] == ["traceparent: header traceparent", f"traceparent: traceparent: {told_to_server[0]}"]
    build.write(tmp_path / "run.jsonl.gz", *build.small(of, *sent, build.outcome(of)))
    *exchanges, whole = told(tmp_path, "conforming")
    assert [
        f"00-{s.context.trace_id:032x}-{s.context.span_id:016x}-01" for s in exchanges if s.context
    ] == told_to_server
    assert whole.context
    assert f"{whole.context.trace_id:032x}" == "ab" * 16
    assert whole.parent is None


def test_a_run_is_a_part_of_the_trace_around_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", f"00-{'cd' * 16}-{'ef' * 8}-01")
    leaving, _ = Hooks({"before_request": (traceparent(),)}).leaving(Outgoing("GET", "https://a", "/", ()))
    assert str(leaving.header("traceparent")).startswith(f"00-{'cd' * 16}-")
    *_, whole = told(folder)
    assert whole.parent
    assert (whole.parent.trace_id, whole.parent.span_id) == (int("cd" * 16, 16), int("ef" * 8, 16))
    monkeypatch.setenv("TRACEPARENT", f"00-{'0' * 32}-{'ef' * 8}-01")
    assert told(folder)[-1].parent is None, "no trace has that id"


class Queue(SpanProcessor):
    """As OpenTelemetry's processor of batches, whose thread has no turn: a queue that drops what it cannot hold."""

    def __init__(self) -> None:
        self.waiting: list[ReadableSpan] = []
        self.sent: list[str] = []

    def on_end(self, span: ReadableSpan) -> None:
        if len(self.waiting) < 2048:
            self.waiting.append(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        self.sent += [span.name for span in self.waiting]
        self.waiting.clear()
        return True


def test_no_span_of_a_long_run_is_dropped(tmp_path: Path) -> None:
    of = build.item("create.answers-created", "office", "create")
    sent = [build.exchange(n, of) for n in range(1, 2101)]
    build.write(tmp_path / "run.jsonl.gz", *build.small(of, *sent, build.outcome(of)))
    provider, queue = TracerProvider(), Queue()
    provider.add_span_processor(queue)
    spans(provider)(Finished("conforming", True, tmp_path, {}, 1))
    assert len(queue.sent) == len(sent) + 1


def test_they_go_to_the_collector_that_the_environment_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    got: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(400 if len(got) == 2 else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        on_finish = spans()
        for told in ("", "restproof: the collector has not taken the spans of this run\n", ""):
            on_finish(Finished("conforming", True, folder, {}, 1))
            assert capsys.readouterr().err == told
        server.shutdown()
    path, body = got[0]
    assert path == "/v1/traces"
    assert b"service.name" in body
    assert b"restproof procore" in body
    assert b"answered 200, not 201" in body


def test_without_opentelemetry_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    (tmp_path / "restproof_hooks.py").write_text("from restproof.tracing import spans\n\non_finish = spans()\n")
    with pytest.raises(ConfigurationError, match=r"restproof\.tracing needs OpenTelemetry"):
        load_hooks(tmp_path)
