"""Whom does a create name by its values? What must be unique names a record as an id does, and so does the id that a
client chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.validator import Validator
from restproof.plan.parameters import readings as meant_by
from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven
from restproof.wire.holdings import Looker, Natural, comparable, natural
from restproof.wire.places import Spot, is_usable_id, plain, readings, scalars
from restproof.wire.proof import Marks
from restproof.wire.sight import Sight, why_not_ours
from restproof.wire.walk import ListUnreadable

_RARE = 6
"""Digits of a number, or characters of a text, that others would hardly have by themselves."""
_OF_TIME = ("date", "time", "date-time")
"""Formats of what many have: a day, an hour, the beginning of a month."""


def must_be_like_nobody(evidence: Evidence, place: Spot, entities: Iterable[Mapping[str, Any]], looker: Looker) -> None:
    """What must be unique names a record as an id does: a server may take a create with that of another for a write to
    it. What holds a token is nobody's, and what the schema refuses in every reading. Where it must be unique beyond the
    list, which shows but what is below the same parents, only what is rare leaves. ``entities``: what a create holds.
    Raises ``NotProven``, also where an earlier create seems to have been such a write, or nothing shows whose it is."""
    if not evidence.is_alone:
        evidence.earlier.check(place, looker)
        evidence.doubts.check(place, partial(evidence.look, looker=looker))
    for entity in entities:
        _must_choose_nobodys_id(evidence, place, entity, looker)
        _must_have_nobodys_key(evidence, place, entity, looker)


def _must_have_nobodys_key(evidence: Evidence, place: Spot, entity: Mapping[str, Any], looker: Looker) -> None:
    named = [*_named_by(evidence.marks, place.resource, entity)]
    if not named:
        return
    schemas = place.resource.shapes.create["properties"]
    meant = [values for one in named for values in _meant(place.resource, one)]
    is_beyond = place.resource.unique_scope == "global" and place.resource.operation("list").parents
    if is_beyond and not evidence.is_alone:
        for values in meant:
            if not any(_is_rare(texts, schemas.get(name, {})) for name, texts in values):
                raise NotProven(f"what is below other parents may have the same {values[0][0]}, and no list shows it")
    with suppress(ListUnreadable):
        for values in meant if place.resource.supports("list") else ():
            for entry in evidence.holdings.alike(place, looker, values):
                other = place.item(entry.get(place.resource.id.field))
                if other.id != place.id and not evidence.is_ours(other, entry):
                    raise NotProven(f"{other}, which this run did not make, has the same {values[0][0]}")


def _must_choose_nobodys_id(evidence: Evidence, place: Spot, entity: Mapping[str, Any], looker: Looker) -> None:
    """A server may take a POST with an id that is there for a write to what has it. Raises ``NotProven``."""
    resource, identity = place.resource, place.resource.id
    if place.id is not None or identity.chosen_by == "server" or identity.field not in entity:
        return
    for value in scalars(entity[identity.field]):
        if evidence.marks.are_in_any([value]):
            continue  # it is nobody's
        chosen = place.item(plain(value))
        for text in evidence.may_name(resource, readings(resource, value)):
            item = place.item(text)
            sight = evidence.look(item, looker) if is_usable_id(text) else Sight.UNCLEAR
            if sight is Sight.UNCLEAR and _is_unlisted(evidence, item, looker):
                continue  # no read knows such an id, as one that is too long
            if sight not in (Sight.OURS, Sight.NOTHING):
                raise NotProven(why_not_ours(chosen, item, sight))
        if evidence.earlier.was_there(chosen, [looker.credential]):
            raise NotProven(f"{chosen}, which may be spelt otherwise, was there before")


def _is_unlisted(evidence: Evidence, item: Spot, looker: Looker) -> bool:
    """Whether the list, where there is one that can be read and that holds all, does not hold the id."""
    if not item.resource.supports("list") or "list" in item.resource.open:
        return False
    try:
        return str(item.id) not in evidence.holdings.ids(item.collection, looker)
    except ListUnreadable:
        return False


def _named_by(marks: Marks, resource: Resource, entity: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The unique keys of which an entity holds something and no token: their members, with their defaults."""
    for key in resource.unique:
        texts = [value for name in key if isinstance(value := entity.get(name), str)]
        if entity.keys().isdisjoint(key) or marks.are_in_any(texts):
            continue  # almost all end here
        schemas = resource.shapes.create["properties"]
        named = {name: entity[name] if name in entity else schemas.get(name, {}).get("default") for name in key}
        values = natural(key, named)
        if values is not None and not marks.are_in_any(text for _, texts in values for text in texts):
            yield named


def _meant(resource: Resource, named: Mapping[str, Any]) -> Iterator[Natural]:
    """What a server may compare of a unique key."""
    schemas = resource.shapes.create["properties"]
    yield from product(*(_meanings(resource, name, value, schemas.get(name, {})) for name, value in named.items()))


def _meanings(
    resource: Resource, name: str, value: Any, schema: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A member of a unique key as it is compared: the value, where it is a valid one, and what a lenient reader makes
    of it (``"17"``, `` 17``, ``[17]``, ``17.5``, ``A-1``), where that is one."""
    validator, parts = Validator(schema), [*scalars(value)]

    def is_valid(meant: Any) -> bool:
        # A text is longer than it may be at a glance, and of a very long one the validator's word would be costly.
        most = schema.get("maxLength")
        return not (most is not None and isinstance(meant, str) and len(meant) > most) and validator.is_valid(meant)

    if is_valid(value) or len(parts) > 1:
        yield name, comparable(value)
    for text in readings(resource, parts[0]) if len(parts) == 1 else ():
        trimmed = text.strip()
        if any(is_valid(v) for v in (*meant_by(trimmed), trimmed.casefold())):
            yield name, comparable(text)


def _is_rare(values: tuple[str, ...], schema: Mapping[str, Any]) -> bool:
    """Whether others would hardly have these values of a field by themselves: long ones, which its schema does not
    name, and no times."""
    if schema.get("format") in _OF_TIME:
        return False
    words = ("const", "default", "minimum", "maximum", "enum", "examples", "example")
    told = {text for word in words for text in comparable(schema.get(word))}
    return bool(values) and all(sum(map(str.isalnum, text)) >= _RARE and text not in told for text in values)
