"""pytest glue: the suites' tests become items of the plan, and a session of them becomes a run file with its reports.

Active only where a collected module holds tests marked with ``requirement``; name it in a ``conftest.py``:
``pytest_plugins = ["restproof.plugin"]``.
"""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from restproof.bundle import REGISTER, bundled_suites, is_bundled
from restproof.engine.marks import Proof, proof_of
from restproof.errors import RestproofError, StorageError
from restproof.record.jsontext import allow_long_integers
from restproof.session.handed import HANDED, Handed, Tally
from restproof.session.options import OPTIONS, Option, Options
from restproof.session.promise import Promise, promised
from restproof.session.run import Run, Worker
from restproof.wire.failure import StaleStub

if TYPE_CHECKING:
    from restproof.engine.register import Requirement

_STASH = pytest.StashKey[Run]()
_BROKEN = pytest.StashKey[bool]()
"""Whether the run could not be made, which is told once."""
_PIDS = pytest.StashKey[list[int]]()
"""Process ids of the workers of pytest-xdist, in their controller."""


class RuleFailed(Exception):
    """An item failed; the message is its findings, one a line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("restproof", "restproof: contract and conformance suites")
    group.addoption("--restproof-suites", action="store_true", help="Collect the bundled suites beside what is named.")
    for option in OPTIONS:
        flag, dest, text = f"--restproof-{option.flag}", f"restproof_{option.name}", option.help
        if option.kind is bool:
            group.addoption(flag, dest=dest, action="store_true", help=text)
        elif option.repeated:
            group.addoption(flag, dest=dest, action="append", default=[], metavar=option.metavar, help=text)
        else:
            if option.default is not None:
                text = f"{text} Default: {option.default}."
            group.addoption(
                flag,
                dest=dest,
                type=partial(_value, option),
                default=option.default,
                metavar=option.metavar or "|".join(option.choices) or None,
                help=text,
            )


def _value(option: Option, text: str) -> Any:
    """What was said for an option that takes one value, as its type. Raises ``argparse.ArgumentTypeError``."""
    try:
        return option.read(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


class Caller:
    """Who runs pytest for a run, where somebody does: it hands over what it has read, and learns what ended the session
    early. Given to ``pytest.main`` among its plugins."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.error: RestproofError | None = None


def caller_of(config: pytest.Config) -> Caller | None:
    """The session's caller; ``None`` under plain pytest, and in a worker of pytest-xdist."""
    return next((p for p in config.pluginmanager.get_plugins() if isinstance(p, Caller)), None)


def worker_of(config: pytest.Config) -> Worker | None:
    """What the controller of pytest-xdist has handed over, where this process is one of its workers."""
    told = getattr(config, "workerinput", {})
    return Worker(told["workerid"], Handed.read(told[HANDED])) if HANDED in told else None


def options_of(config: pytest.Config) -> Options:
    """The options of a session: those of its caller, those that the controller hands to a worker, or those of the
    command line."""
    caller = caller_of(config)
    if caller is not None:
        return caller.promise.options
    worker = worker_of(config)
    if worker is not None:
        return worker.handed.options
    return Options.said({o.name: config.getoption(f"restproof_{o.name}") for o in OPTIONS})


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    allow_long_integers()
    bundled = str(bundled_suites())
    if config.getoption("restproof_suites") and bundled not in config.args:
        config.args.append(bundled)
    options = options_of(config)
    if options.plan or options.stubs:
        # There is nothing to share out among the workers of pytest-xdist.
        config.option.dist = "no"


# --------------------------------------------------------------------- collection


def run_of(config: pytest.Config, register: Path | None = None) -> Run | None:
    """The session's run: made when the first test of a suite is collected (or its directory is named). Raises
    ``RestproofError`` where it cannot be made."""
    found = config.stash.get(_STASH, None)
    if found is None and register is not None:
        caller = caller_of(config)
        promise = caller.promise if caller else promised(options_of(config), Path.cwd())
        filters = {name: text for name in ("keyword", "markexpr") if (text := config.getoption(name, ""))}
        found = Run.planned(promise, register, filters, worker_of(config))
        config.stash[_STASH] = found
    return found


def end(config: pytest.Config, error: RestproofError) -> NoReturn:
    """End the session with the error's message and exit code, and no traceback."""
    caller = caller_of(config)
    if caller is not None:
        caller.error = error
    pytest.exit(str(error), returncode=error.exit_code)


