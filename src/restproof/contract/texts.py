"""JSON scalars as text: in a query, and as the key of what they name."""

from __future__ import annotations

from typing import Any


def whole(value: Any) -> Any:
    """5.0 as 5: to JSON Schema they are one integer, whichever of the two a server shows. Anything else is itself."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(value: Any) -> str:
    """A scalar as text; truth values as JSON spells them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def in_query(value: Any) -> str:
    """A scalar as a query holds it: null is empty."""
    return "" if value is None else text_of(value)


def id_text(id: Any) -> str:
    """An id as text, by which what it names is found: that of 5.0 is that of 5."""
    return str(whole(id))
