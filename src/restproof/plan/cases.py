"""The cases of enumerated inputs, by what they hold. A case is plain JSON, since it is stored, shown and replayed, and
its members are the arguments of a test; so its type is that of an object with these members."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Body = dict[str, Any]
"""A request body without its envelope, or a part of one: member → JSON value, symbols among them."""


class BodyCase(TypedDict):
    """A ``body`` to send; ``field``: the one that is special, ``note``: what is special about it, in words."""

    field: str
    note: str
    body: Body


class ReferenceCase(BodyCase, total=False):
    """``status``: the contract's word for the answer, where it is not ``reference``. ``at``: the id in the path, where
    that is the reference which names nothing."""

    status: str
    at: str


class RefusedCase(BodyCase):
    """``status``: the contract's word for the answer; ``keyword``: that of the schema which the value breaks."""

    status: str
    keyword: NotRequired[str]


class UnknownCase(BodyCase):
    """A field that does not exist. ``beside``: what goes beside the envelope; ``path``: where the field stands, steps
    with dots between them."""

    beside: Body
    path: str


class ServerSetCase(BodyCase):
    """A field that the server sets: ``value`` goes into ``body``, or ``instead`` where the server sets just that."""

    value: Any
    instead: Any


class ValueCase(TypedDict):
    """A ``value`` of one field; ``keyword``: that of the schema which it breaks."""

    field: str
    note: str
    keyword: str
    value: Any


class RuleCase(BodyCase):
    """One step towards a rule. ``given``: what the resource is created with before an update, ``steps``: the updates
    that bring it to its state from there; ``refusal``: the case of its refusal where it is not ``rule``."""

    given: Body
    steps: NotRequired[list[Body]]
    refusal: NotRequired[str]


class QuotaCase(TypedDict):
    """What uses a quota up. ``quota``: its number; ``owner``: the parent that is made for the case, ``above``: with
    these members; ``fill``: creates that there is room for, ``beyond``: one that there is none for; ``far``: below
    another parent."""

    quota: int
    owner: str | None
    above: Body
    fill: list[Body]
    beyond: Body
    far: bool


class QuotaChange(TypedDict):
    """An update that leads to where a quota is used up: of what is made by ``other``, by ``change``."""

    quota: int
    owner: str | None
    above: Body
    fill: list[Body]
    other: Body
    change: Body


class PackedCase(TypedDict):
    """A body that tries many values; ``notes``: field → what its value is."""

    body: Body
    notes: dict[str, str]


class IdCase(TypedDict):
    """An id that names nothing; ``suffix``: it goes behind a real one."""

    id: str
    note: str
    suffix: bool


class ChangeCase(TypedDict):
    """The body of an update; ``fresh``: of a field that no create needs."""

    change: Body
    fresh: bool


class LookalikeCase(TypedDict):
    """Values that resemble a ``taken`` one and are others, by what makes them so."""

    field: str
    taken: str
    values: dict[str, str]


class FormCase(TypedDict):
    """A member of the unique key of this number that is compared by its normal form."""

    key: int
    field: str


CreateStep = TypedDict("CreateStep", {"do": Literal["create"], "as": int, "body": Body})
"""A create; later steps name what it makes by ``as``."""


class UpdateStep(TypedDict):
    """An update ``of`` what an earlier step has made."""

    do: Literal["update"]
    of: int
    body: Body


class ItemStep(TypedDict):
    """What is done ``of`` an earlier create; ``duplicate`` is a create that repeats its unique values."""

    do: Literal["read", "delete", "duplicate"]
    of: int


class ListStep(TypedDict):
    """A look at the whole list."""

    do: Literal["list"]


Step = CreateStep | UpdateStep | ItemStep | ListStep
"""A step of a lifecycle plan."""
