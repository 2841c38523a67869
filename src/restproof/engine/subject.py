"""The resource under test, as a case speaks to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace as with_
from functools import partial
from typing import Any, Unpack

from restproof.contract.model import Resource, creates_by_put
from restproof.contract.shapes import named_members
from restproof.engine.chosen import chosen
from restproof.engine.completing import as_sent, completed, needs_no_mark
from restproof.engine.echo import Echoed, check_no_echo
from restproof.engine.failure import UNLISTED, Inconclusive, NotTested, SetUpFailed, check_let_in, check_sent_again
from restproof.engine.giving import made_with, set_to
from restproof.engine.instance import Instance, just_deleted
from restproof.engine.paging import USUAL, SubjectLists
from restproof.engine.reply import Observation, Reply, untold
from restproof.engine.requests import Amended, Queried, Requests, Sending
from restproof.engine.world import World
from restproof.oracle.finding import an, shown
from restproof.plan.symbols import resolve
from restproof.semantics.checker import is_valid
from restproof.wire.failure import NotProven, NotSent, Unsayable
from restproof.wire.message import About, Exchange, Request
from restproof.wire.paging import Query
from restproof.wire.places import is_usable_id


class Subject:
    """One resource of the contract, for one case: every request that it sends is recorded under that case.

    Bodies may hold symbols (``RUN`` and ``reference`` of ``restproof.suite.inputs``), which are resolved when a request
    is built. Every request takes two options: ``credential`` (its name, ``None`` to go without one) and ``scope``
    (ancestor → id; the usual one is made once and shared), and most take ``headers`` and ``query``. A status is never
    an error: whatever was answered is the ``Reply``. Where a request may not be sent (``--read-only``, ``forbid``, the
    ceiling of requests, or a write to what is not proven to be the run's) it raises ``NotTested``.

    ``spec`` is the resource as the contract has it, ``bodies`` makes its request bodies, ``lists`` walks its lists page
    by page, ``requests`` tells what it would send, and ``token`` is what ``{run}`` stands for in this case.
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
        self.contract = world.contract
        self.spec = resource
        self.name = resource.name
        self.token = token
        self.bodies = world.bodies(resource)
        self.about = (item, case, setup)
        self.credential: str | None = None if world.contract.auth.scheme == "none" else credential
        self.requests = Requests(world.contract, resource)
        self.lists = SubjectLists(self, world.listings.endless)

    def other(self, name: str) -> Subject:
        """Another resource of the contract, for the same case."""
        item, case, setup = self.about
        return Subject(self.world, self.contract.resources[name], token=self.token, item=item, case=case, setup=setup)

    def scope(self, which: str = "main") -> dict[str, Any]:
        """The ancestors' ids: ``main``, ``other``, ``foreign`` or ``none`` (a nearest parent that does not exist)."""
        return self.world.scopes.of(self.spec, which)

    def another_scope(self) -> dict[str, Any]:
        """The scope of another parent. A case for which there is none says nothing: ``Inconclusive``."""
        try:
            return self.scope("other")
        except NotTested as reason:
            raise Inconclusive(str(reason)) from None

    def resolved(self, value: Any, scope: Mapping[str, Any] | None = None, *, token: str | None = None) -> Any:
        """``value`` with its symbols replaced, as in a request to ``scope``; ``token``: as those of another case."""
        world, token = self.world, token or self.token
        which = world.scopes.kind_of(scope or {})

        def referred(name: str, key: str) -> Any:
            if key == "deleted" and self.contract.resources[name].id.may_come_again:
                return just_deleted(self.other(name))
            key = f"{token}{key}" if key.startswith("own") else key
            if self.credential == "foreign" and which == "main":
                return world.instances.foreign_id(name, key)
            return world.instances.reference_id(name, key, which, self.about, scope)

        return resolve(
            value,
            token,
            referred,
            lambda name, field, tag: world.values.unique(name, field, token, tag),
        )

    # ----------------------------------------------------------------- requests

    def request(
        self,
        operation: str,
        *,
        id: Any = None,
        body: Any = None,
        scope: Mapping[str, Any] | None = None,
        **options: Unpack[Queried],
    ) -> Request:
        """The request for ``operation``; ``body``: the resource without its envelope, symbols resolved."""
        scope = self.scope() if scope is None else scope
        return self.requests.build(operation, scope, id=id, body=body, **options)

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
    ) -> Reply:
        """Send a request as it is, and read the answer as one to ``operation``; where that is a write which succeeds,
        wait until it is seen. ``observed``: whether the rules about every exchange judge it."""
        self.world.rests.heed()
        is_public = self.requests.is_public(operation, request)
        chosen = (None if is_public else self.credential) if credential == USUAL else credential
        if self.contract.auth.scheme == "none":
            chosen = None
        item, case, setup = self.about
        about = About(self.spec.name, operation, item=item, case=case, setup=setup)
        writes = operation not in ("list", "read") and request.method == self.spec.operation(operation).method
        if writes:
            self.world.listings.clear()
        if operation == "create":
            self.world.unnamed.check(self, request)
            self.world.spoilt.check(self, sent)
        try:
            exchange = self.world.session.send(request, about, chosen, expect_throttle=expect_throttle, retry=retry)
        except (NotProven, Unsayable) as reason:
            raise Inconclusive(str(reason)) from None
        except NotSent as reason:
            raise NotTested(str(reason)) from None
        walled = self.world.session.walls.refusal(exchange)
        if walled is not None:
            raise Inconclusive(walled)
        check_sent_again(exchange)
        reply = self.reply(exchange, operation, sent, scope, asked_id)
        reply = self.world.jobs.followed(reply, self.about)
        reply = self.world.unnamed.named(self, reply)
        if observed:
            belated, self.world.session.belated = self.world.session.belated, {}
            self.world.observe(reply, belated)
        if not expect_throttle:
            check_let_in(reply)
        check_no_echo(reply)
        if writes and reply.ok:
            written = reply.id if asked_id is None else asked_id
            self.world.later.forget(self.name, written)
            if operation == "delete":
                self.world.own.forget(self, written)
                self.world.room.forget(self.name, written)
            else:  # a create, too: it may be a replace of what is there
                self.world.states.forget(self, written)
            self.world.room.note(self, reply)
            self.world.settling.wait(self, reply, self.spec.moved_to(operation, sent, asked_id) or written)
        return self.world.spoilt.judge(self, reply)

    def reply(
        self,
        exchange: Exchange,
        operation: str,
        sent: Any = None,
        scope: Mapping[str, Any] | None = None,
        asked_id: Any = None,
    ) -> Reply:
        """An exchange, read as the answer to ``operation``."""
        reply = Reply(
            exchange,
            self.contract,
            self.spec,
            operation,
            dict(scope or {}),
            sent,
            asked_id,
            self.bodies.values_may_run_out,
            partial(self.world.control, self.spec, operation) if exchange.credential == self.credential else str,
            quota_may_be_used_up=self.bodies.may_use_up(operation, sent),
            named_amiss=partial(self.world.named_amiss, self.spec, sent),
        )
        self.world.creates.note(reply, self.token)
        self.world.spares.heed(exchange)
        self.world.spares.look(self, reply)
        self.world.spoilt.heed(reply)
        return reply

    def _write(
        self,
        operation: str,
        body: Any,
        *,
        id: Any = None,
        credential: str | None = USUAL,
        scope: Mapping[str, Any] | None = None,
        kept: Collection[str] = (),
        **options: Unpack[Queried],
    ) -> Reply:
        scope = self.scope() if scope is None else dict(scope)
        given, body = body, self.spec.envelope.settled(self.resolved(body, scope))
        if operation == "create" or (operation == "replace" and creates_by_put(self.spec)):
            body = self.bodies.marked(body, self.token, kept)
        request = self.request(operation, id=id, body=body, scope=scope, **options)
        reply = self.send(request, operation, credential=credential, sent=body, asked_id=id, scope=scope)
        self.world.spares.note(self, given, reply, is_plain=not options)
        self.world.controls.heed(self, reply, is_plain=not options and credential == USUAL)
        return reply

    def create(self, body: Any, *, id: Any = None, **options: Unpack[Sending]) -> Reply:
        """POST to the collection (or a request that names ``id``, else the id in ``body``, where such a one creates the
        resource)."""
        if not self.spec.supports("create") or self.spec.names_what_it_creates:
            operation = "create" if self.spec.supports("create") else "replace"
            if id is None:
                token = self.world.values.another_token(self.about)
                id, body = chosen(self, body, options.get("scope"), token)
            return self._write(operation, body, id=id, **options)
        return self._write("create", body, **options)

    def update(self, id: Any, body: Any, *, as_is: bool = False, **options: Unpack[Sending]) -> Reply:
        """Send a partial update of the instance: ``body`` holds the fields to change. What every update must hold is
        added, unless it goes ``as_is``."""
        return self._write("update", body if as_is else completed(self, "update", id, body), id=id, **options)

    def replace(self, id: Any, body: Any, *, as_is: bool = False, **options: Unpack[Sending]) -> Reply:
        """Send a replace of the instance by ``body``, with its id and its values of what only a create may give, where
        the body names those; unless it goes ``as_is``, completed with them and with what every replace must hold."""
        body = body if as_is else completed(self, "replace", id, body)
        if isinstance(body, dict) and self.spec.id.field in body:
            body = {**body, self.spec.id.field: id}
        kept: dict[str, Any] = {}
        if isinstance(body, dict) and self.bodies.fixed:
            fixed = [n for n in self.bodies.fixed if n in body or not as_is]
            kept = as_sent(self.spec, fixed, self.before(id))
            body = {**body, **kept}
        return self._write("replace", body, id=id, kept={*kept, *needs_no_mark(self, id, body)}, **options)

    def read(
        self,
        id: Any,
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        observed: bool = True,
        **options: Unpack[Queried],
    ) -> Reply:
        """Read the instance."""
        scope = self.scope() if scope is None else scope
        request = self.request("read", id=id, scope=scope, **options)
        return self.send(request, "read", credential=credential, asked_id=id, scope=scope, observed=observed)

    def delete(
        self,
        id: Any,
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        **options: Unpack[Queried],
    ) -> Reply:
        """Delete the instance."""
        where = self.scope() if scope is None else scope
        request = self.request("delete", id=id, scope=where, **options)
        reply = self.send(request, "delete", credential=credential, asked_id=id, scope=where)
        if reply.ok and scope is None and credential == USUAL and not options:
            self.world.deleted(self, id)
        return reply

    def list(
        self,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        path: str | None = None,
        **options: Unpack[Amended],
    ) -> Reply:
        """List the resource: one page, as ``query`` asks for it; ``lists.pages`` follows them to the end. ``path``: of
        a page that has one of its own, where ``query`` is then all that is asked."""
        scope = self.scope() if scope is None else scope
        request = self.request("list", scope=scope, query=query, **options)
        request = with_(request, path=path, query=query) if path else request
        reply = self.send(request, "list", credential=credential, scope=scope)
        self.world.controls.heed(self, reply, is_plain=not options and credential == USUAL)
        return reply

    # ------------------------------------------------------------------- set-up

    def given(self, body: Any = None, *, scope: Mapping[str, Any] | None = None, tag: str = "") -> Instance:
        """A new instance as set-up: any 2xx that names an id will do; else ``SetUpFailed``."""
        if self.spec.id.single:
            return set_to(self, body)
        if not self.spec.creatable:
            raise NotTested(f"the contract has no operation that creates {an(self.name)}")
        try:
            reply = made_with(self, body, scope, tag)
        except Echoed:
            if self.about[2] is None:  # the case may say more of the same values
                raise
            token = self.world.values.another_token(self.about)
            body = self.bodies.lying(tag=tag) if body is None else body
            reply = made_with(self, self.resolved(body, scope, token=token), scope, tag)
        if reply.unnamed:
            raise NotTested(reply.unnamed)
        if reply.has_run_out_of_values:
            raise NotTested(f"the values of a unique field of {self.name} are used up")
        if reply.left_open or reply.in_doubt:
            raise NotTested(reply.left_open or reply.in_doubt)
        if not reply.ok or not is_usable_id(reply.id):
            named = "named no id" if reply.id is None else f"named the id {shown(reply.id)}, which no path can hold"
            named = reply.job.problem if reply.job and reply.job.problem else named
            why = reply.exchange.error or (f"answered {reply.status}" if not reply.ok else named)
            raise SetUpFailed(f"set-up: the create of {an(self.name)} {why}")
        sent = reply.sent if isinstance(reply.sent, dict) else {}
        return Instance(reply.id, reply.scope, dict(reply.entity or {}), sent)

    def shared(self, key: str = "0") -> Instance:
        """The instance that all cases share. No case leaves it changed."""
        return self.world.instances.current(self.name, key, self.about[1])

    def another(self, tag: str = "", *, scope: Mapping[str, Any] | None = None) -> Instance:
        """A new instance each time, also where a case asks twice."""
        token = self.world.values.another_token(self.about)
        is_whole = self.world.keeper.recall(f"in full {token}", self.name in self.world.controls.in_full or None)
        body = self.bodies.full(tag) if is_whole else self.bodies.minimal(tag)
        return self.given(self.resolved(body, scope, token=token), scope=scope)

    def own(self, body: Any = None, *, roughly: bool = False) -> Instance:
        """The item's own instance, made (with ``body``) by its first case: what the item's cases do to it touches no
        other item. ``roughly``: one with other texts, which an earlier item has left, will do."""
        return self.world.own.get(self, body, roughly=roughly)

    def target(self) -> Instance:
        """The instance that refused requests are sent to: shared, since none of them may change it."""
        return self.world.instances.current(self.name, "target", self.about[1])

    def before(self, id: Any) -> dict[str, Any]:
        """The representation as it was last seen in this item."""
        return self.world.states.get(self, id)

    def now(self, id: Any) -> Observation:
        """The representation as a read or list shows it now; empty where there is none."""
        return self.world.states.now(self, id)

    def answered(self, reply: Reply, before: Mapping[str, Any]) -> Observation:
        """The fields of ``before``, and those that were sent, as the answer to a write shows them, where it shows all
        of the former; else the representation as ``now``."""
        entity = reply.entity
        if entity is None or not before.keys() <= entity.keys():
            return self.now(reply.asked_id)
        sent = reply.sent if isinstance(reply.sent, dict) else {}
        found = entity.only([n for n in entity if n in before or n in sent])
        self.world.states.see(self, reply.asked_id, found)
        return found

    def observe(self, id: Any, *, scope: Mapping[str, Any] | None = None) -> Observation:
        """The present state as set-up or check: by a read, else by the list; empty where there is none. Raises
        ``SetUpFailed`` where neither answers as it can, ``Inconclusive`` where it is not known whose state is meant."""
        if id is None and not self.spec.id.single:
            raise Inconclusive(f"no answer names the id of the {self.name}")
        if self.spec.supports("read"):
            reply = self.read(id, scope=scope)
            if untold(reply):
                raise Inconclusive(untold(reply))
            absent = reply.status in self.spec.status("absent")
            if reply.ok and reply.entity is not None and not (absent and self.spec.shows_nothing(reply.entity)):
                return reply.entity
            no_id = reply.status in self.spec.status("malformed_id", "read") and not is_valid(self.bodies.id_schema, id)
            if reply.status in (404, 410) or absent or no_id:
                return Observation({}, reply, reply.entity_pointer, absent=True)
            raise SetUpFailed(f"set-up: the read of {an(self.name)} {reply.exchange.ending}")
        if not self.spec.supports("list"):
            raise Inconclusive(f"no read and no list shows {an(self.name)}")
        found, last = self.lists.find(id, scope)
        if found is None and "list" in self.spec.open:
            raise Inconclusive(UNLISTED)
        return Observation({}, last, last.list_pointer, absent=True) if found is None else found

    def stable(self, entity: Mapping[str, Any]) -> dict[str, Any]:
        """What of a representation stays as it is: without what may change by itself, and without members that no
        schema names, of which nothing is promised."""
        properties = self.spec.properties
        named = {n: v for n, v in entity.items() if n in properties and n not in self.spec.volatile}
        return {n: named_members(properties[n], v) for n, v in named.items()}
