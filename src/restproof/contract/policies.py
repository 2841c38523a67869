"""Policies that say what a server does, and not only what is asked of it: the sandbox keeps them, and an OpenAPI
document shows them. Their names are those of the register's requirements."""

from __future__ import annotations

from restproof.contract.model import Contract

_LOCATION = "create.location"
_PROBLEM_DETAILS = "error.problem-json"


def sends_location(contract: Contract) -> bool:
    """Whether the answer to a create leads to the new resource (RFC 9110 §10.2.2)."""
    return _LOCATION in contract.policies


def sends_problem_details(contract: Contract) -> bool:
    """Whether refusals are problem details (RFC 9457)."""
    return _PROBLEM_DETAILS in contract.policies
