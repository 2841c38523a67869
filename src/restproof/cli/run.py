"""``restproof run``: the suites against a target, with progress, a verdict and reports."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import click

from restproof.cli.completing import CONTRACT, FAULT, RESOURCE, RULE, TARGET
from restproof.errors import ConfigurationError, RestproofError
from restproof.frozen import frozen
from restproof.garbage import few_collections
from restproof.session.options import OPTIONS, Option, Options

if TYPE_CHECKING:
    from restproof.contract.given import GivenValues
    from restproof.contract.model import Contract
    from restproof.learning.sounding import Sounded
    from restproof.session.promise import Promise


@frozen
class Ending:
    """How a run ended: its exit code, and where its reports are (``None`` where there are none)."""

    code: int
    directory: Path | None = None


_TAIL = "restproof.pytest"
_OURS = frozenset({"--concurrency", "--workers", "--engine", *(f"--{option.flag}" for option in OPTIONS)})
"""What ``restproof run`` has before ``--``: behind it, a plugin that is named there may have options of these names."""
_SET = frozenset(
    {"-n", "--numprocesses", "--dist", "-c", "--config-file", "--rootdir", "--confcutdir", "--import-mode"}
    | {"--disable-plugin-autoload"}
)
"""Options of pytest that a run sets itself."""
_NAMES = {"target": TARGET, "only": RULE, "require_tested": RULE, "resource": RESOURCE, "faults": FAULT}
"""Options whose values a shell completes."""
_NEEDED = frozenset({"no:restproof.plugin", "no:xdist", "no:main", "no:python"})


class _BeforePytest(click.Command):
    """A command line whose tail, after ``--``, is pytest's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_TAIL] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST ARGS]"]


def _click_option(option: Option) -> click.Parameter:
    """An option of a run as click knows it."""
    kind: Any = option.kind
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.least is not None:
        kind = (click.IntRange if option.kind is int else click.FloatRange)(min=option.least, min_open=option.above)
    if option.positional:
        return click.Argument([option.name], required=False, type=kind, shell_complete=CONTRACT)
    return click.Option(
        [f"--{option.flag}", option.name],
        type=kind,
        is_flag=option.kind is bool,
        multiple=option.repeated,
        default=option.default,
        show_default=option.default not in (None, False, ()),
        metavar=option.metavar,
        help=option.help,
        shell_complete=_NAMES.get(option.name),
    )


@click.command("run", cls=_BeforePytest, params=[_click_option(option) for option in OPTIONS])
@click.option(
    "--concurrency",
    "--workers",
    "workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Up to N items in flight at once, each in a process of its own; with --engine as many shards. Default: 1, and "
    "for a long plan on the embedded sandbox what the processors bear.",
)
@click.option(
    "--engine",
    metavar="local|dask://HOST:PORT",
    help="Where the shards of the run take place: a cluster of its own, or the workers of a Dask scheduler.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Leave the contract that an OpenAPI document makes in this folder.",
)
@click.option(
    "--app", metavar="MODULE:NAME", help="The target: an ASGI or WSGI application, served while the run lasts."
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    quiet: bool,
    workers: int | None,
    engine: str | None,
    write: Path | None,
    app: str | None,
    **said: Any,
) -> int:
    """Prove that a target keeps CONTRACT.

    CONTRACT is a directory, a file or the name of a bundled contract; else `contract` in restproof.toml, else the only
    one under ./contracts, else the bundled one. It may be an OpenAPI document, too: a file, or a URL of the target's
    own, of which --app knows the path alone (/openapi.json); then what the document plainly promises is proven.
    Arguments after -- go to pytest.
    """
    extra: list[str] = ctx.meta[_TAIL]
    _refuse_ours(extra)
    options = Options.said(said)
    if app is None:
        return prove(options, extra, write, quiet=quiet, workers=workers, engine=engine).code
    if engine not in (None, "local"):
        raise ConfigurationError("--app is served on this machine alone", hint="Leave out --engine, or give local.")
    if options.target is not None or options.stubs is not None:
        raise ConfigurationError("--app is a target of its own", hint="Leave out --target and --stubs.")
    from restproof.session.app import hosted

    with hosted(app, Path.cwd()) as url:
        return prove(of_app(options, url), extra, write, quiet=quiet, workers=workers, engine=engine).code