def register_beside(path: Path) -> Path | None:
    """The register of the suite that ``path`` belongs to."""
    for folder in (path, *path.parents)[:3]:
        if (folder / REGISTER).is_file():
            return folder / REGISTER
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[pytest.Item] | None:
    proof = proof_of(obj)
    if proof is None or not name.startswith("test"):
        return None
    from restproof.engine.items import items_of

    register = register_beside(collector.path.parent)
    if register is None:
        raise collector.CollectError(f"{name} proves a requirement, but there is no {REGISTER} beside {collector.path}")
    if collector.config.stash.get(_BROKEN, False):
        return []
    run, entries = _admitted(collector, register)
    if proof.requirement not in entries:
        from restproof.engine.loading import no_entry

        raise collector.CollectError(no_entry(name, proof, register, run.known))
    run.tested.add(proof.requirement)
    module = _module_id(collector, register)
    return [
        RuleItem.from_parent(
            collector,
            name=f"{name}[{item.label}]",
            # As text, so that pytest reads it as it reads its own cache: --lf and --nf compare the parsed forms.
            nodeid=f"{module}::{name}[{item.label}]",
            plan_item=item,
            original=obj,
        )
        for item in items_of(proof, obj, run.contract, run.profile, run.bodies, run.recorded)  # type: ignore[arg-type]
    ]


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
    """A bundled module beside somebody's tests: it has a name of its own, whatever theirs are and however pytest
    imports them."""

    def _getobj(self) -> ModuleType:
        from restproof.engine.loading import module_of

        try:
            return module_of(self.path)
        except RestproofError as error:
            raise self.CollectError(str(error)) from None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not parent.config.getoption("restproof_suites") or not is_bundled(module_path.parent):
        return None
    module: pytest.Module = BundledModule.from_parent(parent, path=module_path)
    return module


_MARKS = pytest.StashKey[set[str]]()


def declare_mark(config: pytest.Config, name: str) -> None:
    """Let pytest know a mark that the register or the contract brings (families, levels, operations, resources)."""
    known = config.stash.setdefault(_MARKS, set())
    if name not in known:
        known.add(name)
        config.addinivalue_line("markers", f"{name}: of the register or the contract")


class RuleItem(pytest.Item):
    """One item of the plan as pytest sees it."""

    def __init__(self, *, plan_item: Any, original: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_item = plan_item
        self.original = original
        proof: Proof = plan_item.proof
        run = run_of(self.config)
        assert run is not None
        for mark in (
            proof.requirement.partition(".")[0],
            run.register[proof.requirement].level,
            plan_item.operation,
            plan_item.label.partition("-")[0],
        ):
            if mark:
                declare_mark(self.config, mark)
                self.add_marker(mark)
        self.extra_keyword_matches.add(proof.requirement)

    def runtest(self) -> None:
        from restproof.engine.register import is_binding

        run = run_of(self.config)
        assert run is not None
        if not is_binding(run.register[self.plan_item.proof.requirement], run.contract):
            reason = "the contract does not declare this policy"
            run.runner.waive(self.plan_item, reason)
            pytest.skip(f"not applicable: {reason}")
        try:
            outcome = run.runner.run(self.plan_item)
        except StorageError as error:
            end(self.config, error)
        except Exception as error:
            run.runner.failed(self.plan_item, error)
            raise
        if outcome.outcome in ("blocked", "not tested"):
            pytest.skip(f"{outcome.outcome}: {outcome.reason}")
        if outcome.findings and all(run.is_declared(self.plan_item, f) for f in outcome.findings):
            pytest.xfail(f"declared deviation: {outcome.findings[0].message}")
        if outcome.findings:
            raise RuleFailed(_message(run, self.plan_item, outcome.findings))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, RuleFailed | StaleStub):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        code = self.original.__code__
        return self.path, code.co_firstlineno - 1, self.name


def _message(run: Run, item: Any, findings: list[Any]) -> str:
    requirement = run.register[item.proof.requirement]
    lines = [f"{requirement.id} ({requirement.level}): {requirement.statement}"]
    lines += [f"  {f.message}" for f in findings[:20]]
    if len(findings) > 20:
        lines.append(f"  and {len(findings) - 20} more")
    return "\n".join(lines)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    run = run_of(config)
    if run is None:
        return
    from restproof.engine.items import in_plan_order

    ours = [i for i in items if isinstance(i, RuleItem)]
    selected = {id(i.plan_item): i for i in ours if run.selected(i.plan_item)}
    planned = in_plan_order((i.plan_item for i in selected.values()), run.register)
    chosen = [selected[id(item)] for item in planned]
    if run.options.shard:
        part, whole = _shard(run.options.shard)
        chosen = chosen[part - 1 :: whole]
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


