"""Lists as answers hold them: the entries, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from restproof.contract.openapi.answers import entries_of, is_object, object_of
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import is_nullable, types_of
from restproof.contract.words import snake
from restproof.pointer import step

_BESIDE_ENTRIES = re.compile(
    r"(?i)_?(total|count|next|prev|previous|page|pages|limit|offset|cursor|links?|meta|pagination|paging|has_?more|size|"
    r"first|last|results|self|per_?page|href|object|iterator|prev_?iterator|done|start|end|start_?(at|index)|"
    r"is_?(first|last)|max_?results|page_?size)s?\b|.*(count|page|token|"
    r"cursor|total|next|limit|offset|href|url|uri|link)$"
)
"""Members that stand beside the entries of a list."""
_ENTRIES = re.compile(r"(?i)_*(contents?|data|elements|entries|items|list|objects|records|results|rows|values)")
"""Members that hold the entries of a list, of whatever kind."""
BESIDE_ONE = re.compile(
    r"(?i)_*(code|status(_?(code|text))?|messages?|msg|detail|ok|success(ful)?|errors?|warnings?|meta(_?data)?|links?|"
    r"time(stamp)?|(request|trace|correlation)_?id|api_?version|version|jsonapi|included|took|duration|reason|result_?code)"
)
"""Members that stand beside the resource in an answer that says how the request went."""

_OF_IDS = {"string", "integer", "number"}


def tells_of_one(name: str) -> bool:
    """Whether a member says how a request went, or whose it was."""
    return bool(BESIDE_ONE.fullmatch(name) or re.fullmatch(r"(?:.*_)?(?:id|uuid)", snake(name)))


def is_receipt(answer: Schema, read: Schema, entry: Schema, *, is_write: bool) -> bool:
    """Whether an answer shows no member of what reads and lists (``entry``) do; one to a write, also whether it shows
    the id alone, or has that as what it is nowhere else."""
    members = answer.get("properties", {}).keys()
    known = read.get("properties", {}).keys() | entry.get("properties", {}).keys()
    is_id = len(known) > 1 and members & known == {"id"} and all(map(tells_of_one, members))
    is_otherwise = is_write and (is_id or _is_id_otherwise(answer, read, entry))
    return bool(known) and (is_otherwise or not members & known)


def _is_id_otherwise(answer: Schema, read: Schema, entry: Schema) -> bool:
    """Whether an answer has the id as a text where reads and lists have it as a number, or the other way round: a
    serializer of its own shows it, and what it shows is then not what a read does."""
    told = answer.get("properties", {}).get("id", {})
    shown = [s["properties"]["id"] for s in (read, entry) if "id" in s.get("properties", {})]
    kinds, known = types_of(told), [types_of(one) - {"null"} for one in shown]
    return bool(known) and all(kinds | of <= _OF_IDS and {"string"} in (kinds, of) and not kinds & of for of in known)


def listed(answer: Schema, single: Mapping[str, Schema], has_items: bool) -> tuple[str | None, Schema | None]:
    """The member of a list's answer that holds the entries (``None``: the answer is the array), and their schema;
    no schema where it is no list."""
    entry = entries_of(answer)
    if entry is not None:
        return None, entry
    members = answer.get("properties", {}) if is_object(answer) else {}
    arrays = {n: e for n, s in members.items() if (e := entries_of(s)) is not None}
    arrays = {n: e for n, e in arrays.items() if not BESIDE_ONE.fullmatch(n)} or arrays
    alike = {n: e for n, e in arrays.items() if any(same_members(e, s) for s in single.values()) or held_in(e, single)}
    chosen = alike if len(alike) == 1 else arrays if len(arrays) == 1 else {}
    if not chosen:
        return None, None
    [(member, entry)] = chosen.items()
    beside = [n for n in members if n != member]
    # An object that happens to hold an array is no list: what stands beside the entries of one speaks of pages.
    if member in alike or has_items or all(_BESIDE_ENTRIES.match(n) for n in beside):
        return member, entry
    return None, None


def held_in(entry: Schema, single: Mapping[str, Schema]) -> str | None:
    """The member in which the entries of a list hold what answers for one show: ``node`` beside ``cursor``,
    ``resource`` beside ``fullUrl``; ``None`` where the entries are that themselves, or it is not plain."""
    if any(same_members(entry, one) for one in single.values()):
        return None
    members = {n: object_of(s) for n, s in entry.get("properties", {}).items()}
    holding = [n for n, s in members.items() if is_object(s) and any(_are_alike(s, one) for one in single.values())]
    return holding[0] if len(holding) == 1 else None


def is_of_another(answer: Schema, member: str, called: str) -> bool:
    """Whether an answer that holds entries in ``member`` is one thing that has them: who is logged in, with the
    accounts. It shows an id and more, and they are called neither entries nor as its path is (``called``)."""
    own = {n for n in answer["properties"] if not (_BESIDE_ENTRIES.match(n) or BESIDE_ONE.fullmatch(n))} - {member}
    is_so_called = bool(_ENTRIES.fullmatch(member)) or singular(plain_word(member)) == singular(plain_word(called))
    return "id" in own and len(own) > 1 and not is_so_called


def listed_inside(answer: Schema, single: Mapping[str, Schema], has_items: bool) -> tuple[str | None, Schema | None]:
    """As ``listed``, of the entries in the one object of an answer that says how the request went; their place is a
    pointer."""
    members = answer.get("properties", {}) if is_object(answer) else {}
    around = [n for n in members if not (BESIDE_ONE.fullmatch(n) or _BESIDE_ENTRIES.fullmatch(n))]
    if len(around) != 1:
        return None, None
    member, entry = listed(object_of(members[around[0]]), single, has_items)
    return (step(around[0]) + step(member), entry) if member and entry is not None else (None, None)


def listed_by_id(answer: Schema, single: Mapping[str, Schema]) -> tuple[str | None, Schema | None]:
    """As ``listed``, of a list that is an object: whatever its members are called, each is what the answers for one
    show."""
    members = answer.get("properties", {}) if is_object(answer) else {}
    maps = {None: answer} if not members else {n: s for n, s in members.items() if not BESIDE_ONE.fullmatch(n)}
    found = {
        name: entry
        for name, schema in maps.items()
        if types_of(schema) - {"null"} == {"object"} and not schema.get("properties")
        for entry in [object_of(schema.get("additionalProperties") or {})]
        if is_object(entry) and any(same_members(entry, one) for one in single.values())
    }
    return next(iter(found.items())) if len(found) == 1 else (None, None)


def is_one(answer: Schema) -> bool:
    """Whether an answer is that of one thing: an object with members, and not one that holds the entries of a list."""
    return is_object(answer) and not is_list(answer)


def is_list(answer: Schema, *, called: bool = False) -> bool:
    """Whether an answer holds the entries of a list; ``called``: what it answers is called one, so that anything may
    stand beside the entries."""
    return (listed(answer, {}, called)[1] or listed_inside(answer, {}, called)[1]) is not None


def same_members(one: Schema, two: Schema) -> bool:
    return are_mostly_in(one.get("properties", ()), two.get("properties", ()))


def _are_alike(one: Schema, two: Schema) -> bool:
    return same_members(one, two) and same_members(two, one)


def are_mostly_in(names: Collection[str], others: Collection[str]) -> bool:
    """Whether more than half of the names, of which there are some, are among the others."""
    return len({*names} & {*others}) * 2 > len(names)


def is_needed(answer: Schema, names: Sequence[str]) -> bool:
    """Whether each of the names, one inside the other, is a member that is always there."""
    for name in names:
        if name not in answer.get("required", ()):
            return False
        answer = object_of(answer["properties"][name])
    return True


def may_be_null(answer: Schema, names: Sequence[str]) -> bool:
    """Whether the member that the names lead to, one inside the other, may be null."""
    for name in names:
        answer = object_of(answer)["properties"][name]
    return is_nullable(answer)


def lists_a_part(one: Schema, whole: Schema) -> bool:
    """Whether the answer ``one`` to what looks like the read of an item is a list of some entries of the collection
    (``/tags/{type}``): what the answer of its list, ``whole``, holds, and no member of an entry beside it."""
    (place, entry), (where, other) = listed(one, {}, True), listed(whole, {}, True)
    if entry is None or other is None or place != where or not same_members(entry, other):
        return False
    return not one.get("properties", {}).keys() - {place} & other["properties"].keys()
