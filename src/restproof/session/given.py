"""What hooks of the user give to a run before it is planned, as the run keeps it for its replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from restproof.contract.given import GivenValues, fields_to_give
from restproof.contract.model import Contract
from restproof.hooks import SAID, Field, Hooks
from restproof.record.model import GIVEN, RecordedOutcome
from restproof.record.recording import Recording
from restproof.semantics.checker import is_valid


def given_by(hooks: Hooks, contract: Contract) -> GivenValues:
    """What the hooks give to the fields of a contract. Raises ``HookFailed``."""
    found: dict[str, dict[str, list[Any]]] = {}
    for resource in contract if hooks.give_values else ():
        for name, schema in fields_to_give(resource):
            values = hooks.field_values(Field(resource.name, name, schema), partial(is_valid, schema))
            if values is not None:
                found.setdefault(resource.name, {})[name] = values
    return found


def given_events(given: GivenValues) -> list[dict[str, Any]]:
    """It as events of the run file."""
    return [
        {"event": "value", "name": GIVEN + resource, "value": {n: list(v) for n, v in fields.items()}}
        for resource, fields in given.items()
    ]


def given_in(recording: Recording) -> GivenValues:
    """What a recorded run was given; of the shards of a merged one, all of it."""
    found: dict[str, dict[str, list[Any]]] = {}
    for values in recording.values.values():
        for kept, fields in values.items():
            if kept.startswith(GIVEN):
                for name, given in fields.items():
                    known = found.setdefault(kept.removeprefix(GIVEN), {}).setdefault(name, [])
                    known += [value for value in given if value not in known]
    return found


def waived_in(outcomes: Iterable[RecordedOutcome]) -> Mapping[str, str]:
    """The items of which a hook said that their rule does not apply, with its reasons."""
    return {o.item: o.reason for o in outcomes if o.outcome == "not applicable" and o.reason.endswith(SAID)}
