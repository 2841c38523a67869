"""Recorded traffic of any client: one front for HAR files, VCR cassettes and run files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from restproof.errors import Place, TrafficError
from restproof.record.cassette import from_cassette, parse_yaml
from restproof.record.har import from_har
from restproof.record.model import Traffic
from restproof.record.packed import ZIP, Archive, unpacked
from restproof.record.reader import read

_KINDS = "A HAR 1.2 file, a cassette of vcrpy (YAML or JSON, version 1) or a run file can be judged."


def read_traffic(path: Path) -> Traffic:
    """The traffic of a file, which may be packed by gzip or, as Playwright does it, in a zip archive with the content
    of its messages. Raises ``TrafficError`` (or ``RunFileError``) for what is none of the known formats."""
    data = unpacked(path)
    if data is None:
        return _of_run(path)
    if data.startswith(ZIP):
        return _of_archive(path, data)
    return _of_document(_document(path, data), path)


def _of_archive(path: Path, data: bytes) -> Traffic:
    archive = Archive(path, data)
    document = _document(path, archive.har())
    if not (isinstance(document, Mapping) and "log" in document):
        raise TrafficError("the archive holds no HAR", place=Place(path), hint=_KINDS)
    return from_har(document, path, archive.attached)


def _of_document(document: Any, path: Path) -> Traffic:
    if isinstance(document, Mapping) and "log" in document:
        return from_har(document, path)
    if isinstance(document, Mapping) and "interactions" in document:
        return from_cassette(document, path)
    raise TrafficError("this is no recorded traffic", place=Place(path), hint=_KINDS)


def _document(path: Path, data: bytes) -> Any:
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TrafficError("the file is not UTF-8", place=Place(path), hint=_KINDS) from None
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
    return Traffic(tuple(plain))
