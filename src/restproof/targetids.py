"""The ids that a target gives: their names, their types, and those that are missing; and the variables of targets that
are URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from restproof.configfile import Section, Target
from restproof.contract.model import Contract, Resource
from restproof.errors import ConfigurationError

ID_PREFIXES = ("", "other_", "foreign_", "writable_")
"""What may stand before the name of a resource in a target's ids."""


def lacking(target: Target, contract: Contract, section: Section | None) -> Iterator[tuple[str, str]]:
    """Resources whose ids must be given and are not, each with the line that gives one."""
    for resource in contract.given:
        if resource not in target.ids:
            line = f"Write {resource} = ID under [targets.{target.name}.ids]."
            yield resource, line if section else f"Set {id_variable(resource)} in the environment."


def needed_ids(contract: Contract, resource: Resource) -> tuple[str, ...]:
    """The given resources whose ids requests to ``resource`` need: those above it, and itself where no list shows
    one."""
    own = () if resource.supports("list") else (resource.name,)
    return tuple(name for name in (*contract.ancestors(resource), *own) if name in contract.given)


def id_variable(name: str) -> str:
    """The environment variable that holds the id of a given parent, for a target that is a URL."""
    return "RESTPROOF_ID_" + re.sub("[^A-Za-z0-9]", "_", name).upper()


def credential_variable(name: str) -> str:
    """The environment variable that holds a credential of a target that is a URL."""
    return f"RESTPROOF_{name.upper()}"


def typed(name: str, value: int | str, contract: Contract, section: Section | None) -> int | str:
    """An id that the target gives, of the type that the contract says. Raises :class:`ConfigurationError`."""
    resource = contract.resources.get(resource_of(name, contract) or "")
    if resource is None or resource.id.type != "integer" or isinstance(value, int):
        return value if resource is None or resource.id.type == "integer" else str(value)
    if re.fullmatch("-?[0-9]+", value):
        return int(value)
    raise ConfigurationError(
        f"the id of {name} is {value!r}, and the contract says that it is an integer",
        place=section.place(f"ids.{name}") if section else None,
        hint=None if section else f"Correct {id_variable(name)} in the environment.",
    )


def resource_of(name: str, contract: Contract) -> str | None:
    """The resource that an entry of a target's ids is about; ``None`` where the contract has none such."""
    for prefix in ID_PREFIXES:
        if name.startswith(prefix) and name.removeprefix(prefix) in contract.resources:
            return name.removeprefix(prefix)
    return None
