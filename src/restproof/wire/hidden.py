"""Where the hidden members of messages (``contract.secrecy``) stand: in JSON texts, in forms and in URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from restproof.contract.secrecy import Secrecy
from restproof.frozen import frozen
from restproof.wire.pieces import Pieces

_DECODER = json.JSONDecoder()
_COLON = re.compile(r'"\s*:')
_MEMBER = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:\s*')
_ESCAPE, _ESCAPED = "\\u00", re.compile(r"\\u00[2-7]")
"""An ASCII character that JSON need not escape (RFC 8259 §7)."""
_PARAMETER = re.compile(r"(?<=[?&#])([^=&#]{1,80})=([^&#]+)")
_OF_PATH = re.compile(r"(?<=;)([^=;/?#]{1,80})=([^;/?#]+)")
_PARAMETER_INSIDE = re.compile(r"(?:[?&#;]|\\u0026)([\w.%\[\]-]{1,80})=([^&#\s\"'<>\\]+)")
"""The same in a URL that stands in a text: in one of JSON, too, whose ampersand is escaped (``\\u0026``, ``&amp;``)."""
_SIGNATURE = re.compile(r"(?i)sig|(x-(amz|goog)-)?signature")
"""The parameter by which a URL opens what it names to whoever has it."""
_BEARER = re.compile(r"\b[Bb]earer ([\w.~+/-]*\d[\w.~+/=-]*)")
"""A credential as a header field shows it (RFC 6750); words of prose hold no digit."""
_IN_A_TEXT = re.compile(r'(?<!\\)(\\+)"([^"\\]{1,80})\1"\s*:\s*\1"')
"""A member of JSON that stands in a text of JSON (``{"payload": "{\\"token\\": …}"}``), at any depth, to its value."""
_BEFORE_JSON = " \t\r\n\ufeff"
"""What may stand before JSON (RFC 8259 §2), and what some servers write there all the same (§8.1)."""
_LARGE = 4000
"""Characters of a text from which on only what may be a name is looked at, where that is little."""
_SPARSE = 400
"""Characters of a text for each of its members from which on their names are little of it."""
_LONGEST_NAME = 200
"""Characters of a name, as they are escaped, and its quotes."""


@frozen
class Hidden:
    """One hidden value in a JSON text: where its JSON stands, and what it is."""

    begin: int
    end: int
    value: Any
    how: str
    """As ``Secrecy.hides`` says it."""
    depth: int = 0
    """How many times it is escaped, in JSON that stands in a text."""


class HiddenMembers:
    """Finds the hidden members of JSON texts and URLs."""

    def __init__(self, secrecy: Secrecy) -> None:
        self._secrecy = secrecy
        self._stems = secrecy.stems()
        self._pieces: dict[str | None, Pieces[str]] = {}
        self._whole: dict[str | None, Pieces[str]] = {}
        self._spelled = tuple(dict.fromkeys(form for stem in self._stems for form in (stem, inside(stem))))

    def hides(self, resource: str | None, name: str) -> str:
        return self._secrecy.hides(resource, name)

    def may_be_in(self, text: str) -> bool:
        """Whether ``text`` may name a hidden member: a quick look that almost all texts end with."""
        lower = text.lower()
        return any(map(lower.__contains__, self._stems))

    def may_be_named_in(self, text: str) -> bool:
        """Whether a JSON text may have a hidden member: one of the stems stands before a quote and a colon, in either
        spelling of what is no ASCII, or a name may be spelled by escapes alone."""
        if len(text) > _LARGE and (few := _before_colons(text)) is not None:
            text = ":".join([*few, ""])
        lower = text.lower()
        if _ESCAPE in lower and _ESCAPED.search(lower):
            return True
        for stem in filter(lower.__contains__, self._spelled):
            at = lower.find(stem)
            while at >= 0 and (end := lower.find('"', at)) >= 0:
                # A quote that is escaped, or the end of a name.
                if lower[end - 1] == "\\" or _COLON.match(lower, end):
                    return True
                at = lower.find(stem, end)
        return False

    def in_json(self, text: str, resource: str | None) -> Iterator[Hidden]:
        """The hidden values of a JSON text, also of one that is broken off or has further faults."""
        pieces = self._pieces.get(resource)
        if pieces is None:
            pieces = self._pieces[resource] = Pieces("}", _cuts_a_text)
        if pieces.hold_none(text, lambda new: self._names_one(new, resource)):
            return
        at = 0
        while found := _MEMBER.search(text, at):
            at = found.end()
            how = self.hides(resource, _name(found[1]))
            if not how:
                continue
            try:
                value, end = _DECODER.raw_decode(text, at)
            except (ValueError, RecursionError):
                continue
            yield Hidden(at, end, value, how)
            at = end

    def holds_none(self, text: str, resource: str | None) -> bool:
        """Whether nothing is hidden in the body of an answer, neither a member nor in a text: lists show the same
        entries over and over, of which each is looked through once."""
        if is_form(text):
            return False  # its first parameter stands behind no sign, and it is no list
        pieces = self._whole.get(resource)
        if pieces is None:
            pieces = self._whole[resource] = Pieces("}", _cuts_a_text)
        return pieces.hold_none(
            text, lambda new: self._names_one(new, resource) or any(True for _ in self.in_texts(new, resource))
        )

    def _names_one(self, text: str, resource: str | None) -> bool:
        """Whether a JSON text has a hidden member."""
        return self.may_be_named_in(text) and any(
            self.hides(resource, _name(spelled)) for spelled in set(_MEMBER.findall(text))
        )

    def in_url(self, url: str, resource: str | None) -> Iterator[Hidden]:
        """The hidden parameters of a URL's path, of its query, and of its fragment (RFC 6749 §4.2.2)."""
        if "=" in url and self._may_be_asked_in(url):
            if ";" in url:
                yield from self._parameters(_OF_PATH, url.partition("?")[0], resource)
            yield from self._parameters(_PARAMETER, url, resource)

    def in_texts(self, text: str, resource: str | None) -> Iterator[Hidden]:
        """The hidden parameters of URLs in a text, the hidden members of JSON in it, and credentials behind the name of
        their scheme."""
        if '\\"' in text and self.may_be_in(text):
            yield from self._members_in_texts(text, resource)
        if "=" in text and self._may_be_asked_in(text):
            yield from self._parameters(_PARAMETER_INSIDE, text, resource)
        if "earer " in text:
            yield from (Hidden(m.start(1), m.end(1), m[1], "foreign") for m in _BEARER.finditer(text))

    def _members_in_texts(self, text: str, resource: str | None) -> Iterator[Hidden]:
        for found in _IN_A_TEXT.finditer(text):
            how = self.hides(resource, found[2])
            end = _end_of(found[1]).search(text, found.end()) if how else None
            if end is not None:
                depth = (len(found[1]) + 1).bit_length()
                value = _unescaped(text[found.end() : end.end(1)], depth)
                yield Hidden(found.end(), end.end(1), value, how, depth)

    def _may_be_asked_in(self, text: str) -> bool:
        return self.may_be_in(text) or "sig" in text.lower()

    def _parameters(self, pattern: re.Pattern[str], text: str, resource: str | None) -> Iterator[Hidden]:
        for found in pattern.finditer(text):
            # Of a name with brackets or dots, the last one says what it is: user[password], tags[].
            names = [name for name in re.split(r"[\[\].]+", unquote_plus(found[1])) if name]
            how = names and ("foreign" if _SIGNATURE.fullmatch(names[-1]) else self.hides(resource, names[-1]))
            if how:
                yield Hidden(found.start(2), found.end(2), unquote_plus(found[2]), how)

    def in_body(self, text: str, resource: str | None) -> Iterator[Hidden]:
        """The hidden values of a body: JSON, or a form."""
        if not is_form(text):
            yield from self.in_json(text, resource)
            return
        for found in self.in_url(f"?{text}", resource):
            yield Hidden(found.begin - 1, found.end - 1, found.value, found.how)


