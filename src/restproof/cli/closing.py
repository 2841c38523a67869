"""The last words of a run, and its exit code."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

import click

from restproof.oracle.verdict import exit_code
from restproof.report.terminal import WIDTH, closing_lines
from restproof.session.telling import Ended

INTERRUPTED = {"SIGHUP": 129, "SIGINT": 130, "SIGTERM": 143}


def closing(ended: Ended, signal: str | None) -> int:
    """Say what a run came to, and give its exit code. ``signal``: the name of what interrupted it. Raises the
    ``HookFailed`` of a hook that was told of the end."""
    # A log keeps long lines; on a terminal they would push the verdict off the screen.
    width = get_terminal_size().columns if sys.stdout.isatty() else WIDTH
    for line in closing_lines(ended.verdict, ended.directory / "index.html", ended.comparison, width):
        click.echo(line)
    if ended.broken is not None:
        raise ended.broken
    if ended.excused and not signal:
        click.echo("Nothing fails that did not fail in the baseline (--new-only).")
        return 0
    # A rule that the recording keeps and the target breaks is drift, whatever its level.
    return INTERRUPTED[signal] if signal else (1 if ended.drifts else exit_code(ended.verdict))
