"""Rate limits: told on every answer, kept without effect, over when they say."""

from collections.abc import Iterator
from typing import Any

from restproof.suite import Contract, NotTested, Reply, Subject, every_exchange, must, requirement
from restproof.suite.operations import asks_for_credentials
from restproof.suite.setup import harmless_request, written
from restproof.suite.target import clock_of, longest_wait, must_have_credential
from restproof.suite.values import an
from restproof.suite.wire import Part, RateLimit, Request, http_date, retry_after

MOST = 120
PARTS: tuple[Part, ...] = ("limit", "remaining", "reset")
#: A reset of more seconds than this is a moment (Unix time) and no distance.
LONGEST_WINDOW = 100_000_000
#: Seconds by which the clock of Date and that of the reset may differ.
CLOCKS = 60
SOON = 0.3  #: Seconds after the moment that a 429 names, in which a window that lasts longer still shows.


def past_the_limit(subject: Subject) -> Reply:
    """Requests of the throttled credential until one is refused."""
    must_have_credential(subject, "throttled")
    (request, operation), names = harmless_request(subject), subject.contract.rate_limit
    window: str | None = None
    left: str | None = ""
    sent = 0
    for _ in range(MOST):
        reply = subject.send(request, operation, credential="throttled", expect_throttle=True)
        if not reply.ok:
            return reply
        if names is None:
            continue
        before, left = left, names.said(reply.header, "remaining")
        limit = names.said(reply.header, "limit") or ""
        must.hold(
            not before == left == "0" or limit in ("0", "1"),
            reply,
            f"a request was answered after {names.named('remaining')} said 0",
            kind="not-throttled",
            expected="429",
            actual=reply.status,
        )
        if not ends(reply):
            continue
        sent = sent + 1 if reset_of(reply) == window else 1
        window = reset_of(reply)
        must.hold(
            not limit.isdecimal() or sent <= int(limit),
            reply,
            f"{sent} requests of one window were answered, and {names.named('limit')} says {limit}",
            kind="not-throttled",
            expected="429",
            actual=reply.status,
        )
    raise NotTested(f"{MOST} requests did not reach the limit")


def reset_of(reply: Reply) -> str | None:
    """What the reset header says, where the contract declares one."""
    return names.said(reply.header, "reset") if (names := reply.contract.rate_limit) is not None else None


def ends(reply: Reply) -> bool:
    """Whether the reset header says when the window ends. A distance in seconds is the same in many windows."""
    said = reset_of(reply) or ""
    return said.isascii() and said.isdigit() and int(said) > LONGEST_WINDOW


def wait_of(reply: Reply, subject: Subject) -> float | None:
    """Seconds that the answer asks to wait; ``None`` where it does not say."""
    return retry_after(reply.exchange.response, subject.contract.rate_limit, clock_of(subject).time)


def make(subject: Subject) -> Subject | None:
    """A resource that can be created without any other one but what is given; one that can be deleted, if there is."""
    found = [r for r in subject.contract if r.supports("create") and r.supports("list") and r.unique]
    found = [r for r in found if all(p.resource in subject.contract.given for p in r.parents)]
    found.sort(key=lambda r: not r.supports("delete"))
    return subject.other(found[0].name) if found else None


def must_be_another_window(reply: Reply, throttled: Reply) -> None:
    """A request that succeeds after one that was refused by the limit came when the window was over."""
    if reply.ok and ends(reply):
        must.hold(
            reset_of(reply) != reset_of(throttled),
            reply,
            f"{an(reply.operation)} was answered in a window whose limit is reached",
            kind="not-throttled",
            expected="429",
            actual=reply.status,
        )


@requirement("limit.answers-429", when=asks_for_credentials, cost=20)
def test_past_the_limit_a_request_is_refused_without_effect(subject: Subject, contract: Contract) -> None:
    must_have_credential(subject, "throttled")
    other = make(subject)
    doomed = other.given(tag="doomed") if other is not None and other.spec.supports("delete") else None
    if other is not None and doomed is not None and other.spec.supports("read"):
        # That the credential sees it is shown now: a look past the limit would wait until the window is over.
        other.send(other.request("read", id=doomed.id), "read", credential="throttled", expect_throttle=True)
    reply = past_the_limit(subject)
    must.have_status(reply, "throttled", because="past the limit")
    if other is None:
        return
    if doomed is not None:
        request = other.request("delete", id=doomed.id)
        deleted = other.send(request, "delete", credential="throttled", expect_throttle=True, asked_id=doomed.id)
        must_be_another_window(deleted, reply)
    body = written(other, "create", other.bodies.keyed())
    refused = other.send(
        other.request("create", body=body), "create", credential="throttled", expect_throttle=True, sent=body
    )
    must_be_another_window(refused, reply)
    if refused.status in contract.status("throttled"):
        must.hold(
            not other.lists.holding(body),
            refused,
            "a create that was refused by the limit is in the list all the same",
            kind="stored",
            expected="nothing stored",
            actual="stored",
        )