def of_app(options: Options, url: str) -> Options:
    """The options of a run against an application that is served at ``url``: a document may be given by its path."""
    said = options.contract
    own = said is not None and said.startswith("/") and not Path(said).exists()
    return replace(options, target=url, contract=f"{url}{said}" if own else said)


def prove(
    options: Options,
    extra: Sequence[str],
    write: Path | None,
    *,
    quiet: bool,
    workers: int | None,
    engine: str | None = None,
) -> Ending:
    """Run the suites for a contract, or for a document in place of one. Raises ``RestproofError`` for what the user has
    to mend."""
    if is_document(options.contract):
        if options.stubs is not None:
            hint = "Give the contract that --write leaves of such a run."
            raise ConfigurationError("--stubs replays a run by its contract, and this is a document", hint=hint)
        from restproof.cli.document import read_document, tell

        with read_document(options, write, Path.cwd()) as (document, of_contract):
            ending = run(of_contract, extra, quiet=quiet, workers=workers, engine=engine, contract=document.contract)
            tell(document)
            return ending
    if write is not None:
        raise ConfigurationError("--write is for OpenAPI documents", hint="Give a document in place of the contract.")
    return run(options, extra, quiet=quiet, workers=workers, engine=engine)


def is_document(argument: str | None) -> bool:
    """Whether the argument is an OpenAPI document and no contract: a URL, or a file that does not begin as one."""
    if argument is None or re.match(r"https?://", argument):
        return argument is not None
    file = Path(argument)
    if file.suffix.lower() not in (".json", ".yaml", ".yml") or not file.is_file():
        return False
    head = file.read_bytes()[:200_000].decode("utf-8", errors="replace")
    return not (re.search(r"(?m)^contract:", head) and re.search(r"(?m)^resources:", head))


def _refuse_ours(extra: Sequence[str]) -> None:
    """Raises where an argument for pytest is one that the run depends on, or was meant for the run."""
    plugins = [_value_of("-p", extra, at) for at, argument in enumerate(extra) if argument.startswith("-p")]
    brings_options = any(not name.startswith("no:") for name in plugins)
    for argument in extra:
        name = argument.partition("=")[0]
        short = argument[:2] if argument[:1] == "-" and argument[1:2] != "-" else None
        found = next((n for n in (name, short) if n in _SET), None)
        if found is not None or name.startswith("--restproof-") or (name in _OURS and not brings_options):
            raise ConfigurationError(
                f"{found or name} after -- is an option that restproof sets itself",
                hint="Give it before --, where restproof run has it.",
            )
    for name in _NEEDED.intersection(plugins):
        raise ConfigurationError(f"-p {name} after -- takes away what the run needs", hint="Leave it out.")


def _value_of(flag: str, arguments: Sequence[str], at: int) -> str:
    """The value of a short option, which is the rest of its word or the next one."""
    return arguments[at].removeprefix(flag) or (arguments[at + 1] if at + 1 < len(arguments) else "")


def run(
    options: Options,
    extra: Sequence[str] = (),
    *,
    quiet: bool = False,
    workers: int | None = 1,
    engine: str | None = None,
    shared: GivenValues | None = None,
    contract: Contract | None = None,
    sounded: Sounded | None = None,
) -> Ending:
    """Run the suites for a contract; with ``engine`` there. ``workers``: ``None`` leaves their number to the run;
    ``shared``: this is one shard of such a run, with the values that all of them are given; ``contract``: that of the
    options, where it was read before; ``sounded``: what soundings have shown, where they were taken before. Raises
    ``RestproofError`` for what the user has to mend."""
    # Hypothesis writes its tables of characters where it stands, and the user's directory is not the place for them.
    os.environ.setdefault(
        "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(gettempdir()) / f"restproof-hypothesis-{os.getuid()}")
    )
    with few_collections():
        from restproof.session.promise import beginning, promised

        promise = promised(options, Path.cwd(), shared, contract)
        if shared is None:
            promise = _with_soundings(promise, sounded, quiet=quiet)
        try:
            if engine is not None and not options.plan:
                return _spread(promise, engine, extra, quiet=quiet, shards=workers if workers != 1 else None)
            if options.plan and not extra and _plainly_planned(promise):
                return Ending(0)
            with beginning(replace(promise, is_shared=shared is not None)) as promise:
                return _collected(promise, extra, quiet=quiet, workers=workers)
        except RestproofError as error:  # no report tells what the soundings have left
            error.tell_left(promise.left)
            raise


