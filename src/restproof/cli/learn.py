"""``restproof learn``: what a server does and its contract does not say, as words for a person to accept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from restproof.cli.completing import CONTRACT, RESOURCE, TARGET
from restproof.errors import ConfigurationError
from restproof.record.disk import write_whole
from restproof.session.options import Options

if TYPE_CHECKING:
    from restproof.learning.source import Taught
    from restproof.learning.word import Word

    _Choice = Callable[[Sequence[Word]], list[Word]]

_BOUND = 5000
"""Requests in all, where nobody says how many: at most half of them are probes, the rest tries what they suggest."""
_TRAFFIC = (".har", ".gz", ".jsonl", ".zip")


@click.command("learn")
@click.argument("source", required=False, shell_complete=CONTRACT)
@click.option(
    "--contract", metavar="CONTRACT", shell_complete=CONTRACT, help="With traffic: the contract that it is learned for."
)
@click.option("--target", metavar="NAME|URL", shell_complete=TARGET, help="A target of restproof.toml, or a URL.")
@click.option("--app", metavar="MODULE:NAME", help="The target: an ASGI or WSGI application, served meanwhile.")
@click.option(
    "--resource", multiple=True, metavar="NAME", shell_complete=RESOURCE, help="Only this resource. May be repeated."
)
@click.option(
    "--max-requests", type=click.IntRange(min=1), default=_BOUND, show_default=True, metavar="N", help="Send at most N."
)
@click.option("--max-creates", type=click.IntRange(min=0), metavar="N", help="Of them at most N that may store.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N", help="At most N requests per second.")
@click.option("--base-url", metavar="URL", help="With traffic: the API's server.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Leave the contract that an OpenAPI document makes in this folder.",
)
@click.option("--accept", is_flag=True, help="Write all words into the contract.")
@click.option("--interactive", is_flag=True, help="Ask for each word whether it goes into the contract.")
@click.option("--out", metavar="DIR", help="Where the patch, the words and the evidence go. Default: reports/<time>.")
def command(
    source: str | None,
    contract: str | None,
    target: str | None,
    app: str | None,
    resource: tuple[str, ...],
    max_requests: int,
    max_creates: int | None,
    rate: float | None,
    base_url: str | None,
    write: Path | None,
    accept: bool,
    interactive: bool,
    out: str | None,
) -> int:
    """Find out by probes what SOURCE does not say, and propose words for it, with the exchanges that show them.

    SOURCE is a contract or an OpenAPI document, as for `restproof run`; or traffic (a HAR file, a cassette, a run
    file), from which the same words are learned without a request. Nothing is written into the contract but with
    --accept or --interactive. Exit code 1 where the exchanges show a fault, which never becomes a word.
    """
    if accept and interactive:
        raise ConfigurationError("--accept and --interactive are two ways", hint="Give one of them.")
    if interactive and not sys.stdin.isatty():
        raise ConfigurationError(
            "--interactive asks on a terminal, and there is none", hint="Take --accept, or apply the patch in part."
        )
    chosen: _Choice = asked if interactive else list if accept else lambda _: []
    if source is not None and _is_traffic(Path(source)):
        return _from_traffic(Path(source), contract, base_url, out, chosen)
    if contract is not None or base_url is not None:
        raise ConfigurationError("--contract and --base-url are for traffic", hint="Name the contract as SOURCE.")
    options = Options(
        contract=source,
        target=target,
        resource=resource,
        max_requests=max_requests,
        max_creates=max_creates,
        rate=rate,
        out=out,
    )
    if app is None:
        return _from_target(options, write, chosen, wants=accept or interactive)
    if target is not None:
        raise ConfigurationError("--app is a target of its own", hint="Leave out --target.")
    from restproof.cli.run import of_app
    from restproof.session.app import hosted

    with hosted(app, Path.cwd()) as url:
        return _from_target(of_app(options, url), write, chosen, wants=accept or interactive)


def _is_traffic(source: Path) -> bool:
    """Whether it is a file of traffic, or the directory that a run left."""
    from restproof.contract.load import FILE_NAME
    from restproof.record.events import RUN_FILE

    if source.is_dir():
        return (source / RUN_FILE).is_file() and not (source / FILE_NAME).is_file()
    return source.suffix.lower() in _TRAFFIC and source.is_file()


def _from_target(options: Options, write: Path | None, chosen: _Choice, *, wants: bool) -> int:
    from restproof.cli.run import is_document

    if is_document(options.contract):
        from restproof.cli.document import read_document

        if wants and write is None:
            raise ConfigurationError("a document takes no words", hint="--write FOLDER leaves a contract that does.")
        with read_document(options, write, Path.cwd()) as (_, of_contract):
            return _probe(of_contract, chosen)
    if write is not None:
        raise ConfigurationError("--write is for OpenAPI documents", hint="Leave it out: SOURCE is a contract.")
    return _probe(options, chosen)


def _probe(options: Options, chosen: _Choice) -> int:
    """Probe the target, put what that suggests to the test by the suites' rules, and tell what has stood it."""
    from restproof.cli.trying import tell_left, tried
    from restproof.learning.sounding import sounded
    from restproof.learning.source import probed
    from restproof.report.text import plural
    from restproof.session.folder import landed, now, point_latest
    from restproof.session.promise import promised

    cwd = Path.cwd()
    promise = promised(options, cwd)
    directory = landed(options.out, promise.config, cwd, now())
    most = options.max_requests or _BOUND
    of_contract = replace(options, contract=str(promise.contract_path))
    begun = [directory / "probes"]  # DIR may hold the runs of others
    found = sounded(promise, partial(click.echo, err=True))
    most -= found.requests
    probes = max(1, most // 2)
    click.echo(f"probing with at most {plural(probes, 'request')}", err=True)
    try:
        taught = probed(replace(of_contract, max_requests=probes), cwd, begun[0], found)
        left = replace(of_contract, max_requests=most - taught.requests)
        taught = tried(taught, left, directory, begun, replace(found, left=()))
    finally:
        tell_left(begun)
    if not options.out:
        point_latest(directory)
    return _report(taught, directory, promise.contract_path, chosen)


def _from_traffic(
    traffic: Path,
    contract: str | None,
    base_url: str | None,
    out: str | None,
    chosen: _Choice,
) -> int:
    from restproof.cli.trying import today
    from restproof.config import load_config, resolve_contract
    from restproof.learning.source import overheard
    from restproof.session.folder import landed, now

    cwd = Path.cwd()
    config = load_config(cwd)
    file = resolve_contract(contract, config, cwd)
    directory = landed(out, config, cwd, now())
    taught = overheard(traffic, contract or str(file), cwd, directory, base_url=base_url, day=today())
    return _report(taught, directory, file, chosen)


def _report(taught: Taught, directory: Path, file: Path, chosen: _Choice) -> int:
    """Print the lesson, write its files, and the accepted words into the contract; the exit code."""
    from restproof.cli.trying import today
    from restproof.learning.patch import patched
    from restproof.learning.source import findings
    from restproof.learning.told import as_patch, document, word_line, writable
    from restproof.report.text import plural

    day, text = today(), file.read_bytes().decode("utf-8-sig")
    words = list(writable(text, taught.lesson.words, day))
    run = taught.run_file.relative_to(directory).as_posix()
    write_whole(directory / "learned.yaml", document(taught.lesson, day, run))
    patch = directory / "learned.patch"
    write_whole(patch, as_patch(text, words, day, file, Path.cwd()))
    for line in findings(taught):
        click.echo(f"fault: {line}")
    for word in words:
        click.echo(word_line(word))
    for doubt in taught.lesson.doubts:
        click.echo(f"open: {doubt}")
    for line in taught.unseen:
        click.echo(f"not tried: {line}")
    accepted = chosen(words)
    if accepted:
        write_whole(file, patched(text, accepted, day))
    sent = plural(taught.requests, "exchange")
    click.echo(f"{plural(len(words), 'word')} from {sent}, {len(accepted)} written into {file}; patch: {patch}")
    return 1 if taught.is_faulty else 0


def asked(words: Sequence[Word]) -> list[Word]:
    """The words that the user says yes to, one after the other, until the first quit."""
    from restproof.learning.told import word_line

    accepted: list[Word] = []
    for word in words:
        click.echo(word_line(word))
        choice = click.Choice(["yes", "y", "no", "n", "quit", "q"])
        answer = click.prompt("  write it? (yes, no, quit)", type=choice, default="no", show_choices=False)
        if answer[0] == "q":
            break
        if answer[0] == "y":
            accepted.append(word)
    return accepted
