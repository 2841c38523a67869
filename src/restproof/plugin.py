"""pytest glue: the suites' tests become items of the plan, and a session of them becomes a run file with its reports.

Active only where a collected module holds tests marked with ``requirement``; name it in a ``conftest.py``:
``pytest_plugins = ["restproof.plugin"]``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest

from restproof.engine.marks import Proof, proof_of
from restproof.errors import RestproofError
from restproof.record.jsontext import allow_long_integers
from restproof.session.options import DEFAULT_SEED, Options
from restproof.session.run import WORKER_INPUT, Run
from restproof.wire.failure import StaleStub

REGISTER = "requirements.yaml"
_STASH = pytest.StashKey[Run]()


class RuleFailed(Exception):
    """An item failed; the message is its findings, one a line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("restproof", "restproof: contract and conformance suites")
    add = group.addoption
    add("--contract", metavar="CONTRACT", help="contract directory, file or bundled name")
    add("--target", metavar="NAME|URL", help="target of restproof.toml, or a URL (default: the embedded sandbox)")
    add("--profile", choices=["smoke", "ci", "deep"], default="ci", help="how many cases (default: ci)")
    add("--seed", type=int, default=DEFAULT_SEED, help=f"seed of everything that is drawn (default: {DEFAULT_SEED})")
    add("--only", action="append", default=[], metavar="REQ", help="only this requirement, or family; may be repeated")
    add("--resource", action="append", default=[], metavar="NAME", help="only this resource; may be repeated")
    add("--case", metavar="ID", help="only the item (or the case ITEM#n) of this id")
    add("--plan", action="store_true", help="print what would be sent, and send nothing")
    add("--read-only", action="store_true", help="send no request that writes")
    add("--max-requests", type=int, metavar="N", help="stop testing after N requests")
    add("--max-wait", type=float, default=5.0, metavar="S", help="longest wait for a throttle, in seconds (default: 5)")
    add("--rate", type=float, metavar="N", help="at most N requests per second")
    add("--shard", metavar="K/N", help="only the K-th of N parts of the plan")
    add("--deviations", metavar="FILE", help="declared deviations")
    add("--fail-on", choices=["must", "should"], default="must", help="the mildest level whose failure fails the run")
    add("--out", metavar="DIR", help="where the run file and the reports go (default: reports/<time>)")
    add("--baseline", metavar="RUN", help="the run to compare with (default: the last one of this contract and target)")
    add(
        "--evidence",
        choices=["failures", "sample", "all"],
        default="sample",
        help="which exchanges the HTML report holds (default: sample)",
    )
    add("--stubs", metavar="FILE", help="no server: a recording answers (a run file, or the name of a shipped one)")
    add("--against", metavar="FILE", help="a recording: tell where the target behaves otherwise")
    add("--fault", action="append", default=[], metavar="NAME", help="a fault of the embedded sandbox; may be repeated")


def options_of(config: pytest.Config) -> Options:
    get = config.getoption
    return Options(
        contract=get("--contract"),
        target=get("--target"),
        profile=get("--profile"),
        seed=get("--seed"),
        only=tuple(get("--only")),
        resource=tuple(get("--resource")),
        case=get("--case"),
        plan=get("--plan"),
        read_only=get("--read-only"),
        max_requests=get("--max-requests"),
        max_wait=get("--max-wait"),
        rate=get("--rate"),
        shard=get("--shard"),
        deviations=get("--deviations"),
        fail_on=get("--fail-on"),
        evidence=get("--evidence"),
        out=get("--out"),
        baseline=get("--baseline"),
        stubs=get("--stubs"),
        against=get("--against"),
        faults=tuple(get("--fault")),
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    allow_long_integers()
    if config.getoption("--plan") or config.getoption("--stubs"):
        # There is nothing to share out among the workers of pytest-xdist.
        config.option.dist = "no"


# --------------------------------------------------------------------- collection


def run_of(config: pytest.Config, register: Path | None = None) -> Run | None:
    """The session's run: made when the first test of a suite is collected (or its directory is named)."""
    found = config.stash.get(_STASH, None)
    if found is None and register is not None:
        try:
            found = Run(config, options_of(config), register, config.stash.get(PROMISE, None))
        except RestproofError as error:
            end(config, error)
        config.stash[_STASH] = found
    return found


def end(config: pytest.Config, error: RestproofError) -> NoReturn:
    """End the session with the error's message and exit code, and no traceback."""
    config.stash[ENDED] = error
    pytest.exit(str(error), returncode=error.exit_code)


ENDED = pytest.StashKey[RestproofError]()
PROMISE: pytest.StashKey[Any] = pytest.StashKey()
"""What a caller that has read configuration and contract already hands over."""


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
    run = run_of(collector.config, register)
    assert run is not None
    if proof.requirement not in run.register:
        raise collector.CollectError(f"{name} names {proof.requirement!r}, which is no entry of {register}")
    run.tested.add(proof.requirement)
    return [
        RuleItem.from_parent(
            collector,
            name=f"{name}[{item.label}]",
            # As text, so that pytest reads it as it reads its own cache: --lf and --nf compare the parsed forms.
            nodeid=f"{collector.nodeid}::{name}[{item.label}]",
            plan_item=item,
            original=obj,
        )
        for item in items_of(proof, obj, run.contract, run.profile, run.bodies, run.recorded)  # type: ignore[arg-type]
    ]


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
                run.declare_mark(mark)
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
    for argument in config.args:
        register = register_beside(Path(argument.partition("::")[0]).resolve())
        if register is not None:
            run = run_of(config, register)
            assert run is not None
            try:
                run.start()
            except RestproofError as error:
                end(config, error)
            return


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
        node.workerinput[WORKER_INPUT] = run.hand_over()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    run = run_of(node.config)
    if run is not None:
        run.worker_pids.append(node.gateway._rinfo().pid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    run = run_of(node.config)
    tally = getattr(node, "workeroutput", {}).get(WORKER_INPUT)
    if run is not None and tally is not None:
        run.tallies.append(tally)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    run = run_of(session.config)
    items = [i for i in session.items if isinstance(i, RuleItem)]
    if run is None or session.config.option.collectonly:
        return (yield)
    if not items:
        with _workers_end_first(run):
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
        run.open(items)
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
        run.close()


def _terminated(run: Run) -> Any:
    def handler(_number: int, _frame: FrameType | None) -> None:
        if run.signal is None:
            run.signal = "SIGTERM"
            raise KeyboardInterrupt

    return handler


@contextmanager
def _workers_end_first(run: Run) -> Iterator[None]:
    """In the controller of pytest-xdist: a signal that ends the run goes to the workers, which tidy up and end the
    session by their own end. A second one ends it at once."""

    def handler(number: int, _frame: FrameType | None) -> None:
        first, run.signal = run.signal is None, run.signal or signal.Signals(number).name
        if not first or not run.worker_pids:
            raise KeyboardInterrupt
        for pid in run.worker_pids:
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
        session.config.workeroutput[WORKER_INPUT] = run.tally()  # type: ignore[attr-defined]
    yield
    if run is None or run.live is None:
        return
    try:
        run.finish(int(exitstatus))
    finally:
        run.live.close()
    fails = run.drifts or (run.verdict is not None and run.verdict.verdict == "not conforming")
    if fails and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = run_of(config)
    if run is not None and run.verdict is not None:
        from restproof.report.terminal import closing_lines

        terminalreporter.section("restproof")
        for line in closing_lines(run.verdict, run.directory / "index.html", run.comparison):
            terminalreporter.write_line(line)
