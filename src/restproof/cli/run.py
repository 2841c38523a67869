"""``restproof run``: the suites against a target, with progress, a verdict and reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from tempfile import gettempdir
from typing import Any

import click

from restproof.errors import ConfigurationError, RestproofError
from restproof.session.options import DEFAULT_SEED, Options

INTERRUPTED = {"SIGINT": 130, "SIGTERM": 143}
_TAIL = "restproof.pytest"
_OURS: tuple[str, ...] = (
    "--contract",
    "--target",
    "--profile",
    "--seed",
    "--only",
    "--resource",
    "--case",
    "--plan",
    "--read-only",
    "--max-requests",
)
_OURS += (
    "--max-wait",
    "--rate",
    "--shard",
    "--deviations",
    "--fail-on",
    "--out",
    "--baseline",
    "--evidence",
    "--stubs",
    "--against",
    "--fault",
    "--workers",
    "-n",
    "--numprocesses",
)
_OURS += ("-p", "--rootdir", "-c", "--config-file", "--import-mode", "--dist")


class _BeforePytest(click.Command):
    """A command line whose tail, after ``--``, is pytest's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_TAIL] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST ARGS]"]


@click.command("run", cls=_BeforePytest)
@click.argument("contract", required=False)
@click.option(
    "--target", metavar="NAME|URL", help="A target of restproof.toml, or a URL. Default: the embedded sandbox."
)
@click.option(
    "--profile", type=click.Choice(["smoke", "ci", "deep"]), default="ci", show_default=True, help="How many cases."
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Seed of everything that is drawn.")
@click.option("--only", multiple=True, metavar="REQ", help="Only this requirement or family. May be repeated.")
@click.option("--resource", multiple=True, metavar="NAME", help="Only this resource. May be repeated.")
@click.option("--case", metavar="ID", help="Only the item, or the case ITEM#n, of this id.")
@click.option("--plan", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--read-only", is_flag=True, help="Send no request that writes.")
@click.option("--max-requests", type=click.IntRange(min=1), metavar="N", help="Test no more after N requests.")
@click.option(
    "--max-wait",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    metavar="S",
    help="Longest wait for a throttle, in seconds.",
)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N", help="At most N requests per second.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Run in N processes."
)
@click.option("--shard", metavar="K/N", help="Only the K-th of N parts of the plan.")
@click.option("--deviations", metavar="FILE", help="Declared deviations.")
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The mildest level whose failure fails the run.",
)
@click.option("--out", metavar="DIR", help="Where the run file and the reports go. Default: reports/<time>.")
@click.option(
    "--baseline", metavar="RUN", help="The run to compare with. Default: the last one of this contract and target."
)
@click.option(
    "--stubs", metavar="FILE", help="No server: a recording answers (a run file, or the name of a shipped one)."
)
@click.option("--against", metavar="FILE", help="A recording: tell where the target behaves otherwise.")
@click.option(
    "--evidence",
    type=click.Choice(["failures", "sample", "all"]),
    default="sample",
    show_default=True,
    help="Which exchanges the HTML report holds: of failing cases, some that passed too, or all.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="NAME[:RESOURCE[.FIELD]]",
    help="A fault of the embedded sandbox, everywhere, of one resource or of one field. May be repeated.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def command(
    ctx: click.Context, /, contract: str | None, quiet: bool, workers: int, fault: tuple[str, ...], **said: Any
) -> int:
    """Prove that a target keeps CONTRACT.

    CONTRACT is a directory, a file or the name of a bundled contract; else `contract` in restproof.toml, else the only
    one under ./contracts, else the bundled one. Arguments after -- go to pytest.
    """
    extra: list[str] = ctx.meta[_TAIL]
    _refuse_ours(extra)
    return run(Options(contract=contract, faults=fault, **said), extra, quiet=quiet, workers=workers)


def _refuse_ours(extra: Sequence[str]) -> None:
    for argument in extra:
        name = argument.partition("=")[0]
        short = argument[:2] if argument[:1] == "-" and argument[1:2] != "-" else None
        if name in _OURS or (short in ("-n", "-p", "-c") and short):
            raise ConfigurationError(
                f"{name} after -- is an option that restproof sets itself",
                hint="Give it before --, where restproof run has it.",
            )


