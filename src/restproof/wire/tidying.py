"""Clean-up by the ledgers of a whole run: those of several workers at the same time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from restproof.contract.model import Contract
from restproof.wire.along import drop_what_is_gone, drop_what_went_along
from restproof.wire.aside import tell_what_was_put_aside
from restproof.wire.cleanup import Work
from restproof.wire.denied import keep_what_nothing_shows
from restproof.wire.double import delete_what_stands_twice
from restproof.wire.ledger import Ledger
from restproof.wire.left import changed, counted, lines
from restproof.wire.message import Headers
from restproof.wire.session import Session
from restproof.wire.walks import Walks

_STEPS = (
    Work.look,
    Work.delete,
    Work.delete_again,
    Work.look_at_unproven,
    Work.delete_unproven,
    keep_what_nothing_shows,
    Work.look_again,
    drop_what_is_gone,
    delete_what_stands_twice,
    tell_what_was_put_aside,
    drop_what_went_along,
)


def clean_up(ledger: Ledger, session: Session, contract: Contract, prefix: str) -> tuple[int, list[str]]:
    """As :func:`clean_up_all`, by one ledger."""
    return clean_up_all([ledger], session, contract, prefix)


def clean_up_all(ledgers: Sequence[Ledger], session: Session, contract: Contract, prefix: str) -> tuple[int, list[str]]:
    """Deletes what the ``ledgers`` of a run's workers hold and a look proves to be theirs, the last created first, so
    that children go before their parents; then looks through the lists again.

    There is one request in flight for each ledger, as there was for the worker that wrote it: workers share nothing
    that they have made. Nothing is deleted while another one looks through a list, whose pages shift with what goes; so
    one walk through it serves all of them.

    Returns how many resources were deleted, and what is left or could not be verified: what, where, why, and the
    requests that remove it, one line for each resource and reason, and one for each resource that has no delete. A
    ledger with nothing left to delete is removed from the disk.
    """
    walks = Walks(session)
    theirs = {item: name for ledger in ledgers for item, name in ledger.changed.items() if name is not None}
    for ledger in ledgers:
        ledger.changed |= theirs  # another worker's create may have written to it, too, and not have seen whose it was
    works = [Work(ledger, walks, contract, prefix) for ledger in ledgers]
    if len(works) == 1:
        for step in _STEPS:
            walks.begin_anew()
            step(works[0])
    elif works:
        _together(works, walks)
    for work in works:
        work.let_go()
    told = lines(left for work in works for left in (*work.failed, *work.doubtful, *changed(work.ledger)))
    unanswered = Counter[tuple[str, str]]()
    for work in works:
        unanswered += work.unanswered
    kept = set[tuple[str, str, Headers]]().union(*(work.undeletable for work in works))
    undeletable = Counter(resource for resource, _, _ in kept)
    for work in works:
        undeletable += work.nameless
    return sum(work.count for work in works), [*told, *counted(unanswered, undeletable)]


def _together(works: Sequence[Work], walks: Walks) -> None:
    with ThreadPoolExecutor(len(works)) as pool:
        try:
            for step in _STEPS:
                walks.begin_anew()
                going = [pool.submit(step, work) for work in works]
                for ended in as_completed(going):  # in whatever order, so that one that breaks off ends the others
                    ended.result()
                until = max(work.ledger.doubted for work in works)  # what one has seen of a database holds for all
                for ledger in (work.ledger for work in works if work.ledger.doubted < until):
                    ledger.restored(until)
        except BaseException:
            walks.session.ends = time.monotonic()  # the others come to an end with the request that they are at
            raise
