"""The resource under test, as a case speaks to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from restproof.contract.model import Contract, Resource, creates_by_put
from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.reply import Reply
from restproof.engine.world import Instance, World
from restproof.oracle.finding import an
from restproof.plan.symbols import resolve
from restproof.wire.message import About, Exchange, Headers, Request
from restproof.wire.session import NotSent

Query = tuple[tuple[str, str], ...]
_MOST_PAGES = 400
_LARGE = 4096
"""Bytes of a body from which what it made is put away before other cases list it."""
USUAL = "usual"
"""Stands for the credential that the subject speaks with anyway."""
Pages = list[Reply]


class Subject:
    """One resource of the contract, for one case: every request that it sends is recorded under that case.

    Bodies may hold symbols (``plan.symbols``); they are resolved when a request is built. ``credential`` and
    ``scope`` may be given for each
    request; the usual scope is made once and shared.
    """

    def __init__(
        self,
        world: World,
        resource: Resource,
        *,
        token: str,
        item: str | None = None,
        case: str | None = None,
        setup: str | None = None,
        credential: str | None = "full",
    ) -> None:
        self.world = world
        self.spec = resource
        self.token = token
        self.bodies = world.bodies(resource)
        self.about = (item, case, setup)
        self.credential: str | None = None if world.contract.auth.scheme == "none" else credential

    @property
    def contract(self) -> Contract:
        return self.world.contract

    @property
    def name(self) -> str:
        return self.spec.name

    def other(self, name: str) -> Subject:
        """Another resource of the contract, for the same case."""
        item, case, setup = self.about
        return Subject(self.world, self.contract.resources[name], token=self.token, item=item, case=case, setup=setup)

    def scope(self, which: str = "main") -> dict[str, Any]:
        """The ancestors' ids: ``main``, ``other``, ``foreign`` or ``none`` (a nearest parent that does not exist)."""
        return self.world.scope(self.spec, which)

    def another_scope(self) -> dict[str, Any]:
        """The scope of another parent. A case for which there is none says nothing: ``Inconclusive``."""
        try:
            return self.scope("other")
        except NotTested as reason:
            raise Inconclusive(str(reason)) from None

    def crossed(self, name: str) -> dict[str, Any]:
        """The usual scope with another one for the ancestor ``name``: one that those below it do not belong to."""
        given = name in self.contract.given
        other = self.world.given_id(name, "other") if given else self.world.shared(name, "1").id
        return {**self.scope(), name: other}

    @property
    def root(self) -> str:
        """The topmost ancestor; the resource itself where it has none."""
        above = self.contract.ancestors(self.spec)
        return above[0] if above else self.name

    @property
    def has_other_root(self) -> bool:
        """Whether the nearest parent is one that the configuration names twice (another one in reach of the
        credential)."""
        parents = self.spec.parents
        return bool(parents) and parents[-1].resource in self.contract.given

    def resolved(self, value: Any, scope: Mapping[str, Any] | None = None) -> Any:
        """``value`` with its symbols replaced, as in a request to ``scope``."""
        return self.resolved_as(self.token, value, scope)

    def resolved_as(self, token: str, value: Any, scope: Mapping[str, Any] | None = None) -> Any:
        """``value`` with its symbols replaced, as those of the case with ``token``."""
        world = self.world
        which = world.kind_of(scope or {})
        return resolve(
            value,
            token,
            lambda name, key: world.reference_id(name, f"{token}{key}" if key.startswith("own") else key, which),
            lambda name, field, tag: world.unique_value(name, field, token, tag),
        )

    # ----------------------------------------------------------------- requests

    def request(
        self,
        operation: str,
        *,
        id: Any = None,
        body: Any = None,
        scope: Mapping[str, Any] | None = None,
        query: Query = (),
        beside: Mapping[str, Any] | None = None,
        headers: Headers = (),
        without: Iterable[str] = (),
        wrapped: bool = True,
    ) -> Request:
        """The request for ``operation``. ``body``: the resource without its envelope, resolved already; ``beside``:
        members beside the envelope;
        ``without``: parent parameters to leave out."""
        resource = self.spec
        scope = self.scope() if scope is None else scope
        on_item = operation not in ("list", "create") or (
            operation == "create" and (not resource.supports("create") or resource.method("create") == "PUT")
        )
        path = self.world.path(resource.item_path if on_item else resource.path, {**scope, "id": id})
        outside: dict[str, Any] = {}
        asked = list(query)
        for parent in resource.parameter_parents:
            if parent.name in without:
                continue
            if resource.parent_place(parent, operation) == "query":
                if parent.name not in dict(query):
                    asked.insert(0, (parent.name, str(scope[parent.resource])))
            else:
                outside[parent.name] = scope[parent.resource]
        data: bytes | None = None
        if body is not None or (outside and operation in ("create", "update", "replace")):
            data = encode(self.wrap(body, {**outside, **(beside or {})}) if wrapped else body)
        return Request(
            self.spec.method(operation),
            path,
            tuple(asked),
            (*(h for h in self.world.headers(scope) if h[0].lower() not in {n.lower() for n, _ in headers}), *headers),
            data,
        )

    def item_target(self, id: Any, scope: Mapping[str, Any]) -> str:
        """The request target at which the instance can be deleted (or read, where nothing deletes it)."""
        return self.request("delete" if self.spec.supports("delete") else "read", id=id, scope=scope).target

    def collection(self, create: Request, scope: Mapping[str, Any]) -> str:
        """The request target of the list in which ``create`` shows: a parent may have another place there."""
        return self.request("list", scope=scope).target if self.spec.supports("list") else create.target

    def wrap(self, body: Any, outside: Mapping[str, Any]) -> Any:
        """The whole request body: the resource in its envelope, with the members beside it."""
        envelope = self.spec.envelope.request
        if envelope:
            return {**outside, envelope: body}
        return {**outside, **body} if isinstance(body, dict) else body

    def send(
        self,
        request: Request,
        operation: str,
        *,
        credential: str | None = USUAL,
        sent: Any = None,
        asked_id: Any = None,
        scope: Mapping[str, Any] | None = None,
        expect_throttle: bool = False,
        retry: bool = True,
        observed: bool = True,
        noted: bool = False,
    ) -> Reply:
        """Send a request as it is, and read the answer as one to ``operation``. ``observed``: whether the rules about
        every exchange judge it.
        ``noted``: whether the caller writes into the ledger what the request creates."""
        chosen = self.credential if credential == USUAL else credential
        if chosen is not None and self.contract.auth.scheme == "none":
            chosen = None
        item, case, setup = self.about
        about = About(self.spec.name, operation, item=item, case=case, setup=setup)
        try:
            exchange = self.world.session.send(request, about, chosen, expect_throttle=expect_throttle, retry=retry)
        except NotSent as reason:
            raise NotTested(str(reason)) from None
        reply = self.reply(exchange, operation, sent, scope, asked_id)
        if operation == "create" and not noted and reply.ok and reply.id is not None:
            # A request that was to be refused, and was not.
            at = scope if scope is not None else self.scope()
            entry = self.world.ledger.intend(
                self.name, self.collection(request, at), {}, headers=self.world.headers(at), credential=chosen or "full"
            )
            self.world.ledger.created(entry, self.item_target(reply.id, at), reply.id)
        if observed:
            self.world.observe(reply)
        return reply

    def reply(
        self,
        exchange: Exchange,
        operation: str,
        sent: Any = None,
        scope: Mapping[str, Any] | None = None,
        asked_id: Any = None,
    ) -> Reply:
        """An exchange, read as the answer to ``operation``."""
        return Reply(
            exchange, self.contract, self.spec, operation, dict(scope or {}), sent, asked_id, self.bodies.crowded
        )

    def _write(
        self,
        operation: str,
        body: Any,
        *,
        id: Any = None,
        credential: str | None = USUAL,
        scope: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Reply:
        scope = self.scope() if scope is None else dict(scope)
        body = self.resolved(body, scope)
        request = self.request(operation, id=id, body=body, scope=scope, **options)
        self.world.listed.clear()
        creates = operation == "create" or (operation == "replace" and creates_by_put(self.spec))
        if not creates:
            reply = self.send(request, operation, credential=credential, sent=body, asked_id=id, scope=scope)
            if reply.ok:
                self.world.forget_state(self, id)
            return reply
        unique = {n: body[n] for n in self.bodies.unique_fields if isinstance(body, dict) and n in body}
        who = self.credential if credential == USUAL else credential
        entry = self.world.ledger.intend(
            self.name,
            self.collection(request, scope),
            unique,
            headers=self.world.headers(scope),
            credential=who or "full",
        )
        reply = self.send(request, operation, credential=credential, sent=body, asked_id=id, scope=scope, noted=True)
        if reply.ok and reply.id is not None:
            self.world.ledger.created(entry, self.item_target(reply.id, scope), reply.id)
            self.world.forget_state(self, reply.id)  # a replace of what is there
        return reply

    def create(
        self, body: Any, *, credential: str | None = USUAL, scope: Mapping[str, Any] | None = None, **options: Any
    ) -> Reply:
        """POST to the collection (or PUT to the id in ``body`` where that is how the resource is created)."""
        if not self.spec.supports("create") or self.spec.method("create") == "PUT":
            # The id in the body goes first, since it must be that of the path; else every create has one of its own.
            named = self.resolved(body).get(self.spec.id.field) if isinstance(body, dict) else None
            chosen = self.resolved_as(self.world.another_token(self), self.bodies.chosen_id("new"))
            id = options.pop("id", None) or named or chosen
            return self._write(
                "create" if self.spec.supports("create") else "replace",
                body,
                id=id,
                credential=credential,
                scope=scope,
                **options,
            )
        return self._write("create", body, credential=credential, scope=scope, **options)

    def update(self, id: Any, body: Any, **options: Any) -> Reply:
        return self._write("update", body, id=id, **options)

    def replace(self, id: Any, body: Any, **options: Any) -> Reply:
        if isinstance(body, dict) and self.spec.id.field in body:
            body = {**body, self.spec.id.field: id}
        if isinstance(body, dict) and self.bodies.fixed:
            before = self.before(id)
            body = {**body, **{n: before[n] for n in self.bodies.fixed if n in before}}
        return self._write("replace", body, id=id, **options)

    def read(
        self, id: Any, *, scope: Mapping[str, Any] | None = None, credential: str | None = USUAL, **options: Any
    ) -> Reply:
        scope = self.scope() if scope is None else scope
        return self.send(
            self.request("read", id=id, scope=scope, **options), "read", credential=credential, asked_id=id, scope=scope
        )

    def delete(
        self, id: Any, *, scope: Mapping[str, Any] | None = None, credential: str | None = USUAL, **options: Any
    ) -> Reply:
        scope = self.scope() if scope is None else scope
        self.world.listed.clear()
        request = self.request("delete", id=id, scope=scope, **options)
        reply = self.send(request, "delete", credential=credential, asked_id=id, scope=scope)
        if reply.ok:
            self.world.ledger.deleted(request.target)
            self.world.forget(self, id)
        return reply

    def put_away(self, written: Reply) -> None:
        """Delete at once what a write has made large, or make it small again, so that no later list carries it."""
        if written.id is None or len(written.exchange.request.body or b"") <= _LARGE:
            return
        with suppress(NotTested):  # where the target forbids it, it stays
            if self.spec.supports("delete"):
                self.world.forget_own(self)
                self.delete(written.id, scope=written.scope)
            elif self.spec.supports("update"):
                large = [n for n in self.bodies.changeable if len(str(written.sent.get(n))) > _LARGE]
                self.update(written.id, {n: self.bodies.plain(n) for n in large}, scope=written.scope)

    def list(
        self,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        **options: Any,
    ) -> Reply:
        scope = self.scope() if scope is None else scope
        return self.send(
            self.request("list", scope=scope, query=query, **options), "list", credential=credential, scope=scope
        )

    # ------------------------------------------------------------------- set-up

    def given(self, body: Any = None, *, scope: Mapping[str, Any] | None = None, tag: str = "") -> Instance:
        """A new instance as set-up: any 2xx that names an id will do; else ``SetUpFailed``."""
        if not self.spec.creatable:
            raise NotTested(f"the contract has no operation that creates {an(self.name)}")
        reply = self.create(self.bodies.minimal(tag) if body is None else body, scope=scope)
        if reply.crowded_out:
            raise NotTested(f"the values of a unique field of {self.name} are used up")
        if not reply.ok or reply.id is None:
            why = reply.exchange.error or (f"answered {reply.status}" if not reply.ok else "named no id")
            raise SetUpFailed(f"set-up: the create of {an(self.name)} {why}")
        return Instance(reply.id, reply.scope, reply.entity or {}, reply.sent if isinstance(reply.sent, dict) else {})

    def shared(self, key: str = "0") -> Instance:
        """The instance that all cases share. No case leaves it changed."""
        return self.world.shared(self.name, key)

    def another(self, tag: str = "", *, scope: Mapping[str, Any] | None = None) -> Instance:
        """A new instance each time, also where a case asks twice."""
        token = self.world.another_token(self)
        return self.given(self.resolved_as(token, self.bodies.minimal(tag), scope), scope=scope)

    def elsewhere(self) -> Instance:
        """An instance under another parent."""
        return self.shared("other") if self.has_other_root else self.another(scope=self.scope("other"))

    def own(self, body: Any = None) -> Instance:
        """The item's own instance, made (with ``body``) by its first case: what the item's cases do to it touches no
        other item."""
        return self.world.instance_of(self, self.about[0] or "", body)

    def target(self) -> Instance:
        """The instance that refused requests are sent to: shared, since none of them may change it."""
        return self.world.shared(self.name, "target")

    def harmless(self) -> tuple[Request, str]:
        """A request that succeeds and changes nothing, with its operation: the list, else a read."""
        if self.spec.supports("list"):
            return self.request("list"), "list"
        if self.spec.supports("read"):
            return self.request("read", id=self.shared().id), "read"
        raise NotTested("the contract has neither a list nor a read")

    def before(self, id: Any) -> dict[str, Any]:
        """The representation as it was last seen in this item."""
        return self.world.state(self, id)

    def now(self, id: Any) -> dict[str, Any]:
        """The representation as a read or list shows it now; empty where there is none."""
        return self.world.state(self, id, fresh=True)

    def answered(self, reply: Reply, before: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of ``before`` as the answer to a write shows them, where it shows all; else the representation as
        ``now``."""
        entity = reply.entity
        if entity is None or not before.keys() <= entity.keys():
            return self.now(reply.asked_id)
        return self.world.seen(self, reply.asked_id, {n: entity[n] for n in before})

    def observe(self, id: Any, *, scope: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The present state as set-up or check: by a read, else by the list; ``None`` where there is none. Raises
        ``SetUpFailed`` where neither
        answers as it can."""
        if self.spec.supports("read"):
            reply = self.read(id, scope=scope)
            if reply.ok and reply.entity is not None:
                return reply.entity
            if reply.status in (404, 410) or reply.status in self.spec.status("absent"):
                return None
            raise SetUpFailed(f"set-up: the read of {an(self.name)} answered {reply.status or reply.exchange.error}")
        for entry in self.walk(scope=scope):
            if isinstance(entry, dict) and entry.get(self.spec.id.field) == id:
                return entry
        return None

    # -------------------------------------------------------------------- lists

    def page_query(self, size: int | None, number: int = 1) -> Query:
        """The query of page ``number`` (from 1) with ``size`` entries, in the contract's style of paging."""
        paging = self.spec.paging
        if paging.style == "none" or size is None:
            return ()
        if paging.style == "page":
            return ((paging.page, str(number)), (paging.size, str(size)))
        if paging.style == "offset":
            return ((paging.offset, str((number - 1) * size)), (paging.size, str(size)))
        return ((paging.size, str(size)),)

    def largest_page(self) -> int | None:
        paging = self.spec.paging
        return None if paging.style == "none" else (paging.max or max(paging.default or 100, paging.min))

    def allowed_size(self, size: int) -> int:
        """The page size nearest to ``size`` that the contract allows."""
        paging = self.spec.paging
        return max(paging.min, min(size, paging.max or size))

    def pages(
        self,
        size: int | None = None,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
    ) -> Sequence[Reply]:
        """All pages of a list, followed to the end. Raises ``SetUpFailed`` where a page is no list, ``NotTested`` where
        it has more pages than one walks, and not because they repeat themselves."""
        paging = self.spec.paging
        size = size or self.largest_page()
        found: Pages = []
        number = 1
        asked = (*query, *self.page_query(size, 1))
        walked = self.request("list", scope=scope, query=asked).target
        while True:
            if walked in self.world.endless:
                raise NotTested(f"a list of {self.name} has more than {_MOST_PAGES} pages")
            reply = self.list(asked, scope=scope, credential=credential)
            if not reply.ok or reply.entries is None:
                raise SetUpFailed(
                    f"set-up: a list of {self.name} answered {reply.status or reply.exchange.error} without its entries"
                )
            found.append(reply)
            if paging.style == "none":
                return found
            if len(found) >= _MOST_PAGES:
                ids = self.entry_ids(entry for page in found for entry in page.entries or ())
                if len({repr(id) for id in ids}) < len(ids):
                    return found
                self.world.endless.add(walked)
                continue
            if paging.style == "token":
                following = self.next_query(reply)
                if following is None:
                    return found
                asked = following
                continue
            # A server that passes over the number gives the same page again and again.
            stuck = len(found) > 1 and reply.entries == found[-2].entries
            if stuck or len(reply.entries) < (size or 1):
                return found
            number += 1
            asked = (*query, *self.page_query(size, number))

    def next_query(self, reply: Reply) -> Query | None:
        """The query of the next page that an answer names; ``None`` on the last."""
        paging = self.spec.paging
        following: Any = None
        if paging.next_header:
            following = reply.header(paging.next_header)
        elif paging.next_field and isinstance(reply.json, dict):
            following = reply.json
            for part in paging.next_field.strip("/").split("/"):
                following = following.get(part) if isinstance(following, dict) else None
        else:
            following = links(reply).get("next")
        if isinstance(following, int) and not isinstance(following, bool):
            following = str(following)
        if not isinstance(following, str) or not following:
            return None
        if "?" in following or "/" in following:
            return tuple(parse_qsl(urlsplit(following).query, keep_blank_values=True))
        name = {"page": paging.page, "offset": paging.offset}.get(paging.style) or paging.token or "token"
        before = tuple(pair for pair in reply.exchange.request.query if pair[0] != name)
        return (*before, (name, following))

    def walk(
        self, query: Query = (), *, scope: Mapping[str, Any] | None = None, size: int | None = None
    ) -> Sequence[Any]:
        """All entries of a list, over all its pages."""
        return [entry for page in self.pages(size, query, scope=scope) for entry in page.entries or ()]

    def holding(self, sent: Any) -> Sequence[Any]:
        """The entries of the list that hold the unique values of what was sent; none where these cannot tell it from
        another one (too few values, or none that a list shows)."""
        shown = self.spec.shapes.response["properties"]
        values = {n: sent[n] for n in self.bodies.unique_fields if isinstance(sent, dict) and n in sent and n in shown}
        if self.bodies.crowded or not self.bodies.telling & values.keys() or not self.spec.supports("list"):
            return []
        return [e for e in self.walk() if isinstance(e, dict) and all(e.get(n) == v for n, v in values.items())]

    def entry_ids(self, entries: Iterable[Any]) -> Sequence[Any]:
        return [e.get(self.spec.id.field) for e in entries if isinstance(e, dict)]

    def filter_query(self, name: str, value: Any) -> Query:
        whole = isinstance(value, float) and value.is_integer()  # 5.0 is 5, whichever a response shows
        text = str(value).lower() if isinstance(value, bool) else str(int(value) if whole else value)
        return ((self.contract.query.filter.replace("{name}", name), text),)

    def sort_query(self, name: str, *, descending: bool = False) -> Query:
        return (
            (self.contract.query.sort, self.contract.query.descending.replace("{field}", name) if descending else name),
        )

    # ------------------------------------------------------------- what differs

    def stable(self, entity: Mapping[str, Any]) -> dict[str, Any]:
        """A representation without what may change by itself."""
        return {n: v for n, v in entity.items() if n not in self.spec.volatile}

    def fail(self, finding: Any) -> None:
        raise CaseFailed(finding)


_LINK = re.compile(r'<([^>]*)>((?:"(?:[^"\\]|\\.)*"|[^",])*)')
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')


def links(reply: Reply) -> dict[str, str]:
    """Link relations of an answer: relation → target. Names of parameters and relation types are the same in any case
    (RFC 8288 §2.1.1, §3)."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(reply.members("Link") or ""):
        said = [quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters) if name.lower() == "rel"]
        for relation in " ".join(said[:1]).lower().split():
            found.setdefault(relation, target)
    return found


def encode(value: Any) -> bytes:
    """JSON as it is sent: UTF-8, every character as itself but for lone surrogates, which only an escape can hold."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
