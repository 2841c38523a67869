"""What a ledger names and only a read has denied: that says that it is gone where the server is the one that made it.
Behind the same name another one may stand by now, which knows nothing of anything."""

from __future__ import annotations

from restproof.wire.cleanup import Work
from restproof.wire.faces import face
from restproof.wire.failure import NotSent
from restproof.wire.left import Left
from restproof.wire.preflight import cheap_read

_ELSEWHERE = "a read does not find it, and nothing was answered as this API answers: it may be on another server"


def keep_what_nothing_shows(work: Work) -> None:
    """Tells what has no list and was not found, where nothing shows that the server is what it was: no list and no
    answer of the run's own, nothing that was deleted, and no list of the contract that is asked for."""
    denied = {
        (str(entry.item), group.headers): group
        for group in work.groups.values()
        for entry in group.entries
        if not group.resource.supports("list")
        and (entry.item, group.headers) in work.deleted
        and not work.ledger.is_deleted(entry)
    }
    if not denied or work.count or any(group.seen is not None for group in work.groups.values()) or _is_known(work):
        return
    for (target, headers), group in denied.items():
        work.deleted.discard((target, headers))
        work.failed.append(Left(group.resource.name, target, _ELSEWHERE, headers=headers))


def _is_known(work: Work) -> bool:
    session = work.session
    if session.presence.is_known:
        return True
    request, about = cheap_read(session.target, work.contract)
    asks = work.contract.auth.scheme != "none" and "full" in session.target.credentials
    try:
        exchange = session.send(request, about, "full" if asks else None, beyond_ceiling=True)
    except NotSent:
        return False
    return about.resource is not None and exchange.is_success and not face(exchange.response)
