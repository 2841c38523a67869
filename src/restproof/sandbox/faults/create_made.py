"""Faults of what a create makes of what it is sent, or is not sent: defaults of the server's own, normal forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.state import State


@fault("copied-default-lost", "create.defaults", "a field that is left out does not get the value of the other field")
def copied_default_lost(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        copies = [n for n, made in call.resource.made_defaults.items() if made.made == "copy" and n not in fields]
        return {**state, **dict.fromkeys(copies)} if call.operation == "create" else state

    seam.around("next_state", advice)


@fault("form-kept-as-sent", "create.accepts-valid", "a value that has a normal form is stored as it was sent")
def form_kept_as_sent(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        places = {re.split(r"[.\[]", place)[0] for place in call.resource.normalized}
        return {**state, **{n: v for n, v in fields.items() if n in places and n in state}}

    seam.around("next_state", advice)