@requirement(
    "limit.answers-429",
    on=("list", "read"),
    where=lambda way: way.rate is not None,
    when=asks_for_credentials,
    cost=30,
)
def test_past_the_limit_of_an_operation_it_is_refused(subject: Subject, operation: str) -> None:
    """Twice as many as there may be, and one, end in the third window, or one of the first two has had too many."""
    must_have_credential(subject, "throttled")
    rate, clock = subject.spec.operation(operation).rate, clock_of(subject)
    count = 2 * (rate.requests if rate else 0) + 1
    if rate is None or count > MOST:
        raise NotTested(f"{count} requests are more than are sent to reach a limit")
    request = subject.request(operation, id=subject.shared().id if operation == "read" else None)
    for _ in range(2):
        began, replies = clock.monotonic(), list(until_refused(subject, request, operation, count))
        last = replies[-1]
        if last.ok or len(replies) > rate.requests:
            break
        # What the credential has sent before counts for a limit of its own.
        wait = wait_of(last, subject)
        if wait is None or wait > longest_wait(subject):
            raise NotTested("the credential has a smaller limit of its own")
        clock.sleep(wait)
    if last.ok and clock.monotonic() - began > rate.seconds:
        raise NotTested(f"{count} requests took longer than the limit of {rate} lasts")
    must.have_status(last, "throttled", because=f"{len(replies)} requests within {rate.seconds} s, of {rate}")


def until_refused(subject: Subject, request: Request, operation: str, count: int) -> Iterator[Reply]:
    """The answers to one request that is sent so often, up to the first refusal."""
    for _ in range(count):
        reply = subject.send(request, operation, credential="throttled", expect_throttle=True)
        yield reply
        if not reply.ok:
            return


@requirement("limit.retry-after", when=asks_for_credentials, cost=20, late=True)
def test_a_429_says_when_and_then_the_request_works(subject: Subject, contract: Contract) -> Iterator[float | None]:
    """The request is sent again just when the answer says: later, a window that was told too short is over too. Where
    that was too late, or others may have used up what was free again, once more while nobody else sends."""
    clock, (request, operation) = clock_of(subject), harmless_request(subject)
    for is_quiet in (False, True):
        reply, when = past_the_limit(subject), clock.monotonic()
        wait = told_wait(reply, subject, contract)
        if when + wait + 0.05 - clock.monotonic() > longest_wait(subject):
            raise NotTested("the window is longer than the longest wait")
        yield when + wait + 0.05
        again = subject.send(request, operation, credential="throttled", expect_throttle=True)
        late = again.exchange.started - (reply.exchange.started + reply.exchange.elapsed + wait)
        if is_quiet or (late <= SOON and again.status not in contract.status("throttled")):
            due = "listed" if operation == "list" else "read"
            must.have_status(again, due, because=f"{wait:.0f} s after a 429 that asked for it")
            return
        yield None


def told_wait(reply: Reply, subject: Subject, contract: Contract) -> float:
    """Seconds that a 429 asks to wait."""
    must.have_status(reply, "throttled", because="past the limit")
    said = reply.header("Retry-After")
    if said is not None:
        exact = contract.rate_limit is not None and contract.rate_limit.retry_after == "seconds"
        form = "whole number of seconds" if exact else "whole number of seconds and no date"
        must.hold(
            (said.isascii() and said.isdigit()) or (not exact and http_date(said) is not None),
            reply,
            f"Retry-After is {said!r}, no {form}",
            kind="retry-after",
            expected="whole seconds" if exact else "whole seconds, or a date",
            actual=said,
        )
    wait = wait_of(reply, subject)
    must.hold(
        wait is not None,
        reply,
        "a 429 does not say when to come back",
        kind="no-retry-after",
        expected="Retry-After or the reset header",
        actual="neither",
    )
    return wait or 0.0


def numbers_of(reply: Reply, limits: RateLimit) -> dict[str, int]:
    """What the headers say: what they must say is there, and all of it is a whole number."""
    found: dict[str, int] = {}
    for part in PARTS:
        if (value := limits.said(reply.header, part)) is None:
            must.hold(
                not limits.must_carry(part, reply.status),
                reply,
                f"the header {limits.named(part)} is missing",
                kind="missing-header",
                expected=limits.named(part),
                actual="none",
                field=limits.named(part),
            )
            continue
        if value.isascii() and value.isdigit():
            found[part] = int(value)
            continue
        must.hold(
            False,
            reply,
            f"the header {limits.named(part)} is {value!r}, no whole number",
            kind="header",
            expected="a whole number",
            actual=value,
            field=limits.named(part),
        )
    return found


@requirement("limit.headers", when=lambda c, r: c.rate_limit is not None)
@every_exchange(reads="headers")
def test_rate_limit_headers_agree(reply: Reply, memory: dict[Any, int]) -> None:
    limits = reply.contract.rate_limit
    if reply.exchange.response is None or limits is None:
        return
    found, remaining, reset = numbers_of(reply, limits), limits.named("remaining"), limits.named("reset")
    must.hold(
        "limit" not in found or found["remaining"] <= found["limit"],
        reply,
        f"{remaining} is more than {limits.named('limit')}",
        kind="header",
        expected="remaining ≤ limit",
        actual="more",
        field=remaining,
    )
    if "reset" not in found:
        return
    if not ends(reply):
        must.hold(
            limits.reset_is == "any",
            reply,
            f"{reset} is {found['reset']}, no Unix time",
            kind="reset",
            expected="a moment to come",
            actual="a number of seconds",
            field=reset,
        )
        return
    now = http_date(reply.header("Date") or "") or found["reset"]
    over = found["reset"] <= now - CLOCKS
    must.hold(
        not over and (limits.reset_is == "any" or found["reset"] <= now + LONGEST_WINDOW),
        reply,
        f"{reset} names a moment {'before the answer' if over else 'years away'}",
        kind="reset",
        expected="a moment to come",
        actual="one that is over" if over else "one that is years away",
        field=reset,
    )
    if reply.exchange.credential is None:
        return
    key = (reply.exchange.credential, found["reset"])
    before = memory.get(key)
    memory[key] = found["remaining"]
    must.hold(
        before is None or found["remaining"] <= before,
        reply,
        f"{remaining} rose within a window",
        kind="header",
        expected="never rises in a window",
        actual="rose",
        field=remaining,
    )
