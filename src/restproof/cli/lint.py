"""``restproof lint``: every problem of a contract and its schemas, by file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from restproof.config import load_config, resolve_contract
from restproof.errors import RestproofError


@click.command("lint")
@click.argument("contract", required=False)
@click.option("--todo", is_flag=True, help="List the lines '# decide:' that an import has left for a person.")
@click.pass_context
def command(ctx: click.Context, contract: str | None, todo: bool) -> None:
    """Check CONTRACT and its schemas, and print each problem with its file and line.

    CONTRACT is a directory, a file or a name; by default the one of restproof.toml, the only one under ./contracts,
    or the bundled one. Exit code 0 where it is sound, else 2.
    """
    from restproof.bundle import bundled_dir
    from restproof.cli.run import suites
    from restproof.contract.load import check, load
    from restproof.engine.register import load as load_register
    from restproof.engine.register import unknown_names

    path = resolve_contract(contract, load_config(Path.cwd()), Path.cwd())
    problems: list[RestproofError] = [*check(path)]
    if not problems:
        bundled = bundled_dir() / "suites" / "requirements.yaml"
        problems += unknown_names(load(path), load_register(suites(Path.cwd()) / "requirements.yaml"), bundled)
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        count = len(problems)
        click.echo(f"{count} problem{'s' if count > 1 else ''}", err=True)
        ctx.exit(2)
    loaded = load(path)
    operations = sum(len(r.operations) for r in loaded)
    click.echo(f"{path}: sound ({len(loaded.resources)} resources, {operations} operations)")
    for number, question in to_decide(path) if todo else ():
        click.echo(f"{path}:{number}: {question}")


def to_decide(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of what an imported contract asks a person."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        mark, _, question = line.strip().partition("# decide: ")
        if question and not mark:
            yield number, question
