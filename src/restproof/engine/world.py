"""What one worker's run shares: the session, the scopes, the shared instances and what was seen."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.keep import Clock, Keeper, Kept, LiveClock
from restproof.engine.reply import Reply
from restproof.oracle.finding import an
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile
from restproof.plan.symbols import RUN, TOKEN_LENGTH, token
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import nth
from restproof.wire.ledger import Ledger
from restproof.wire.session import Session

if TYPE_CHECKING:
    from restproof.engine.subject import Subject

_CLOCK_MARGIN = 0.1
_MOST_AGED = 12
_AGED_AT_ONCE = 3
NOT_OBSERVABLE = "not observable from a recording"

Observer = Callable[[Reply], None]


@dataclass(frozen=True)
class Instance:
    """Something that the run made (or, for a given parent, was told of): where it is, and what it looked like."""

    id: Any
    scope: Mapping[str, Any]
    entity: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The live side of a run. One per worker process; nothing of it survives the run."""

    contract: Contract
    target: Target
    session: Session
    ledger: Ledger
    prefix: str
    profile: Profile
    observe: Observer
    bodies_by_name: Mapping[str, Bodies]
    first_number: int = 0
    keeper: Keeper = field(default_factory=Kept)
    clock: Clock = field(default_factory=LiveClock)
    listed: dict[str, list[Any]] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)
    """Request targets of lists that have more pages than one walks."""
    _numbers: int = 0
    _shared: dict[tuple[str, str], Instance | SetUpFailed | NotTested] = field(default_factory=dict)
    _listing: tuple[str, int, list[Any] | None] = ("", 0, None)
    _more_tokens: Counter[str] = field(default_factory=Counter)
    _lookalikes: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    _own: dict[str, tuple[str, Instance]] = field(default_factory=dict)
    _aged: dict[str, list[tuple[Instance, float]]] = field(default_factory=dict)
    _gone: set[tuple[str, Any]] = field(default_factory=set)
    _unique: dict[tuple[str, str, str, str], Any] = field(default_factory=dict)
    _given_out: dict[tuple[str, str], int] = field(default_factory=dict)
    _states: dict[tuple[str, Any], tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def next_token(self) -> str:
        """A token that no other case of the run has."""
        self._numbers += 1
        return token(self.prefix, self.first_number + self._numbers)

    def setup_token(self, setup: str) -> str:
        """The token of a shared set-up."""
        found: str = self.keeper.must(f"token {setup}", self.next_token)
        return found

    def another_token(self, subject: Subject) -> str:
        """A further token for the subject's case or set-up."""
        _, case, setup = subject.about
        self._more_tokens[case or setup or ""] += 1
        return self.setup_token(f"{case or setup} {self._more_tokens[case or setup or '']}")

    def must_be_live(self) -> None:
        """Raises ``NotTested`` in a replay: for what a recording of exchanges cannot show."""
        if self.target.kind == "stubs":
            raise NotTested(NOT_OBSERVABLE)

    def bodies(self, resource: Resource) -> Bodies:
        return self.bodies_by_name[resource.name]

    def has_credential(self, name: str) -> bool:
        return name in self.target.credentials

    def given_id(self, name: str, which: str = "main") -> Any:
        """The configured id of a parent that nobody can create: ``main``, ``other`` or ``foreign``."""
        key = name if which == "main" else f"{which}_{name}"
        if key not in self.target.ids:
            raise NotTested(f"the target names no id `{key}`")
        return self.target.ids[key]

    def scope(self, resource: Resource, which: str = "main") -> dict[str, Any]:
        """Ancestor → id for requests to ``resource``. ``other``: the nearest parent is another one; ``none``: it does
        not exist;
        ``foreign``: the root belongs to another tenant."""
        scope: dict[str, Any] = {}
        for parent in resource.parents:
            above = self.contract.resources[parent.resource]
            if above.name in self.contract.given:
                scope[above.name] = self.absent_id(above) if which == "none" else self.given_id(above.name, which)
                continue
            instance = self.shared(
                above.name, {"main": "0", "foreign": "foreign"}.get(which, "0" if which == "none" else "1")
            )
            scope.update(instance.scope)
            scope[above.name] = self.absent_id(above) if which == "none" else instance.id
        return scope

    def absent_id(self, resource: Resource) -> Any:
        """An id of the right kind that names nothing."""
        if resource.id.type == "integer":
            return 2_000_000_000 + sum(map(ord, self.prefix)) * 1009
        if resource.id.type == "uuid":
            return "7d4f0a3c-6f0e-4b0e-9f57-3f5a0e9d1c42"
        schema = self.bodies(resource).id_schema
        # One before the first that ``unique_value`` gives out.
        before = zlib.crc32(self.prefix.encode()) - 1
        likely = (f"{self.prefix}-absent", f"{self.prefix}absent", nth(schema, before))
        return next((text for text in likely if text is not None and is_valid(schema, text)), likely[0])

    def shared(self, name: str, key: str) -> Instance:
        """The instance of ``name`` that all cases share; made when it is first needed. ``0`` and ``1`` in the usual
        scope, ``other`` under another parent, ``foreign`` by another tenant. Raises ``SetUpFailed`` each time where
        it could not be made."""
        from restproof.engine.subject import Subject

        if (name, key) not in self._shared:
            resource = self.contract.resources[name]
            which = _scope_of(key)
            if name in self.contract.given or not resource.creatable:
                self._shared[name, key] = self._found(resource, key)
                return self.shared(name, key)
            subject = Subject(
                self,
                resource,
                setup=f"{name}:{key}",
                token=self.setup_token(f"{name}:{key}"),
                credential="foreign" if which == "foreign" else "full",
            )
            try:
                self._shared[name, key] = subject.given(scope=self.scope(resource, which))
            except (SetUpFailed, NotTested) as failure:
                self._shared[name, key] = failure
        found = self._shared[name, key]
        if isinstance(found, SetUpFailed | NotTested):
            raise type(found)(str(found))
        return found

    def _found(self, resource: Resource, key: str) -> Instance | SetUpFailed:
        """What stands for an instance that nobody can create: one that the target names, else one of the list."""
        from restproof.engine.subject import Subject

        if resource.name in self.contract.given or not resource.supports("list"):
            named = {"0": "main", "1": "other", "target": "main"}.get(key, key)
            return Instance(self.given_id(resource.name, named), {})
        scope = self.scope(resource, _scope_of(key))
        setup = f"{resource.name}:{key}"
        subject = Subject(self, resource, setup=setup, token=self.setup_token(setup))
        try:
            entries = [e for e in subject.walk(scope=scope) if isinstance(e, dict) and resource.id.field in e]
        except SetUpFailed as failure:
            return failure
        at = 1 if key.rpartition(":")[2] == "1" else 0
        if len(entries) <= at:
            raise NotTested(f"the list of {resource.name} is too short, and nobody can create one")
        return Instance(entries[at][resource.id.field], scope, entries[at])

    def instance_of(self, subject: Subject, item: str, body: Any = None) -> Instance:
        """The instance of an item (see ``Subject.own``)."""
        if item not in self._own:
            for left_by, instance in self._own.values():
                left = self._aged.setdefault(left_by, [])
                if len(left) < _MOST_AGED and (left_by, instance.id) not in self._gone:
                    left.append((instance, self.clock.monotonic()))
            self._own.clear()
            self._states.clear()
            made = subject.given(body, tag="own")
            self._own[item] = subject.name, made
            if made.entity:
                self._states[subject.name, made.id] = item, dict(made.entity)
        return self._own[item][1]

    def forget(self, subject: Subject, id: Any) -> None:
        """The instance is deleted: nobody gets it as an aged one."""
        self._gone.add((subject.name, id))
        self._aged[subject.name] = [left for left in self._aged.get(subject.name, ()) if left[0].id != id]

    def forget_own(self, subject: Subject) -> None:
        """The item's own instance is no longer of use: whoever asks next gets another."""
        self._own.pop(subject.about[0] or "", None)

    def aged(self, subject: Subject, resolution: float) -> Instance:
        """An instance that nobody has changed for ``resolution`` seconds, so that a clock of that resolution tells then
        from now. One that an earlier item made for itself, where there is one; waits for what is left. Where there is
        none, some are made, which then share the wait."""
        left_over = self._aged.setdefault(subject.name, [])
        found = left_over.pop(0) if left_over else None
        kept = self.keeper.may(f"aged {subject.about[1]}", found and asdict(found[0]))
        if kept is None:
            some = [subject.given(subject.bodies.full(f"aged{n}")) for n in range(_AGED_AT_ONCE)]
            instance, made = some[0], self.clock.monotonic()
            left_over.extend((another, made) for another in some[1:])
        else:
            instance, made = Instance(**kept), found[1] if found else 0.0
        left = made + resolution + _CLOCK_MARGIN - self.clock.monotonic()
        if left > 0:
            self.clock.sleep(left)
        return instance

    def forget_state(self, subject: Subject, id: Any) -> None:
        """The instance was written to: what was seen of it before is no longer so."""
        self._states.pop((subject.name, id), None)

    def state(self, subject: Subject, id: Any, *, fresh: bool = False) -> dict[str, Any]:
        """The representation as it was last seen (``fresh``: as it is now)."""
        item, key = subject.about[0] or "", (subject.name, id)
        seen, state = self._states.get(key, ("", None))
        if fresh or state is None or seen != item:
            # What another item saw last is as good; a replay of this one alone has to know it.
            known = None if fresh else self.keeper.may(f"state {subject.name} {id} {item}", state)
            self._states[key] = item, known if known is not None else subject.observe(id) or {}
        return self._states[key][1]

    def seen(self, subject: Subject, id: Any, state: dict[str, Any]) -> dict[str, Any]:
        """``state`` is how the item has last seen the representation."""
        self._states[(subject.name, id)] = subject.about[0] or "", state
        return state

    def at_least(self, subject: Subject, count: int) -> None:
        """See to it that the run has made ``count`` instances in the usual scope, so that lists can be cut."""
        for number in range(count):
            self.shared(subject.name, f"n{number}")

    def whole_list(self, subject: Subject) -> list[Any]:
        """All entries of the subject's list, read once for an item: its cases change nothing."""
        item = subject.about[0] or ""
        last, asked, entries = self._listing
        asked = asked + 1 if last == item else 1
        again = True if asked > 1 and item not in self.listed else None
        # Whether something was made since is a matter of what ran before, which a replay of this item alone cannot see.
        if asked == 1 or entries is None or self.keeper.may(f"list {item} {asked}", again):
            entries = list(subject.walk())
        self._listing = item, asked, entries
        self.listed = {item: entries}
        return entries

    def forget_list(self) -> None:
        """Have the next ``whole_list`` read anew."""
        last, asked, _ = self._listing
        self._listing = last, asked, None

    def lookalikes(self, subject: Subject, name: str) -> list[Any]:
        """Values of ``name`` that instances of the run hold and that a careless comparison would mix up (a prefix,
        another case); made once. The ids of some instances where ``name`` is the id."""
        if name == subject.spec.id.field:
            return [subject.shared("0").id, subject.shared("1").id]
        key = (subject.name, name)
        if key not in self._lookalikes:
            from restproof.engine.subject import Subject

            made: list[Any] = []
            setup = f"{subject.name}:like {name}"
            subject = Subject(self, subject.spec, setup=setup, token=self.setup_token(setup))
            free = name in subject.bodies.writable and name not in subject.spec.references
            if free and subject.bodies.unique_value(name) == RUN:
                schema = subject.bodies.writable[name]
                # The last two stand in another order where text is compared by UTF-16 units.
                for tail in ("look", "look + like & co’s O'Clé", "Look", "\uff5e", "\U0001f3d7"):
                    if is_valid(schema, f"{'x' * TOKEN_LENGTH} {tail}"):
                        body = {**subject.bodies.minimal(f"l{len(made)}"), name: f"{RUN} {tail}"}
                        made.append(subject.given(body).sent[name])
            self._lookalikes[key] = made
            self.listed.clear()
        return self._lookalikes[key]

    def unique_value(self, name: str, field: str, token: str, tag: str) -> Any:
        """The value that a ``{unique:…}`` symbol stands for in the case with ``token``: the next that was not given
        out yet."""
        resource = self.contract.resources[name]
        key = (name, field, token, tag)
        if key not in self._unique:
            bodies = self.bodies(resource)
            schema = bodies.id_schema if field == resource.id.field else bodies.writable[field]

            def following() -> Any:
                number = self._given_out.get((name, field), zlib.crc32(self.prefix.encode()) + self.first_number)
                self._given_out[name, field] = number + 1
                return nth(schema, number)

            self._unique[key] = self.keeper.must(f"unique {name}.{field} {token} {tag}", following)
        return self._unique[key]

    def kind_of(self, scope: Mapping[str, Any]) -> str:
        """Whose scope it is: ``other`` or ``foreign`` where it names such a given parent, else ``main``."""
        ids = self.target.ids
        for name in self.contract.given:
            for which in ("other", "foreign"):
                id = ids.get(f"{which}_{name}")
                if name in scope and id is not None and scope[name] == id != ids.get(name):
                    return which
        return "main"

    def reference_id(self, name: str, key: str, which: str = "main") -> Any:
        """The id that a ``{ref:…}`` symbol stands for in a request to the scope ``which``: what can be named there is
        what lives there."""
        resource = self.contract.resources[name]
        if key == "none":
            return self.absent_id(resource)
        if key == "deleted":
            return self.deleted_id(name)
        if key == "foreign" and not self.has_credential("foreign"):
            raise Inconclusive("the target has no credential `foreign`")
        if (
            which != "main"
            and key != "other"
            and any(a in self.contract.given for a in self.contract.ancestors(resource))
        ):
            key = which if key == "0" else f"{which}:{key}"
        return self.shared(name, key).id

    def deleted_id(self, name: str) -> Any:
        """The id of an instance that was made and deleted."""
        from restproof.engine.subject import Subject

        gone, setup = self.shared(name, "deleted"), f"{name}:deleted"
        if (name, gone.id) not in self._gone:
            subject = Subject(self, self.contract.resources[name], setup=setup, token=self.setup_token(setup))
            if not subject.delete(gone.id, scope=gone.scope).ok:
                raise SetUpFailed(f"set-up: the delete of {an(name)} failed")
        return gone.id

    def lookup(self, name: str, id: Any) -> Mapping[str, Any] | None:
        """The representation of a shared instance, for fields that show a referent."""
        for (resource, _), instance in self._shared.items():
            if resource == name and isinstance(instance, Instance) and instance.id == id:
                return instance.entity or None
        return None

    def headers(self, scope: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """The contract's headers that this scope can fill in."""
        found = []
        for name, template in self.contract.headers.items():
            try:
                found.append((name, template.format_map(scope)))
            except KeyError:
                continue
        return tuple(found)

    def path(self, template: str, scope: Mapping[str, Any]) -> str:
        """``template`` with its placeholders filled in, below the base path."""
        filled = template.format_map({name: quote(str(id), safe="") for name, id in scope.items()})
        return f"{self.contract.base_path}{filled}"


def _scope_of(key: str) -> str:
    """The scope that the key of a shared instance names: ``other``, ``other:1`` …; ``main`` where it names none."""
    which = key.partition(":")[0]
    return which if which in ("other", "foreign") else "main"
