"""Normal forms: what a server makes of a value before it keeps it (``normalized``), and by which two values of a unique
key are one (``unique: [{field: …, by: …}]``).

The forms of a field stand in its schema, under ``NORMAL``, so that whatever makes or judges values knows of them. Where
servers that promise a form differ in a value (letters beyond ASCII in another case, blanks beyond those of ASCII at an
end, a number with more decimals or with leading zeros), nothing is said of it: ``Unsaid``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from restproof.contract.inner import schemas_in
from restproof.contract.locations import ENTRIES, entered, steps_to

NORMAL = "x-restproof-normal"
"""The keyword of a schema that holds the forms of the value: a list of words, or of ``{decimal: n, text: bool}``."""
Form = str | Mapping[str, Any]
_BLANKS = " \t\n\r\v\f"
_INVISIBLE = "\ufeff\u200b\u2060\u180e\0"
_MARKUP = frozenset("<>&\"'")
_NUMBER = re.compile(r"(?!-0+(?:\.0+)?$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
"""A number as a text: without leading zeros, and not the zero that has a sign, which are cut or kept."""


class Unsaid(Exception):
    """What a server that promises the form makes of the value is not said."""


def normal(schema: Any, value: Any, *, unsaid: Literal["drop", "keep", "raise"] = "drop", typed: bool = True) -> Any:
    """``value`` as a server keeps it, by the forms in ``schema``, at every depth.

    ``unsaid``: what becomes of a member of which nothing is said: it is left out (where the whole value is one, or an
    entry of an array, ``Unsaid`` is raised), kept as it is, or ``Unsaid`` is raised for it as well. ``typed``: whether
    a number becomes a text where responses show one.
    """
    if not isinstance(schema, Mapping) or value is None:
        return value
    for form in schema.get(NORMAL, ()):
        try:
            value = _one(form, value, typed)
        except Unsaid:
            if unsaid != "keep":
                raise
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        found = {}
        for name, inner in value.items():
            try:
                found[name] = normal(known.get(name, others), inner, unsaid=unsaid, typed=typed)
            except Unsaid:
                if unsaid == "raise":
                    raise
        return found
    if isinstance(value, list):
        return [normal(schema.get("items"), entry, unsaid=unsaid, typed=typed) for entry in value]
    return value


def has_word(schema: Any, words: frozenset[str]) -> bool:
    """Whether one of the words stands in the schema, at any depth."""
    return any(not words.isdisjoint(inner) for inner in schemas_in(schema))


def in_forms(forms: Sequence[Form], value: Any) -> Any:
    """``value`` in one form after the other. Raises ``Unsaid``."""
    for form in forms:
        value = _one(form, value)
    return value


def _one(form: Form, value: Any, typed: bool = True) -> Any:
    if not isinstance(form, str):
        kept = _decimal(value, int(form["decimal"]), bool(form.get("text")))
        return kept if typed else value
    return TEXT_FORMS[form](value) if isinstance(value, str) else value


def _cased(change: Callable[[str], str]) -> Callable[[str], str]:
    def form(text: str) -> str:
        ascii_only = "".join(change(c) if c.isascii() else c for c in text)
        if ascii_only != change(text):
            raise Unsaid(text)  # some know the letters of ASCII alone
        return ascii_only

    return form


def _trimmed(text: str) -> str:
    found = text.strip(_BLANKS)
    if found != found.strip() or found != found.strip(_INVISIBLE):
        raise Unsaid(text)
    return found


def _collapsed(text: str) -> str:
    if any(c.isspace() and c not in _BLANKS for c in text):
        raise Unsaid(text)
    return re.sub(f"[{_BLANKS}]+", " ", _trimmed(text))


def _newlines(text: str) -> str:
    found = text.replace("\r\n", "\n")
    if "\r" in found:
        raise Unsaid(text)
    return found


def _free_of_markup(text: str) -> str:
    if _MARKUP.intersection(text):
        raise Unsaid(text)
    return text


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _cut(digits: int) -> Callable[[str], str]:
    """A time with its fraction cut to that many digits; what is no time stays."""

    def form(text: str) -> str:
        try:
            moment = datetime.fromisoformat(text.upper())
        except ValueError:
            return text
        unit: int = 10 ** (6 - digits)
        return moment.replace(microsecond=moment.microsecond // unit * unit).isoformat().replace("+00:00", "Z")

    return form


def _decimal(value: Any, places: int, is_text: bool) -> Any:
    """A number with so many decimals, as a text or a number. One with more is cut, rounded or refused: ``Unsaid``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise Unsaid(value)
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError) as error:  # no number, or one of more digits than are ever written out
        raise Unsaid(value) from error
    if not number.is_finite():
        raise Unsaid(value)
    unit = Decimal(1).scaleb(-places)
    if number != number.to_integral_value() and number % unit:
        raise Unsaid(value)
    if is_text:
        return f"{number:.{places}f}"
    return int(number) if number == number.to_integral_value() else float(number)


TEXT_FORMS: Mapping[str, Callable[[str], str]] = {
    "lowercase": _cased(str.lower),
    "uppercase": _cased(str.upper),
    "casefold": _cased(str.casefold),
    "trim": _trimmed,
    "collapse": _collapsed,
    "newlines": _newlines,
    "html": _free_of_markup,
    "accents": _without_accents,
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "nfkd": lambda text: unicodedata.normalize("NFKD", text),
    "seconds": _cut(0),
    "milliseconds": _cut(3),
}
"""What a word of a form makes of a text."""


def placed(schema: Mapping[str, Any], location: str, said: Sequence[Any], word: str = NORMAL) -> Mapping[str, Any]:
    """``schema`` with ``said`` under ``word`` (its forms) at what ``location`` names (``email``, ``address.zip``,
    ``tags[]``)."""
    steps = entered(steps_to(schema.get("properties", {}), location))
    return _placed(schema, steps, word, list(said))


def _placed(schema: Mapping[str, Any], steps: list[str], word: str, said: list[Any]) -> Mapping[str, Any]:
    if not steps:
        return {**schema, word: said}
    found, (step, *rest) = dict(schema), steps
    if step == ENTRIES and isinstance(schema.get("items"), Mapping):
        found["items"] = _placed(schema["items"], rest, word, said)
    if step in schema.get("properties", {}):
        found["properties"] = {**schema["properties"], step: _placed(schema["properties"][step], rest, word, said)}
    for among in ("anyOf", "oneOf", "allOf"):
        if among in schema:
            found[among] = [_placed(part, steps, word, said) for part in schema[among]]
    return found
