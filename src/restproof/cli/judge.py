"""``restproof judge``: recorded traffic of any client against a contract."""

from __future__ import annotations

from pathlib import Path
from secrets import token_bytes

import click

from restproof.errors import ConfigurationError


@click.command("judge")
@click.argument("traffic", type=click.Path(path_type=Path))
@click.option("--contract", metavar="CONTRACT", help="Directory, file or bundled name. Default: as for restproof run.")
@click.option(
    "--base-url",
    metavar="URL",
    help="The API's server; the contract's base path is added. Default: the host with most of its paths.",
)
@click.option("--deviations", metavar="FILE", help="Declared deviations.")
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The mildest level whose failure fails the traffic.",
)
@click.option("--out", metavar="DIR", help="Where the run file and the reports go. Default: reports/<time>.")
@click.option("-q", "--quiet", is_flag=True, help="Do not tell what was left out.")
def command(
    traffic: Path,
    contract: str | None,
    base_url: str | None,
    deviations: str | None,
    fail_on: str,
    out: str | None,
    quiet: bool,
) -> int:
    """Judge TRAFFIC, which any client has recorded: a HAR 1.2 file, a cassette of vcrpy, or a run file.

    Every rule that the traffic can show is applied; the others are "not tested". Ends as `restproof run` does.
    """
    from restproof.bundle import suites_of
    from restproof.config import load_config, resolve_contract
    from restproof.contract.load import load
    from restproof.contract.secrecy import Secrecy
    from restproof.deviations import load_all_of
    from restproof.engine.loading import gate
    from restproof.engine.register import load_all
    from restproof.oracle.verdict import exit_code
    from restproof.record.traffic import read_traffic
    from restproof.record.writer import Writer
    from restproof.report.terminal import closing_lines
    from restproof.report.write import write_all
    from restproof.session.folder import landed, now, point_latest
    from restproof.traffic import judging
    from restproof.traffic.placing import match
    from restproof.wire.standin import StandIns

    cwd = Path.cwd()
    config = load_config(cwd)
    file = resolve_contract(contract, config, cwd)
    promised = load(file)
    declared = load_all_of(promised.deviations, Path(deviations) if deviations else None)
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{base_url!r} is no base URL", hint="Give scheme and host: https://api.example.com")
    folders = suites_of(config.root)
    for problem in gate(folders):
        raise problem
    register = load_all(folders)
    matched = match(read_traffic(traffic), promised, base_url, traffic)
    items = judging.items_under(folders, promised, register)
    directory = landed(out, config, cwd, now())
    notes, count = matched.notes, len(matched.seen)
    path = directory / "run.jsonl.gz"
    writer = StandIns(Writer(path), Secrecy(promised), token_bytes(16))
    writer.write(
        judging.header(promised, file, register, matched, traffic=traffic.name, fail_on=fail_on, deviations=declared)
    )
    judging.Judging(promised, register, items, writer).run(matched)
    writer.write(judging.footer(matched, count))
    writer.close()
    verdict = write_all(path, directory).verdict
    if not out:
        point_latest(directory)
    said = [f"{count:,} exchanges with {matched.base}{promised.base_path}", *(f"  not judged: {n}" for n in notes)]
    for line in (*([] if quiet else said), *closing_lines(verdict, directory / "index.html")):
        click.echo(line)
    return exit_code(verdict)
