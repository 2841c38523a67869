"""Where a resource stands in the bodies of its requests and answers, and its fields and its id within.

A place is a member (``data``) or a JSON pointer (``/data/attributes``, RFC 6901); an index names an entry of an array
(``/0``). The *object* of a resource is what stands there; its fields are its members, or those of one inside it
(``fields``), with some of them ``beside`` that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote

from restproof.contract.address import OWN_ID
from restproof.contract.fullnames import FullName
from restproof.contract.held import Held, put_all, taken_all
from restproof.contract.inside import Inside
from restproof.contract.urls import parts_of
from restproof.frozen import frozen
from restproof.pointer import Nothing, follow, put, step, steps

_MISSING = object()


@frozen
class Link:
    """The ``field`` of an id that shows as the end of a URL at ``place``; ``number``: whether ids are whole numbers;
    ``before`` and ``after``: what stands around it there, as in ``no-{id}.json``; ``under``: the segment that all ids
    stand under, where an id may be several segments."""

    field: str
    place: str
    number: bool = False
    before: str = ""
    after: str = ""
    under: str = ""

    def id_of(self, url: str) -> int | str:
        """The last segment of a URL, or what follows ``under``, without what stands around the id."""
        path = parts_of(url.partition("{")[0]).path.rstrip("/")  # a template (RFC 6570) goes on with what may follow
        below = path.partition(f"/{self.under}/")[2] if self.under else ""
        text = unquote(below or path.rpartition("/")[2])
        if text.startswith(self.before) and text.endswith(self.after):
            text = text.removeprefix(self.before).removesuffix(self.after)
        return int(text) if self.number and text.isascii() and text.isdecimal() else text


class Standing(NamedTuple):
    """Where one resource stands: its ``url``, where representations link to themselves, and the ids of what is
    ``above`` it."""

    url: str = ""
    above: Mapping[str, Any] = {}


NOWHERE = Standing()


@frozen
class Key:
    """The ``field`` of an id that names each entry of a list, which is an object; ``number``: as of a link."""

    field: str
    number: bool = False

    def opened(self, key: str, entry: Any) -> Any:
        """An entry with its id, which it need not show itself. One that shows another id than its key has none: it is
        not known which of the two leads to it."""
        if not isinstance(entry, dict):
            return entry
        if self.field not in entry:
            is_number = self.number and key.isascii() and key.isdecimal() and str(int(key)) == key
            return {self.field: int(key) if is_number else key, **entry}
        agrees = str(entry[self.field]) == key
        return entry if agrees else {n: v for n, v in entry.items() if n != self.field}


@frozen
class Envelope:
    """The places of one resource, ``None`` for the whole body.

    ``list``: the place of the array. ``entry``: in each entry of it, the place of the object. ``fields``: the place, in
    an object, of the one that holds the fields; ``beside``: the fields that stand in the object itself all the same.
    ``constants``: pointer into a request → what it always holds there, ``{id}`` for the id. ``link``: where an object
    holds a URL that ends with the id. ``empty_list``: ``absent`` where a body without entries may leave out what holds
    them, ``nullable`` where it may be null, too. ``key``: what names the entries of a list that is an object, one
    member for each. ``held``: references that stand otherwise than by their bare id.
    """

    request: str | None = None
    response: str | None = None
    list: str | None = None
    entry: str | None = None
    fields: str | None = None
    beside: tuple[str, ...] = ()
    constants: Mapping[str, Any] = field(default_factory=dict)
    link: Link | None = None
    empty_list: str = "present"
    key: Key | None = None
    inside: Inside | None = None
    """Where the id is, if inside of a member."""
    named: FullName | None = None
    """What stands for the id, if it is not the bare one."""
    held: tuple[Held, ...] = ()
    version: str = ""
    """The member of a request, among the fields, that names the version of what it changes."""
    known_by: str = ""
    """The field of the id, where the contract leaves open what answers hold: an answer that does not show it wraps the
    resource in the one member whose object does."""

    @cached_property
    def held_here(self) -> tuple[Held, ...]:
        """The references as they stand in the object that holds the fields, or beside it."""
        return tuple(one.seen_in(pointer_of(self.fields)) for one in self.held)

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """The members of the object beside the one that holds the fields."""
        fields = pointer_of(self.fields)
        roots = (one.root for one in self.held if one.place and not one.is_in(fields))
        return tuple(dict.fromkeys((*self.beside, *roots)))

    @property
    def linked(self) -> str:
        """The member of an object that holds the link of its id; empty where ids stand by themselves."""
        return steps(pointer_of(self.link.place))[0] if self.link else ""

    # ----------------------------------------------------------------- requests

    @property
    def request_pointer(self) -> str:
        """Where a request holds the object of the resource; empty for the whole body."""
        return pointer_of(self.request)

    def requested(
        self, body: Any, outside: Mapping[str, Any], id: Any = None, above: Mapping[str, Any] = NOWHERE.above
    ) -> Any:
        """The whole request body: the fields in their place, ``outside`` at its top, and the constants. ``id``: of the
        resource, where it has one; ``above``: the ids of what is above it."""
        inner = self._object(body, Standing(above=above), id) if isinstance(body, dict) else body
        if self.request:
            whole: Any = put(dict(outside), self.request_pointer, inner)
        else:
            whole = {**outside, **inner} if isinstance(inner, dict) else inner
        # Where the id is among the fields, it is as they have it.
        named = self.request_pointer + self.within(step(self.named.field)) if self.named is not None else None
        for pointer, value in self.constants.items():
            own = self.named.of(id, above) if self.named is not None and pointer == named else id
            if value != OWN_ID or id is not None:
                whole = put(whole, pointer, own if value == OWN_ID else value)
        return whole

    def settled(self, body: Any) -> Any:
        """The fields of a body as they are read that is made of them."""
        return body if self.inside is None or not isinstance(body, dict) else self.inside.settled(body)

    def fixes(self, name: str, *, with_id: bool) -> bool:
        """Whether a request holds a constant where the field stands, so that no other value can be sent in it.
        ``with_id``: one to a resource that has an id."""
        said = self.constants.get(self.request_pointer + self.within(step(name)))
        return said is not None and (with_id or said != OWN_ID)

    def taken(self, document: Any, outside: Collection[str] = (), *, named: bool = False) -> dict[str, Any] | None:
        """The fields of a request body, ``None`` where it holds no object of them. ``outside``: members of its top that
        are none. ``named``: whether the request goes to one resource, whose id it may then have to repeat."""
        if not isinstance(document, dict):
            return None
        inner = _at(document, self.request_pointer)
        if isinstance(inner, dict) and not self.request and (outside or self.constants):
            own = {s[1] for p in self.constants if len(s := p.split("/")) == 2}
            inner = {n: v for n, v in inner.items() if n not in outside and n not in own}
        opened = self._opened(inner, sent=True)
        if not opened:
            return opened
        fixed = {n for n in opened if self.fixes(n, with_id=True)} if named and self.constants else ()
        return {n: v for n, v in opened.items() if n != self.version and n not in fixed}

    def named_version(self, document: Any) -> Any:
        """The version that a request body names; ``None`` where it names none."""
        inner = self._opened(_at(document, self.request_pointer), sent=True) if isinstance(document, dict) else None
        return (inner or {}).get(self.version)

    def versioned(self, document: Any, value: Any) -> Any:
        """A request body with the version of what it changes; one that is no object of fields as it is."""
        if not isinstance(document, dict) or self.taken(document) is None:
            return document
        return put(document, self.request_pointer + self.within(step(self.version)), value)

    def strangers(self, document: Any, outside: Collection[str]) -> Iterator[str]:
        """The members of a request body that stand beside the resource, or beside its fields, and are nothing that is
        said of it."""
        known = {pointer_of(name) for name in outside} | set(self.constants)
        way = [*steps(self.request_pointer), *(steps(pointer_of(self.fields)))]
        here = ""
        for depth, following in enumerate(way):
            holder = _at(document, here)
            if depth >= len(steps(self.request_pointer)):
                known |= {here + step(n) for n in self.beside} | {here + one.pointer for one in self.held}
            for name in holder if isinstance(holder, dict) else ():
                place = here + step(name)
                inside = any(k == place or k.startswith(f"{place}/") for k in known)
                if name != following and not inside:
                    yield name
            here += step(following)

    def missing_constants(self, document: Any, id: str | None) -> Iterator[str]:
        """The places of a request that do not hold what they always do. ``id``: of the request's path."""
        for pointer, value in self.constants.items():
            wanted = id if value == OWN_ID else value
            found = _at(document, pointer)
            if value == OWN_ID and self.named is not None and (named := self.named.id_in(found)) is not None:
                found = named
            if (str(found) if value == OWN_ID else found) != wanted and wanted is not None:
                yield pointer

    # ----------------------------------------------------------------- answers

    @property
    def response_pointer(self) -> str:
        """Where an answer holds the object of the resource."""
        return pointer_of(self.response)

    @property
    def list_pointer(self) -> str:
        """Where an answer holds the entries of a list."""
        return pointer_of(self.list)

    def within(self, path: str) -> str:
        """Where in an object a part of its fields stands: ``/name`` is ``/attributes/name``."""
        name = path[1:].partition("/")[0]
        held = next((one for one in self.held if one.place and _escaped(one.field) == name), None)
        if held is not None:
            return held.pointer
        if self.inside is not None and _escaped(self.inside.field) == name:
            path = "".join(map(step, self.inside.way))
            name = _escaped(self.inside.way[0])
        return path if name in map(_escaped, self.beside) else pointer_of(self.fields) + path

    def shown(self, document: Any, *, in_part: bool = False) -> dict[str, Any] | None:
        """The fields that an answer shows, ``None`` where it holds no object of them. ``in_part``: whether it may be
        without the members that hold the fields, and show only what stands beside them."""
        found = _at(document, self.response_pointer) if isinstance(document, dict | list) else document
        if in_part and found is _MISSING:
            found = document
        opened = self._opened(found)
        if self.known_by and opened is not None and self.known_by not in opened:
            within = [inner for inner in map(self._opened, opened.values()) if inner and self.known_by in inner]
            opened = within[0] if len(within) == 1 else opened
        return found if opened is None and in_part and isinstance(found, dict) else opened

    def listed(self, document: Any) -> list_of[Any] | None:
        """The entries of a list's answer, each that is an object as its fields; ``None`` where there is no array, or
        no object of them."""
        found = _at(document, self.list_pointer)
        if found is _MISSING and self.empty_list != "present" and isinstance(document, dict):
            return []
        if found is None and self.empty_list == "nullable":
            return []
        if self.key is not None and isinstance(found, dict):
            return [self.key.opened(name, self._entry(entry)) for name, entry in found.items()]
        # Whether what holds nothing is an array or an object, PHP does not know.
        if not isinstance(found, list) or (found and self.key is not None):
            return None
        return [self._entry(entry) for entry in found]

    def _entry(self, entry: Any) -> Any:
        """An entry of a list as its fields; as it is where it holds no object of them."""
        opened = self._opened(_at(entry, pointer_of(self.entry)) if isinstance(entry, dict) else entry)
        return entry if opened is None else opened

    def places_listed(self, document: Any) -> list_of[str]:
        """Where the objects of a list's answer stand, in their order."""
        found = _at(document, self.list_pointer)
        names = found if isinstance(found, dict) else range(len(found) if isinstance(found, list) else 0)
        return [self.list_pointer + step(name) + pointer_of(self.entry) for name in names]

    def mistaken_keys(self, document: Any) -> Iterator[tuple[str, Any, str]]:
        """The keys of a list that is an object under which an entry shows another id, each with that and its place."""
        found, field = _at(document, self.list_pointer), self.key.field if self.key is not None else ""
        for name, entry in found.items() if isinstance(found, dict) and field else ():
            fields = self._entry(entry)
            shown = fields.get(field, name) if isinstance(fields, dict) else name
            if str(shown) != name:
                place = self.list_pointer + step(name) + pointer_of(self.entry)
                yield name, shown, place + self.within(step(field))

    def mistaken_names(self, document: Any, *, listed: bool) -> Iterator[tuple[Any, str]]:
        """What an answer shows in the place of a resource's whole name and is none, each with where it is: another
        text, or the bare number. ``listed``: whether the answer is a list."""
        if self.named is None:
            return
        for place in self.places_listed(document) if listed else [self.response_pointer]:
            pointer = place + self.within(step(self.named.field))
            found = _at(document, pointer)
            kinds = (str, int) if self.named.number else str  # a number that is no id breaks the schema by itself
            if isinstance(found, kinds) and self.named.id_in(found) is None:
                yield found, pointer

    def answered(self, entity: Any, standing: Standing = NOWHERE) -> Any:
        """The body of an answer that shows one resource; ``standing``: where it is."""
        return put(None, self.response_pointer, self._object(entity, standing))

    def answered_list(self, entries: Any) -> Any:
        """The body of an answer that shows a list: of pairs of fields and where they stand, or whatever is in the place
        of one."""
        place = pointer_of(self.entry)
        found: Any = [put(None, place, self._object(*e)) for e in entries] if isinstance(entries, list) else entries
        if self.key is not None and isinstance(entries, list):
            name = self.key.field
            plain = [({n: v for n, v in fields.items() if n != name}, where) for fields, where in entries]
            keys = [str(fields.get(name)) for fields, _ in entries]
            found = {key: put(None, place, self._object(*e)) for key, e in zip(keys, plain, strict=True)}
        return put(None, self.list_pointer, found)

    # ----------------------------------------------------------------- one object

    def _object(self, entity: Any, standing: Standing = NOWHERE, id: Any = None) -> Any:
        if not isinstance(entity, Mapping):
            return entity
        url, above = standing
        found: Any = put_all(self.held_here, entity, above)
        if self.named is not None and self.named.field in found:
            found[self.named.field] = self.named.of(found[self.named.field], above)
        if self.inside is not None:
            found = self.inside.put(found, id if self.named is None else self.named.of(id, above))
        if self.fields:
            beside = {n: found.pop(n) for n in self.outside if n in found}
            found = put(beside, pointer_of(self.fields), found)
        if self.link and url:
            found.pop(self.link.field, None)
            found = put(found, pointer_of(self.link.place), url)
        return found

    def _opened(self, found: Any, *, sent: bool = False) -> dict[str, Any] | None:
        if not isinstance(found, dict):
            return None
        inner = _at(found, pointer_of(self.fields)) if self.fields else found
        if not isinstance(inner, dict):
            return None
        if self.fields:
            inner = {**inner, **{n: found[n] for n in self.outside if n in found}}
        if self.link:
            url = _at(found, pointer_of(self.link.place))
            is_number = isinstance(url, int) and not isinstance(url, bool)
            if (is_number or isinstance(url, str)) and self.link.field not in inner:
                inner = {**inner, self.link.field: url if is_number else self.link.id_of(url)}
        if self.inside is not None:
            inner = self.inside.taken(inner, sent=sent)
        if self.named is not None and (id := self.named.id_in(inner.get(self.named.field))) is not None:
            inner = {**inner, self.named.field: id}
        return taken_all(self.held_here, inner) if self.held else inner


list_of = list
"""The builtin, whose name is that of a field in there."""


def pointer_of(place: str | None) -> str:
    """A place as a JSON pointer."""
    return "" if not place else place if place.startswith("/") else step(place)


def _escaped(name: str) -> str:
    return step(name)[1:]


def _at(document: Any, pointer: str) -> Any:
    if not pointer:
        return document
    if isinstance(document, dict) and pointer.rfind("/") == 0 and "~" not in pointer:
        return document.get(pointer[1:], _MISSING)
    try:
        return follow(document, pointer)[0]
    except Nothing:
        return _MISSING
