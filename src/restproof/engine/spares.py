"""Instances that cases have made and left as they were: an item that needs one of its own need not make it anew."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes

from restproof.contract.model import Resource
from restproof.contract.shapes import named_members, types_of
from restproof.engine.failure import Inconclusive, SetUpFailed
from restproof.engine.instance import Instance, Maker
from restproof.engine.keep import Keeper
from restproof.engine.reply import Reply
from restproof.frozen import frozen
from restproof.oracle.check import gaps
from restproof.wire.message import Exchange
from restproof.wire.places import is_usable_id

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST = 16
"""Instances of one resource that are kept."""
_MOST_SHOWN = 1000
"""Characters of the body of what all cases share."""
_TAGGED = re.compile(r"\{run\}[ /]?[a-z0-9]{0,12}(?=[@.]|$)|\{unique:[^{}]*\}|\{uuid:\d+\}")
_WORDS = re.compile(rb"[\w-]+")
_WORD = re.compile(r"[A-Za-z0-9_-]+")


@frozen
class _Spare:
    resource: str
    body: Mapping[str, Any]
    """As it was asked for: its symbols are not resolved."""
    credential: str | None
    instance: Instance
    word: bytes
    """Its id, where that is a word of a text by itself."""

    @cached_property
    def form(self) -> str:
        return form_of(self.body)

    def is_in(self, text: bytes) -> bool:
        """Whether a text holds the id, as it is or as JSON may write it."""
        id = str(self.instance.id)
        return any(form.encode("utf-8", "surrogatepass") in text for form in (id, json.dumps(id)[1:-1]))


class Spares:
    """What cases have made and then neither changed nor named in anything else that was stored. An item's ones are lent
    when it has passed, each to one item at a time, which sees first that it is as it was made."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._made: dict[str, list[_Spare]] = {}
        self._left: dict[str, list[_Spare]] = {}
        self._words: set[bytes] = set()
        """The words of all that are kept, and of some that were. Without ``b""``, no id is anything else."""
        self._asked: Counter[str] = Counter()
        self._doubtful: set[str] = set()
        self._shown: set[tuple[str, Any]] = set()
        """Resources and ids of those that a read of their own case has shown as they were made."""

    def note(self, subject: Maker, body: Any, reply: Reply, *, is_plain: bool) -> None:
        """The answer to a write of ``body``, whose symbols are not resolved yet. ``is_plain``: it went without header
        fields or parameters of its own."""
        if reply.operation != "create" or not is_plain:
            return
        item, _, setup = subject.about
        if item is None or setup is not None or not isinstance(body, Mapping) or subject.bodies.shared_quotas:
            return
        if reply.ok and reply.entity and is_usable_id(reply.id) and isinstance(reply.sent, dict):
            spare = _Spare(
                subject.name,
                body,
                reply.exchange.credential,
                Instance(reply.id, reply.scope, dict(reply.entity), reply.sent),
                str(reply.id).encode() if _WORD.fullmatch(str(reply.id)) else b"",
            )
            # What an earlier create has made already, by what its server says, was written to by this one.
            known = [s for s in self._all() if s.instance.id == reply.id and s.resource == subject.name]
            self._put_away(known)
            self._shown.discard((subject.name, reply.id))  # an id may come again
            if not known:
                self._made.setdefault(item, []).append(spare)
                self._words.add(spare.word)

    def look(self, subject: Maker, reply: Reply) -> None:
        """The answer to a read: of what the present item has made, it may show that it is as it was made."""
        if reply.operation == "read" and reply.ok and reply.entity and reply.exchange.credential == subject.credential:
            for spare in self._made.get(subject.about[0] or "", ()):
                if (spare.resource, spare.instance.id) == (subject.name, reply.asked_id) and _is_as_made(
                    subject.spec, spare.instance.entity, reply.entity
                ):
                    self._shown.add((subject.name, reply.asked_id))

    def heed(self, exchange: Exchange) -> None:
        """What a write names that was not refused, as what it is about, what it lies in or what it refers to, is no
        spare one."""
        request, refused = exchange.request, 400 <= (exchange.status or 0) < 500
        if refused or request.method in _SAFE or not (self._made or self._left):
            return
        query = "&".join(f"{name}={value}" for name, value in request.query)
        sent = f"{request.path}?{query} ".encode("utf-8", "surrogateescape") + (request.body or b"")
        text = sent + b" " + unquote_to_bytes(sent) if b"%" in sent else sent
        words = {*_WORDS.findall(text), b""}
        if not words.isdisjoint(self._words):
            self._put_away([s for s in self._all() if (s.word in words if s.word else s.is_in(text))])
            self._words = {s.word for s in self._all()}

    def _all(self) -> Iterator[_Spare]:
        return chain(*self._made.values(), *self._left.values())

    def _put_away(self, spares: list[_Spare]) -> None:
        if spares:
            for group in (self._made, self._left):
                for key, kept in group.items():
                    group[key] = [spare for spare in kept if spare not in spares]

    def withdraw(self, item: str) -> None:
        """A case of the item found something, or could not tell: what the item has made so far is lent to nobody."""
        self._made.pop(item, None)

    def ended(self, item: str, *, passed: bool) -> None:
        """The item is over."""
        for spare in self._made.pop(item, ()):
            if passed:
                left = self._left.setdefault(spare.resource, [])
                left.append(spare)
                del left[:-_MOST]

    def clear(self) -> None:
        """A server has taken what it should have refused: whatever is there may be touched by it."""
        self._made.clear()
        self._left.clear()

    def forget(self, name: str, id: Any) -> None:
        """The instance is given to somebody, for something else."""
        self._left[name] = [s for s in self._left.get(name, ()) if s.instance.id != id]

    def lent(self, subject: Maker, body: Any, to: str, tag: str, *, roughly: bool = False) -> Instance | None:
        """An instance as ``body`` would make it (``None``: the usual body, with ``tag``), which a read has just shown
        as it was made; ``None`` where there is none. ``to``: the name of the item or case that asks. ``roughly``: one
        with other texts, or with more of them, will do."""
        if subject.spec.id.single or not (subject.spec.creatable and subject.spec.supports("read")):
            return None
        self._asked[to] += 1
        found = self._taken(subject, subject.bodies.lying(tag=tag) if body is None else body, roughly=roughly)
        kept = self._keeper.recall(f"lent {to} {self._asked[to]}", found and asdict(found.instance))
        if kept is None:
            return None
        instance = Instance(**kept)
        try:
            seen = subject.observe(instance.id)
        except (SetUpFailed, Inconclusive):
            seen = None
        if seen is None or seen.absent or not _is_as_made(subject.spec, instance.entity, seen):
            # Something may change what nobody has written to: from here on, each item has what it has just made.
            self._doubtful.add(subject.name)
            return None
        if found is not None and subject.about[0] is not None:
            self._made.setdefault(subject.about[0], []).append(found)  # where it is left as it is, it serves once more
            self._words.add(found.word)
        return instance

    def adopted(self, subject: Maker, body: Any, name: str) -> Instance | None:
        """An instance that is to be shared from now on, under that name, in the place of one that ``body`` would make:
        much like it, and shown as it was made by the case that has made it."""
        found = self._taken(subject, body, roughly=True, shown=True)
        kept = self._keeper.recall(f"adopted {name}", found and asdict(found.instance))
        return None if kept is None else Instance(**kept)

    def _taken(self, subject: Maker, body: Any, *, roughly: bool, shown: bool = False) -> _Spare | None:
        left = self._left.get(subject.name)
        if not left or subject.name in self._doubtful or not isinstance(body, Mapping):
            return None
        form, scope = form_of(body), subject.scope()
        for spare in reversed(left):
            if shown and not ((spare.resource, spare.instance.id) in self._shown and _is_small(spare.body)):
                continue
            serves = spare.form == form or (roughly and _is_much_like(subject, body, spare.body))
            if serves and spare.credential == subject.credential and dict(spare.instance.scope) == scope:
                left.remove(spare)
                return spare
        return None


