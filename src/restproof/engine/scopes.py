"""Scopes: the ids of a resource's ancestors, as its requests name them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Protocol

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.engine.chosen import TRIED
from restproof.engine.failure import NotTested, SetUpFailed
from restproof.engine.instance import Instance
from restproof.engine.values import Values
from restproof.plan.bodies import Bodies
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import capacity, nth

_SHAPED = frozenset({"allOf", "pattern", "format", "enum", "const"})
"""Keywords by which a schema says of texts what ids look like."""
_NEAR = 1_000_000
"""Ids may have come to numbers below it."""
_VERY_FEW = 100
"""Of so many, each may be given out in a run."""
_NO_UUID = "7d4f0a3c-6f0e-4b0e-9f57-3f5a0e9d1c42"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_HEX = re.compile(r"[0-9a-f]{16,64}|[0-9A-F]{16,64}")
"""What ids look like that are made of random bytes: by the half of 64 bits, MongoDB's, digests."""


def _far(prefix: str) -> int:
    """A number that ids have hardly come to yet, another one for most runs."""
    return 2_000_000_000 + sum(map(ord, prefix)) * 1009


def absent_number(schema: Mapping[str, Any], prefix: str) -> int:
    """A number that no id has come to yet, within the bounds of ids: what lies beyond them is no id, and may be refused
    as such. Raises ``NotTested`` where ids end early."""
    most = schema.get("maximum")
    numbers = (_far(prefix), *([int(most) - sum(map(ord, prefix))] if most is not None else []))
    found = next((n for n in numbers if n >= _NEAR and is_valid(schema, n)), None)
    if found is None:
        raise NotTested("the ids of the resource end early: of no number is it likely that it names nothing")
    return found


def another_number(living: str, prefix: str, longest: int | None = None) -> str:
    """The text of a number that is most likely no id: one above all of a sequence, or of as many digits as ``living``
    where these are too many for a sequence. ``longest``: digits that an id may have. Raises as :func:`absent_number`.
    """
    number = _far(prefix)
    tail = str(number)[1:]
    if longest is not None and longest <= len(tail):
        return str(absent_number({"maximum": 10**longest - 1}, prefix))
    return str(number) if len(living) <= len(str(number)) else living[: -len(tail)] + tail


def another_like(living: str, prefix: str, longest: int | None = None) -> str | None:
    """A text that is most likely no id, of the form that the id ``living`` has: a number, a UUID, hexadecimal digits.
    ``None`` where it has none of these. Raises as :func:`absent_number`."""
    if living.isdecimal():
        return another_number(living, prefix, longest)
    digits = hashlib.sha256(prefix.encode()).hexdigest()
    found = _NO_UUID if _UUID.fullmatch(living) else digits[: len(living)] if _HEX.fullmatch(living) else None
    return found.upper() if found is not None and living.isupper() else found


class Shared(Protocol):
    """Gives the shared instance of a resource, by the resource's name and the instance's key."""

    def __call__(self, name: str, key: str) -> Instance: ...


class Vacant(Protocol):
    """Whether a look shows nothing under an id."""

    def __call__(self, resource: Resource, id: Any) -> bool: ...


class Scopes:
    """Ancestor → id. Ids come from the target where nobody can create the parent, else from ``shared`` instances."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        values: Values,
        bodies: Mapping[str, Bodies],
        shared: Shared,
        is_vacant: Vacant,
    ) -> None:
        self._contract = contract
        self._ids = target.ids
        self._values = values
        self._bodies = bodies
        self._shared = shared
        self._is_vacant = is_vacant
        self._vacancies: dict[str, Any] = {}

    def given_id(self, name: str, which: str = "main") -> Any:
        """The configured id of a parent that nobody can create: ``main``, ``other`` or ``foreign``."""
        key = name if which == "main" else f"{which}_{name}"
        if key not in self._ids:
            raise NotTested(f"the target names no id `{key}`")
        return self._ids[key]

    def of(self, resource: Resource, which: str = "main") -> dict[str, Any]:
        """The scope of requests to ``resource``. ``other``: the nearest parent is another one; ``none``: it does not
        exist; ``foreign``: the root belongs to another tenant."""
        scope: dict[str, Any] = {}
        for parent in resource.parents:
            above = self._contract.resources[parent.resource]
            if above.name in self._contract.given:
                scope[above.name] = self.absent_id(above) if which == "none" else self.given_id(above.name, which)
                continue
            instance = self._shared(
                above.name, {"main": "0", "foreign": "foreign"}.get(which, "0" if which == "none" else "1")
            )
            scope.update(instance.scope)
            scope[above.name] = self.absent_id(above) if which == "none" else instance.id
        return scope

    def crossed(self, resource: Resource, name: str) -> dict[str, Any]:
        """The usual scope with another one for the ancestor ``name``: one that those below it do not belong to."""
        given = name in self._contract.given
        other = self.given_id(name, "other") if given else self._shared(name, "1").id
        return {**self.of(resource), name: other}

    def root_of(self, resource: Resource) -> str:
        """The name of the topmost ancestor; the resource's own where it has none."""
        above = self._contract.ancestors(resource)
        return above[0] if above else resource.name

    def has_other_root(self, resource: Resource) -> bool:
        """Whether the nearest parent is one that the configuration names twice (another one in reach of the
        credential)."""
        return bool(resource.parents) and resource.parents[-1].resource in self._contract.given

    def kind_of(self, scope: Mapping[str, Any]) -> str:
        """Whose scope it is: ``other`` or ``foreign`` where it names such a given parent, else ``main``."""
        for name in self._contract.given:
            for which in ("other", "foreign"):
                id = self._ids.get(f"{which}_{name}")
                if name in scope and id is not None and scope[name] == id != self._ids.get(name):
                    return which
        return "main"

    def absent_id(self, resource: Resource) -> Any:
        """An id of the right kind that names nothing."""
        prefix = self._values.prefix
        schema = self._bodies[resource.name].id_schema
        if resource.id.type == "integer":
            return absent_number(schema, prefix)
        if resource.id.type == "uuid":
            return _NO_UUID
        if self._bodies[resource.name].ids_are_few:
            return self._vacant(resource)
        # One before the first unique value that is given out.
        likely = (f"{prefix}-absent", f"{prefix}absent", nth(schema, self._values.start - 1))
        found = next((text for text in likely if text is not None and is_valid(schema, text)), likely[0])
        if resource.id.chosen_by == "client" or not resource.creatable or schema.keys() & _SHAPED:
            return found
        # Texts of numbers are numbers to many servers, and so are UUIDs and other bytes, of which no contract says
        # anything: what cannot be an id there is refused for that.
        try:
            living = str(self._shared(resource.name, "0").id)
        except (SetUpFailed, NotTested):
            return found
        return another_like(living, prefix, schema.get("maxLength")) or found

    def _vacant(self, resource: Resource) -> Any:
        """An id under which nothing is, of those that are given out last. Raises ``NotTested`` where there is none, or
        where they are so few that it may be given out."""
        if resource.name not in self._vacancies:
            schema, start = self._bodies[resource.name].id_schema, self._values.start
            likely = [nth(schema, start - 1 - n) for n in range(TRIED)] if capacity(schema) >= _VERY_FEW else []
            self._vacancies[resource.name] = next((id for id in likely if self._is_vacant(resource, id)), None)
        if (found := self._vacancies[resource.name]) is None:
            raise NotTested(f"the ids of {resource.name} are few: of none is it sure that it names nothing")
        return found
