"""``restproof serve``: the sandbox of a contract as a server of its own."""

from __future__ import annotations

from pathlib import Path

import click

from restproof.cli.completing import CONTRACT, FAULT
from restproof.config import load_config, resolve_contract
from restproof.contract.hints import closest


@click.command("serve")
@click.argument("contract", required=False, shell_complete=CONTRACT)
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0 takes a free one.")
@click.option("--tls/--no-tls", default=True, show_default=True, help="Serve https with a certificate of its own.")
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), help="Keep the data in this SQLite file.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[:RESOURCE[.FIELD]]",
    shell_complete=FAULT,
    help="Break one rule: everywhere, for one resource, or for one field of it. May be given again.",
)
@click.option("--list-faults", is_flag=True, help="Print the faults and the rule that each breaks, and end.")
@click.option(
    "--write-target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a target section for restproof.toml, with credentials and CA.",
)
def command(
    contract: str | None,
    port: int,
    tls: bool,
    db: Path | None,
    faults: tuple[str, ...],
    list_faults: bool,
    write_target: Path | None,
) -> None:
    """Serve a server that keeps CONTRACT, until interrupted.

    It is what `restproof run` without a target is judged against; with --fault it breaks exactly the rules that are
    named.
    """
    from restproof.sandbox.faults import catalogue

    known = catalogue()
    if list_faults:
        width = max(map(len, known), default=0)
        for fault in known.values():
            click.echo(f"{fault.name:{width}}  {fault.requirement}: {fault.summary}")
        return
    for name in (fault.partition(":")[0] for fault in faults):
        if name not in known:
            guess = closest(name, known)
            hint = f"Did you mean {guess!r}?" if guess else "restproof serve --list-faults prints them all."
            raise click.BadParameter(f"there is no fault {name!r}. {hint}", param_hint="--fault")

    from restproof.contract.load import load
    from restproof.sandbox.serve import serve

    loaded = load(resolve_contract(contract, load_config(Path.cwd()), Path.cwd()))
    serve(loaded, port=port, tls=tls, db=db, faults=faults, write_target=write_target)
