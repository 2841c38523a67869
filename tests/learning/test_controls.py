"""What is learned has its control: a path that leads nowhere, a write that was taken, a field that could have moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.miniatures.server import Refused, Row

from restproof.wire.message import Request

from .desk import OPEN, SCHEMA, Desk, learned

COUNTED: dict[str, Any] = {
    **SCHEMA,
    "properties": {
        **SCHEMA["properties"],
        "parts": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 9}},
        "stage": {"type": "string", "enum": ["draft", "sent"], "readOnly": True},
        "total": {"type": "integer", "readOnly": True},
    },
}
_MOVING = {"volatile": ["made_at", "moved_at", "stage", "total"]}
COUNTING = {**OPEN, "resources": {"desk": {**OPEN["resources"]["desk"], **_MOVING}}}


class Framed(Desk):
    """A framework answers what leads nowhere, in a form of its own."""

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        if "restproof-unknown" in request.path:
            return 404, b'{"detail": "Not Found"}', (("Content-Type", "application/json"),)
        return super().__call__(request)


class Shut(Desk):
    """No create is taken, whatever it holds."""

    def admit(self, request: Request) -> None:
        super().admit(request)
        if request.method == "POST":
            raise Refused(400, "send something else")


class Counting(Desk):
    """How many parts there are, none of which a change of another field moves."""

    SCHEMAS: Mapping[str, Any] = {"/desks": COUNTED}

    def show(self, path: str, row: Row) -> dict[str, Any]:
        return {**super().show(path, row), "stage": "draft", "total": len(row.get("parts") or [1])}


def test_a_framework_may_tell_of_absent_paths_otherwise_than_of_absent_items(tmp_path: Path) -> None:
    [errors] = [w.value for w in learned(Framed(), tmp_path).words if w.name == ("errors",)]
    assert 404 not in errors
    assert errors[422]["required"] == ["error", "code"]


def test_what_refuses_every_write_tells_of_no_mistake(tmp_path: Path) -> None:
    words = {w.name for w in learned(Shut(), tmp_path).words}
    assert words.isdisjoint({("statuses", case) for case in ("invalid", "coercible", "null_value", "malformed")})


def test_what_may_be_worked_out_of_other_fields_is_not_said_to_stay(tmp_path: Path) -> None:
    words = {w.name: w.value for w in learned(Counting(), tmp_path, COUNTING, COUNTED).words}
    assert words["immutable",] == ["id", "made_at"]
