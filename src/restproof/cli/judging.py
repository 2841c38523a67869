"""Options that the commands which judge traffic share."""

from __future__ import annotations

import click

from restproof.cli.completing import CONTRACT

contract = click.option(
    "--contract",
    metavar="CONTRACT",
    shell_complete=CONTRACT,
    help="Directory, file or bundled name. Default: as for restproof run.",
)
deviations = click.option("--deviations", metavar="FILE", help="Declared deviations.")
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The mildest level whose failure fails the traffic.",
)
out = click.option("--out", metavar="DIR", help="Where the run file and the reports go. Default: reports/<time>.")
