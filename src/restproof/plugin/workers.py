"""A run in several processes (pytest-xdist): the controller and its workers.

PYTEST_DONT_REWRITE: it asserts nothing of a test.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from restproof.engine.items import Item
from restproof.engine.turns import resting
from restproof.errors import RestproofError
from restproof.plugin.collection import register_beside
from restproof.plugin.current import end, run_of
from restproof.session.ending import heed
from restproof.session.handed import HANDED, Tally
from restproof.session.run import Run
from restproof.wire.stop import STOP

BY_RESOURCE = "restproof-by-resource"
"""The key under which a worker is told whether the items of a resource stay together."""
PIDS = pytest.StashKey[list[int]]()
"""Process ids of the workers, in their controller."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """The controller of pytest-xdist collects nothing, so it finds the suite by its directory."""
    beside = (register_beside(Path(argument.partition("::")[0]).resolve()) for argument in config.args)
    run: Run | None = None
    try:
        for register in (r for r in beside if r is not None):
            run = run_of(config, register)
            assert run is not None
            run.admit(register)
        if run is not None:
            run.start()
    except RestproofError as error:
        end(config, error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The items of a resource stay together on one worker: a list to which another worker writes cannot be judged.
    With those of the last resource go the items about the whole server: while one of them rests, others go on."""
    run = run_of(config)
    if run is None or not _is_by_resource(config):
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    last = list(run.contract.resources)[-1]

    class ByResource(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            label = nodeid.rpartition("[")[2].removesuffix("]")
            return label.rpartition("-")[0] or (last if label == "server" else label)

    return ByResource(config, log)


def _is_by_resource(config: pytest.Config) -> bool:
    return config.getoption("dist") in ("load", "loadgroup")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    run = run_of(node.config)
    if run is not None:
        node.workerinput[HANDED] = run.hand_over().plain()
        node.workerinput[BY_RESOURCE] = _is_by_resource(node.config)


def between(run: Run, config: pytest.Config, items: Sequence[Item]) -> Sequence[Item]:
    """Those of ``items``, the whole plan, between which this process begins tests early that rest: in a worker of
    pytest-xdist those about the whole server, where one worker has them all, in the order of the plan."""
    if run.worker is None:
        return items
    return resting(items) if config.workerinput[BY_RESOURCE] else []  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    run = run_of(node.config)
    if run is not None:
        node.config.stash.setdefault(PIDS, []).append(node.gateway._rinfo().pid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    run = run_of(node.config)
    tally = getattr(node, "workeroutput", {}).get(HANDED)
    if run is not None and tally is not None:
        run.tallies.append(Tally.read(tally))


def workers_end_first(run: Run, pids: list[int]) -> None:
    """In the controller of pytest-xdist: from now on a signal that ends the run goes to the workers, which tidy up and
    end the session by their own end. A second word ends it at once (see ``Heard``)."""

    def handler(number: int, _frame: FrameType | None) -> None:
        word = run.heard.word(number)
        if word == "same":
            return
        run.signal = run.signal or signal.Signals(number).name
        if word == "hurry":
            STOP.hurry()
        if word != "end" or not pids:
            raise KeyboardInterrupt
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    STOP.begin()
    heed(run, handler)