def _unescaped(text: str, depth: int) -> str:
    """What a text says that is escaped ``depth`` times, as far as it is."""
    for _ in range(depth):
        with suppress(ValueError):
            text = str(_DECODER.decode(f'"{text}"'))
    return text


@lru_cache(maxsize=64)
def _end_of(escape: str) -> re.Pattern[str]:
    """Where a text ends whose quotes have ``escape`` before them. It may end with backslashes of its own, each of which
    is twice as many as those with the quote are meant to be."""
    of_one = 2 * (len(escape) + 1)
    return re.compile(rf'(?<!\\)((?:\\{{{of_one}}})*){re.escape(escape)}"')


def _cuts_a_text(piece: str) -> bool:
    """Whether a piece of JSON begins outside of a text and ends within one, or the other way about: it may hold half of
    a name."""
    if "\\" in piece:
        piece = piece.replace("\\\\", "").replace('\\"', "")
    return piece.count('"') % 2 == 1


def _name(spelled: str) -> str:
    """A name of which a JSON text has that spelling."""
    if "\\" not in spelled:
        return spelled
    try:
        return str(_DECODER.decode(f'"{spelled}"'))
    except ValueError:
        return spelled


def _before_colons(text: str) -> list[str] | None:
    """What stands before each colon of ``text``, as far as it may be a name; ``None`` where they are many."""
    found: list[str] = []
    most, at = len(text) // _SPARSE, text.find(":")
    while at >= 0:
        if len(found) == most:
            return None
        found.append(text[max(0, at - _LONGEST_NAME) : at])
        at = text.find(":", at + 1)
    return found


def possible_names(value: Any) -> Iterator[str]:
    """The names of members in a JSON value, and the texts that may be one."""
    if isinstance(value, dict):
        yield from value
        value = value.values()
    elif isinstance(value, str):
        value = (value,)
    elif not isinstance(value, list):
        return
    for inner in value:
        if isinstance(inner, dict | list):
            yield from possible_names(inner)
        elif isinstance(inner, str) and len(inner) <= _LONGEST_NAME:
            yield inner


def is_form(text: str) -> bool:
    """Whether a body is a form (application/x-www-form-urlencoded), by its looks."""
    return text.lstrip(_BEFORE_JSON)[:1] not in ("", "{", "[", '"') and "=" in text


def inside(text: str) -> str:
    """``text`` as it stands in a JSON text."""
    return json.dumps(text)[1:-1]
