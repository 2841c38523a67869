"""What contracts know of single rules, by their ids in the register: policies that say what a server does (the sandbox
keeps them, and an OpenAPI document shows them), and rules that an imported contract restates."""

from __future__ import annotations

from restproof.contract.model import Contract

LOCATION = "create.location"
_PROBLEM_DETAILS = "error.problem-json"
_ORDER = "refusal.order"
OF_FRAMEWORKS = (
    *("protocol.405-allow", "update.race", "auth.challenge"),
    # What JSON itself has not (NaN, half of a surrogate pair, nesting without end) breaks most parsers and encoders.
    *("robust.hostile-body", "robust.hostile-text"),
    # Handlers of errors are written apart from what a generator says of them.
    "shape.error",
    # A document need not have every method that its service has.
    "protocol.unsupported-verb",
    # Beside the paths of a document there may be others, and a front end that answers whatever no route does.
    "identity.unknown-path",
)
"""Rules that widespread frameworks break in every service, and of which no document speaks: where a contract is
imported, they are told, and are no verdict."""


def promises_order(contract: Contract) -> bool:
    """Whether a server tells the first of the refusals that apply to a request, by the contract's ``order``."""
    return _ORDER in contract.policies


def sends_location(contract: Contract) -> bool:
    """Whether the answer to a create leads to the new resource (RFC 9110 §10.2.2)."""
    return LOCATION in contract.policies


def sends_problem_details(contract: Contract) -> bool:
    """Whether refusals are problem details (RFC 9457)."""
    return _PROBLEM_DETAILS in contract.policies
