"""Switchable faults: each breaks one requirement, on any contract, and leaves the rest of the server as it is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.sandbox.call import Call
from restproof.sandbox.faults.confined import confined
from restproof.sandbox.store import Entry

if TYPE_CHECKING:
    from restproof.sandbox.steps import Steps

Install = Callable[["Seam"], None]
OVERLAP = 0.03
"""Seconds for which a fault of races holds a request back, so that another arrives meanwhile."""


@frozen
class Fault:
    """A deliberate violation. ``requirement``: the id in the register of the rule that catches it."""

    name: str
    requirement: str
    summary: str
    install: Install = field(repr=False, compare=False)


class Seam:
    """What a fault may alter: the steps of the server, for all resources, for one, or for one field of it."""

    def __init__(self, steps: Steps, resource: str | None = None, field: str | None = None) -> None:
        self.steps = steps
        self.resource = resource
        self.field = field

    def around(self, step: str, advice: Callable[..., Any]) -> None:
        """Alter a step: ``advice(inner, *arguments)``. With a resource, requests and entries of others go through
        unaltered; with a field, so do its other fields. Raises ``ConfigurationError`` where the step knows no
        fields."""
        if self.field is not None:
            advice = confined(step, self.field, advice)

        def restricted(inner: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
            if self.resource is not None and self._resource_of(arguments) not in (None, self.resource):
                return inner(*arguments, **options)
            return advice(inner, *arguments, **options)

        self.steps.around(step, restricted)

    def _resource_of(self, arguments: tuple[Any, ...]) -> str | None:
        """The resource that a step is about; before the route is found, the one that the path names."""
        for argument in arguments:
            if isinstance(argument, Call):
                if argument.target is not None:
                    return argument.target.name
                route = self.steps.router.find(argument.path)
                return route.resource.name if route else None
            if isinstance(argument, Entry):
                return argument.resource
        return None


class Register:
    """Faults by name, in the order in which they are written down."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def __call__(self, name: str, requirement: str, summary: str) -> Callable[[Install], Install]:
        """Decorator: register what installs the fault."""

        def keep(install: Install) -> Install:
            if name in self.faults:
                raise ValueError(f"two faults are named {name}")
            self.faults[name] = Fault(name, requirement, summary, install)
            return install

        return keep


fault = Register()
"""The one registry: every module of this package writes its faults down in it."""


def catalogue() -> dict[str, Fault]:
    """All faults by name, family by family."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"{package}.{module.name}")
    return fault.faults


def switch_on(steps: Steps, names: Iterable[str]) -> None:
    """Install faults: ``name`` for all resources, ``name:resource`` for one, ``name:resource.field`` for one field of
    it. Raises ``ConfigurationError`` for an unknown name, and for a fault that no field can be singled out of."""
    known = catalogue()
    for text in names:
        name, _, place = text.partition(":")
        resource, _, field = place.partition(".")
        if name not in known:
            raise ConfigurationError(f"there is no fault '{name}'", hint="see restproof serve --list-faults")
        if resource and resource not in steps.contract.resources:
            there = ", ".join(steps.contract.resources)
            raise ConfigurationError(
                f"fault '{text}': the contract has no resource '{resource}'", hint=f"there is: {there}"
            )
        if field and field not in steps.contract.resources[resource].properties:
            there = ", ".join(steps.contract.resources[resource].properties)
            raise ConfigurationError(
                f"fault '{text}': the resource '{resource}' has no field '{field}'", hint=f"there is: {there}"
            )
        known[name].install(Seam(steps, resource or None, field or None))
