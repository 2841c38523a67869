"""What follows from a schema is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from restproof.semantics import per_schema
from restproof.semantics.checker import checker
from restproof.semantics.per_schema import PerSchema


def test_equal_schemas_share_what_was_made_of_the_first_of_them() -> None:
    made: list[Mapping[str, Any]] = []
    of = PerSchema(lambda schema: made.append(schema) or len(made))  # type: ignore[func-returns-value]
    one, other, unlike = {"type": "string", "maxLength": 3}, {"maxLength": 3, "type": "string"}, {"type": "string"}
    assert [of(one), of(other), of(one), of(unlike), of(dict(unlike))] == [1, 1, 1, 2, 2]
    assert made == [one, unlike]


def test_a_schema_that_is_gone_does_not_stand_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that nobody holds any more gives its identity away."""
    monkeypatch.setattr(per_schema, "_MANY", 3)
    of = PerSchema(lambda schema: schema["const"])
    assert [of({"const": number}) for number in range(500)] == [*range(500)]


def test_what_a_schema_remembers_of_texts_is_right_and_bounded() -> None:
    known = checker({"type": "string", "maxLength": 2})
    texts = [str(number) for number in range(300)] * 2
    assert [known.accepts(text) for text in texts] == [len(text) <= 2 for text in texts]
    assert not known.accepts("x" * 10_000)
    assert len(known._texts) <= 64