def _saying(quiet: bool) -> Callable[[str], None]:
    """What tells of a run as it goes on; nothing where it is to be ``quiet``."""

    def say(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    return say


def _with_soundings(promise: Promise, sounded: Sounded | None, *, quiet: bool) -> Promise:
    """The promise with the values that its target takes, as far as the contract leaves open which these are. What the
    user has counted is for the rules. Raises as :func:`run`."""
    is_open = any("rules" in resource.open for resource in promise.contract)
    if sounded is None and (promise.options.max_requests is not None or not is_open):
        return promise
    from restproof.learning import sounding

    found = sounding.sounded(promise, _saying(quiet)) if sounded is None else sounded
    return promise.giving(found.given, found.left, found.requests)


def _plainly_planned(promise: Promise) -> bool:
    """Whether there is no suite but the bundled one: its plan is printed, and nothing is left for pytest to select."""
    from restproof.bundle import suites_of
    from restproof.session.planning import lines_of, write_out

    suites = suites_of(promise.config.root)
    if len(suites) == 1:
        write_out(lines_of(promise, suites[0]))
    return len(suites) == 1


def _spread(promise: Promise, engine: str, words: Sequence[str], *, quiet: bool, shards: int | None) -> Ending:
    """Hand the run to an engine. Raises as :func:`run`."""
    from restproof.cli.closing import INTERRUPTED, closing
    from restproof.shards.run import check, engine_of, spread

    check(promise, engine)
    done = spread(promise, engine_of(engine, shards), words, shards, _saying(quiet))
    for shard, why in done.missing.items():
        click.echo(f"restproof: {f'shard {shard} is missing: ' if shard else ''}{why}", err=True)
    if done.ended is None:
        return Ending(INTERRUPTED[done.signal] if done.signal else 3)
    code = closing(done.ended, done.signal)
    return Ending(3 if done.missing and code == 0 else code, done.ended.directory)


def _collected(promise: Promise, extra: Sequence[str], *, quiet: bool, workers: int | None) -> Ending:
    """Hand the run to pytest. Raises as :func:`run`."""
    import pytest

    from restproof.bundle import suites_of
    from restproof.cli.progress import Progress
    from restproof.cli.watcher import Watcher
    from restproof.engine.loading import check
    from restproof.plugin import glue
    from restproof.untold import SHORTEST
    from restproof.wire.redact import short_credentials

    options = promise.options
    if not options.plan and options.stubs is None:
        # Wrong configuration is told before anything is collected; the target itself is reached when the plan is known.
        for name in short_credentials(promise.target):
            click.echo(
                f"credential `{name}` is shorter than {SHORTEST} characters: hidden as a header's value only", err=True
            )
    if options.stubs is not None or (workers is None and extra):
        workers = 1  # a recording answers at once; and what is meant for pytest, it may have to do all by itself
    target = None if options.plan or options.stubs is not None else promise.target
    paced = options.rate or (target and target.rate)
    progress = Progress(quiet or options.plan, is_alone=workers is None and not paced)
    watcher = Watcher(progress, promise, workers, plainly=not extra)
    wants_pytest = any(a in ("--collect-only", "--co", "-v", "-vv", "--fixtures", "--markers") for a in extra)
    folders = suites_of(promise.config.root)
    watcher.looks_at_marks = bool(extra) or len(folders) > 1  # a conftest.py of the user's may
    check(folders)
    arguments = [
        *map(str, folders),
        "--disable-plugin-autoload",  # what else is installed there has no part in a run, unless it is named after --
        "-p", "no:cacheprovider",
        "-p", "no:unraisableexception",  # it looks through all of memory for garbage, three times
        "--import-mode=importlib",
        f"--rootdir={folders[0]}",
        f"--confcutdir={folders[-1]}",  # the conftest.py of the user's tests is no part of a run
        "-o", "addopts=",
    ]  # fmt: skip
    if not wants_pytest:
        arguments += ["-p", "no:terminal"]
    # What PYTEST_ADDOPTS names is made for the user's own tests: plugins perhaps that a run does not load.
    with _without("PYTEST_ADDOPTS"):
        code = pytest.main([*arguments, *extra], plugins=[watcher, *glue()])
    return Ending(watcher.exit_code(int(code)), watcher.directory)


@contextmanager
def _without(variable: str) -> Iterator[None]:
    """The environment without ``variable`` for a while, here and in the processes that are started."""
    value = os.environ.pop(variable, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[variable] = value
