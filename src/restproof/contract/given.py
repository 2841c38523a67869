"""Values of fields that somebody gives for one run, beside those that the contract lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from restproof.contract.directions import REQUESTS
from restproof.contract.model import Contract, Resource
from restproof.contract.normal import placed
from restproof.contract.values import VALUES

GivenValues = Mapping[str, Mapping[str, Sequence[Any]]]
"""By resource and field."""


def fields_to_give(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The fields of requests whose values are free, each with its schema: no id, and nothing that names another
    resource."""
    shapes = resource.shapes
    for name, schema in {
        **shapes.replace["properties"],
        **shapes.update["properties"],
        **shapes.create["properties"],
    }.items():
        if name != resource.id.field and name not in resource.references:
            yield name, schema


def with_given(contract: Contract, given: GivenValues) -> Contract:
    """The contract under which only these values are sent, where there are some."""
    if not any(given.values()):
        return contract
    found = {name: _with(resource, given.get(name, {})) for name, resource in contract.resources.items()}
    return replace(contract, resources=found)


def _with(resource: Resource, given: Mapping[str, Sequence[Any]]) -> Resource:
    schema, directions = resource.schema, dict(resource.directions)
    for name, values in given.items():
        schema = placed(schema, name, values, VALUES)
        directions |= {side: placed(directions[side], name, values, VALUES) for side in REQUESTS if side in directions}
    return replace(resource, schema=schema, directions=directions)
