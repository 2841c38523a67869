"""The suites as pytest collects them: tests become items of the plan, in its order.

PYTEST_DONT_REWRITE: it asserts nothing of a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from restproof.bundle import REGISTER, is_bundled
from restproof.contract.hints import closest
from restproof.engine.items import items_of, sampled
from restproof.engine.loading import module_of, no_entry
from restproof.engine.marks import proof_of
from restproof.engine.order import in_plan_order
from restproof.engine.register import Requirement
from restproof.errors import ConfigurationError, RestproofError
from restproof.plugin.current import caller_of, end, run_of
from restproof.plugin.item import RuleItem
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
    module = _module_id(collector, register)
    items = [
        RuleItem.from_parent(
            collector,
            name=f"{name}[{item.label}]",
            # As text, so that pytest reads it as it reads its own cache: --lf and --nf compare the parsed forms.
            nodeid=f"{module}::{name}[{item.label}]",
            plan_item=item,
            original=obj,
        )
        for item in items_of(
            proof,
            obj,  # type: ignore[arg-type]
            run.contract,
            run.profile,
            run.bodies,
            run.recorded,
            run.options.selects_resource,
        )
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

    _check_rules(config, run)
    # The plan must not depend on who has shuffled the items: shards are parts of one and the same.
    ours = sorted((i for i in items if isinstance(i, RuleItem)), key=lambda i: i.number)
    selected = [i for i in ours if run.selected(i.plan_item)]
    for item, plan_item in zip(selected, sampled([i.plan_item for i in selected], run.register), strict=True):
        item.plan_item = plan_item
    by_plan = {id(i.plan_item): i for i in selected}
    chosen = [by_plan[id(item)] for item in in_plan_order((i.plan_item for i in selected), run.register)]
    if run.options.shard:
        part, whole = _shard(config, run.options.shard)
        # What observes has to see every exchange, whichever part sends it; `merge` brings together what each has seen.
        sending = [i for i in chosen if not i.plan_item.proof.observes]
        chosen = [*sending[part - 1 :: whole], *(i for i in chosen if i.plan_item.proof.observes)]
    # Modules that were not collected at all are no deselection, and show in the rules that have no test here.
    untested = {r.id for r in run.register.values() if r.not_tested is None} - run.tested
    narrowed = run.narrowed or bool(untested) or any("::" in a for a in config.args)
    kept = set(chosen)
    dropped = [i for i in ours if i not in kept]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    run.narrowed = narrowed  # what restproof's own options leave out is told by their names
    items[:] = [*(i for i in items if not isinstance(i, RuleItem)), *chosen]


def _check_rules(config: pytest.Config, run: Run) -> None:
    """End the session where a rule or family that was asked for is none: what else was asked for would hide that."""
    for only in run.options.only:
        name = only.removesuffix(".*")
        if not any(f"{rule}.".startswith(f"{name}.") for rule in run.register):
            guess = closest(name, [*run.register, *{r.family for r in run.register.values()}])
            hint = f"did you mean '{guess}'?" if guess else "restproof rules lists them."
            hint = "give --only once for each of them" if "," in name else hint
            end(config, ConfigurationError(f"--only {only}: there is no such rule", hint=hint))


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Whoever leaves an item out (-k, -m, --lf, --deselect …), the run is not a whole one any more."""
    for item in items:
        run = run_of(item.config)
        if run is not None and isinstance(item, RuleItem):
            run.narrowed = True


def _shard(config: pytest.Config, text: str) -> tuple[int, int]:
    part, slash, whole = text.partition("/")
    if not (slash and part.isdecimal() and whole.isdecimal() and 1 <= int(part) <= int(whole)):
        end(config, ConfigurationError(f"--shard {text}: that is no part of a run", hint="Write K/N, with 1 ≤ K ≤ N."))
    return int(part), int(whole)
