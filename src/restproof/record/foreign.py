"""Files that people take for recorded traffic, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_MAGIC = {
    b"\xd4\xc3\xb2\xa1": "a capture of packets (pcap)",
    b"\xa1\xb2\xc3\xd4": "a capture of packets (pcap)",
    b"\x4d\x3c\xb2\xa1": "a capture of packets (pcap)",
    b"\x0a\x0d\x0d\x0a": "a capture of packets (pcapng)",
    b"SQLite format 3\x00": "a database of SQLite",
    b"%PDF-": "a PDF",
}
_BEGINS = {
    b"<items burpversion": "an export of Burp",
    b"<testresults": "results of JMeter",
    b"<testsuite": "results of JUnit",
    b"<!doctype html": "a page of HTML",
    b"<html": "a page of HTML",
}
_RECORD_HAR = "Have the tool write HAR, or send its requests through restproof proxy."
_DECRYPT = "Packets of TLS hold no readable HTTP: record with a browser (HAR), mitmproxy, or restproof proxy."


def named_by_bytes(data: bytes) -> tuple[str, str] | None:
    """What a file is that is neither JSON nor YAML, and what to do instead; ``None`` for what is not known."""
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return name, _DECRYPT if "packets" in name else _RECORD_HAR
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<?xml"):
        head = head.partition(b"?>")[2].lstrip()
        head = head.partition(b"]>")[2].lstrip() if head.startswith(b"<!doctype items") else head
    return next(((name, _RECORD_HAR) for begin, name in _BEGINS.items() if head.startswith(begin)), None)


def named_by_names(names: Iterable[str]) -> tuple[str, str] | None:
    """What an archive is whose files have ``names``, and what to do instead; ``None`` for what is not known."""
    found = set(names)
    if any(name.startswith("raw/") for name in found) and any(name.startswith("_index.") for name in found):
        return "a session of Fiddler", "Have Fiddler export it as HAR (File, Export Sessions)."
    if any(name.endswith(".network") for name in found) and any(name.endswith(".trace") for name in found):
        return "a trace of Playwright", "Have Playwright record a HAR (record_har_path, recordHar)."
    return None


def named_by_content(document: Any) -> tuple[str, str] | None:
    """What a document is that holds no traffic, and what to do instead; ``None`` for what is not known."""
    if isinstance(document, list):
        first = document[0] if document and isinstance(document[0], Mapping) else {}
        if "scope" in first and "response" in first:
            return "a recording of nock", _RECORD_HAR
        if "protocolVersion" in first and "host" in first:
            return "a session of Charles", "Have Charles export it as HAR (File, Export Session)."
        return None
    if not isinstance(document, Mapping):
        return None
    info = document.get("info")
    if "item" in document and isinstance(info, Mapping):
        hint = "It holds requests, and no answers: run it with newman, through restproof proxy."
        return "a collection of Postman", hint
    if "run" in document and "collection" in document:
        return "a report of newman", "Run newman through restproof proxy: its report leaves out what was sent."
    if "consumer" in document and "provider" in document:
        return "a contract of Pact", "It holds examples, and no traffic: a run of restproof generates its own."
    for word in ("openapi", "swagger"):
        if word in document:
            return "an OpenAPI document", "restproof run takes it in place of a contract; restproof import makes one."
    insomnia = str(document.get("type")).partition("/")[0].endswith(".insomnia.rest")
    if insomnia or document.get("_type") == "export" or document.get("__export_format"):
        return "an export of Insomnia", _RECORD_HAR
    if "mappings" in document or ("request" in document and "response" in document):
        return "stubs of WireMock", "They hold what would be answered, and no traffic."
    if "contract" in document and "resources" in document:
        return "a contract of restproof", "Give it as --contract, and the traffic as the argument."
    return None