def _is_small(body: Mapping[str, Any]) -> bool:
    """Whether what refers to it may show it whole: each list of those shows it as often as it has entries."""
    return len(json.dumps(body)) <= _MOST_SHOWN


def form_of(body: Mapping[str, Any]) -> str:
    """What bodies have in common that differ in what tells one case from another: ``{run} own`` and ``{run} first``
    are alike."""
    return json.dumps(_plain(body), sort_keys=True)


def _is_much_like(subject: Maker, wanted: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    """Whether two bodies differ in texts alone that decide on nothing, some of which ``wanted`` may lack; what it lacks
    may be null or empty as well."""
    bodies, spec = subject.bodies, subject.spec
    if spec.quotas or not wanted.keys() <= made.keys():
        return False
    differing = [n for n, v in made.items() if n not in wanted or _plain(v) != _plain(wanted[n])]
    deciding = {*spec.references, spec.id.field, *(name for rule in bodies.kept_rules for name in rule.fields)}
    return all(
        n not in deciding
        and types_of(bodies.writable.get(n, {})) <= {"string", "null"}
        and not {"enum", "const"} & bodies.writable.get(n, {}).keys()
        and (made[n] is None or isinstance(made[n], str) if n not in wanted else _are_texts(made[n], wanted[n]))
        for n in differing
    )


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _TAGGED.sub("{}", value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _is_as_made(resource: Resource, made: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Whether a read shows what the answer to the create did, and nothing that this was silent about: either may be a
    state that moves by itself, and decides what else is allowed."""
    properties = resource.properties
    named = {name: named_members(properties[name], value) for name, value in made.items() if name in properties}
    shown = {n for n, v in seen.items() if n in properties and not (resource.sparse and v is None)}
    return shown <= named.keys() and not any(gaps(resource, named, seen))
