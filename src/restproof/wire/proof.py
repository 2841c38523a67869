"""What proves that a resource is of this run: the tokens that its creates wrote, and where they may show."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Resource
from restproof.contract.rules import instant
from restproof.plan.symbols import TOKEN_LENGTH, tokens
from restproof.semantics.inner import without_ids
from restproof.wire.ledger import Ledger

_SORTED = json.JSONEncoder(sort_keys=True)
_SHORT = 200
"""Characters of a text up to which its digest is kept: most of what requests hold, others have held."""
ANYWHERE = "*"
"""Stands for the field of a token in a body that is no object."""
Mark = tuple[str, str]
"""A field and the token that was written into it."""


def may_show(resource: Resource, marks: Iterable[Mark]) -> bool:
    """Whether an answer is said to show one of ``marks``, in its member or where the contract says that this shows: a
    text that the server keeps for itself proves nothing."""
    return any(name in resource.reads_as or not resource.properties.get(name, {}).get("writeOnly") for name, _ in marks)


def may_go_with_others(resource: Resource) -> bool:
    """Whether an item may be gone because something else is that it belongs to."""
    return bool(resource.parents or resource.references or resource.inner_references)


class Marks:
    """The tokens that a run with ``prefix`` has written, by resource and field. A representation is proven by one of
    them in the field that it was written to: not by the prefix alone, which somebody else's text may resemble, and
    not by a token in what the representation shows of another resource."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._as_bytes = prefix, prefix.encode()
        self._pattern = tokens(prefix)
        self._known: set[tuple[str, str, str]] = set()
        self._fields: dict[str, set[str]] = {}
        self._any: set[str] = set()

    def of(
        self, resource: Resource, shown: Iterable[Mapping[str, Any]], body: Any, raw: bytes, id: str | None = None
    ) -> tuple[Mark, ...]:
        """The marks in a request body (``raw``: its bytes; ``shown``: the representations in it; ``id``: the one that
        the path chooses)."""
        found: dict[Mark, None] = {}
        if self._as_bytes in raw:
            for entity in shown:
                for name, value in entity.items():
                    if name not in resource.references and isinstance(value, str | list | dict):
                        for token in self._in(without_ids(resource, name, value)):
                            found[name, token] = None
            if not found and not isinstance(body, dict):
                found.update(dict.fromkeys((ANYWHERE, t) for t in self._pattern.findall(raw.decode("latin-1"))))
        if id is not None:
            found.update(dict.fromkeys((resource.id.field, token) for token in self._in(id)))
        return tuple(found)

    def add(self, resource: Resource, marks: Iterable[Mark]) -> None:
        """From now on, ``marks`` prove a resource."""
        fields = self._fields.setdefault(resource.name, set())
        for name, token in marks:
            self._known.add((resource.name, name, token))
            fields.add(name)
            if name in resource.reads_as:
                shown = re.split(r"[.\[]", resource.reads_as[name])[0]
                self._known.add((resource.name, shown, token))
                fields.add(shown)

    def accept_any(self, resource: Resource) -> None:
        """Any token of the run proves the resource, in any field: for ledgers that name none."""
        self._any.add(resource.name)

    def are_in(self, resource: Resource, fields: Iterable[str]) -> bool:
        """Whether one of the fields holds marks of the resource's creates."""
        return not self._fields.get(resource.name, set()).isdisjoint(fields)

    def shown(self, resource: Resource, entity: Mapping[str, Any], only: Iterable[Mark] | None = None) -> bool:
        """Whether a representation shows a token where this run wrote it. ``only``: one of these."""
        name = resource.name
        for field, value in entity.items():
            for token in self._in(value):
                if only is not None and token not in {t for _, t in only}:
                    continue
                if name in self._any or {(name, field, token), (name, ANYWHERE, token)} & self._known:
                    return True
        return False

    def are_missing(self, resource: Resource, entity: Mapping[str, Any], marks: Iterable[Mark]) -> bool:
        """Whether a representation has something else where ``marks`` were written, a text without a token of the run
        which is not cut short, and shows no other mark of the run: an update may write one elsewhere."""
        has_another = any(
            isinstance(text := entity.get(name), str) and len(text) > TOKEN_LENGTH and not self._in(text)
            for name, _ in marks
            if name not in resource.secret
        )
        return has_another and not self.shown(resource, entity)

    def are_in_any(self, values: Iterable[Any]) -> bool:
        """Whether one of the values holds a token of the run."""
        return any(map(self._in, values))

    def _in(self, value: Any) -> list[str]:
        """The tokens in a value. Some servers keep texts in capitals, so case says nothing."""
        if not isinstance(value, str):
            if not isinstance(value, list | dict) or not value:
                return []
            value = json.dumps(value)
        text = value.lower()
        return self._pattern.findall(text) if self._prefix in text else []


def is_by_update(resource: Resource, entity: Mapping[str, Any], marks: Marks, ledger: Ledger) -> bool:
    """Whether an entity bears a mark that an update has written, where an update may go to another item than it named:
    ids do not stand in its path."""
    ways = (resource.operation(name) for name in ("update", "replace") if resource.supports(name))
    return any(way.address for way in ways) and marks.shown(resource, entity, ledger.rewritten())


