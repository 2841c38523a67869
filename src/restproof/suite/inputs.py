"""What is generated: enumerators of cases and strategies, for ``for_each`` and ``for_all``; and symbols in inputs.

An enumerator takes a ``Ground`` and yields cases, plain JSON objects whose members are the arguments of the test.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from restproof.plan.candidates import accepted, fullest
from restproof.plan.cases import Body, Step
from restproof.plan.changes import few_values, late_states, one_change, replacing_bodies
from restproof.plan.generated import generated_bodies
from restproof.plan.inputs import (
    accepted_bodies,
    bad_ids,
    fields_of,
    kept_rule_bodies,
    lenient_values,
    missing_field_bodies,
    moving_names,
    null_bodies,
    out_of_bounds_bodies,
    rule_bodies,
    server_set_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.plan.lifecycle import lifecycle_plans
from restproof.plan.lookalikes import in_other_forms, lookalikes, other_texts
from restproof.plan.named import reference_bodies
from restproof.plan.patches import merge_patches
from restproof.plan.quotas import moved_beyond, used_up
from restproof.plan.symbols import RUN, TOKEN_LENGTH, reference
from restproof.plan.unfit import unfit_ids

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "RUN",
    "TOKEN_LENGTH",
    "Body",
    "Case",
    "Cases",
    "SearchStrategy",
    "Step",
    "accepted",
    "accepted_bodies",
    "bad_ids",
    "few_values",
    "fields_of",
    "fullest",
    "generated_bodies",
    "in_other_forms",
    "kept_rule_bodies",
    "late_states",
    "lenient_values",
    "lifecycle_plans",
    "lookalikes",
    "merge_patches",
    "missing_field_bodies",
    "moved_beyond",
    "moving_names",
    "null_bodies",
    "one_change",
    "other_texts",
    "out_of_bounds_bodies",
    "reference",
    "reference_bodies",
    "replacing_bodies",
    "rule_bodies",
    "server_set_bodies",
    "unfit_ids",
    "unknown_field_bodies",
    "used_up",
    "wrong_type_bodies",
]


def __getattr__(name: str) -> Any:
    if name != "SearchStrategy":
        raise AttributeError(name)
    from hypothesis.strategies import SearchStrategy  # takes its time: only for who draws

    return SearchStrategy


Case = Mapping[str, Any]
"""One case: argument of the test → JSON value, symbols among them."""
Cases = Iterator[Case]
"""What an enumerator yields."""
