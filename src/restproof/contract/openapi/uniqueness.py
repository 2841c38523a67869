"""What must be unique, where the words of a document leave no doubt: those about a member of what a create is sent, and
those about its 409."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.constants import PARAMETER
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of
from restproof.contract.words import snake
from restproof.frozen import frozen

_UNIQUE = re.compile(
    r"(?i)\b(must|has to|have to|needs to|shall) be (?P<world>globally )?unique\b"
    r"|\b(is|are) (?P<world2>globally )?unique (?=within\b|in\b|per\b|across\b|among\b|for each\b)"
    r"|^\W*(?P<world3>globally )?unique (\w+ ){0,2}?(?=within\b|in\b|per\b|across\b|among\b|for each\b)"
)
"""Words of a member that no two may have alike."""
_MERELY = re.compile(r"(?i)^\W*(an? |the )?unique\b(?! (id|identifier|key)\b)|\bshould be unique\b")
"""Words that say so where a create is said to be refused for it."""
_TAKEN = re.compile(
    r"(?i)\balready (exists?|taken|in use|used|registered|assigned)\b|\b(is|are) taken\b|\bmust be unique\b"
    r"|\bduplicated?\b|\bwith (this|that|the same|the given|an identical) "
)
"""Words of a 409 that something is there already."""
_UNSURE = re.compile(
    r"(?i)\b(not|need not|never|if|when|where|unless|except|combin\w+|together|both|and|only for|either|ideally|"
    r"active|open|enabled|published|deleted|archived|recommended|running|pending|in progress|being)\b|n't\b"
)
"""Words by which it holds now and then, for some, or for several members together."""
_WITHIN = re.compile(
    r"(?i)\b(within|in|per|across|among|for each) ((the|an?|its|their|all|each|every|any|this) )*"
    r"(?P<noun>\w+( (?!(of|for|to|by|with|on|at|or|as|so|it|is|only|which|that|in|among|across|within)\b)\w+)?)"
)
"""What it reaches to: a word, or two (``server group``)."""
_WORLD = frozenset({"system", "api", "service", "platform", "server", "database", "instance"})
_HERE = frozenset({"collection", "list"})
"""Words that say nothing of how far it reaches, as the name of the resource does: below a parent there are several."""
_OURS = frozenset({"account", "workspace", "organization", "organisation", "tenant", "company"})
"""What a credential belongs to: all that a run makes stands in one."""


@frozen
class Keys:
    """``keys``: members, or members together, that are unique; ``globally``: beyond the parents too. ``refused``:
    whether the 409 of a create is about that."""

    keys: tuple[tuple[str, ...], ...] = ()
    globally: bool = False
    refused: bool = False

    def words(self, id_field: str) -> dict[str, Any]:
        """The words of a contract for them, but for an id, which has words of its own."""
        keys = [key[0] if len(key) == 1 else list(key) for key in self.keys if id_field not in key]
        return ({"unique": keys} | ({"unique_scope": "global"} if self.globally else {})) if keys else {}

    def with_conflict(self, told: dict[str, list[int | str]]) -> dict[str, list[int | str]]:
        """The statuses of an operation: its 409 may be about something else, and what is taken be invalid."""
        if not self.keys or self.refused or "conflict" not in told:
            return told
        return {**told, "conflict": list(dict.fromkeys([*told["conflict"], *told.get("invalid", ())]))}


def keys_of(reader: Reader, found: Found, told: Shaped, body: Members) -> Keys:
    """The members of what a create is sent that are plainly unique."""
    create = found.calls.get("create")
    if create is None or "create" not in told.sent:
        return Keys()
    sent = {n: body.properties[n] for n in told.writable("create") if n in body.properties}
    needed = told.sent["create"].get("required", ())
    return _keys(reader, found, create, sent, needed, str(told.envelope.get("request", "")))


def _keys(
    reader: Reader, found: Found, create: Call, sent: Mapping[str, Schema], needed: Collection[str], inside: str
) -> Keys:
    conflict = _conflict(reader, create)
    shown = {n: s for n, s in sent.items() if not {"readOnly", "writeOnly", "enum", "const"} & s.keys()}
    plain = {n for n, s in shown.items() if types_of(s) - {"null"} in ({"string"}, {"integer"})}
    beside = {n: n in needed for n in sent}
    told: dict[tuple[str, ...], bool] = {}
    for name, words in _said(reader, create, inside).items():
        for sentence in re.split(r"[.;\n]", words) if name in plain else ():
            certain = _UNIQUE.search(sentence)
            if (certain or (conflict is not None and _MERELY.search(sentence))) and not _UNSURE.search(sentence):
                world = certain is not None and any(certain.group("world", "world2", "world3"))
                key = _key(found, name, sentence, beside, world=world)
                told |= {} if key is None else dict([key])
    if conflict and _TAKEN.search(conflict) and not _UNSURE.search(conflict):
        named = [n for n in plain if re.search(rf"(?i)(?<![\w-]){re.escape(_spelled(n))}(?![\w-])", _spelled(conflict))]
        key = _key(found, named[0], conflict, beside) if len(named) == 1 else None
        told |= {} if key is None or any(named[0] in known for known in told) else dict([key])
    scopes = set(told.values())
    if len(scopes) != 1:
        return Keys()  # none; or some beyond the parents and some within them, for which there is no word
    return Keys(tuple(told), scopes.pop(), bool(conflict and _TAKEN.search(conflict)))


def _key(
    found: Found, name: str, sentence: str, sent: Mapping[str, bool], *, world: bool = False
) -> tuple[tuple[str, ...], bool] | None:
    """The key of a member, and whether it holds beyond the parents; ``None`` where it is not plain within what.
    ``sent``: the members of a create, and whether it needs each."""
    steps = found.collection.strip("/").split("/")
    words = [singular(plain_word(step)) for step in steps]
    above = [at for at, step in enumerate(steps) if PARAMETER.search(step)]
    said = _WITHIN.search(sentence)
    noun = singular(plain_word(said["noun"])) if said else ""
    if not said or noun in {found.name, words[-1]} | _HERE:
        return ((name,), bool(above)) if world or not above else None
    called = re.compile(rf"{re.escape(noun)}(_?(id|uuid|name|key|slug))?")
    parents = [at for at in above if any(map(called.fullmatch, words[max(at - 1, 0) : at + 1]))]
    if parents:
        return ((name,), False) if parents[-1] == above[-1] else None
    beside = next((n for n in sent if n != name and snake(n) in (noun, f"{noun}_id", f"{noun}_uuid")), None)
    if beside is not None:
        return ((beside, name), False) if sent[beside] and not above else None
    if world or noun in _WORLD:
        return (name,), bool(above)
    return ((name,), False) if noun in _OURS and not above else None


def _conflict(reader: Reader, create: Call) -> str | None:
    """The words of the 409 of a create; ``None`` where it has none."""
    told = (answer for code, answer, _ in reader.responses(create) if code == "409")
    return next((str(answer.get("description") or "") for answer in told), None)


def _said(reader: Reader, create: Call, inside: str) -> dict[str, str]:
    """The words of each member of what a create is sent, which may stand ``inside`` of one."""
    route = (*create.route, "requestBody")
    body = reader.source.followed(create.value.get("requestBody"), route)
    content = body.get("content") if isinstance(body, dict) else None
    found: dict[str, str] = {}
    for media in content.values() if isinstance(content, dict) else ():
        whole = media.get("schema") if isinstance(media, dict) else None
        schema = dict(_members(reader, whole, route)).get(inside, whole)
        for name, member in _members(reader, schema, route):
            found.setdefault(name, reader.words_of(member, route))
    return found


def _members(reader: Reader, schema: Any, route: tuple[str | int, ...], depth: int = 4) -> Iterator[tuple[str, Any]]:
    """The members of an object as a document writes them, those of all parts of ``allOf`` too."""
    whole = reader.source.followed(schema, route)
    if not isinstance(whole, dict) or not depth:
        return
    held, parts = whole.get("properties"), whole.get("allOf")
    yield from held.items() if isinstance(held, dict) else ()
    for part in parts if isinstance(parts, list) else ():
        yield from _members(reader, part, route, depth - 1)


def _spelled(words: str) -> str:
    return re.sub(r"[_\s-]+", " ", snake(words)).lower()
