"""Values of fields that somebody gives for one run, beside those that the contract lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from restproof.contract.directions import REQUESTS
from restproof.contract.model import Contract, Resource
from restproof.contract.normal import placed
from restproof.contract.values import AS_A_WORD, VALUES

GivenValues = Mapping[str, Mapping[str, Sequence[Any] | None]]
"""By resource and field: the values that are sent, none where no valid request holds the field; ``None``: any, and
plain texts are a word in small letters."""


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


def as_json(given: GivenValues) -> dict[str, dict[str, list[Any] | None]]:
    """The values as JSON has them."""
    return {r: {n: None if v is None else list(v) for n, v in fields.items()} for r, fields in given.items()}


def with_given(contract: Contract, given: GivenValues) -> Contract:
    """The contract under which only these values are sent, where there are some."""
    if not any(given.values()):
        return contract
    found = {name: _with(resource, given.get(name, {})) for name, resource in contract.resources.items()}
    return replace(contract, resources=found)


def _with(resource: Resource, given: Mapping[str, Sequence[Any] | None]) -> Resource:
    schema, directions = resource.schema, dict(resource.directions)
    for name, values in given.items():
        said, word = ([True], AS_A_WORD) if values is None else (values, VALUES)
        schema = placed(schema, name, said, word)
        directions |= {side: placed(directions[side], name, said, word) for side in REQUESTS if side in directions}
    return replace(resource, schema=schema, directions=directions)
