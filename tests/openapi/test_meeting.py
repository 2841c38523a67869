"""What keeps two schemas, each of which may be one of several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.openapi.meeting import meet

from .unsaid import TEXT, Document, call, resource

ADDRESS = {"type": "string", "format": "ipv4"}
HOST = {"type": "string", "format": "hostname"}
A, B = {"type": "string", "enum": ["A"]}, {"type": "string", "enum": ["B"]}


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        (ADDRESS, {"anyOf": [ADDRESS, HOST]}, ADDRESS),
        (A, {"anyOf": [B, A]}, A),
        (A, {"anyOf": [{"type": "string", "const": "B"}, TEXT]}, A),
        ({"type": "integer", "format": "int32"}, {"anyOf": [{"type": "integer", "format": "int64"}]}, None),
    ],
)
def test_alternatives_of_which_no_value_is_both_are_none(one: Any, two: Any, both: Any) -> None:
    assert meet(one, two) == (both or {"type": "integer", "format": "int64"})


def test_the_variant_that_is_sent_is_one_of_several_that_answers_show(tmp_path: Path) -> None:
    """The kinds of a record name their kind each and hold another form."""

    def record(kind: str, **content: Any) -> Document:
        members = {"label": TEXT, "type": {"type": "string", "enum": [kind]}, "content": {"type": "string", **content}}
        return {"type": "object", "required": list(members), "properties": members}

    kinds = [record("A", format="ipv4"), record("TXT"), record("MX", format="hostname")]
    number: Document = {"id": {"type": "integer"}}
    shown: Document = {"oneOf": [{**one, "properties": {**number, **one["properties"]}} for one in kinds]}
    sent: Document = {"oneOf": kinds}
    given = {"name": "id", "in": "path", "required": True, "schema": number["id"]}
    item = {"parameters": [given], "get": call(shown), "put": call(shown, sent)}
    paths: Document = {"/boxes": {"get": call({"type": "array", "items": shown}), "post": call(shown, sent, 201)}}
    asked = resource(tmp_path, "box", {**paths, "/boxes/{id}": item}).shapes.create["properties"]
    assert (asked["type"]["enum"], asked["content"]["format"]) == (["A"], "ipv4")
