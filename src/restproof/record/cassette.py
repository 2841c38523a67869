"""VCR cassettes (YAML or JSON) → exchanges. A cassette has no times that say more than its order.

As vcrpy writes them (version 1, https://vcrpy.readthedocs.io), VCR for Ruby and betamax (``http_interactions``), go-vcr
(versions 1 and 2) and PHP-VCR (a bare list).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from restproof.errors import Place, TrafficError
from restproof.headers import Headers
from restproof.record.broken import BROKEN, broken
from restproof.record.coding import as_body, uncompressed
from restproof.record.events import Body
from restproof.record.model import Lack, RecordedExchange, Request, Response, Traffic


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Knows Ruby's tag for bytes, which is YAML's own under another name."""


_Loader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)

_VERSION = 1
_OF_GO = 2


def parse_yaml(text: str, path: Path) -> Any:
    """A YAML document. Raises ``TrafficError`` with the line where it is none."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise TrafficError(f"neither JSON nor YAML: {error.problem}", place=Place(path, line)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TrafficError(f"neither JSON nor YAML: {error}", place=Place(path)) from None


def from_cassette(document: Mapping[str, Any], path: Path) -> Traffic:
    """The exchanges of a cassette. Raises ``TrafficError`` that names the first broken interaction."""
    ruby = "http_interactions" in document
    interactions = document["http_interactions" if ruby else "interactions"]
    if not isinstance(interactions, list):
        raise TrafficError("the cassette has no list of interactions", place=Place(path))
    version = document.get("version", _VERSION)
    if version != _VERSION and not (version == _OF_GO and _is_of_go(interactions)):
        hint = "vcrpy migrates older ones: python -m vcr.migration PATH"
        raise TrafficError(f"the cassette is of version {version!r}, not {_VERSION}", place=Place(path), hint=hint)
    skipped: Counter[str] = Counter()
    exchanges: list[RecordedExchange] = []
    lacking: dict[int, frozenset[Lack]] = {}
    for number, interaction in enumerate(interactions, 1):
        try:
            request = _request(interaction["request"])
            if request.method == "OPTIONS":
                skipped["OPTIONS requests"] += 1
                continue
            lacks: set[Lack] = set()
            if _is_unknown(interaction["request"].get("body")) or _is_untyped(request):
                lacks.add("request body")
                request = replace(request, body=None)
            response = _response(interaction["response"], lacks)
        except BROKEN as error:
            raise broken(f"interaction {number} of the cassette", error, path) from None
        n = len(exchanges) + 1
        exchanges.append(RecordedExchange(n=n, request=request, response=response))
        if lacks:
            lacking[n] = frozenset(lacks)
    return Traffic(tuple(exchanges), lacking, dict(skipped), timed=False)


def _is_of_go(interactions: list[Any]) -> bool:
    """Whether the first response has its status as go-vcr writes it."""
    first = interactions[0] if interactions else None
    response = first.get("response") if isinstance(first, Mapping) else None
    return isinstance(response, Mapping) and "code" in response


def _request(request: Mapping[str, Any]) -> Request:
    method, url = str(request["method"]).upper(), str(request.get("uri") or request["url"])
    return Request(method, url, _headers(request.get("headers")), _body(request.get("body")))


def _is_unknown(found: Any) -> bool:
    """Whether a body is none as it came: JSON, say, that a serializer has read."""
    if isinstance(found, Mapping):
        held = [found[word] for word in ("string", "base64_string") if word in found]
        return bool(found) and not (held and all(isinstance(one, str | bytes | None) for one in held))
    return not isinstance(found, str | bytes | None)


def _is_untyped(request: Request) -> bool:
    """Whether nothing says what a request holds: its header was filtered out, and it is no JSON."""
    if request.headers or request.body is None:
        return False
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        return True
    return False


def _response(response: Mapping[str, Any], lacks: set[Lack]) -> Response:
    status = response["code"] if "code" in response else response["status"]
    code = int(status["code"] if isinstance(status, Mapping) else status)
    reason = str(status.get("message") or "") if isinstance(status, Mapping) else ""
    headers = _headers(response.get("headers"))
    found = response["body"] if "body" in response else response.get("content")
    body = _body(found)
    if _is_unknown(found):
        lacks.add("response body")
        body = None
    codings = ",".join(v for n, v in headers if n.lower() == "content-encoding").lower()
    if isinstance(body, bytes) and codings:
        plain = uncompressed(body, codings)
        body = None if plain is None else as_body(plain)
        if plain is None:
            lacks.add("response body")
    if not headers:
        lacks.add("headers")
    return Response(code, reason, headers, body)


def _headers(found: Any) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, values in (found or {}).items():
        pairs += [(str(name), _plain(v)) for v in (values if isinstance(values, list) else [values])]
    return tuple(pairs)


def _plain(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(found: Any) -> Body:
    """A body in any of the forms of vcrpy: text, bytes, or a mapping of one of them."""
    if isinstance(found, Mapping):
        if found.get("base64_string") is not None:
            try:
                return as_body(base64.b64decode(found["base64_string"]))
            except binascii.Error:
                raise ValueError("its base64 body is damaged") from None
        found = found.get("string")
    if isinstance(found, bytes):
        return as_body(found)
    return str(found) if found not in (None, "") else None
