"""How a case ends other than well."""

from __future__ import annotations

from restproof.engine.reply import Reply, refusal_of
from restproof.oracle.finding import Finding
from restproof.wire.message import Exchange

_THROTTLED = 429
_KEPT_OUT = (401, 403)
_TURNED_AWAY = (502, 503)
UNLISTED = "the list does not hold it, and the contract leaves open what a list leaves out by itself"


class CaseFailed(AssertionError):
    """The server broke the rule: carries the finding, and in ``taken`` the answer by which it took what it should have
    refused."""

    def __init__(self, finding: Finding, taken: Reply | None = None) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.taken = taken


class SetUpFailed(Exception):
    """What the case needs could not be made, so the rule itself was not tried. The item is blocked."""


class NotTested(Exception):
    """The rule cannot be tried in this run; the message is the reason that reports print."""


class Throttled(NotTested):
    """The server wants to be asked more slowly than the run can wait. What was asked for then may be had later."""


class Inconclusive(Exception):
    """This one case says nothing about the rule (another rule tells why); the item's other cases go on. ``taken``: as
    of ``CaseFailed``."""

    def __init__(self, reason: str, taken: Reply | None = None) -> None:
        super().__init__(reason)
        self.taken = taken if taken is not None and taken.ok else None


def check_sent_again(exchange: Exchange) -> None:
    """Raises ``Inconclusive`` where a write was turned away for the moment and not sent again, since what it has done,
    if anything, is not known: one that is, a regular 503 lets in."""
    if exchange.status in _TURNED_AWAY and exchange.request.writes and exchange.attempt == 1:
        raise Inconclusive(f"a {exchange.request.method} was answered {exchange.status}, and could not be sent again")


def check_let_in(reply: Reply) -> None:
    """Raises ``Throttled`` where the server wants to be asked more slowly than the run can wait (a 429 that speaks of
    the pace, and of no quota), and ``Inconclusive`` where it does not let in who asks and the contract, which says that
    it may, does not say as whom one is let in."""
    of_quota = bool(reply.resource.quotas) and reply.status in reply.resource.status("over_quota", reply.operation)
    if reply.status == _THROTTLED and not of_quota:
        raise Throttled("the server throttles (429) for longer than --max-wait: name a `rate` for the target")
    may_be_kept_out = reply.resource.operation(reply.operation).auth == "optional"
    if may_be_kept_out and reply.contract.auth.scheme == "none" and reply.status in _KEPT_OUT:
        why = "the contract says that it may be, and of no credential: say `auth` where there is one"
        raise Inconclusive(f"the {reply} was refused ({refusal_of(reply)}): {why}")
