"""Switchable faults: each breaks one requirement, on any contract, and leaves the rest of the server as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from restproof.errors import ConfigurationError
from restproof.sandbox.call import Call
from restproof.sandbox.store import Entry

if TYPE_CHECKING:
    from restproof.sandbox.steps import Steps

Install = Callable[["Seam"], None]
OVERLAP = 0.03
"""Seconds for which a fault of races holds a request back, so that another arrives meanwhile."""


@dataclass(frozen=True)
class Fault:
    """A deliberate violation. ``requirement``: the id in the register of the rule that catches it."""

    name: str
    requirement: str
    summary: str
    install: Install = field(repr=False, compare=False)


class Seam:
    """What a fault may alter: the steps of the server, for all resources or for one."""

    def __init__(self, steps: Steps, resource: str | None) -> None:
        self.steps = steps
        self.resource = resource

    def around(self, step: str, advice: Callable[..., Any]) -> None:
        """Alter a step: ``advice(inner, *arguments)``. With a resource, requests and entries of others go through
        unaltered."""

        def restricted(inner: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
            if self.resource is not None and _resource_of(arguments) not in (None, self.resource):
                return inner(*arguments, **options)
            return advice(inner, *arguments, **options)

        self.steps.around(step, restricted)


def _resource_of(arguments: tuple[Any, ...]) -> str | None:
    for argument in arguments:
        if isinstance(argument, Call):
            return argument.target.name if argument.target else None
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


def catalogue() -> dict[str, Fault]:
    """All faults by name."""
    from restproof.sandbox import (
        faults_access,
        faults_bystander,
        faults_conflict,
        faults_delete,
        faults_input,
        faults_list,
        faults_page,
        faults_policy,
        faults_protocol,
        faults_state,
        faults_steps,
        faults_values,
    )

    modules = (
        *(faults_protocol, faults_access, faults_input, faults_conflict),
        *(faults_state, faults_bystander, faults_values, faults_steps),
        *(faults_delete, faults_list, faults_page, faults_policy),
    )
    return {name: fault for module in modules for name, fault in module.fault.faults.items()}


def switch_on(steps: Steps, names: Iterable[str]) -> None:
    """Install faults: ``name`` for all resources, ``name:resource`` for one. Raises ``ConfigurationError`` for an
    unknown name."""
    for text in names:
        name, _, resource = text.partition(":")
        known = catalogue()
        if name not in known:
            raise ConfigurationError(f"there is no fault '{name}'", hint="see restproof serve --list-faults")
        if resource and resource not in steps.contract.resources:
            there = ", ".join(steps.contract.resources)
            raise ConfigurationError(
                f"fault '{text}': the contract has no resource '{resource}'", hint=f"there is: {there}"
            )
        known[name].install(Seam(steps, resource or None))
