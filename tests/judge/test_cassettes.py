"""Cassettes of vcrpy and its kin as traffic."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

import yaml

from restproof.record.model import Traffic

from .test_reading import read


def interaction(body: Any, headers: dict[str, Any] | None = None, sent: Any = None) -> dict[str, Any]:
    return {
        "request": {
            "method": "POST",
            "uri": "https://api.example.com/items",
            "headers": {"A": ["1", "2"]},
            "body": sent,
        },
        "response": {
            "status": {"code": 201, "message": "Created"},
            "headers": {"Content-Type": ["application/json"], **(headers or {})},
            "body": body,
        },
    }


def bodies(traffic: Traffic) -> list[Any]:
    return [e.response and e.response.body for e in traffic.exchanges]


def test_a_yaml_cassette_is_read(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"id": 3}')
    coded = {"Content-Encoding": "gzip"}
    cassette = {
        "version": 1,
        "interactions": [
            interaction({"string": '{"id": 1}'}, sent='{"name": "x"}'),
            interaction({"string": b'{"id": 2}'}, sent=b'{"name": "y"}'),
            interaction({"string": packed}, coded),
            interaction({"string": b"\x8b\x00brotli"}, {"Content-Encoding": ["br"]}),
        ],
    }
    found = read(tmp_path, yaml.safe_dump(cassette), "cassette.yaml")
    assert bodies(found) == ['{"id": 1}', '{"id": 2}', '{"id": 3}', None]
    assert [e.request.body for e in found.exchanges[:2]] == ['{"name": "x"}', '{"name": "y"}']
    assert found.exchanges[0].request.headers == (("A", "1"), ("A", "2"))
    assert found.lacking == {4: frozenset({"response body"})}
    assert not found.timed


def test_a_json_cassette_is_read(tmp_path: Path) -> None:
    coded = {"base64_string": base64.b64encode(b'{"id": 2}').decode()}
    cassette = {"version": 1, "interactions": [interaction({"string": '{"id": 1}'}), interaction(coded)]}
    assert bodies(read(tmp_path, cassette, "cassette.json")) == ['{"id": 1}', '{"id": 2}']
