"""Arrays of words that are sets by their name: a server may keep each of them once, and in an order of its own."""

from __future__ import annotations

from pathlib import Path

from .unsaid import TEXT, Document, call, resource

WORDS = {"type": "array", "items": TEXT}


def test_labels_come_in_any_order_and_steps_do_not(tmp_path: Path) -> None:
    members: Document = {"labels": WORDS, "userRoles": WORDS, "steps": WORDS, "label": TEXT, "tags": TEXT}
    sent: Document = {"type": "object", "properties": members}
    shown: Document = {"type": "object", "properties": {"id": {"type": "integer"}, **members}}
    given = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    listed: Document = {"type": "array", "items": shown}
    item = {"parameters": [given], "get": call(shown), "patch": call(shown, sent)}
    found = resource(
        tmp_path, "box", {"/boxes": {"get": call(listed), "post": call(shown, sent, 201)}, "/boxes/{id}": item}
    )
    assert found.unordered == ("labels", "userRoles")
    assert {n for n, s in found.shapes.create["properties"].items() if s.get("uniqueItems")} == {"labels", "userRoles"}
    assert not any(s.get("uniqueItems") for s in found.shapes.response["properties"].values())
