"""``restproof judge``: recorded traffic of any client against a contract."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from restproof.cli import judging


@click.command("judge")
@click.argument("traffic", type=click.Path(path_type=Path))
@judging.contract
@click.option(
    "--base-url",
    metavar="URL",
    help="The API's server; the contract's base path is added. Default: the host with most of its paths.",
)
@judging.deviations
@judging.fail_on
@judging.out
@click.option("-q", "--quiet", is_flag=True, help="Do not tell what was left out.")
def command(
    traffic: Path,
    contract: str | None,
    base_url: str | None,
    deviations: str | None,
    fail_on: Literal["must", "should"],
    out: str | None,
    quiet: bool,
) -> int:
    """Judge TRAFFIC, which any client has recorded: a HAR 1.2 file, a cassette (vcrpy, VCR, betamax, go-vcr, PHP-VCR),
    a recording of responses, flows of mitmproxy, or a run file.

    Every rule that the traffic can show is applied; the others are "not tested". Ends as `restproof run` does.
    """
    from restproof.oracle.verdict import exit_code
    from restproof.record.traffic import read_traffic
    from restproof.traffic.whole import Terms

    cwd = Path.cwd()
    terms = Terms.read(contract, cwd, deviations=deviations, fail_on=fail_on)
    judged = terms.judge(read_traffic(traffic), traffic, base_url=base_url, out=out, cwd=cwd)
    for line in judged.lines(quiet=quiet):
        click.echo(line)
    return exit_code(judged.verdict)
