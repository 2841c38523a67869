"""The order in which one process runs the items: a first look at each rule on each resource, then the rest.

PYTEST_DONT_REWRITE: it asserts nothing of a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from restproof.engine.items import first_looks
from restproof.plugin.current import run_of
from restproof.plugin.item import RuleItem
from restproof.session.run import Run


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Takes pytest's place where this process runs a whole plan."""
    run = run_of(session.config)
    if run is None or run.part is None or run.worker is not None or session.testsfailed:
        return None
    others = [i for i in session.items if not isinstance(i, RuleItem)]
    for item, following in zip(others, [*others[1:], None], strict=False):
        _run(session, item, following)
    for due in in_turn([i for i in session.items if isinstance(i, RuleItem)], run):
        _run(session, due, None)  # which one is next is not known before this one has ended
    return True


def _run(session: pytest.Session, item: pytest.Item, following: pytest.Item | None) -> None:
    session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


def in_turn(items: Sequence[RuleItem], run: Run) -> Iterator[RuleItem]:
    """The items of a plan, each when it is due. Before the next one is due, the first cases of others are run."""
    by_plan = {id(i.plan_item): i for i in items}
    ended: set[RuleItem] = set()
    for plan_item in first_looks((i.plan_item for i in items), run.register):
        item = by_plan[id(plan_item)]
        if plan_item.count == 1 or item.look():
            ended.add(item)
            yield item
    yield from (i for i in items if i not in ended)
