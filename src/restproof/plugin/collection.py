"""The suites as pytest collects them: tests become items of the plan, in its order.

PYTEST_DONT_REWRITE: it asserts nothing of a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from restproof.bundle import REGISTER, is_bundled
from restproof.engine.loading import module_of, no_entry
from restproof.engine.marks import proof_of
from restproof.engine.register import Requirement
from restproof.errors import ConfigurationError, RestproofError
from restproof.plugin.current import caller_of, end, run_of
from restproof.plugin.item import RuleItem
from restproof.session.planning import items_for, planned
from restproof.session.run import Run

_BROKEN = pytest.StashKey[bool]()
"""Whether the run could not be made, which is told once."""
_NAMED = pytest.StashKey[dict[str, str]]()
"""The ids of the items that were collected, with those of pytest."""


def register_beside(path: Path) -> Path | None:
    """The register of the suite that ``path`` belongs to."""
    for folder in (path, *path.parents)[:3]:
        if (folder / REGISTER).is_file():
            return folder / REGISTER
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> Sequence[pytest.Item] | None:
    proof = proof_of(obj)
    if proof is None or not name.startswith("test"):
        return None

    register = register_beside(collector.path.parent)
    if register is None:
        raise collector.CollectError(f"{name} proves a requirement, but there is no {REGISTER} beside {collector.path}")
    if collector.config.stash.get(_BROKEN, False):
        return []
    run, entries = _admitted(collector, register)
    if proof.requirement not in entries:
        raise collector.CollectError(no_entry(name, proof, register, run.known))
    run.tested.add(proof.requirement)
    if not run.options.selects_rule(proof.requirement):
        return []
    module, caller = _module_id(collector, register), caller_of(collector.config)
    items = [
        RuleItem.from_parent(
            collector,
            name=f"{name}[{item.label}]",
            # As text, so that pytest reads it as it reads its own cache: --lf and --nf compare the parsed forms.
            nodeid=f"{module}::{name}[{item.label}]",
            plan_item=item,
            original=obj,
            is_marked=caller is None or caller.looks_at_marks,
        )
        for item in items_for(run, proof, obj)  # type: ignore[arg-type]
    ]
    named = collector.config.stash.setdefault(_NAMED, {})
    for item in items:
        if run.options.plan:
            item.plan_item.forget_inputs()
        other = named.setdefault(item.plan_item.id, item.nodeid)
        if other != item.nodeid:
            raise collector.CollectError(
                f"{item.nodeid} and {other} are both {item.plan_item.id}: a rule has one test for each resource and "
                "operation. Make them one, or let each be on operations of its own."
            )
    return items


def _admitted(collector: pytest.Module | pytest.Class, register: Path) -> tuple[Run, Mapping[str, Requirement]]:
    """The run, with the entries of a register taken into it."""
    try:
        run = run_of(collector.config, register)
        assert run is not None
        return run, run.admit(register)
    except RestproofError as error:
        collector.config.stash[_BROKEN] = True
        caller = caller_of(collector.config)
        if caller is not None:
            caller.error = error
        raise collector.CollectError(str(error)) from None


def _module_id(collector: pytest.Module | pytest.Class, register: Path) -> str:
    """What reports call a module (and class) of suites: as pytest does, but where it lies outside of pytest's root
    directory, by the name of its folder, and a bundled one as restproof's."""
    if collector.path.is_relative_to(collector.config.rootpath):
        return collector.nodeid
    _, separator, below = collector.nodeid.partition("::")
    folder = "restproof" if is_bundled(register.parent) else register.parent.name
    return f"{folder}/{collector.path.name}{separator}{below}"


class BundledModule(pytest.Module):
    """A bundled module: it has a name of its own, whatever somebody's tests are called and however pytest imports
    them, and its asserts are not rewritten: it has none."""

    def _getobj(self) -> ModuleType:

        try:
            return module_of(self.path)
        except RestproofError as error:
            raise self.CollectError(str(error)) from None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not is_bundled(module_path.parent):
        return None
    module: pytest.Module = BundledModule.from_parent(parent, path=module_path)
    return module


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    run = run_of(config)
    if run is None:
        return

    # The plan must not depend on who has shuffled the items: shards are parts of one and the same.
    ours = sorted((i for i in items if isinstance(i, RuleItem)), key=lambda i: i.number)
    try:
        found = planned(run, [i.plan_item for i in ours])
    except ConfigurationError as error:
        end(config, error)
    chosen = [ours[at] for at, _ in found]
    for item, (_, plan_item) in zip(chosen, found, strict=True):
        item.plan_item = plan_item
    # Modules that were not collected at all are no deselection, and show in the rules that have no test here.
    untested = {r.id for r in run.register.values() if r.not_tested is None} - run.tested
    narrowed = run.narrowed or bool(untested) or any("::" in a for a in config.args)
    kept = set(chosen)
    dropped = [i for i in ours if i not in kept]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    run.narrowed = narrowed  # what restproof's own options leave out is told by their names
    items[:] = [*(i for i in items if not isinstance(i, RuleItem)), *chosen]


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Whoever leaves an item out (-k, -m, --lf, --deselect …), the run is not a whole one any more."""
    for item in items:
        run = run_of(item.config)
        if run is not None and isinstance(item, RuleItem):
            run.narrowed = True
