"""Texts that resemble a unique one: those that the contract takes for another, and those that it takes for the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from restproof.contract.model import Resource
from restproof.contract.normal import NORMAL
from restproof.plan.cases import FormCase, LookalikeCase
from restproof.plan.symbols import RUN, TOKEN_LENGTH
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import alike, is_sure

if TYPE_CHECKING:
    from restproof.plan.ground import Ground

_FILLER = " annex of the north wing on the third level" * 6
_LONGEST = 255


def resembling(schema: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """A text that is taken, and what resembles it, as far as the schema allows: the first such set of several."""
    room = min(schema.get("maxLength", _LONGEST), _LONGEST) - TOKEN_LENGTH - len(" caf\u00e9") - 2
    filler = _FILLER[: max(0, room)].rstrip()
    for taken, values in (
        (
            f"{RUN} caf\u00e9{filler}",
            {
                "that ends otherwise": f"{RUN} caf\u00e9{filler}s",
                "in the other case": f"{RUN} Caf\u00e9{filler}",
                "with a blank at the end": f"{RUN} caf\u00e9{filler} ",
                "without its accent": f"{RUN} cafe{filler}",
                "in another normal form": f"{RUN} cafe\u0301{filler}",
            },
        ),
        (f"{RUN} wing", {"in the other case": f"{RUN} Wing", "with a blank at the end": f"{RUN} wing "}),
        (f"{RUN}-wing", {"in the other case": f"{RUN}-Wing"}),
    ):
        sent = {text: text.replace(RUN, "x" * TOKEN_LENGTH) for text in (taken, *values.values())}
        allowed = {note: value for note, value in values.items() if is_valid(schema, sent[value])}
        if is_valid(schema, sent[taken]) and allowed:
            return taken, allowed
    return None


def lookalikes(ground: Ground) -> Iterator[LookalikeCase]:
    """Values that resemble a taken one and are others: another case, a blank more, unless the contract takes them for
    one."""
    for name in sorted(ground.bodies.unique_fields - ground.resource.references.keys()):
        schema = ground.bodies.settable[name]
        if ground.bodies.unique_value(name) == RUN and "format" not in schema:
            found = resembling(schema)
            if found is not None:
                taken, values = found
                others = {n: v for n, v in values.items() if is_other(ground.resource, name, taken, v)}
                if others:
                    yield {"field": name, "taken": taken, "values": others}


def is_other(resource: Resource, name: str, one: str, other: str) -> bool:
    """Whether two texts of a unique field, with whatever token, are two by the contract."""
    sent = [text.replace(RUN, "x" * TOKEN_LENGTH) for text in (one, other)]
    return alike(resource, name, *sent) is False and all(is_sure(resource.properties[name], t) for t in sent)


def in_other_forms(ground: Ground) -> Iterator[FormCase]:
    """For each member of a unique key that is compared by its normal form, that it is."""
    for key, names in enumerate(ground.resource.unique):
        for name in names:
            forms = NORMAL in ground.bodies.settable.get(name, {}) or name in ground.resource.unique_by
            if forms and name in ground.bodies.distinguishing_fields:
                yield {"key": key, "field": name}


def other_texts(resource: Resource, name: str, value: Any) -> list[str]:
    """Valid texts that the contract takes for the same as ``value``, a member of a unique key."""
    if not isinstance(value, str):
        return []
    schema = resource.properties[name]
    other = _in_other_case(schema, value)
    forms = (other, f" {value}  ", value.replace(" ", "  "), unicodedata.normalize("NFD", value))
    valid = (f for f in dict.fromkeys(forms) if f != value and is_valid(schema, f) and is_sure(schema, f))
    return [form for form in valid if alike(resource, name, value, form)]


def _in_other_case(schema: Mapping[str, Any], text: str) -> str:
    """``text`` with each letter in the other case for which the schema has room (in a domain it may have none)."""
    found = text.swapcase()
    if is_valid(schema, found):
        return found
    found = text
    for at, letter in enumerate(text):
        tried = f"{found[:at]}{letter.swapcase()}{text[at + 1 :]}"
        found = tried if len(tried) == len(text) and is_valid(schema, tried) else found
    return found
