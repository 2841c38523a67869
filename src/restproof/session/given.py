"""What is given to a run before it is planned, by hooks of the user or because others share its target, as the run
keeps it for its replay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from restproof.contract.given import GivenValues, as_json, fields_to_give
from restproof.contract.model import Contract
from restproof.contract.shapes import types_of
from restproof.contract.values import VALUES
from restproof.contract.words import snake
from restproof.hooks import SAID, Field, Hooks
from restproof.record.model import GIVEN, RecordedOutcome
from restproof.record.recording import Recording
from restproof.semantics.checker import is_valid

_ALONE = re.compile(r"(is_|as_|set_as_|make_)?(default|primary|main|current)")
"""Booleans, in snake case, that are true of one at a time."""


def given_by(hooks: Hooks, contract: Contract) -> GivenValues:
    """What the hooks give to the fields of a contract. Raises ``HookFailed``."""
    found: dict[str, dict[str, list[Any]]] = {}
    for resource in contract if hooks.give_values else ():
        for name, schema in fields_to_give(resource):
            values = hooks.field_values(Field(resource.name, name, schema), partial(is_valid, schema))
            if values is not None:
                found.setdefault(resource.name, {})[name] = values
    return found


def with_flags_down(given: GivenValues, contract: Contract) -> GivenValues:
    """The values with those of the flags that one of a collection has alone (``is_default``): where others have theirs
    in the same one, who raises it takes it from them. What the contract lists values of, or has up always, stays."""
    found = {name: dict(fields) for name, fields in given.items()}
    for resource in contract:
        if any(contract.resources[name].creatable for name in contract.ancestors(resource)):
            continue  # it is alone below one of the run's
        for name, schema in fields_to_give(resource):
            is_flag = types_of(schema) - {"null"} == {"boolean"} and VALUES not in schema
            if is_flag and _ALONE.fullmatch(snake(name)) and is_valid(schema, False):
                found.setdefault(resource.name, {}).setdefault(name, [False])
    return found


def given_events(given: GivenValues) -> list[dict[str, Any]]:
    """It as events of the run file."""
    plain = as_json(given)
    return [{"event": "value", "name": GIVEN + resource, "value": fields} for resource, fields in plain.items()]


def given_in(recording: Recording) -> GivenValues:
    """What a recorded run was given; of the shards of a merged one, all of it."""
    found: dict[str, dict[str, list[Any] | None]] = {}
    for values in recording.values.values():
        for kept, fields in values.items():
            if kept.startswith(GIVEN):
                for name, given in fields.items():
                    own = found.setdefault(kept.removeprefix(GIVEN), {})
                    known = own.get(name) or []
                    own[name] = None if given is None else [*known, *(v for v in given if v not in known)]
    return found


def waived_in(outcomes: Iterable[RecordedOutcome]) -> Mapping[str, str]:
    """The items of which a hook said that their rule does not apply, with its reasons."""
    return {o.item: o.reason for o in outcomes if o.outcome == "not applicable" and o.reason.endswith(SAID)}
