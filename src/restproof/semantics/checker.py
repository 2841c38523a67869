"""One schema, compiled once: a quick yes, and the exact reason of a no.

``jsonschema_rs`` says yes at a hundredth of the cost; what it refuses is decided by ``jsonschema`` with the checkers of
``contract.formats``, so that the verdict is that of one implementation and the error names the member at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs

from restproof.contract.formats import FORMATS
from restproof.contract.functions import FUNCTIONS, own_checks
from restproof.contract.validator import Validator, checking
from restproof.frozen import frozen
from restproof.semantics.per_schema import PerSchema

_SHORT = 100
"""Characters of a text whose form is remembered: the same ones come again in one list after the other."""
_USUAL, _TEXTS = 500, 64
"""Characters of a text of which a schema remembers whether it allows it, and how many of them: a plan asks each field
for the same ones, under each rule again."""
_LONG = range(10_000, 200_000)
"""Characters of a text that takes long to look at, so that the form of a few is remembered."""


def _remembered(check: Callable[[str], bool]) -> Callable[[str], bool]:
    known, known_long = lru_cache(maxsize=2048)(check), lru_cache(maxsize=4)(check)

    def remembered(text: str) -> bool:
        size = len(text)
        return known(text) if size <= _SHORT else known_long(text) if size in _LONG else check(text)

    return remembered


_CHECKS = {name: _remembered(known.check) for name, known in FORMATS.items()}
_Path = tuple[str | int, ...]


@frozen
class Problem:
    """One thing that is wrong with a value. ``path``: where (for a missing or an extra member: that member).
    ``keyword``: the JSON Schema keyword that refuses, e.g. ``maxLength``."""

    path: _Path
    keyword: str
    message: str

    @property
    def field(self) -> str | None:
        """The path in dots (``question.body``, ``department_ids.0``), or ``None`` for the whole value."""
        return ".".join(str(p) for p in self.path) or None


_CLOSED = ("additionalProperties", "unevaluatedProperties")


class Checker:
    """Judges values against one JSON Schema 2020-12, formats asserted."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        plain = dict(schema)
        checks = {**_CHECKS, **own_checks(plain)}
        self._quick = jsonschema_rs.Draft202012Validator(plain, validate_formats=True, formats=checks)
        self._exact: Any = Validator(plain, format_checker=checking(checks))
        self._texts: dict[str, bool] = {}

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` is valid."""
        if not isinstance(value, str) or len(value) > _USUAL:
            return self._quick_yes(value) or bool(self._exact.is_valid(value))
        known = self._texts.get(value)
        if known is None:
            if len(self._texts) >= _TEXTS:
                self._texts.clear()
            known = self._texts[value] = self._quick_yes(value) or bool(self._exact.is_valid(value))
        return known

    def problems(self, value: Any) -> list[Problem]:
        """All that is wrong with ``value``; empty where it is valid."""
        if self._quick_yes(value):
            return []
        return [p for error in self._exact.iter_errors(value) for p in _explained(error)]

    def _quick_yes(self, value: Any) -> bool:
        try:
            return self._quick.is_valid(value)
        except UnicodeEncodeError:  # a lone surrogate, which the quick validator cannot hold
            return False


def _explained(error: Any) -> Iterator[Problem]:
    path: _Path = tuple(error.absolute_path)
    word = str(error.validator)
    if word in ("anyOf", "oneOf") and error.context:
        branch = _meant(error)
        if branch:
            for inner in branch:
                yield from _explained(inner)
            return
    if word == "required":
        missing = [n for n in error.validator_value if isinstance(error.instance, dict) and n not in error.instance]
        # jsonschema yields one error for each missing member, with the name only in its text.
        name = next((n for n in missing if error.message.startswith(repr(n))), missing[0])
        yield Problem((*path, name), word, "is required")
    elif word in _CLOSED and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        for name in error.instance:
            if name not in known:
                yield Problem((*path, name), word, "does not exist")
    else:
        yield Problem(path, word, _plain(word, error))


def _meant(error: Any) -> list[Any]:
    """The errors of the one alternative that is of the value's type: where ``null`` or an object is allowed, a wrong
    object is meant as the object."""
    branches: dict[Any, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    depth = len(error.absolute_path)
    close = [
        b
        for b in branches.values()
        if not any(i.validator in ("type", "const", "enum") and len(i.absolute_path) == depth for i in b)
    ]
    return close[0] if len(close) == 1 else []


def _plain(word: str, error: Any) -> str:
    """What is wrong, in words that repeat neither the value nor the schema at length."""
    limit = error.validator_value
    kinds = [limit] if isinstance(limit, str) else limit if isinstance(limit, list) else []
    texts = {
        "type": f"must be of type {' or '.join(map(str, kinds))}",
        "enum": "is not one of the allowed values",
        "const": "is not the allowed value",
        "minLength": f"must have at least {limit} characters",
        "maxLength": f"must have at most {limit} characters",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "exclusiveMinimum": f"must be greater than {limit}",
        "exclusiveMaximum": f"must be less than {limit}",
        "multipleOf": f"must be a multiple of {limit}",
        "minItems": f"must have at least {limit} entries",
        "maxItems": f"must have at most {limit} entries",
        "uniqueItems": "must not repeat an entry",
        "pattern": "does not have the required form",
        "format": f"is no valid {limit}",
    }
    return texts.get(word, "is not valid")


checker = PerSchema(Checker)
"""The checker of a schema."""


def format_checker(schema: Mapping[str, Any]) -> Checker:
    """What judges texts by the format of a schema alone."""
    return _of_format(str(schema["format"]), str(schema.get(FUNCTIONS, "")))


@cache
def _of_format(name: str, functions: str) -> Checker:
    return Checker({"type": "string", "format": name, FUNCTIONS: functions})


def is_valid(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether ``value`` is valid under ``schema``, formats asserted."""
    return checker(schema).accepts(value)
