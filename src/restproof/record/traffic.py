"""Recorded traffic of any client: one front for HAR files, cassettes, recordings, flows and run files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from restproof.errors import Place, TrafficError
from restproof.record.cassette import from_cassette, parse_yaml
from restproof.record.events import RUN_FILE
from restproof.record.flows import from_flows, is_flows
from restproof.record.foreign import named_by_bytes, named_by_content
from restproof.record.har import Attached, from_har
from restproof.record.model import Traffic
from restproof.record.packed import ZIP, Archive, beside, unpacked
from restproof.record.reader import read
from restproof.record.recorder import from_recorder

_KINDS = (
    "A HAR 1.2 file, a cassette (vcrpy, VCR, betamax, go-vcr, PHP-VCR), a recording of responses, flows of mitmproxy "
    "or a run file can be judged."
)


def read_traffic(path: Path) -> Traffic:
    """The traffic of a file, which may be packed by gzip or in a zip archive, with the content of its messages beside
    it as Playwright does it. Raises ``TrafficError`` (or ``RunFileError``) for what is none of the known
    formats."""
    if (path / RUN_FILE).is_file():
        path = path / RUN_FILE  # the directory that a run left
    data = unpacked(path)
    if data is None:
        return _of_run(path)
    if data.startswith(ZIP):
        archive = Archive(path, data)
        return _of_bytes(archive.traffic(), path, archive.attached)
    return _of_bytes(data, path, beside(path))


def _of_bytes(data: bytes, path: Path, attached: Attached = lambda name: None) -> Traffic:
    if is_flows(data):
        return from_flows(data, path)
    _refuse(named_by_bytes(data), path)
    document = _document(path, data)
    if isinstance(document, Mapping):
        if "log" in document:
            return from_har(document, path, attached)
        if isinstance(document.get("responses"), list):
            return from_recorder(document, path)
    _refuse(named_by_content(document), path)
    if isinstance(document, Mapping) and ("interactions" in document or "http_interactions" in document):
        return from_cassette(document, path)
    if isinstance(document, list) and document and all(isinstance(i, Mapping) and "request" in i for i in document):
        return from_cassette({"interactions": document}, path)  # PHP-VCR
    raise TrafficError("this is no recorded traffic", place=Place(path), hint=_KINDS)


def _refuse(found: tuple[str, str] | None, path: Path) -> None:
    """Raises where the file is known to be something else."""
    if found is not None:
        raise TrafficError(f"this is {found[0]}", place=Place(path), hint=f"{found[1]}\n  {_KINDS}")


def _document(path: Path, data: bytes) -> Any:
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TrafficError("the file is not UTF-8", place=Place(path), hint=_KINDS) from None
    if path.suffix.lower() == ".toml":
        try:
            return tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise TrafficError(f"the TOML is broken: {error}", place=Place(path)) from None
    if is_json:
        try:
            return json.loads(text)
        except ValueError as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
            raise TrafficError(f"the JSON is broken: {error}", place=Place(path, line)) from None
        except RecursionError:
            raise TrafficError("the JSON is nested too deeply", place=Place(path)) from None
    return parse_yaml(text, path)


def _of_run(path: Path) -> Traffic:
    run = read(path, partial=True)
    ordered = sorted(run.exchanges, key=lambda e: e.started)
    # What the run knows of a case is no part of the traffic.
    plain = (
        replace(e, n=n, item=None, case=None, setup=None, resource=None, operation=None)
        for n, e in enumerate(ordered, 1)
    )
    return Traffic(tuple(plain), base_url=run.header.target.base_url)
