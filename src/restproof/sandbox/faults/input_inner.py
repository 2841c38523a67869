"""Faults of references inside of a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("inner-references-unchecked", "input.reference", "an id inside of an object or an array may name nothing")
def inner_references_unchecked(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        return [r for r in inner(call, fields, skip) if r.field in call.resource.references]

    seam.around("dangling_references", advice)


@fault(
    "mixed-referents-accepted", "input.reference", "what a reference names need not lie in what the one beside it does"
)
def mixed_referents_accepted(seam: Seam) -> None:
    seam.around("strays", lambda inner, call, fields, above: [])