def _shard(text: str) -> tuple[int, int]:
    part, slash, whole = text.partition("/")
    if not (slash and part.isdecimal() and whole.isdecimal() and 1 <= int(part) <= int(whole)):
        raise pytest.UsageError(f"--shard {text}: write K/N with 1 ≤ K ≤ N")
    return int(part), int(whole)


# ----------------------------------------------------------------------- the run


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
    """The items of a resource stay together on one worker: a list to which another worker writes cannot be judged."""
    if run_of(config) is None or config.getoption("dist") not in ("load", "loadgroup"):
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByResource(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            label = nodeid.rpartition("[")[2].removesuffix("]")
            return label.rpartition("-")[0] or label

    return ByResource(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    run = run_of(node.config)
    if run is not None:
        node.workerinput[HANDED] = run.hand_over().plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    run = run_of(node.config)
    if run is not None:
        node.config.stash.setdefault(_PIDS, []).append(node.gateway._rinfo().pid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    run = run_of(node.config)
    tally = getattr(node, "workeroutput", {}).get(HANDED)
    if run is not None and tally is not None:
        run.tallies.append(Tally.read(tally))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    run = run_of(session.config)
    items = [i for i in session.items if isinstance(i, RuleItem)]
    if run is None or session.config.option.collectonly:
        return (yield)
    if not items:
        with _workers_end_first(run, session.config.stash.get(_PIDS, [])):
            return (yield)
    if run.options.plan:
        try:
            sys.stdout.writelines(f"{line}\n" for line in plan_lines(run, items))
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads it has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        session.items.clear()
        return (yield)
    try:
        run.start()
    except RestproofError as error:
        end(session.config, error)
    previous = signal.signal(signal.SIGTERM, _terminated(run))
    try:
        try:
            run.open([(i.plan_item, i.nodeid) for i in items])
        except StorageError as error:
            end(session.config, error)
        return (yield)
    except KeyboardInterrupt:
        run.signal = run.signal or "SIGINT"
        raise
    finally:
        if run.worker is None:
            signal.signal(signal.SIGTERM, previous)
        else:
            # The process ends with the session, and nothing may cut its tidying up short.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            run.close()
        except StorageError as error:
            end(session.config, error)


def _terminated(run: Run) -> Any:
    def handler(_number: int, _frame: FrameType | None) -> None:
        if run.signal is None:
            run.signal = "SIGTERM"
            raise KeyboardInterrupt

    return handler


@contextmanager
def _workers_end_first(run: Run, pids: list[int]) -> Iterator[None]:
    """In the controller of pytest-xdist: a signal that ends the run goes to the workers, which tidy up and end the
    session by their own end. A second one ends it at once."""

    def handler(number: int, _frame: FrameType | None) -> None:
        first, run.signal = run.signal is None, run.signal or signal.Signals(number).name
        if not first or not pids:
            raise KeyboardInterrupt
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def plan_lines(run: Run, items: list[Any]) -> list[str]:
    """The plan as text: the items in order with their cases and requests."""
    lines = [f"{'requests':>8}  {'cases':>5}  item"]
    lines += [f"{i.plan_item.cost:>8}  {i.plan_item.count:>5}  {i.plan_item.id}" for i in items]
    total = sum(i.plan_item.cost for i in items)
    return [*lines, f"{total:>8}  about, without shared set-up, in {len(items)} items"]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Iterator[None]:
    # The innermost wrapper: pytest-xdist's sends what a worker tells and the terminal's prints the summary after this.
    run = run_of(session.config)
    if run is not None and run.worker is not None:
        session.config.workeroutput[HANDED] = run.tally().plain()  # type: ignore[attr-defined]
    yield
    if run is None or run.place is None or run.worker is not None:
        return
    try:
        run.finish()
    except RestproofError as error:
        caller = caller_of(session.config)
        if caller is None:
            end(session.config, error)
        caller.error = caller.error or error
    fails = run.ended is not None and (run.ended.drifts or run.ended.verdict.verdict == "not conforming")
    if fails and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = run_of(config)
    if run is not None and run.ended is not None:
        from restproof.report.terminal import closing_lines

        terminalreporter.section("restproof")
        ended = run.ended
        for line in closing_lines(ended.verdict, ended.directory / "index.html", ended.comparison):
            terminalreporter.write_line(line)
