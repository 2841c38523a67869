"""Envelopes and media types as a contract says them: for all, for a resource, for one operation; each over the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from restproof.contract.envelope import Envelope, Key, Link, pointer_of
from restproof.contract.fullnames import FullName
from restproof.contract.held import Held
from restproof.contract.inside import Inside
from restproof.contract.media import JSON, Media
from restproof.contract.model import Id


class Placed(NamedTuple):
    """What stands otherwise than as a plain member: the references of which bodies hold no bare id, and the id, where
    it is inside of a member."""

    held: tuple[Held, ...] = ()
    inside: Inside | None = None

    def among_fields(self, bodies: Sequence[Any]) -> tuple[Any, ...]:
        """Bodies that requests hold, as fields."""
        return tuple(body if self.inside is None else self.inside.taken(body, sent=True) for body in bodies)


def envelope_of(
    name: str,
    resource: Mapping[str, Any],
    contract: Mapping[str, Any],
    layers: tuple[Mapping[str, Any], ...],
    id: Id,
    placed: Placed,
) -> Envelope:
    """The envelope of a resource or, with one more layer, of an operation."""
    words = words_of(name, resource["path"])
    said: dict[str, Any] = {}
    for layer in (contract, *layers):
        own = layer.get("envelope", {})
        constants = {**said.get("constants", {}), **own.get("constants", {})}
        said = {**said, **own, **({"constants": constants} if constants else {})}
    found = {word: filled(value, words) for word, value in said.items()}
    for place in ("request", "response", "list", "entry", "fields"):
        found[place] = found.get(place) or None
    if "beside" in found:
        found["beside"] = tuple(found["beside"])
    link = _link_of(id, resource) if id.link else None
    key = Key(id.field, id.type == "integer") if found.pop("keyed", False) else None
    is_open = "answers" in resource.get("open", ())
    named = FullName(id.url, id.type == "integer", id.slashes, id.field) if id.url else None
    return Envelope(
        **found,
        key=key,
        link=link,
        inside=placed.inside,
        named=named,
        held=placed.held,
        known_by=id.field if is_open else "",
    )


def wrappers(name: str, resource: Mapping[str, Any], contract: Mapping[str, Any]) -> set[str]:
    """The members of bodies that hold what a resource is, by the envelopes of the contract, the resource and its
    operations."""
    said = resource.get("operations", ())
    ways = [way for way in said.values() if way] if isinstance(said, Mapping) else []
    envelopes = [layer.get("envelope", {}) for layer in (contract, resource, *ways)]
    places = [envelope.get(word) for envelope in envelopes for word in ("request", "response", "list", "entry")]
    words = words_of(name, resource["path"])
    return {member for place in places if place for member in filled(place, words).split("/") if member}


def media_of(*layers: Mapping[str, Any]) -> Media:
    """The media types that the layers say, the last one above the others."""
    request = response = JSON
    nested: Any = "brackets"
    for layer in layers:
        own = layer.get("media", {})
        both = {"request": own, "response": own} if isinstance(own, str) else own
        request, response = both.get("request", request), both.get("response", response)
        nested = both.get("nested", nested)
    return Media(request, response, nested)


def _link_of(id: Id, resource: Mapping[str, Any]) -> Link:
    """The link of an id, read by the path of a read: what stands before and behind the id in its segment there."""
    operations = resource.get("operations", ())
    read = (operations.get("read") or {}) if isinstance(operations, Mapping) else {}
    said = read.get("path", resource.get("item_path", "")).rstrip("/")
    above, _, segment = said.rpartition("/") if "{id}" in said else (resource["path"].rstrip("/"), "", "{id}")
    before, there, after = segment.partition("{id}")
    before = before if there else ""  # a word in a segment of its own stands around no id
    last = above.rpartition("/")[2]
    under = last if id.slashes and "{" not in last else ""
    return Link(id.field, pointer_of(id.link), id.type == "integer", before, after, under)


def words_of(name: str, path: str) -> dict[str, str]:
    """What ``{collection}`` and ``{resource}`` stand for in the words of a resource."""
    return {"collection": collection_of(path, name), "resource": name}


def collection_of(path: str, name: str) -> str:
    """The last word of a path that is no placeholder."""
    return next((part for part in reversed(path.split("/")) if part and not part.startswith("{")), name)


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """A value with ``{collection}`` and ``{resource}`` in its texts filled in; ``{id}`` stays."""
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(f"{{{word}}}", text)
    elif isinstance(value, dict):
        value = {name: filled(inner, words) for name, inner in value.items()}
    return value
