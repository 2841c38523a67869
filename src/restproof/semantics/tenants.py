"""Who may reach what another one has made."""

from __future__ import annotations

from restproof.contract.model import Resource, Status


def is_shared(resource: Resource, operation: str) -> bool:
    """Whether the contract says that another tenant does this as its maker does. Where what is absent is answered with
    success too, a success says nothing of that."""
    allowed = resource.status("foreign", operation)
    succeeds = all(200 <= code < 300 for code in allowed.codes) and allowed.classes <= {2}
    return succeeds and not resource.status("absent", operation).may_succeed


def if_foreign(resource: Resource, operation: str) -> Status:
    """How an operation answers for what is another tenant's: a write that succeeds for what is not there may do so for
    what is hidden, too."""
    foreign, absent = (resource.status(case, operation) for case in ("foreign", "absent"))
    return foreign | absent if absent.may_succeed and operation in ("update", "replace", "delete") else foreign