def sums_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """A short digest of each field: enough to tell whether it is still what was written. Where texts may be trimmed or
    change their case, the digest of what is left then follows after a dash. What is no number of JSON (``NaN``, 1e400)
    is left out: nobody shows it as it was."""
    sums = {}
    for name, value in fields.items():
        if isinstance(value, float) and not isfinite(value):
            continue
        folded = _folded(value)
        sums[name] = _sum(value) if folded == value else f"{_sum(value)}-{_sum(folded)}"
    return sums


def agrees(sums: Mapping[str, str], entity: Mapping[str, Any]) -> bool:
    """Whether a representation holds what was written: each field that it shows, and one at least."""
    shown = _shown(sums, entity)
    return bool(shown) and all(_sum(value) == sums[name].partition("-")[0] for name, value in shown.items())


def agrees_when_new(sums: Mapping[str, str], entity: Mapping[str, Any]) -> bool:
    """As :func:`agrees`, but for what some servers change as they store it: blanks around texts and their case, the
    spelling of moments, the order of arrays, members of objects that hold nothing. Only for an id that named nothing
    before, and that the answer to our own write has named."""
    shown = _shown(sums, entity)
    return bool(shown) and all(
        _sum(value) == sums[name].partition("-")[0] or _sum(_folded(value)) == sums[name].rpartition("-")[2]
        for name, value in shown.items()
    )


def _shown(names: Iterable[str], entity: Mapping[str, Any]) -> dict[str, Any]:
    """What a representation shows of ``names``, which may lead into members (``title.raw``)."""
    found: dict[str, Any] = {}
    for name in names:
        value: Any = entity
        for step in (name,) if name in entity else name.split("."):
            if not isinstance(value, Mapping) or step not in value:
                break
            value = value[step]
        else:
            found[name] = value
    return found


def agrees_since(written: Mapping[str, str], created: Mapping[str, str], entity: Mapping[str, Any]) -> bool:
    """Whether a representation holds what updates have ``written``, and of all else that it shows what was sent when it
    was ``created``: one field that was changed alone may be like that of others."""
    rest = {name: created[name] for name in _shown(created, entity) if name not in written}
    return agrees(written, entity) and (not rest or agrees_when_new(rest, entity))


def resembles(sums: Mapping[str, str], entity: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """Whether a representation holds what was written, and by a value that others would hardly have by themselves."""
    return agrees(sums, entity) and is_telling(_shown(sums, entity), properties)


def is_telling(values: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """Whether others would hardly have all the values by themselves: one is not null, a boolean, nothing at all or the
    default in the field's schema (of ``properties``)."""
    return any(
        not isinstance(value, bool)
        and value not in (None, "", 0, [], {})
        and value != properties.get(name, {}).get("default")
        for name, value in values.items()
    )


def holds_nothing(resource: Resource, entity: Mapping[str, Any]) -> bool:
    """Whether a representation holds no value besides its id: all else is null, or empty."""
    names = resource.shapes.response["properties"].keys() - {resource.id.field}
    return all(entity.get(name) in (None, "", [], {}) for name in names)


def holds_nothing_given(resource: Resource, entity: Mapping[str, Any]) -> bool:
    """Whether a representation holds no value that somebody has given it: of all that a request can set, each member is
    left out, nothing, or the default in its schema."""
    given = {**resource.shapes.create["properties"], **resource.shapes.update["properties"]}
    return all(
        value in (None, "", 0, [], {}) or value == given[name].get("default")
        for name, value in entity.items()
        if name in given and name != resource.id.field
    )


def digests_of(ids: Iterable[str]) -> tuple[str, ...]:
    """Short digests of ids, in their order: enough to tell which of them were there before."""
    return tuple(sorted(hashlib.sha256(id.encode(errors="surrogatepass")).hexdigest()[:8] for id in ids))


def _folded(value: Any) -> Any:
    """A value without what some servers change as they store it: the blanks around its texts and their case, the
    spelling of a moment, the order of an array, the members of an object that hold nothing, which are left out, or
    filled in."""
    if isinstance(value, str):
        return _folded_once(value) if len(value) <= _SHORT else _folded_text(value)
    if isinstance(value, list):
        return sorted((_folded(inner) for inner in value), key=_SORTED.encode)
    if isinstance(value, dict):
        folded = {name: _folded(inner) for name, inner in value.items()}
        return {name: inner for name, inner in folded.items() if inner not in (None, "", 0, [], {})}
    return value


def _folded_text(text: str) -> str:
    """A moment may come back without its zone, in UTC."""
    moment = next((said for said in (text, f"{text}Z") if FORMATS["date-time"].check(said)), None)
    return text.strip().casefold() if moment is None else str(instant(moment).timestamp())


def _sum(value: Any) -> str:
    if len(value) > _SHORT if isinstance(value, str) else isinstance(value, list | dict):
        return _sum_anew(value)
    return _sum_once(value)


def _sum_anew(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return hashlib.sha256(_SORTED.encode(value).encode()).hexdigest()[:16]


_folded_once = lru_cache(4096)(_folded_text)
_sum_once = lru_cache(4096, typed=True)(_sum_anew)  # True is no 1 in JSON
