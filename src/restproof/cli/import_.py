"""``restproof import``: a contract from what another language says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from restproof.errors import ConfigurationError, Place


@click.group("import")
def command() -> None:
    """Write a contract from something else."""


@command.command("openapi")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write; by default contracts/NAME."
)
@click.pass_context
def openapi(ctx: click.Context, file: Path, out: Path | None) -> None:
    """Write a contract and its schemas from FILE, an OpenAPI 3.0 or 3.1 document (YAML or JSON).

    What the document says and the contract does not is listed on standard error. Exit code 0 where the contract is
    sound, else 2.
    """
    import yaml

    from restproof.contract.load import check, load
    from restproof.contract.openapi.imported import imported

    name = (out.name if out else "") or re.sub(r"\W+", "_", file.stem).strip("_").lower() or "imported"
    folder = out or Path("contracts") / name
    target = folder / "contract.yaml"
    if target.exists():
        hint = "choose another folder with --out, or remove it first"
        raise ConfigurationError("there is a contract already", place=Place(target), hint=hint)
    found = imported(file, name)
    text = yaml.safe_dump(found.contract, sort_keys=False, allow_unicode=True, width=120)
    heading = (
        f"# From {file.name}. What such a document cannot say (uniqueness, rules, references …) is still to be added.\n"
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(heading + text, encoding="utf-8")
        for schema, content in found.schemas.items():
            (folder / schema).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be written: {error.strerror}", place=Place(folder), hint="choose another --out"
        ) from None
    for what in found.left_out:
        click.echo(f"left out: {what}", err=True)
    problems = check(target)
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("the contract is written, and needs these to be mended by hand", err=True)
        ctx.exit(2)
    loaded = load(target)
    operations = sum(len(r.operations) for r in loaded)
    click.echo(
        f"{target}: {len(loaded.resources)} resources, {operations} operations, {len(found.left_out)} things left out"
    )
