"""Creates that were refused: what a list that is read at the end must not hold. And those that are of no use."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

from restproof.contract.model import WRITES, Resource
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.jobs import Sender
from restproof.engine.keep import Keeper
from restproof.engine.paging import SubjectLists
from restproof.engine.reply import Reply
from restproof.plan.marking import markable_fields
from restproof.plan.symbols import PREFIX_LENGTH, tokens
from restproof.semantics.readback import ReadPath
from restproof.wire.message import Request
from restproof.wire.places import is_usable_id

_PAGES = 10
"""Pages in which one looks for what a create has made: it is done after each create."""


class Looker(Protocol):
    """Who has created: ``engine.subject.Subject`` is one."""

    spec: Resource
    lists: SubjectLists
    token: str
    about: tuple[str | None, str | None, str | None]


class Unnamed:
    """The resources of which the first create that succeeds leads to no id, nor does the list after it, each with why
    that is nobody's failure. No other one is sent: it would have to be taken away, and not all bodies show whose they
    are."""

    def __init__(self, keeper: Keeper, session: Sender) -> None:
        self._keeper = keeper
        self._session = session
        self._why: dict[str, str] = {}
        """By resource, empty where a create has led to an id."""
        self._asked: Counter[str] = Counter()
        self._found: set[tuple[str, Any]] = set()
        self._by_list: set[str] = set()

    def named(self, subject: Looker, reply: Reply) -> Reply:
        """The answer to a request. To that to a create which names no id, the one under which the list shows what it
        has made is added."""
        if reply.operation != "create" or not reply.ok or reply.is_under_way:
            return reply
        if reply.unnamed and not self._why.get(reply.resource.name):
            found = _listed(subject, reply)
            new = [id for id in found if (reply.resource.name, id) not in self._found]
            self._found.update((reply.resource.name, id) for id in found)
            if len(new) == 1:
                self._by_list.add(reply.resource.name)
                self._session.guard.made(reply.exchange, new[0])
                reply = replace(reply, found=new[0])
        self._why.setdefault(reply.resource.name, reply.unnamed)
        return reply

    def check(self, subject: Looker, request: Request) -> None:
        """Raises ``NotTested`` where no create of the resource is sent, and ``Inconclusive`` where this one is not: it
        bears no token, by which alone the list would show what it has made. So does the first one of those that may
        answer no id: what it leads to would be said of all."""
        name, (_, case, setup) = subject.spec.name, subject.about
        place = f"unnamed {name} {case or setup or ''}"
        self._asked[place] += 1
        why = self._keeper.recall(f"{place} {self._asked[place]}", self._why.get(name) or None)
        if why is not None:
            raise NotTested(why)
        by_list = name in self._by_list or (name not in self._why and _may_be_found(subject.spec))
        is_bare = by_list and not _tokens(subject, (request.body or b"").decode("latin-1"))
        if self._keeper.recall(f"{place} {self._asked[place]} bare", is_bare or None):
            raise Inconclusive("the answer to a create leads to no id, and nothing would show what this one has made")


def _may_be_found(spec: Resource) -> bool:
    """Whether it is open that creates lead to an id, and a list would show what a token tells."""
    is_open = "id" in spec.open and spec.supports("list") and "list" not in spec.open
    return is_open and bool(markable_fields(spec, spec.shapes.create["properties"]))


def _listed(subject: Looker, reply: Reply) -> list[Any]:
    """The ids of the entries of a list that hold a token where the create has sent it."""
    spec, sent = subject.spec, reply.sent if isinstance(reply.sent, dict) else {}
    marked = {n: found for n, v in sent.items() if n not in spec.references and (found := _tokens(subject, str(v)))}
    if not marked or not spec.supports("list") or "list" in spec.open:
        return []
    places = {ReadPath.of(spec, name).root: tokens for name, tokens in marked.items()}
    entries: list[Any] = []
    with suppress(SetUpFailed, NotTested):  # a list that cannot be read is told where it is judged
        pages = islice(subject.lists.looked_through(scope=reply.scope or None), _PAGES)
        entries = [entry for page in pages for entry in page.entries or ()]
    shown = [
        e
        for e in entries
        if isinstance(e, dict) and any(tokens & _tokens(subject, str(e.get(place))) for place, tokens in places.items())
    ]
    return [*dict.fromkeys(id for e in shown if is_usable_id(id := e.get(spec.id.field)))]


def _tokens(subject: Looker, text: str) -> set[str]:
    """The tokens of the run in a text, that of the case or a further one. Some servers keep texts in capitals."""
    return {*tokens(subject.token[:PREFIX_LENGTH]).findall(text.lower())}


class Creates:
    """The tokens of the cases whose creates were all refused. A token stands in what such a create held, so that an
    entry of a list that holds it was stored all the same."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._refused: dict[tuple[str, str], Reply | None] = {}
        self._others: set[tuple[str, str]] = set()

    def note(self, reply: Reply, token: str) -> None:
        """The answer to a write of the case with this token. A PUT may be a create; an update shows that what holds the
        token was stored by it, perhaps in an instance that another case has created."""
        if reply.operation not in WRITES or token.encode() not in (reply.exchange.request.body or b""):
            return
        key = reply.resource.name, token
        if 400 <= reply.status < 500 and not reply.exchange.again:
            if reply.operation != "update":
                self._refused[key] = self._refused.get(key) or reply
        else:
            self._others.add(key)  # stored, or nobody knows

    def tally(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """What was noted: resource and token of the creates that were refused, and of those that were not."""
        return set(self._refused), set(self._others)

    def add(self, tally: tuple[set[tuple[str, str]], set[tuple[str, str]]]) -> None:
        """Take over what another worker has noted; the refusals themselves are told there."""
        refused, others = tally
        for key in refused:
            self._refused.setdefault(key, None)
        self._others |= others

    def in_vain(self, resource: str) -> dict[str, Reply | None]:
        """Token → the refusal, of each case that created nothing; ``None`` where a recording or another worker
        holds the token alone."""
        found = {t: r for (name, t), r in self._refused.items() if name == resource and (name, t) not in self._others}
        tokens: list[str] = self._keeper.recall(f"refused creates {resource}", sorted(found)) or []
        return {token: found.get(token) for token in tokens}
