"""``restproof``: finds the command, and turns every error that a user can meet into a message and an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from restproof.errors import RestproofError
from restproof.record.jsontext import allow_long_integers
from restproof.version import __version__

INTERRUPTED = 130
UNUSABLE = 2
BROKEN_PIPE = 141

# Name → one line for `restproof --help`. A command's module is imported when it is used: some of them load the
# whole of Hypothesis.
COMMANDS = {
    "run": "Prove that a target keeps its contract.",
    "serve": "Serve a contract's sandbox, with switchable faults.",
    "learn": "Find out what a server does and its contract does not say.",
    "judge": "Judge recorded traffic: HAR files, cassettes and others.",
    "proxy": "Pass your own tests on to a target, and judge what came back.",
    "report": "Write reports of a run, of several, or of a folder of runs.",
    "diff": "Tell what changed between two runs; ends with 1 on a regression.",
    "merge": "Make one run of the shards of a run.",
    "lint": "Check a contract and its schemas.",
    "rules": "Print the register of requirements.",
    "explain": "Explain a rule, a kind of finding or a word.",
    "fleet": "Prove many services, and tell of all of them on one page.",
    "cleanup": "Delete what interrupted runs have left behind.",
    "init": "Write a first contract into the current directory.",
    "import": "Write a contract from an OpenAPI document.",
    "export": "Write a contract as an OpenAPI document.",
}
# `import` is a word of Python itself.
_MODULES = {"import": "import_"}


class ReaderGone(Exception):
    """Nobody reads standard output any more. Of ``BrokenPipeError`` click makes exit code 1, which is a verdict."""


@contextmanager
def _reader_seen_off() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None


class Commands(click.Group):
    """A group that imports ``restproof.cli.NAME`` when ``NAME`` is called; the module's ``command`` is the command.
    Raises ``ReaderGone``."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _reader_seen_off():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _reader_seen_off():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"restproof.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="restproof", message="%(prog)s %(version)s")
def restproof() -> None:
    """Prove that a REST API keeps its contract.

    Exit codes: 0 conforming, 1 not conforming, 2 wrong usage, contract or configuration, 3 not judged, 129, 130
    and 143 interrupted, 141 nobody read the output to its end.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    allow_long_integers()
    try:
        result = restproof.main(
            args=None if arguments is None else list(arguments), prog_name="restproof", standalone_mode=False
        )
    except click.Abort:
        print("restproof: interrupted", file=sys.stderr)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except RestproofError as error:
        print(f"restproof: {error}", file=sys.stderr)
        for other in getattr(error, "others", ()):
            print(f"restproof: {other}", file=sys.stderr)
        tell_page(error)
        return error.exit_code
    except ReaderGone:
        # The reader (`head`, a pager) has gone; what is still buffered must not raise once more when Python exits.
        # Nobody has seen a verdict, so that none is said: a shell says the same of what SIGPIPE has ended.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        # A file that the user named, or a disk: never the target, whose failures are told as exchanges.
        print(f"restproof: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return UNUSABLE
    return result if isinstance(result, int) else 0


def tell_page(error: RestproofError) -> None:
    """Where there is more to read about an error."""
    from restproof.cli.pages import page_of  # what it imports is not needed where all is well

    if page := page_of(error):
        print(f"  more: {page}", file=sys.stderr)


def main() -> NoReturn:
    """The entry point of the ``restproof`` script."""
    code = run()
    if code > 128:  # a signal has ended the run
        # Python gives signals their usual effect back before it ends: one that comes late would change the exit code.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    gc.freeze()  # Python looks for garbage in all there is before it ends, a quarter of a second long
    sys.exit(code)
