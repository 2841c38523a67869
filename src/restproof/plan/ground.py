"""What a generator of inputs stands on."""

from __future__ import annotations

from restproof.contract.model import Contract, Resource
from restproof.frozen import frozen
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile


@frozen
class Ground:
    """The ground that a generator of inputs stands on: one resource and operation of a contract, at a profile."""

    contract: Contract
    resource: Resource
    operation: str
    profile: Profile
    bodies: Bodies

    @property
    def speaks_for_all(self) -> bool:
        """Whether the resource is the first or the last of the contract with the operation. What reads every request
        before any resource is known (credentials, media types, the parser of JSON) is tried in every way on the first,
        and on the last to confirm that it is one place; elsewhere by a sample, unless the profile leaves nothing
        out."""
        return self.profile.whole or self.resource in self.contract.ends.get(self.operation, ())
