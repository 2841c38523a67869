"""Ids outside of paths: ``GET /order?id=7`` shows one order, ``PUT /orders`` changes the one that its body names, and
so do calls that are named after what they do: ``POST /orders.get``, ``/orders/get``, ``/getOrder``.

What is taken is what a document is plain about: a required parameter, or member of the body, is called as the id of
what the path is called after; its answer is one object that shows this id; and beside it stands a list of such objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from restproof.contract.address import OWN_ID, Address
from restproof.contract.openapi.answers import Reader, object_of
from restproof.contract.openapi.bodies import shown_of
from restproof.contract.openapi.constants import METHODS
from restproof.contract.openapi.entries import are_mostly_in, is_list, is_one
from restproof.contract.openapi.identity import id_member
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Call, Found, Paths, around, is_item
from restproof.contract.openapi.unusual_methods import says_it_changes, searched
from restproof.contract.openapi.verbs import CALLED, deed_of, names_id, operation_of
from restproof.errors import ContractError
from restproof.frozen import frozen
from restproof.pointer import step

_CHANGES = {"update", "replace"}
_USUAL = {"get": "read", "put": "replace", "patch": "update", "delete": "delete"}


@frozen
class _Place:
    """What a path is called: ``noun``, in the singular, below ``above``; ``does``: the operation that it names.
    ``home``: the path of the collection, if this is that of its list."""

    path: str
    above: str
    noun: str
    home: str
    does: str | None = None

    @classmethod
    def of(cls, path: str) -> _Place:
        above, _, last = path.rstrip("/").rpartition("/")
        stem, _, word = last.rpartition(".")
        if stem and (does := operation_of(word)):
            return cls(path, above, _noun(stem), path, does)
        over, _, before = above.rpartition("/")
        if (does := operation_of(last)) and before and "{" not in before:
            return cls(path, over, _noun(before), above, does)
        does, noun = deed_of(last)
        return cls(path, above, noun if does and noun else _noun(last), path, does if noun else None)


@dataclass
class _Group:
    """All that stands beside each other and is called alike: the calls by operation, each with its place, and the
    resources that are known of it."""

    calls: dict[str, list[tuple[_Place, Call]]] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    def only(self, operation: str) -> tuple[_Place, Call] | None:
        some = self.calls.get(operation, [])
        return some[0] if len(some) == 1 else None


def take_addressed(paths: Paths, reader: Reader) -> None:
    """Give resources the operations that name one of them elsewhere than in their path, where these are plain. What
    is not is told with the words that may say it."""
    groups: dict[tuple[str, str], _Group] = {}
    for path in [p for p in paths.entries if not is_item(p) and not around(p)]:
        place = _Place.of(path)
        group = groups.setdefault((place.above, place.noun), _Group())
        known = (paths.found[p] for p in dict.fromkeys((path, place.home)) if p in paths.found)
        group.found += [found for found in known if found not in group.found]
        for operation, call in _calls(paths, reader, place):
            group.calls.setdefault(operation, []).append((place, call))
    for group in groups.values():
        named = [(o, p, c) for o, some in group.calls.items() for p, c in some if c.address]
        if named:
            taken = _take(paths, reader, group)
            for operation, place, call in named:
                if operation not in taken:
                    _tell(paths, operation, place, call)


def _calls(paths: Paths, reader: Reader, place: _Place) -> Iterator[tuple[str, Call]]:
    """The operations of a path that may be some of a resource, by what they are."""
    for method in METHODS:
        call = paths.asked(place.path, method)
        if call is None:
            continue
        try:
            found = _called(reader, place, call) if place.does else _usual(reader, place, call)
        except ContractError:
            continue  # what cannot be read is told where it is read as something else
        if found is not None:
            yield found


def _called(reader: Reader, place: _Place, call: Call) -> tuple[str, Call] | None:
    operation = str(place.does)
    if call.method.lower() not in CALLED[operation]:
        return None
    if operation == "list":
        listed = searched(reader, call) if call.method == "POST" else call
        plain = listed is not None and is_list(reader.success(call), called=True)
        plain = plain and not call.named("query", required=True)
        return (operation, listed) if plain and listed else None
    if operation == "create":
        return (operation, call) if _address(reader, place, call, operation) is None else None
    operation = "replace" if call.method == "PUT" else operation
    address = _address(reader, place, call, operation)
    return None if address is None else (operation, replace(call, address=address))


def _usual(reader: Reader, place: _Place, call: Call) -> tuple[str, Call] | None:
    method = call.method.lower()
    operation = _USUAL.get(method, "create")
    address = _address(reader, place, call, operation)
    if operation == "create":
        return ("create", call) if address is None else None
    if address is not None and (operation != "delete" or address.place == "query"):
        return operation, replace(call, address=address)
    plain = method == "get" and not call.named("query", required=True) and is_list(reader.success(call))
    return ("list", call) if plain else None


def _address(reader: Reader, place: _Place, call: Call, operation: str) -> Address | None:
    """Where an operation must be told which one is meant."""
    asked = [name for name in call.named("query", required=True) if names_id(name, place.noun)]
    if not asked and place.does and operation != "create":
        # What is called after a deed to one of them is told which one, whether or not it is said that it must be:
        # frameworks write parameters of plain types as optional ones.
        asked = [name for name in call.named("query") if names_id(name, place.noun)]
    if asked:
        return Address("query", asked[0]) if len(asked) == 1 else None
    if call.method == "GET" or operation == "create" or not reader.is_json(reader.media(call)):
        return None
    body = object_of(reader.request(call))
    held = [name for name in body.get("properties", {}) if names_id(name, place.noun)]
    needed = set(body.get("required", ()))
    if len(held) != 1 or body["properties"][held[0]].get("readOnly"):
        return None
    changes = operation in ("update", "replace")
    if operation == "replace" and place.does is None and 404 not in reader.codes(call, "4"):
        return None  # it may make what is not there
    plain = held[0] in needed or (changes and (place.does is not None or says_it_changes(call)))
    return Address("body", step(held[0])) if plain and (changes or needed == set(held)) else None


def _take(paths: Paths, reader: Reader, group: _Group) -> set[str]:
    """Make the calls of a group operations of one resource; which of them are."""
    base = [found for found in group.found if found.parameter is not None]
    if base:
        return _take_changes(paths, base[0], group) if len(base) == 1 and "read" in base[0].calls else set()
    read, listed = group.only("read"), group.only("list")
    member = _member(reader, *read, listed[1]) if read and listed else None
    if read is None or listed is None or member is None:
        return set()
    home = listed[0].home
    found = Found("", home, member)
    if listed[0].does and listed[0].path == home:
        found.name = read[0].noun
    chosen = {o: one for o in group.calls if (one := group.only(o)) and _is_plain(o, one[1], read[1])}
    asked = {a.name for _, c in chosen.values() if (a := c.address) and a.place == "query"}
    for operation, (place, call) in chosen.items():
        if place.path != home or operation not in ("list", "create"):
            found.tails[operation] = place.path[len(place.above) + 1 :]
        # What names one of them is no filter of all.
        kept = [p for p in call.parameters if operation != "list" or p.get("name") not in asked]
        paths.take(found, operation, replace(call, parameters=kept))
    _set_apart(paths, group, found)
    return set(chosen)


def _set_apart(paths: Paths, group: _Group, found: Found) -> None:
    """Put a resource in the place of those that its paths were read as; what it does not take of them is told."""
    taken = {call.route for call in found.calls.values()}
    rest: set[str] = set()
    for path in {place.path for some in group.calls.values() for place, _ in some}:
        rest |= {m.upper() for m in METHODS if (call := paths.asked(path, m)) and call.route not in taken}
    for other in group.found:
        other.calls = {o: call for o, call in other.calls.items() if call.route not in taken}
        if not other.calls or other.collection == found.collection:
            del paths.found[other.collection]
            told = [(f"{c.method} {c.route[1]}: more than one may be its {o}", c.route) for o, c in other.calls.items()]
            paths.left_out += told
    found.other = {where: sorted(rest) for where in ("collection", "item") if rest}
    paths.found[found.collection] = found


def _take_changes(paths: Paths, found: Found, group: _Group) -> set[str]:
    """Give a resource whose paths name its items what else names them: the changes by the collection's path whose
    bodies do, and calls below it that are named after what they do."""
    taken = set()
    for operation, has in (("replace", _CHANGES), ("update", _CHANGES), ("delete", {"delete"})):
        one = group.only(operation)
        if one is None or one[1].address is None or has & found.calls.keys():
            continue
        place, call = one
        by_body = operation != "delete" and call.address is not None and call.address.place == "body"
        if place.does or (by_body and place.path == found.collection):
            found.tails[operation] = place.path[len(place.above) + 1 :]
            paths.take(found, operation, call)
            taken.add(operation)
    return taken


def _is_plain(operation: str, call: Call, read: Call) -> bool:
    """Whether an operation says which one is meant as a read does, or by what the read has shown."""
    if operation in ("list", "create", "read") or call.address is None or read.address is None:
        return True
    return call.address.place == "body" or call.address == read.address


def _member(reader: Reader, place: _Place, read: Call, listed: Call) -> str | None:
    """The member that both a read and the entries of a list show as the id that the read is asked with."""
    address = read.address
    if address is None or not is_one(object_of(reader.success(read))):
        return None
    asked = address.name.rpartition("/")[2]
    try:
        one = shown_of(reader, Found(place.noun, place.path, calls={"read": read}))
        entry = shown_of(reader, Found(place.noun, place.path, asked, calls={"list": listed}))
    except ContractError:
        return None
    member = id_member(Found(place.noun, place.path, asked), one)
    return member if member in entry and are_mostly_in(entry, one) else None


def _tell(paths: Paths, operation: str, place: _Place, call: Call) -> None:
    """Say of an operation that was left out what would say it."""
    assert call.address is not None
    name = call.address.name
    where = f'query: {{{name}: "{OWN_ID}"}}'
    if call.address.place == "body":
        where = f'envelope: {{constants: {{{name}: "{OWN_ID}"}}}}'
    line = f"{operation}: {{method: {call.method}, path: {place.path}, {where}}}"
    what = f"{call.method} {call.route[1]}: it is not plain what it names by {name.strip('/')}; {line} may say it"
    kept = [one for one in paths.left_out if one[1] not in (call.route, call.route[:2])]
    if len(kept) < len(paths.left_out):
        paths.left_out = [*kept, (what, call.route)]


def _noun(word: str) -> str:
    return singular(plain_word(word))
