"""Instances that all cases share: made when one is first needed, and left unchanged by every case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.contract.parents import THE_ONE
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed, Throttled
from restproof.engine.instance import About, Instance, Maker, MakerOf, delete_in_set_up
from restproof.engine.keep import Keeper
from restproof.engine.listings import Listings
from restproof.engine.scopes import Scopes
from restproof.engine.values import Values
from restproof.oracle.finding import an
from restproof.plan.belonging import APART, OTHER
from restproof.plan.bodies import Bodies
from restproof.plan.symbols import RUN, valid_with_token
from restproof.semantics.normal import alike, kept
from restproof.semantics.ordering import apart_as_text

_ADOPTED = ("0", "target")
"""Those that need not be made where a case has left one that is much like them."""


class SharedInstances:
    """Shared instances by resource and key, and the scopes in which they live (a scope is made of the instances above,
    which have scopes of their own)."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        values: Values,
        bodies: Mapping[str, Bodies],
        maker: MakerOf,
        listings: Listings,
        keeper: Keeper,
        adopted: Callable[[Maker, Any, str], Instance | None],
    ) -> None:
        self.scopes = Scopes(contract, target, values, bodies, self.get, self._is_vacant)
        self._contract = contract
        self._target = target
        self._maker = maker
        self._listings = listings
        self._keeper = keeper
        self._adopted = adopted
        self._made: dict[tuple[str, str], Instance | SetUpFailed | NotTested] = {}
        self._making: set[tuple[str, str]] = set()
        self._lookalikes: dict[tuple[str, str], list[Any]] = {}
        self._turned: set[tuple[str, str]] = set()
        self._retired: dict[tuple[str, str], int] = {}
        self._given: dict[tuple[str, str], tuple[str, int | None]] = {}
        self._deleted: dict[str, Any] = {}
        """Resource → the id of an instance that was deleted in the usual scope."""
        self._asked: Counter[str] = Counter()

    def get(self, name: str, key: str) -> Instance:
        """The instance of the resource ``name``. ``0`` and ``1`` in the usual scope, and ``apart``, which lies in what
        another reference names; ``other`` under another parent, ``foreign`` by another tenant. Raises ``SetUpFailed``
        or ``NotTested``, each time, where it could not be made."""
        if (name, key) not in self._made:
            if (name, key) in self._making:
                raise NotTested(
                    f"{an(name)} can be made only where there is one: a create needs it, be it by way of others"
                )
            self._making.add((name, key))
            try:
                self._made[name, key] = self._get(self._contract.resources[name], key)
            finally:
                self._making.discard((name, key))
        found = self._made[name, key]
        if isinstance(found, SetUpFailed | NotTested):
            raise type(found)(str(found))
        return found

    def ids(self, name: str) -> list[Any]:
        """The ids of those of a resource that were made so far."""
        return [found.id for (of, _), found in self._made.items() if of == name and isinstance(found, Instance)]

    def current(self, name: str, key: str, case: str | None) -> Instance:
        """The instance as ``get`` gives it to the case, each time the same: another one since it was retired."""
        of, retired = self._given.get((name, key), (None, None))
        if case is None or of != case:
            retired = self._keeper.recall(f"retired {name}:{key} {case}", self._retired.get((name, key)))
        if case is not None:
            self._given[name, key] = case, retired
        return self.get(name, f"{key}~{retired}" if retired else key)

    def retire(self, name: str, id: Any) -> bool:
        """No later case gets the instance. Returns whether others of the run may build on it, as parents or referents
        do: everything that is shared but for what only refused requests are sent to."""
        made = [(k, found) for (n, k), found in self._made.items() if n == name]
        keys = [k for k, found in made if isinstance(found, Instance) and found.id == id]
        for key in keys:
            usual = key.partition("~")[0]
            self._retired[name, usual] = self._retired.get((name, usual), 0) + 1
            self._given.pop((name, usual), None)
        return any(key.partition("~")[0] != "target" for key in keys)

    def forget(self, name: str, id: Any) -> None:
        """The instance is deleted, to make room: who asks next gets another one of that key."""
        made = [(key, found) for key, found in self._made.items() if key[0] == name]
        for key in [key for key, found in made if isinstance(found, Instance) and found.id == id]:
            del self._made[key]
        self._lookalikes = {key: made for key, made in self._lookalikes.items() if key[0] != name}
        self._turned = {key for key in self._turned if key[0] != name}

    def _get(self, resource: Resource, key: str) -> Instance | SetUpFailed | NotTested:
        if resource.name in self._contract.given or not resource.creatable:
            return self._found(resource, key)
        which = _scope_of(key)
        maker = self._maker(resource, f"{resource.name}:{key}", "foreign" if which == "foreign" else "full")
        is_apart = key.partition("~")[0].rpartition(":")[2] == APART
        body = maker.bodies.lying(OTHER) if is_apart else None
        try:
            if key in _ADOPTED and (adopted := self._adopted(maker, maker.bodies.lying(), f"{resource.name}:{key}")):
                return adopted
            return maker.given(body, scope=self.scopes.of(resource, which))
        except Throttled:
            raise  # it may be made by who asks next
        except (SetUpFailed, NotTested) as failure:
            return failure

    def _found(self, resource: Resource, key: str) -> Instance | SetUpFailed:
        """What stands for an instance that nobody can create: one that the target names, as given for writing or as a
        parent, else one of the list, which nothing may change."""
        if resource.id.single:
            return Instance(THE_ONE, self.scopes.of(resource, _scope_of(key)))
        writable = self._target.ids.get(f"writable_{resource.name}")
        if writable is not None and key != "1":
            return Instance(writable, self.scopes.of(resource, _scope_of(key)))
        is_named = resource.name in self._contract.given and resource.name in self._target.ids
        if is_named or not resource.supports("list"):
            named = {"0": "main", "1": "other", "target": "main"}.get(key, key)
            which = "main" if named == "main" else _scope_of(named)
            return Instance(self.scopes.given_id(resource.name, named), self.scopes.of(resource, which))
        scope = self.scopes.of(resource, _scope_of(key))
        maker = self._maker(resource, f"{resource.name}:{key}")
        try:
            entries = [e for e in maker.lists.walk(scope=scope) if isinstance(e, dict) and resource.id.field in e]
        except SetUpFailed as failure:
            return failure
        at = 1 if key.rpartition(":")[2] == "1" else 0
        if len(entries) <= at:
            raise NotTested(f"the list of {resource.name} is too short, and nobody can create one")
        return Instance(entries[at][resource.id.field], scope, dict(entries[at]))

    def at_least(self, name: str, count: int) -> None:
        """See to it that the run has made ``count`` instances in the usual scope, so that lists can be cut."""
        for number in range(count):
            self.get(name, f"n{number}")

    def lookup(self, name: str, id: Any) -> Mapping[str, Any] | None:
        """The representation of a shared instance, for fields that show a referent."""
        for (resource, _), instance in self._made.items():
            if resource == name and isinstance(instance, Instance) and instance.id == id:
                return instance.entity or None
        return None

    def reference_id(
        self,
        name: str,
        key: str,
        which: str = "main",
        about: About = (None, None, None),
        scope: Mapping[str, Any] | None = None,
    ) -> Any:
        """The id that a ``{ref:…}`` symbol stands for in a request to the scope ``which``, or to ``scope``, which is
        sent for what ``about`` says: what can be named there is what lives there."""
        resource = self._contract.resources[name]
        if key == "none":
            return self.scopes.absent_id(resource)
        if key == "deleted":
            return self._deleted_id(resource, about)
        if key == "foreign" and "foreign" not in self._target.credentials:
            raise Inconclusive("the target has no credential `foreign`")
        given = self._contract.given
        if which != "main" and key != "other" and any(a in given for a in self._contract.ancestors(resource)):
            key = which if key == "0" else f"{which}:{key}"
        elif which == "main" and key != "other" and self._is_apart(resource, scope or {}):
            key = "other" if key == "0" else f"other:{key}"
        return self.get(name, key).id

    def _is_apart(self, resource: Resource, scope: Mapping[str, Any]) -> bool:
        """Whether what can be named in ``scope`` lives under another one of the parents that the run makes."""
        made = {p.resource for p in resource.parents} & scope.keys() - {*self._contract.given}
        usual = self.scopes.of(resource) if made else {}
        if all(scope[name] == usual[name] for name in made):
            return False
        if not all(isinstance(self._made.get((name, "1")), Instance) for name in made):
            return False  # it is below something that is neither, or not there
        other = self.scopes.of(resource, "other")
        return all(scope[name] == other[name] for name in made)

    def foreign_id(self, name: str, key: str) -> Any:
        """The id that a ``{ref:…}`` symbol stands for in what another tenant makes, where credentials alone tell
        tenants apart: its own one, or a usual one where it can make none, as of what all tenants share."""
        if key not in ("0", "1"):
            return self.reference_id(name, key)
        try:
            return self.get(name, "foreign" if key == "0" else f"foreign:{key}").id
        except (SetUpFailed, NotTested):
            return self.reference_id(name, key)

    def _is_vacant(self, resource: Resource, id: Any) -> bool:
        """Whether a read of what a parent of the run's would hold under ``id`` shows nothing."""
        maker = self._maker(resource, f"{resource.name}:vacant {id}")
        return resource.supports("read") and not maker.read(id).ok

    def deleted(self, name: str, id: Any) -> None:
        """An instance is deleted, which the run has made in the usual scope."""
        self._deleted.setdefault(name, id)

    def _deleted_id(self, resource: Resource, about: About) -> Any:
        """The id of an instance that was made and deleted: the first that a case has deleted, where one has."""
        name, (item, case, setup) = resource.name, about
        asked = f"deleted {name} {case or setup or item}"
        self._asked[asked] += 1
        known = self._keeper.recall(f"{asked} {self._asked[asked]}", self._deleted.get(name))
        if known is not None:
            return known
        instance = self.get(name, "deleted")
        if name not in self._deleted:
            delete_in_set_up(self._maker(resource, f"{name}:deleted"), instance)
            self._deleted[name] = instance.id
        return instance.id

    def lookalikes(self, subject: Maker, name: str) -> list[Any]:
        """Values of ``name`` that instances of the run hold and that a careless comparison would mix up (a prefix,
        another case); made once. The ids of some instances where ``name`` is the id."""
        if name == subject.spec.id.field:
            return [subject.shared("0").id, subject.shared("1").id]
        key = (subject.name, name)
        if key not in self._lookalikes:
            made: list[Any] = []
            tails: list[str] = []
            maker = self._maker(subject.spec, f"{subject.name}:like {name}")
            free = name in maker.bodies.writable and name not in maker.spec.references
            if free and maker.bodies.unique_value(name) == RUN:
                schema = maker.bodies.writable[name]
                # The last two stand in another order where text is compared by UTF-16 units.
                for tail in ("look", "look + like & co’s O'Clé", "Look", "\uff5e", "\U0001f3d7"):
                    if valid_with_token(schema, f"{RUN} {tail}") and not _is_taken(maker, name, tail, tails):
                        body = {**maker.bodies.minimal(f"l{len(made)}"), name: f"{RUN} {tail}"}
                        made.append(kept(subject.spec, maker.given(body).sent)[0][name])
                        tails.append(tail)
            self._lookalikes[key] = made
            if made:
                self._listings.clear()
        return self._lookalikes[key]

    def turn_round(self, subject: Maker, name: str) -> None:
        """Sees to it that instances of the run hold values of ``name`` whose order is another one where they are
        compared as texts (9 and 10, moments in two zones); made once."""
        if (subject.name, name) in self._turned:
            return
        maker = self._maker(subject.spec, f"{subject.name}:like {name}")
        bodies = maker.bodies
        free = name in bodies.writable and name not in {*maker.spec.references, *bodies.unique_fields}
        for n, value in enumerate(apart_as_text(maker.spec, bodies.writable[name]) if free else ()):
            fixed = {name: value}
            maker.given(bodies.adjusted_to_rules({**bodies.minimal(f"t{n}"), **fixed}, fixed=fixed))
            self._listings.clear()
        self._turned.add((subject.name, name))


def _is_taken(maker: Maker, name: str, text: str, others: Iterable[str]) -> bool:
    """Whether the field may be a unique one for which ``text`` is the same as one of ``others``."""
    if name not in maker.bodies.unique_fields:
        return "unique" in maker.spec.open and text.casefold() in {other.casefold() for other in others}
    return any(alike(maker.spec, name, text, other) is not False for other in others)


def _scope_of(key: str) -> str:
    """The scope that the key of a shared instance names: ``other``, ``other:1`` …; ``main`` where it names none."""
    which = key.partition(":")[0]
    return which if which in ("other", "foreign") else "main"