def run(options: Options, extra: Sequence[str] = (), *, quiet: bool = False, workers: int = 1) -> int:
    """Run the suites and return the exit code. Raises ``RestproofError`` for what the user has to mend."""
    # Hypothesis writes its tables of characters where it stands, and the user's directory is not the place for them.
    os.environ.setdefault(
        "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(gettempdir()) / f"restproof-hypothesis-{os.getuid()}")
    )
    import pytest

    from restproof.cli.progress import Progress
    from restproof.config import resolve_target
    from restproof.session.live import promised

    promise = promised(options, Path.cwd())
    if not options.plan and options.stubs is None:
        # Wrong configuration is told before anything is collected; the target itself is reached when the plan is known.
        resolve_target(options.target, promise.config, promise.contract)
    watcher = Watcher(Progress(quiet or options.plan), promise)
    wants_pytest = any(a in ("--collect-only", "--co", "-v", "-vv", "--fixtures", "--markers") for a in extra)
    arguments = [
        str(suites(promise.config.root)),
        "-p", "restproof.plugin",
        "-p", "no:schemathesis",  # where it is installed, its plugin costs a second at every start
        "-p", "no:cacheprovider",
        "-p", "no:unraisableexception",  # it looks through all of memory for garbage, three times
        "--import-mode=importlib",
        f"--rootdir={suites(promise.config.root)}",
        "-o", "addopts=",
        *options.arguments(),
    ]  # fmt: skip
    if not wants_pytest:
        arguments += ["-p", "no:terminal"]
    if workers > 1 and not options.plan and options.stubs is None:
        arguments += ["-n", str(workers), "--dist", "loadgroup"]
    code = pytest.main([*arguments, *extra], plugins=[watcher])
    return watcher.exit_code(int(code))


def suites(root: Path) -> Path:
    """The suites to run: the repository's own, else the bundled ones."""
    from restproof.bundle import bundled_dir

    own = root / "suites"
    return own if (own / "requirements.yaml").is_file() else bundled_dir() / "suites"


class Watcher:
    """Follows the session from outside: shows progress, and keeps what the exit code needs."""

    def __init__(self, progress: Any, promise: Any) -> None:
        self.progress = progress
        self.promise = promise
        self.config: Any = None
        self.errors: list[str] = []

    def pytest_configure(self, config: Any) -> None:
        from restproof.plugin import PROMISE

        self.config = config
        config.stash[PROMISE] = self.promise

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr))

    def pytest_runtestloop(self, session: Any) -> None:
        from restproof.plugin import RuleItem

        self.progress.begin([i.plan_item for i in session.items if isinstance(i, RuleItem)])

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self.progress.advance(report.nodeid, report.outcome)

    def pytest_sessionfinish(self) -> None:
        self.progress.end()

    def exit_code(self, code: int) -> int:
        """The verdict's exit code; raises what ended the session early."""
        from restproof.oracle.verdict import exit_code
        from restproof.plugin import ENDED, run_of
        from restproof.report.terminal import WIDTH, closing_lines

        error = self.config.stash.get(ENDED, None) if self.config else None
        if error is not None:
            raise error
        run = run_of(self.config) if self.config else None
        if self.errors:
            raise RestproofError("the suites cannot be loaded:\n" + "\n".join(self.errors))
        if run is not None and run.verdict is not None:
            # A log keeps long lines; on a terminal they would push the verdict off the screen.
            width = get_terminal_size().columns if sys.stdout.isatty() else WIDTH
            for line in closing_lines(run.verdict, run.directory / "index.html", run.comparison, width):
                click.echo(line)
            # A rule that the recording keeps and the target breaks is drift, whatever its level.
            return INTERRUPTED[run.signal] if run.signal else (1 if run.drifts else exit_code(run.verdict))
        if code == 0:
            return 0
        if code == 5:
            raise ConfigurationError(
                "nothing is selected: no item of the plan is left",
                hint="Check --only, --resource, --case and -k; restproof run --plan lists the items.",
            )
        return 2
