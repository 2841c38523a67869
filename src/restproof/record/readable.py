"""The form of a recording that people read and edit: YAML, one document for each event.

The documents are the events of the run file that a replay needs. What differs is how a message looks: headers are a
mapping (a list of pairs where a name comes twice), a body that is JSON is written as a structure, and a
``Content-Length`` that is right is ``auto``, so that an edited body needs no counting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from restproof.errors import Place
from restproof.headers import Headers
from restproof.record.events import Body, content_of, decode_body
from restproof.record.model import Header, RecordedExchange, RecordedRun
from restproof.record.stream import MissingRunFile, NotARunFile

FIRST = "# A recording of restproof: edit it, and restproof run --stubs FILE says what the suites make of it.\n"
_JSON_TAG = "!json"
_COMPACT: dict[str, Any] = {"separators": (",", ":"), "ensure_ascii": False}
_STYLES: Mapping[str, dict[str, Any]] = {"json": _COMPACT, "spaced json": {"ensure_ascii": False}}
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Writer(_Dumper):  # type: ignore[misc]
    """Writes a text that YAML cannot hold as JSON, and keeps shared parts apart: anchors are hard to edit."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Reader(_Loader):  # type: ignore[misc]
    """Reads what ``_Writer`` writes, and a date as the text that it is in JSON."""


def _text(dumper: Any, text: str) -> Any:
    if text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable():
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)
    return dumper.represent_scalar(_JSON_TAG, json.dumps(text), style="'")


_Writer.add_representer(str, _text)
_Reader.add_constructor(_JSON_TAG, lambda loader, node: json.loads(loader.construct_scalar(node)))
_Reader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def dump(run: RecordedRun) -> str:
    """``run`` as YAML, without findings and outcomes: a replay makes them anew."""
    documents = (yaml.dump(d, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120) for d in _documents(run))
    return FIRST + "".join(f"---\n{text}" for text in documents)


