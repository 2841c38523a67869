"""What one worker's run shares: the session, and rooms for values, scopes, instances, states and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.engine.controls import Controls, Sender
from restproof.engine.creates import Creates, Unnamed
from restproof.engine.failure import NotTested
from restproof.engine.instance import Maker
from restproof.engine.jobs import Jobs
from restproof.engine.keep import Clock, Keeper, LiveClock, LiveKeeper
from restproof.engine.later import LaterLooks
from restproof.engine.listings import Listings
from restproof.engine.own import OwnInstances
from restproof.engine.reply import Reply
from restproof.engine.resting import Rests
from restproof.engine.room import Room
from restproof.engine.scopes import Scopes
from restproof.engine.settling import Settling
from restproof.engine.shared import SharedInstances
from restproof.engine.spares import Spares
from restproof.engine.spoilt import Spoilt
from restproof.engine.states import States
from restproof.engine.values import Values
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile
from restproof.semantics.checker import is_valid
from restproof.wire.message import CONTROL
from restproof.wire.session import Session

NOT_OBSERVABLE = "not observable from a recording"

Observer = Callable[[Reply, Mapping[int, str]], None]


class SubjectType(Protocol):
    """Makes the subject of a resource in a world: ``engine.subject.Subject``, which stands above this module."""

    def __call__(self, world: World, resource: Resource, *, token: str, setup: str, credential: str) -> Sender: ...


@dataclass
class World:
    """The live side of a run. One per worker process; nothing of it survives the run. ``subject``: what speaks to a
    resource for set-up."""

    contract: Contract
    target: Target
    session: Session
    prefix: str
    profile: Profile
    observe: Observer
    bodies_by_name: Mapping[str, Bodies]
    subject: SubjectType
    first_number: int = 0
    keeper: Keeper = field(default_factory=LiveKeeper)
    clock: Clock = field(default_factory=LiveClock)
    controls: Controls = field(default_factory=Controls)
    room: Room = field(default_factory=Room)
    values: Values = field(init=False)
    listings: Listings = field(init=False)
    states: States = field(init=False)
    creates: Creates = field(init=False)
    unnamed: Unnamed = field(init=False)
    spoilt: Spoilt = field(init=False)
    later: LaterLooks = field(init=False)
    rests: Rests[Any] = field(init=False)
    spares: Spares = field(init=False)
    own: OwnInstances = field(init=False)
    instances: SharedInstances = field(init=False)

    def __post_init__(self) -> None:
        self.values = Values(self.prefix, self.first_number, self.keeper, self.bodies_by_name)
        self.listings = Listings(self.keeper)
        self.states = States(self.keeper)
        self.creates = Creates(self.keeper)
        self.unnamed = Unnamed(self.keeper, self.session)
        self.spoilt = Spoilt(self.keeper, self.target)
        self.later = LaterLooks(self.clock)
        self.rests = Rests(self.clock)
        self.settling = Settling(self.clock, self.keeper)
        self.jobs = Jobs(self.contract, self.session, self.clock, self.settling)
        self.spares = Spares(self.keeper)
        self.own = OwnInstances(self.keeper, self.clock, self.states, self.spares)
        self.instances = SharedInstances(
            self.contract,
            self.target,
            self.values,
            self.bodies_by_name,
            self._maker,
            self.listings,
            self.keeper,
            self.own.adopted,
        )

    @property
    def scopes(self) -> Scopes:
        return self.instances.scopes

    def bodies(self, resource: Resource) -> Bodies:
        return self.bodies_by_name[resource.name]

    def has_credential(self, name: str) -> bool:
        return name in self.target.credentials

    def control(self, resource: Resource, operation: str) -> str:
        """Why a refusal of the operation says nothing, as ``Controls.refusal``, when its control has been sent."""
        if self.controls.is_due(resource, operation):
            seen = self.controls.was_seen(resource, operation) or None
            if self.keeper.recall(f"control {resource.name} {operation}", seen):
                self.controls.spare(resource, operation)
            else:
                self.controls.send(self._maker(resource, f"{resource.name}:{CONTROL} {operation}"), operation)
        return self.controls.refusal(resource, operation)

    def named_amiss(self, resource: Resource, sent: Any) -> str:
        """Why a body may be refused that names another resource as the server shows it: where such an id is none that
        the contract allows, neither is the body. Empty where it names none so."""
        settable = self.bodies(resource).settable
        for name, ref in resource.references.items():
            if not isinstance(sent, Mapping) or name not in sent or name not in settable:
                continue
            schema = settable[name].get("items", {}) if ref.many else settable[name]
            kinds = {type(id) for id in self.instances.ids(ref.to) if not is_valid(schema, id)}
            named = sent[name] if isinstance(sent[name], list) else [sent[name]]
            if any(type(id) in kinds and not is_valid(schema, id) for id in named):
                return f"{name} holds an id as the server shows it, which is none that the contract allows"
        return ""

    def deleted(self, subject: Maker, id: Any) -> None:
        """A plain delete has succeeded. That of an item's own instance is of one that was made in the usual scope."""
        if self.own.is_held(subject.about[0] or "", subject.name, id):
            self.instances.deleted(subject.name, id)

    def must_be_live(self) -> None:
        """Raises ``NotTested`` in a replay: for what a recording of exchanges cannot show."""
        if self.target.kind == "stubs":
            raise NotTested(NOT_OBSERVABLE)

    def _maker(self, resource: Resource, setup: str, credential: str = "full") -> Sender:
        token = self.values.setup_token(setup)
        return self.subject(self, resource, token=token, setup=setup, credential=credential)
