"""The steps of the server, each under its name, and the seam at which a fault alters one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restproof.contract.model import Contract
from restproof.contract.routing import Router
from restproof.sandbox.answering import Answering
from restproof.sandbox.call import Credential
from restproof.sandbox.entering import Entering
from restproof.sandbox.jobs import Running, Working
from restproof.sandbox.limits import Limiter
from restproof.sandbox.listing import Listing
from restproof.sandbox.seeds import Seeder
from restproof.sandbox.store import Store
from restproof.sandbox.writing import Writing
from restproof.semantics.validate import Validation


class Steps(Entering, Writing, Listing, Answering, Working):
    """All steps of one server. Steps call each other through the instance, so a step that is altered is altered
    everywhere. ``serves_plain``, ``speaks_old_tls`` and ``fails_at_bytes`` are faults of the connection, which the
    server asks for."""

    def __init__(self, contract: Contract, store: Store, credentials: dict[str, Credential]) -> None:
        self.contract = contract
        self.store = store
        self.credentials = {c.secret: c for c in credentials.values()}
        self.router = Router(contract)
        self.limiter = Limiter()
        self.seeder = Seeder(contract, store)
        self.running: dict[str, Running] = {}
        self.validations = {resource.name: Validation(resource) for resource in contract}
        self.serves_plain = False
        self.speaks_old_tls = False
        self.fails_at_bytes = False

    def around(self, step: str, advice: Callable[..., Any]) -> None:
        """Replace a step: ``advice`` gets the step as it was, then the step's own arguments. Advice on one step
        stacks."""
        before = getattr(self, step)

        def altered(*arguments: Any, **options: Any) -> Any:
            return advice(before, *arguments, **options)

        setattr(self, step, altered)
