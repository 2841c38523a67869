"""Symbols in drawn inputs, which stand for what only the run knows.

``{run}`` inside any string becomes the token of the case: the run's prefix and a number, always ``TOKEN_LENGTH``
characters, different in each case, so that unique values never collide and everything the run made can be told from
what was there. A string that is exactly ``{ref:RESOURCE:KEY}`` becomes the id of a shared instance (``{text:…}``: the
id as text; ``{number:…}``: as a number, where it is one; ``{half:…}``: that number and a half): keys ``0`` and ``1``
in the usual scope, ``apart`` there too, but in what another reference names, ``other`` under another parent, ``none``
an id that names nothing, ``own…`` one that is made for the case alone. ``{uuid:N}`` becomes a UUID of the case, and a
string that is exactly ``{unique:RESOURCE:FIELD:TAG}`` a value of the field that no other case and no other tag has.
"""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.patterns import matches_plainly
from restproof.contract.values import listed
from restproof.semantics.checker import is_valid

RUN = "{run}"
PREFIX_LENGTH = 8
TOKEN_LENGTH = PREFIX_LENGTH + 5
_REFERENCE = re.compile(r"\{(ref|text|number|half):([^:{}]+):([^:{}]+)\}")
_UNIQUE = re.compile(r"\{unique:([^:{}]+):([^{}]+):([^:{}]*)\}")
_UUID = re.compile(r"\{uuid:(\d+)\}")
_TOKENS = ("rp" + "x" * (TOKEN_LENGTH - 2), "rp" + "0" * (TOKEN_LENGTH - 2), "rp7k0z9a1b2c3")
"""Tokens of every make: a pattern that allows one may refuse another."""
_ANY = "rp"
"""What the prefix of each run begins with."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_NAMESPACE = uuid.UUID("5f0d7f2c-8d1c-5e53-9a52-0c6c5d1b7e11")


def valid_with_token(schema: Mapping[str, Any], text: str) -> bool:
    """Whether ``text`` is valid whatever token stands for its ``{run}``: a token may hold letters, digits, or both. It
    is no value of a schema that lists all that are known."""
    if listed(schema):
        return False
    pattern = schema.get("pattern")
    texts = [text.replace(RUN, sample) for sample in _TOKENS]
    return all(is_valid(schema, t) and (pattern is None or matches_plainly(pattern, t)) for t in texts)


def reference(resource: str, key: str | int) -> str:
    """The symbol for the id of a shared instance of ``resource``."""
    return f"{{ref:{resource}:{key}}}"


def as_text(reference: str) -> str:
    """The symbol for the id that ``reference`` stands for, as text."""
    return reference.replace("{ref:", "{text:")


def as_number(reference: str) -> str:
    """The symbol for the id that ``reference`` stands for, as a number; the id itself where it is none."""
    return reference.replace("{ref:", "{number:")


def as_half(reference: str) -> str:
    """The symbol for a number that is no integer, and that a server which rounds takes for the id that ``reference``
    stands for."""
    return reference.replace("{ref:", "{half:")


def unique(resource: str, field: str, tag: str) -> str:
    """The symbol for a value of a unique field of ``resource``: another one for each case and each ``tag``."""
    return f"{{unique:{resource}:{field}:{tag}}}"


def uuid_of(tag: str) -> str:
    """The symbol for a UUID: another one for each case and each ``tag``."""
    return f"{{uuid:{zlib.crc32(tag.encode())}}}"


def token(prefix: str, number: int) -> str:
    """The token of a case: ``prefix`` and ``number`` in base 36, ``TOKEN_LENGTH`` characters."""
    digits = ""
    for _ in range(TOKEN_LENGTH - PREFIX_LENGTH):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return prefix + digits


def tokens(prefix: str = _ANY) -> re.Pattern[str]:
    """What tokens of the run with ``prefix`` look like, by default of any run; in lower case."""
    return re.compile(re.escape(prefix) + f"[0-9a-z]{{{TOKEN_LENGTH - len(prefix)}}}")


def resolve(
    value: Any,
    token: str,
    instance: Callable[[str, str], Any],
    value_of: Callable[[str, str, str], Any] | None = None,
) -> Any:
    """``value`` with every symbol replaced; ``instance(resource, key)`` gives the id of a shared instance, and
    ``value_of(resource, field, tag)`` the value of a unique field."""
    if isinstance(value, str):
        found = _REFERENCE.fullmatch(value)
        if found:
            return _in_form(found[1], instance(found[2], found[3]))
        found = _UNIQUE.fullmatch(value)
        if found and value_of:
            return value_of(found[1], found[2], found[3])
        if RUN in value:
            value = value.replace(RUN, token)
        if "{uuid:" in value:
            value = _UUID.sub(lambda m: str(uuid.uuid5(_NAMESPACE, f"{token}:{m[1]}")), value)
        return value
    if isinstance(value, list):
        return [resolve(v, token, instance, value_of) for v in value]
    if isinstance(value, dict):
        return {k: resolve(v, token, instance, value_of) for k, v in value.items()}
    return value


def _in_form(form: str, id: Any) -> Any:
    """An id as the symbol of this form stands for it."""
    if form == "text":
        return str(id)
    # Leading zeros would be lost: it would be the number of something else.
    digits = isinstance(id, str) and id.isascii() and id.isdecimal() and (id == "0" or id[0] != "0")
    number = int(id) if form != "ref" and digits else id
    if form == "half":
        return number + 0.5 if isinstance(number, int) else f"{id}.5"
    return number
