"""Faults of unique values that are compared by a normal form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import same
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("forms-told-apart", "conflict.duplicate", "unique values are compared as they are, not by their form")
def forms_told_apart(seam: Seam) -> None:
    steps = seam.steps

    def checked(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        held = [e.state for e in steps.store.under(call.resource.name, call.scope or ())]
        keys = [n for n in call.resource.unique if n[0] in call.resource.unique_by]
        apart = {n[0] for n in keys if not any(all(same(s.get(f), after.get(f)) for f in n) for s in held)}
        return [r for r in inner(call, after) if r.field not in apart]

    def stored(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Any:
        return steps.store.insert(call.resource, key, call.scope or (), tenant, state, unique=False)

    seam.around("duplicates", checked)
    seam.around("insert", stored)
