"""An item of the plan as pytest sees it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.model import OPERATIONS
from restproof.engine.items import Item
from restproof.errors import StorageError
from restproof.hooks import HookFailed
from restproof.oracle.finding import Finding
from restproof.plugin.current import end, run_of
from restproof.session.run import Run
from restproof.untold import UNTOLD
from restproof.wire.failure import StaleStub
from restproof.wire.stop import STOP

_MARKS = pytest.StashKey[dict[str, pytest.Mark]]()
_NUMBERS = pytest.StashKey["count[int]"]()


class RuleFailed(Exception):
    """An item failed; the message is its findings, one a line."""


def mark_of(run: Run, config: pytest.Config, name: str) -> pytest.Mark:
    """A mark that the register or the contract brings (families, levels, operations, resources), which pytest is told
    of."""
    known = config.stash.setdefault(_MARKS, {})
    if name not in known:
        # All of them before the first is asked for: pytest looks through its whole list for each that it does not know.
        rules = run.register.values()
        names = {name, *OPERATIONS, *run.contract.resources, *(rule.family for rule in rules)}
        new = sorted({*names, *(rule.level for rule in rules)} - known.keys())
        for each in new:
            config.addinivalue_line("markers", f"{each}: of the register or the contract")
        known.update((each, getattr(pytest.mark, each).mark) for each in new)
    return known[name]


class RuleItem(pytest.Item):
    """One item of the plan as pytest sees it. ``number``: its place among those collected, whatever a plugin makes of
    their order; ``is_marked``: whether it bears marks."""

    def __init__(self, *, plan_item: Item, original: Any, is_marked: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_item = plan_item
        self.original = original
        numbers = self.config.stash.setdefault(_NUMBERS, count())
        self.number = next(numbers)
        if is_marked:
            self._mark()

    def _mark(self) -> None:
        run, plan_item, proof = run_of(self.config), self.plan_item, self.plan_item.proof
        assert run is not None
        for mark in (
            proof.family,
            run.register[proof.requirement].level,
            plan_item.operation,
            plan_item.label.partition("-")[0],
        ):
            if mark:
                found = mark_of(run, self.config, mark)
                self.own_markers.append(found)
                self.keywords[mark] = found
        self.extra_keyword_matches.add(proof.requirement)

    def runtest(self) -> None:
        with STOP.deferring():
            self._judge()

    def _judge(self) -> None:
        run = run_of(self.config)
        assert run is not None
        try:
            waived = run.waived(self.plan_item)
            if waived is not None:
                run.runner.waive(self.plan_item, waived)
                pytest.skip(UNTOLD.text(f"not applicable: {waived}"))
            outcome = run.runner.run(self.plan_item)
        except StorageError as error:
            end(self.config, error)
        except Exception as error:
            run.runner.failed(self.plan_item, error)
            raise
        if outcome.outcome in ("blocked", "not tested"):
            pytest.skip(UNTOLD.text(f"{outcome.outcome}: {outcome.reason}"))
        if outcome.findings and all(run.is_declared(self.plan_item, f) for f in outcome.findings):
            pytest.xfail(UNTOLD.text(f"declared deviation: {outcome.findings[0].message}"))
        if outcome.findings:
            raise RuleFailed(_message(run, self.plan_item, outcome.findings))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, RuleFailed | StaleStub | HookFailed):
            return UNTOLD.text(str(excinfo.value))
        shown = super().repr_failure(excinfo, style)
        hidden = UNTOLD.text(plain := str(shown))
        return shown if hidden == plain else hidden

    def reportinfo(self) -> tuple[Path, int, str]:
        code = self.original.__code__
        return self.path, code.co_firstlineno - 1, self.name


def _message(run: Run, item: Item, findings: list[Finding]) -> str:
    requirement = run.register[item.proof.requirement]
    lines = [f"{requirement.id} ({requirement.level}): {requirement.statement}"]
    lines += [f"  {f.message}" for f in findings[:20]]
    if len(findings) > 20:
        lines.append(f"  and {len(findings) - 20} more")
    return "\n".join(lines)
