"""Texts that a server may take for one: how each form is tried, and which forms the creates of a unique field show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from restproof.contract.normal import Form, Unsaid, in_forms
from restproof.frozen import frozen
from restproof.learning.word import ENOUGH

_ACCENTED = {"a": "\u00e1", "e": "\u00e9", "i": "\u00ed", "o": "\u00f3", "u": "\u00fa"}
FORMS: Mapping[Form, Callable[[str], str]] = {
    "casefold": str.swapcase,
    "trim": lambda text: f" {text}  ",
    "collapse": lambda text: text.replace(" ", "  "),
    "accents": lambda text: re.sub("[aeiou](?=[^aeiou]*$)", lambda found: _ACCENTED[found[0]], text),
}
"""By form, another text that is the same in it."""
_SHAPES = (("[A-Z][A-Z0-9]*", "A"), ("[a-z][a-z0-9]*", "a"), ("[0-9]+", "0"))
_PLAIN = 409


@frozen
class Told:
    """A create with a text in a field that may be unique. ``held``: the texts of those that were there; ``refused``:
    whether it was refused as a conflict is, else it was taken, or refused otherwise (``ok``)."""

    n: int
    text: str
    held: tuple[str, ...]
    ok: bool
    refused: bool
    status: int


def compared_by(creates: Sequence[Told], kept: Sequence[Form]) -> tuple[tuple[Form, ...], tuple[int, ...]]:
    """The forms in which the texts of a unique field are compared, with the exchanges that show it. ``kept``: the
    forms in which the server keeps them, of which nothing has to be said."""
    found: dict[Form, tuple[int, ...]] = {}
    for form in FORMS:
        alike = [c for c in creates if any(_only_alike(form, c.text, text, kept) for text in c.held)]
        refused = [c for c in alike if c.refused and (c.status == _PLAIN or _is_possible(c.text, creates))]
        if len(refused) == len(alike) and len({c.text for c in refused}) >= ENOUGH:
            found[form] = tuple(c.n for c in refused)
    if "collapse" in found:
        found.pop("trim", None)  # which is part of it
    return tuple(found), tuple(n for some in found.values() for n in some)


def _only_alike(form: Form, one: str, other: str, kept: Sequence[Form]) -> bool:
    """Whether two texts are one in a form, and are two as they are kept."""
    try:
        return bool(in_forms((form,), one) == in_forms((form,), other) and in_forms(kept, one) != in_forms(kept, other))
    except Unsaid:
        return False


def _is_possible(text: str, creates: Sequence[Told]) -> bool:
    """Whether a text of the same make was taken: then what it is like is no reason to refuse one."""
    return any(c.ok and _shape(c.text) == _shape(text) for c in creates)


def _shape(text: str) -> str:
    for letters, letter in _SHAPES:
        text = re.sub(letters, letter, text)
    return text
