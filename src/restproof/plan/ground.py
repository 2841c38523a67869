"""What a generator of inputs stands on."""

from __future__ import annotations

from dataclasses import dataclass

from restproof.contract.model import Contract, Resource
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile


@dataclass(frozen=True)
class Ground:
    """The ground that a generator of inputs stands on: one resource and operation of a contract, at a profile."""

    contract: Contract
    resource: Resource
    operation: str
    profile: Profile
    bodies: Bodies

    @property
    def is_first_with_operation(self) -> bool:
        """Whether the resource is the first of the contract with the operation. What reads every request before any
        resource is known (credentials, media types, the parser of JSON) is tried in every way there, and by a sample
        elsewhere."""
        return self.resource is next((r for r in self.contract if r.supports(self.operation)), None)
