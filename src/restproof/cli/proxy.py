"""``restproof proxy``: a team's own tests, passed through to a target, recorded and judged."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import Literal

import click

from restproof.cli import judging
from restproof.cli.completing import TARGET
from restproof.errors import ConfigurationError, TrafficError


@click.command("proxy")
@click.argument("command_line", metavar="[-- COMMAND…]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--target",
    metavar="NAME|URL",
    shell_complete=TARGET,
    help="A target of restproof.toml, or a URL. Default: as configured.",
)
@judging.contract
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@judging.deviations
@judging.fail_on
@judging.out
@click.option("-q", "--quiet", is_flag=True, help="Tell the verdict alone.")
def command(
    command_line: tuple[str, ...],
    target: str | None,
    contract: str | None,
    port: int,
    host: str,
    deviations: str | None,
    fail_on: Literal["must", "should"],
    out: str | None,
    quiet: bool,
) -> int:
    """Pass the requests of your own tests on to a target, and judge what came back: each finding is told as it is seen.

    Ends with Ctrl-C, SIGTERM, or with COMMAND, which finds the proxy's address in RESTPROOF_PROXY; then as
    `restproof judge` does. Where the verdict is good and COMMAND failed, the exit code is that of COMMAND.
    """
    from restproof.config import load_config, resolve_address, resolve_contract
    from restproof.contract.load import load
    from restproof.oracle.verdict import exit_code
    from restproof.traffic.live import Live
    from restproof.traffic.proxy import Proxy
    from restproof.traffic.upstream import Origin
    from restproof.traffic.whole import Terms

    cwd = Path.cwd()
    config = load_config(cwd)
    address = resolve_address(target, config, load(resolve_contract(contract, config, cwd)))
    if address.http2:
        raise ConfigurationError(
            f"target {address.name}: restproof proxy speaks HTTP/1.1 alone",
            hint="Most servers of HTTP/2 speak it, too: name a target without http2, or record HAR.",
        )
    declared = deviations or (str(address.deviations) if address.deviations else None)
    terms = Terms.read(contract, cwd, deviations=declared, fail_on=fail_on)
    with _ending() as ended:
        try:
            proxy = Proxy(Origin(address), host=host, port=port)
        except OSError as error:
            raise ConfigurationError(
                f"{host}:{port} cannot be listened on: {error.strerror}",
                hint="Give another --port; 0 takes a free one.",
            ) from None
        with proxy:
            if not quiet:
                click.echo(f"{proxy.url} passes on to {address.base_url} ({terms.contract.name})")
            if not quiet and not command_line:
                click.echo("Press Ctrl-C to stop, and to read the verdict.")
            live = Live(terms, address.base_url, _say).following(proxy.recording) if not quiet else nullcontext()
            with live:
                code = _done(command_line, proxy.url, ended)
    traffic = proxy.recording.traffic()
    if not traffic.exchanges:
        hint = f"Have your tests ask {proxy.url}; a command finds it in RESTPROOF_PROXY."
        raise TrafficError("nothing has come through the proxy", hint=hint)
    judged = terms.judge(traffic, Path(f"proxy to {address.name}"), base_url=address.base_url, out=out, cwd=cwd)
    for line in judged.lines(quiet=quiet):
        click.echo(line)
    return exit_code(judged.verdict) or code


def _say(line: str) -> None:
    with suppress(BrokenPipeError):  # whoever reads it has read enough; the reports are written all the same
        click.echo(line)


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """What is set as soon as somebody asks the proxy to end. Who asks again does not get the verdict."""
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        asked.set()

    for number in before:
        signal.signal(number, end)
    try:
        yield asked
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def _done(command_line: Sequence[str], url: str, ended: threading.Event) -> int:
    """Wait until the command has ended, or somebody asks; the exit code of the command."""
    if not command_line:
        while not ended.wait(1):
            pass
        return 0
    try:
        process = subprocess.Popen(command_line, env={**os.environ, "RESTPROOF_PROXY": url})
    except OSError as error:
        raise ConfigurationError(f"{command_line[0]} cannot be started: {error.strerror}") from None
    while True:
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            if ended.is_set():
                process.terminate()  # of a terminal, Ctrl-C has told it too
                ended.clear()
