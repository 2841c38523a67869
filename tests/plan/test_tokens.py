"""A text that holds the token of a case is valid whatever token that is."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.plan.fields import with_token
from restproof.plan.marking import marked_text
from restproof.plan.symbols import RUN, TOKEN_LENGTH, token, valid_with_token


@pytest.mark.parametrize(
    ("schema", "valid"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "pattern": "^[a-z0-9]+$"}, True),
        ({"type": "string", "maxLength": TOKEN_LENGTH}, True),
        ({"type": "string", "maxLength": TOKEN_LENGTH - 1}, False),
        ({"type": "string", "pattern": "^[a-z]+$"}, False),
        ({"type": "string", "pattern": "^[^7]+$"}, False),
        ({"type": "string", "pattern": "[0-9]"}, False),
    ],
)
def test_a_token_may_hold_letters_digits_or_both(schema: dict[str, Any], valid: bool) -> None:
    assert valid_with_token(schema, RUN) is valid


def test_what_holds_no_digit_takes_no_token() -> None:
    schema = {"type": ["string", "null"], "pattern": "^[a-z]+$"}
    assert with_token(schema, "") is None
    assert marked_text(schema, "office", token("rpabcdef", 7)) is None
