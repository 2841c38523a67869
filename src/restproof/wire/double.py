"""What stands twice: a race may leave two items under an id that clients choose, of which one delete removes one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from restproof.wire.cleanup import Work
from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.left import STILL, Left

_MOST = 3
"""How often an item is deleted once more."""


def delete_what_stands_twice(work: Work) -> None:
    """Deletes once more what a list still shows after its delete, where its id bears a token of the run: whatever has
    it is nobody else's, and no late answer makes it so."""
    for _ in range(_MOST):
        still = list(_shown_still(work))
        for left, group, _ in still:
            with suppress(NotSent):  # it stays, and is told
                work.deletes.send(group, "delete", group.request(work.contract, "delete", left.where))
        since = time.monotonic()
        for walked in {id(group): group for _, group, _ in still}.values():
            walked.walk(work.walks, work.marks, work.ledger, since=since)
        for left, group, named in still:
            if group.seen is not None and named not in group.seen:
                work.failed.remove(left)
                work.count += 1


def _shown_still(work: Work) -> Iterator[tuple[Left, Group, str]]:
    """What is told as deleted and there, its group, and its id."""
    for left in work.failed:
        group = work.told.get((left.where, left.headers))
        if left.why != STILL or group is None or (left.where, left.headers) not in work.in_vain:
            continue
        for named in group.seen or {}:
            if group.item(work.contract, named) == left.where and work.marks.are_in_any([named]):
                yield left, group, named
