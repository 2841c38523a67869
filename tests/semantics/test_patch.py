"""What a merge patch removes (RFC 7396)."""

from typing import Any

import pytest

from restproof.semantics.patch import removed_members

ALARM = {"properties": {"muted": {"type": "boolean", "default": False}, "low": {"type": "number"}}}
SCHEMA = {"properties": {"alarm": ALARM}}
NULLABLE = {"properties": {"alarm": {"anyOf": [{"type": "null"}, ALARM]}}}


@pytest.mark.parametrize("schema", [SCHEMA, NULLABLE], ids=["object", "object or null"])
@pytest.mark.parametrize(
    ("patch", "shown", "left"),
    [
        ({"muted": None}, {"muted": False}, []),
        ({"muted": None}, {"muted": True}, ["muted"]),
        ({"muted": None}, {}, []),
        ({"low": None}, {"low": 0}, ["low"]),
        ({"low": None}, {"low": None}, []),
    ],
)
def test_a_removed_member_is_absent_null_or_has_its_default(
    patch: Any, shown: Any, left: list[str], schema: Any
) -> None:
    assert list(removed_members(schema, {"alarm": patch}, {"alarm": shown})) == left
