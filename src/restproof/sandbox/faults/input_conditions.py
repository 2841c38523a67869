"""Faults of conditions over several members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.rules import Condition
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


def _without(seam: Seam, case: str) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        told = {r.because for r in call.resource.rules if isinstance(r, Condition) and r.case == case}
        return [r for r in inner(call, after, skip) if r.message not in told]

    seam.around("broken_rules", advice)


@fault("condition-unchecked", "input.business-rule", "a condition of a rule (when, then) is not looked at")
def condition_unchecked(seam: Seam) -> None:
    _without(seam, "rule")


@fault("alternatives-unchecked", "input.business-rule", "what a schema asks of the whole (oneOf, if) is not looked at")
def alternatives_unchecked(seam: Seam) -> None:
    _without(seam, "invalid")
