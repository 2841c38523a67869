"""Probes: a bounded number of requests that show what a contract leaves open. All go the way of a run's: what is not
proven to be the run's is never changed, each create is in the ledger first, and rates and ceilings hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from restproof.contract.model import WRITES, Contract, Resource
from restproof.contract.shapes import same
from restproof.engine.around import put_away
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.instance import Instance
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.engine.world import World
from restproof.learning import joint
from restproof.learning.orders import suggested
from restproof.learning.values import other_forms
from restproof.plan.cases import ServerSetCase
from restproof.plan.ground import Ground
from restproof.plan.inputs import (
    missing_field_bodies,
    null_bodies,
    out_of_bounds_bodies,
    server_set_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.wire.message import Headers
from restproof.wire.places import is_usable_id

_SOME = 16
"""Values of one kind that an operation is tried with."""
_PAUSE = 1.1
"""Seconds after which a clock of whole seconds shows another time."""
_HUGE = 10_000
_NO_JSON = (b"", b'{"restproof": "cut short', b"restproof", b"null", b"[]", b'"restproof"')
_FOREIGN = (("application/xml", b"<restproof/>"), ("application/x-www-form-urlencoded", b"restproof=1"))

Probe = Callable[[], None]


@dataclass
class Prober:
    """Sends the probes of the resources of a contract. ``stopped``: why no more of one kind could be sent, by the
    resource and the kind."""

    world: World
    resources: Sequence[Resource]
    stopped: dict[tuple[str, str], str] = field(default_factory=dict)
    _made: dict[str, list[Instance]] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        return self.world.contract

    def run(self) -> None:
        """Send all probes, kind by kind, so that a ceiling of requests leaves each resource its share."""
        kinds: tuple[tuple[str, Callable[[Resource], None]], ...] = (
            ("instances", self._instances),
            ("duplicates", self._duplicates),
            ("orders", self._orders),
            ("references", self._references),
            ("unknown fields", self._unknown),
            ("bodies that are none", self._no_bodies),
            ("forms", self._forms),
            ("wrong values", self._wrong),
            ("ids", self._ids),
            ("lists", self._lists),
            ("paths", lambda resource: joint.unknown_paths(self._subject, resource)),
            ("filters", lambda resource: joint.sifted(self._subject, resource)),
            ("credentials", self._anonymous),
            ("conditions", self._conditions),
        )
        for name, kind in kinds:
            for resource in self.resources:
                self._try(resource, name, lambda k=kind, r=resource: k(r))  # type: ignore[misc]
        self._times()

    def _try(self, resource: Resource, kind: str, probe: Probe) -> None:
        """A kind of probes; where it cannot be gone on with, the next one is tried."""
        try:
            probe()
        except (NotTested, Inconclusive, SetUpFailed) as reason:
            self.stopped[resource.name, kind] = str(reason)

    def _subject(self, resource: Resource) -> Subject:
        token = self.world.values.next_token()
        return Subject(self.world, resource, token=token, setup=f"learn {token}")

    def _ground(self, subject: Subject, operation: str) -> Ground:
        return Ground(self.contract, subject.bodies.resource, operation, self.world.profile, subject.bodies)

    # ------------------------------------------------------------------- what is there

    def _instances(self, resource: Resource) -> None:
        """Two of each, which the other probes change and read."""
        if not resource.creatable or resource.id.single:
            return
        for _ in range(2):
            subject = self._subject(resource)
            made = subject.given(joint.whole_body(subject))
            self._made.setdefault(resource.name, []).append(made)
            _look(subject, made.id)

    def _duplicates(self, resource: Resource) -> None:
        """The same again; where that is refused, each field alone with a value that is taken. Twice."""
        if not resource.supports("create") or "unique" not in resource.open or resource.id.chosen_by != "server":
            return
        for _ in range(2):
            subject = self._subject(resource)
            body = subject.resolved(joint.whole_body(subject))
            if not (first := subject.create(body)).ok:
                raise SetUpFailed(f"the create of a {resource.name} answered {first.status}")
            if not subject.create(body).ok:
                for name in body:
                    with suppress(Inconclusive, SetUpFailed):
                        self._taken(resource, name, body)
                with suppress(Inconclusive, SetUpFailed, NotTested):
                    joint.keys(self._subject, resource, body)

    def _taken(self, resource: Resource, name: str, taken: dict[str, Any]) -> None:
        if not isinstance(taken[name], str | int) or isinstance(taken[name], bool) or name in resource.references:
            return
        subject = self._subject(resource)
        body = subject.resolved(joint.whole_body(subject))
        if body.get(name) == taken[name] or name not in body:
            return
        reply = subject.create({**body, name: taken[name]})
        if not reply.ok:
            subject.create(body)
            joint.other_forms_of_taken(self._subject, resource, name, taken[name])
            if resource.parents:
                with suppress(NotTested):
                    other = self._subject(resource)
                    scope = other.scope("other")
                    fresh = other.resolved(joint.whole_body(other), scope)
                    other.create({**fresh, name: taken[name]}, scope=scope)

    def _orders(self, resource: Resource) -> None:
        """Fields that are called like the two ends of something, in the right order and in the wrong one. Twice."""
        if not resource.supports("create") or "rules" not in resource.open:
            return
        for pair in suggested(resource):
            for turned in (False, True, False, True):
                subject = self._subject(resource)
                body = subject.resolved(joint.whole_body(subject))
                first, second = body.get(pair.first), body.get(pair.second)
                if first is None or second is None or first == second:
                    break
                if turned:
                    body |= {pair.first: second, pair.second: first}
                _away(subject, subject.create(body))

    def _references(self, resource: Resource) -> None:
        """References to what is not there, and to what is deleted."""
        if resource.supports("create") and not resource.id.single:
            joint.absent_referents(self._subject, self.contract, resource)
            joint.deleted_referents(self._subject, self.contract, resource)

    # ------------------------------------------------------------------- what bodies hold

    def _unknown(self, resource: Resource) -> None:
        """Fields that do not exist, and those that only the server sets."""
        for operation in _operations(resource):
            subject = self._subject(resource)
            ground = self._ground(subject, operation)
            for case in unknown_field_bodies(ground):
                with suppress(Inconclusive, SetUpFailed):
                    self._write(resource, operation, case["body"], beside=case["beside"])
            made = self._made.get(resource.name, ())
            for given in server_set_bodies(ground):
                with suppress(Inconclusive, SetUpFailed):
                    self._write(resource, operation, {**given["body"], given["field"]: _telling(given, made)})

    def _wrong(self, resource: Resource) -> None:
        """Values that the schema does not allow, some of each kind, of every field in turn."""
        kinds = (missing_field_bodies, null_bodies, wrong_type_bodies, out_of_bounds_bodies)
        for operation in _operations(resource):
            ground = self._ground(self._subject(resource), operation)
            for kind in kinds:
                if kind is missing_field_bodies and operation == "update":
                    continue
                for case in islice(_in_turn(kind(ground)), _SOME):
                    with suppress(Inconclusive, SetUpFailed):
                        self._write(resource, operation, case["body"])

    def _no_bodies(self, resource: Resource) -> None:
        """Bodies that are no JSON, no object, or of another media type."""
        for operation in _operations(resource):
            subject = self._subject(resource)
            for body in _NO_JSON:
                self._bare(subject, operation, body)
            right = subject.bodies.plain_change() if operation == "update" else subject.bodies.minimal()
            valid = subject.request("create", body=subject.resolved(right)).body
            for media, body in _FOREIGN:
                for sent in (body, valid):
                    self._bare(subject, operation, sent, (("Content-Type", media),))

    def _bare(self, subject: Subject, operation: str, body: bytes | None, headers: Headers = ()) -> None:
        """One write of these very bytes; what took one before serves no more."""
        id = None if operation == "create" else subject.target().id
        sent = replace(subject.request(operation, id=id, body={}).having(headers), body=body)
        with suppress(Inconclusive):  # a form is no JSON
            _away(subject, subject.send(sent, operation, asked_id=id, scope=subject.scope()))

    def _write(self, resource: Resource, operation: str, body: Any, *, beside: Any = None) -> None:
        """One write; what took it is looked at, and serves no other probe."""
        subject = self._subject(resource)
        if operation == "create":
            reply = subject.create(body, beside=beside)
        else:
            change = subject.update if operation == "update" else subject.replace
            reply = change(subject.target().id, body, beside=beside)
        if reply.ok and is_usable_id(reply.id):
            _look(subject, reply.id)
        _away(subject, reply)

    def _forms(self, resource: Resource) -> None:
        """Values that servers like to bring into a form of their own: all fields at once, each alone where that is
        refused."""
        if not resource.supports("update") or not resource.creatable or resource.id.single:
            return
        subject = self._subject(resource)
        made = subject.another("forms")
        for values in other_forms(subject.bodies, subject.token):
            if values and not self._changed(subject, made.id, values):
                for name, value in values.items() if len(values) > 1 else ():
                    self._changed(subject, made.id, {name: value})

    def _changed(self, subject: Subject, id: Any, values: dict[str, Any]) -> bool:
        with suppress(Inconclusive):  # no form says all of them
            if subject.update(id, values).ok:
                _look(subject, id)
                return True
        return False

    # ------------------------------------------------------------------- what paths name

    def _ids(self, resource: Resource) -> None:
        """Ids that name nothing, cannot be, or named something once."""
        subject = self._subject(resource)
        if resource.id.single or not resource.operation("read").on_item:
            return
        absent = self.world.scopes.absent_id(resource)
        on_items = [o for o in ("read", "update", "delete") if resource.supports(o)]
        for operation in on_items:
            self._address(subject, operation, absent)
            if resource.id.type != "string":
                self._address(subject, operation, "restproof")
        if not (resource.supports("delete") and resource.creatable):
            return
        for _ in range(3):
            subject = self._subject(resource)
            made = subject.another("gone")
            if subject.delete(made.id, scope=made.scope).ok:
                for operation in on_items:
                    self._address(subject, operation, made.id)
        subject.another("after")

    def _address(self, subject: Subject, operation: str, id: Any) -> None:
        with suppress(Inconclusive):
            if operation == "read":
                subject.read(id)
            elif operation == "update":
                subject.update(id, subject.bodies.plain_change())
            else:
                subject.delete(id)

    def _anonymous(self, resource: Resource) -> None:
        if self.contract.auth.scheme == "none":
            return
        subject = self._subject(resource)
        if resource.supports("list"):
            subject.list(credential=None)
        if resource.supports("read") and resource.creatable:
            subject.read(subject.shared().id, credential=None)
        if resource.supports("create"):
            subject.create(subject.bodies.minimal(), credential=None)

    def _conditions(self, resource: Resource) -> None:
        """Reads and updates on condition of an entity-tag, where reads have one (RFC 9110 §13.1)."""
        for made in self._made.get(resource.name, ()):
            subject = self._subject(resource)
            read = _look(subject, made.id)
            tag = read.header("ETag") if read is not None else None
            if tag is None:
                return
            match: Headers = (("If-None-Match", tag),)
            subject.read(made.id, headers=match)
            stale: Headers = (("If-Match", '"restproof"'),)
            if resource.supports("update"):
                subject.update(made.id, subject.bodies.plain_change(), headers=stale)
            if resource.supports("replace"):
                subject.replace(made.id, subject.bodies.full(), headers=stale)
            if resource.supports("delete"):
                own = self._subject(resource)
                own.delete(own.another("stale").id, headers=stale)

    # ------------------------------------------------------------------- lists

    def _lists(self, resource: Resource) -> None:
        """The usual list, and pages that cannot be."""
        if not resource.supports("list"):
            return
        subject, paging = self._subject(resource), resource.paging
        for _ in range(2):
            subject.list()
        number = {"page": paging.page, "offset": paging.offset}.get(paging.style)
        if number:
            bad = ("-1", "restproof", str(10 * _HUGE)) + (("0",) if paging.style == "page" else ())
            for value in bad:
                subject.list(((number, value),))
        if paging.style != "none" and paging.size:
            for value in (str(paging.min - 1), "restproof"):
                subject.list(((paging.size, value),))
            self._sizes(subject, paging.size)

    def _sizes(self, subject: Subject, size: str) -> None:
        """The largest size of a page that is taken, where one is refused; where none is, whether what a page holds of
        far too many is the most of any: some servers answer with their usual page."""
        low, high = 1, _HUGE
        if subject.list(((size, str(high)),)).ok:
            cut = subject.list(((size, str(high // 2)),))
            if cut.entries:
                subject.list(((size, str(len(cut.entries) + 1)),))
            return
        if not subject.list(((size, str(low)),)).ok:
            return
        while high - low > 1:
            middle = (low + high) // 2
            if subject.list(((size, str(middle)),)).ok:
                low = middle
            else:
                high = middle

    # ------------------------------------------------------------------- times

    def _times(self) -> None:
        """What moves with a change and what moves without one: a change, nothing, and a change again, each after a
        time in which every clock has moved."""
        for round_ in ("change", "nothing", "again", "nothing"):
            able = [r for r in self.resources if r.name in self._made and r.supports("update")]
            if not able:
                return
            self.world.clock.sleep(_PAUSE)
            for resource in able:
                self._try(resource, "times", lambda r=resource, k=round_: self._time(r, k))  # type: ignore[misc]

    def _time(self, resource: Resource, kind: str) -> None:
        for made in self._made[resource.name]:
            subject = self._subject(resource)
            state = subject.observe(made.id)
            body = subject.bodies.plain_change() if kind == "change" else {}
            if kind == "again":
                body = subject.bodies.other_values() or subject.bodies.plain_change()
            if kind == "nothing":
                names = [n for n in subject.bodies.changeable if n in state and n not in resource.references]
                shape = subject.bodies.plain_change()
                body = {n: state[n] for n in names if n in shape or state[n] is not None}
            if body:
                subject.update(made.id, body)
            _look(subject, made.id)
            _look(subject, made.id)


def _look(subject: Subject, id: Any) -> Reply | None:
    return subject.read(id) if subject.spec.supports("read") else None


def _away(subject: Subject, reply: Reply) -> None:
    """What took a probe serves no other one."""
    if reply.ok:
        put_away(subject, reply)


def _operations(resource: Resource) -> Iterator[str]:
    """The writes that can be tried on what is the run's own."""
    if resource.creatable and not resource.id.single:
        yield from (o for o in WRITES if resource.supports(o))


def _telling(given: ServerSetCase, made: Iterable[Instance]) -> Any:
    """The value of a field that the server sets, or, where it gives just that by itself, the one instead: another value
    tells who has set it."""
    is_given = any(same(one.entity.get(given["field"]), given["value"]) for one in made)
    return given["instead"] if is_given and given["instead"] is not None else given["value"]


def _in_turn(cases: Iterable[Any]) -> Iterator[Any]:
    """The cases, field by field in turn: the first of each, then the second of each."""
    by_field: dict[str, list[Any]] = {}
    for case in cases:
        by_field.setdefault(case["field"], []).append(case)
    for at in range(max(map(len, by_field.values()), default=0)):
        yield from (some[at] for some in by_field.values() if at < len(some))