def events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of a recording in YAML, each with the line on which it begins. Raises ``MissingRunFile`` and
    ``NotARunFile``."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MissingRunFile(f"the recording cannot be opened ({error.strerror})", place=Place(path)) from None
    except UnicodeDecodeError:
        raise NotARunFile("the file is neither gzip nor text", place=Place(path)) from None
    reader = _Reader(text)
    try:
        while reader.check_node():
            node = reader.get_node()
            line = node.start_mark.line + 1
            document = reader.construct_document(node)
            if not isinstance(document, dict) or not isinstance(document.get("event"), str):
                raise NotARunFile("this document is no event of a recording", place=Place(path, line))
            yield line, _event(document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        raise NotARunFile(f"not valid YAML: {problem}", place=Place(path, mark.line + 1 if mark else 0)) from None
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise NotARunFile(f"this document is no event of a recording ({error})", place=Place(path, line)) from None
    finally:
        reader.dispose()


# ------------------------------------------------------------------------ out


def _documents(run: RecordedRun) -> Iterator[dict[str, Any]]:
    yield _header(run.header)
    for value in run.values:
        yield {"event": "value", "name": value.name, "value": value.value, **_of(value.worker)}
    for item in run.items:
        yield {
            "event": "item",
            "item": item.id,
            "requirement": item.requirement,
            "resource": item.resource,
            "operation": item.operation,
            **({"cases": item.cases} if item.cases is not None else {}),
        }
    cases, seen = {case.id: case for case in run.cases}, set[str]()
    for exchange in run.exchanges:
        # Each case before its first exchange, and those that sent nothing after them all.
        if exchange.case is not None and exchange.case not in seen:
            seen.add(exchange.case)
            yield _case(cases[exchange.case])
        yield _exchange(exchange)
    yield from (_case(case) for case in run.cases if case.id not in seen)
    footer = run.footer
    yield {
        "event": "footer",
        "complete": footer is not None and footer.complete,
        "interrupted": footer.interrupted if footer else None,
        "requests": footer.requests if footer else 0,
    }


def _header(header: Header) -> dict[str, Any]:
    return {
        "event": "header",
        "format": 1,
        "restproof": header.restproof,
        "contract": {
            "name": header.contract,
            "title": header.title,
            "path": header.contract_path,
            "auth": header.auth,
            "resources": {name: list(operations) for name, operations in header.resources.items()},
        },
        "target": {
            "name": header.target.name,
            "base_url": header.target.base_url,
            "kind": header.target.kind,
            "ids": dict(header.target.ids),
            "credentials": {name: {"cased": cased} for name, cased in header.target.credentials.items()},
            "forbid": list(header.target.forbid),
        },
        "profile": header.profile,
        "seed": header.seed,
        "prefix": header.prefix,
        "started": header.started,
        "fail_on": header.fail_on,
        "require": {"tested": list(header.must_be_tested), "complete": header.must_be_complete},
        "max_wait": header.max_wait,
        "selection": dict(header.selection),
        "requirements": [{"id": r.id, "level": r.level, "statement": r.statement} for r in header.requirements],
        "deviations": [asdict(d) for d in header.deviations],
    }


def _case(case: Any) -> dict[str, Any]:
    return {
        "event": "case",
        "case": case.id,
        "item": case.item,
        "token": case.token,
        **_of(case.worker),
        "input": dict(case.input),
    }


def _exchange(exchange: RecordedExchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    about = {name: getattr(exchange, name) for name in ("case", "setup", "item", "resource", "operation", "credential")}
    return {
        "event": "exchange",
        "n": exchange.n,
        **{name: value for name, value in about.items() if value is not None or name == "credential"},
        **({"attempt": exchange.attempt} if exchange.attempt > 1 else {}),
        **({"again": True} if exchange.again else {}),
        **_of(exchange.worker),
        "request": {"method": request.method, "url": request.url, **_message(request.headers, request.body)},
        "response": None
        if response is None
        else {
            "status": response.status,
            **({"line": response.line} if response.line is not None else {}),
            "reason": response.reason,
            **_message(response.headers, response.body),
        },
        **({"error": exchange.error} if exchange.error else {}),
        "started": exchange.started,
        "elapsed": exchange.elapsed,
    }


def _of(worker: int) -> dict[str, int]:
    return {"worker": worker} if worker else {}


def _message(headers: Headers, body: Body) -> dict[str, Any]:
    size = str(len(content_of(body)))
    pairs = [[n, "auto" if n.lower() == "content-length" and v == size else v] for n, v in headers]
    shown: Any = dict(pairs) if len({n for n, _ in pairs}) == len(pairs) else pairs
    return {"headers": shown, **_shown(body)}


def _size(encoded: Any) -> int:
    return len(content_of(decode_body(encoded)))


def _shown(body: Body) -> dict[str, Any]:
    if not body:
        return {}
    if isinstance(body, bytes):
        import base64

        return {"base64": base64.b64encode(body).decode("ascii")}
    try:
        found = json.loads(body)
        for name, style in _STYLES.items():
            if json.dumps(found, **style) == body:
                return {name: found}
    except (ValueError, RecursionError):
        pass  # Not JSON, or JSON that a structure could not give back as it was.
    return {"text": body}


# ------------------------------------------------------------------------- in


def _event(document: dict[str, Any]) -> dict[str, Any]:
    if document["event"] != "exchange":
        return document
    for name in ("request", "response"):
        if document.get(name) is not None:
            document[name] = _plain_message(document[name])
    return document


def _plain_message(message: Mapping[str, Any]) -> dict[str, Any]:
    body: Any = message.get("text")
    if "base64" in message:
        body = {"base64": message["base64"]}
    for name, style in _STYLES.items():
        if name in message:
            body = json.dumps(message[name], **style)
    headers = message.get("headers") or {}
    pairs: Iterable[Any] = headers.items() if isinstance(headers, Mapping) else headers
    size = str(_size(body))
    rest = {name: value for name, value in message.items() if name not in (*_STYLES, "text", "base64")}
    return {**rest, "headers": [[n, size if v == "auto" else str(v)] for n, v in pairs], "body": body}
