"""``restproof export``: a contract in the words of another language."""

from __future__ import annotations

import json
from pathlib import Path

import click

from restproof.cli.completing import CONTRACT
from restproof.config import load_config, resolve_contract
from restproof.errors import ConfigurationError, Place


@click.group("export")
def command() -> None:
    """Write a contract as something else."""


@command.command("openapi")
@click.argument("contract", required=False, shell_complete=CONTRACT)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; by default standard output."
)
def openapi(contract: str | None, out: Path | None) -> None:
    """Write CONTRACT as an OpenAPI 3.1 document (JSON).

    CONTRACT is a directory, a file or a name; by default the one of restproof.toml, the only one under ./contracts,
    or the bundled one. What OpenAPI cannot say (rules over several fields, state over several requests) stands in
    x-restproof.
    """
    from restproof.contract.load import load
    from restproof.contract.openapi.export import document
    from restproof.contract.openapi.expressible import unsaid
    from restproof.report.text import plural

    loaded = load(resolve_contract(contract, load_config(Path.cwd()), Path.cwd()))
    exported = document(loaded)
    text = json.dumps(exported, indent=2, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be written: {error.strerror}", place=Place(out), hint="choose another --out"
        ) from None
    click.echo(f"{out}: {plural(len(loaded.resources), 'resource')}")
    if beyond := unsaid(exported):
        click.echo(f"OpenAPI has no words for {', '.join(beyond)}: they stand in x-restproof")
