"""Faults of rate limits."""

from __future__ import annotations

import re
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.registry import Seam, fault


@fault("never-throttled", "limit.answers-429", "the limit is told and never held")
def never_throttled(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        call.refusals.clear()

    seam.around("throttle", advice)


@fault("writes-not-throttled", "limit.answers-429", "writes are answered past the limit")
def writes_not_throttled(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.method != "GET":
            call.refusals.clear()

    seam.around("throttle", advice)


@fault("operation-never-throttled", "limit.answers-429", "an operation may be asked for more often than is said of it")
def operation_never_throttled(seam: Seam) -> None:
    seam.around("within_rate", lambda inner, call: True)


@fault("throttled-takes-effect", "limit.answers-429", "a request over the limit gets 429, and is done")
def throttled_takes_effect(seam: Seam) -> None:
    pending: dict[int, Any] = {}

    def throttle(inner: Any, call: Call) -> None:
        inner(call)
        if call.refusals:
            pending[id(call)] = call.refusals.pop()

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        refusal = pending.pop(id(call), None)
        if refusal is not None:
            refused = seam.steps.answer_refusal(call, refusal)
            answer.status, answer.payload, answer.headers = refused.status, refused.payload, refused.headers
        inner(call, answer)

    seam.around("throttle", throttle)
    seam.around("finish", finish)


@fault("no-retry-after", "limit.retry-after", "429 does not say when to try again")
def no_retry_after(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {})

    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        names = seam.steps.contract.rate_limit
        if answer.refusal and answer.refusal.case == "throttled" and names and names.reset:
            answer.headers.pop(names.reset, None)

    seam.around("finish", advice)


@fault("retry-after-as-text", "limit.retry-after", "Retry-After is no number of seconds and no date")
def retry_after_as_text(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {"Retry-After": "soon"})


@fault("no-limit-headers", "limit.headers", "the declared rate-limit headers are missing")
def no_limit_headers(seam: Seam) -> None:
    seam.around("limit_headers", lambda inner, call: {})


@fault("remaining-rises", "limit.headers", "the remaining requests grow within a window")
def remaining_rises(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, int]:
        return {**inner(call), "remaining": seam.steps.limiter.window(call)[1].used}

    seam.around("limit_numbers", advice)


@fault("remaining-untold", "limit.headers", "the field of the rate limit does not say how many requests remain")
def remaining_untold(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, str]:
        return {name: re.sub(r";r=\d+", "", value) for name, value in inner(call).items()}

    seam.around("limit_headers", advice)


@fault("throttled-403", "limit.answers-429", "past the limit the answer is 403")
def throttled_403(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "throttled":
            answer.status = 403
        return answer

    seam.around("answer_refusal", advice)


@fault("retry-after-too-soon", "limit.retry-after", "Retry-After names a moment at which the window is not over")
def retry_after_too_soon(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {"Retry-After": "0"})


@fault("reset-in-seconds", "limit.headers", "the reset header holds the seconds until the window ends")
def reset_in_seconds(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, int]:
        numbers: dict[str, int] = inner(call)
        return {**numbers, "reset": max(0, numbers["reset"] - int(call.now))}

    seam.around("limit_numbers", advice)


@fault("reset-in-milliseconds", "limit.headers", "the reset header of a write holds milliseconds of Unix time")
def reset_in_milliseconds(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, int]:
        numbers: dict[str, int] = inner(call)
        return {**numbers, "reset": numbers["reset"] * (1000 if call.writes else 1)}

    seam.around("limit_numbers", advice)


@fault("reset-in-the-past", "limit.headers", "the reset header names a moment that is over")
def reset_in_the_past(seam: Seam) -> None:
    seam.around("limit_numbers", lambda inner, call: {**inner(call), "reset": 1_000_000_000})


@fault("no-limit-headers-on-refusals", "limit.headers", "the rate-limit headers are missing on refusals")
def no_limit_headers_on_refusals(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        names = seam.steps.contract.rate_limit
        if answer.status >= 400 and names:
            for name in names.fields:
                answer.headers.pop(name, None)

    seam.around("finish", advice)
