"""Faults of idempotency keys."""

from __future__ import annotations

from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.advice import deaf_at_once
from restproof.sandbox.faults.registry import Seam, fault


@fault("idempotency-key-ignored", "idempotency.key", "a repeated idempotency key creates again")
def idempotency_key_ignored(seam: Seam) -> None:
    async def advice(inner: Any, call: Call) -> None:
        await inner(call)
        name = (seam.steps.contract.idempotency_key or "").lower()
        call.headers = {n: v for n, v in call.headers.items() if n != name}

    seam.around("arrival", advice)


@fault("idempotency-key-race", "idempotency.key", "requests with one idempotency key at the same time each create")
def idempotency_key_race(seam: Seam) -> None:
    deaf_at_once(seam, seam.steps.contract.idempotency_key or "")
