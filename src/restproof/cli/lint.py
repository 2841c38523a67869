"""``restproof lint``: every problem of a contract and its schemas, by file and line."""

from __future__ import annotations

from pathlib import Path

import click

from restproof.cli.completing import CONTRACT
from restproof.config import load_config, resolve_contract
from restproof.errors import RestproofError


@click.command("lint")
@click.argument("contract", required=False, shell_complete=CONTRACT)
@click.option("--todo", is_flag=True, help="List the lines '# decide:' that an import has left for a person.")
@click.option("--expand", is_flag=True, help="Print the contract with what its standard and preset say written out.")
@click.pass_context
def command(ctx: click.Context, contract: str | None, todo: bool, expand: bool) -> None:
    """Check CONTRACT, its schemas and the rules in ./suites, and print each problem with its file and line.

    CONTRACT is a directory, a file or a name; by default the one of restproof.toml, the only one under ./contracts,
    or the bundled one. Exit code 0 where it is sound, else 2.
    """
    from restproof.bundle import suites_of
    from restproof.cli.pages import page_of
    from restproof.contract.formats import unasserted
    from restproof.contract.load import read
    from restproof.contract.openapi.todo import to_decide
    from restproof.contract.secrecy import Secrecy
    from restproof.engine.loading import gate, idle
    from restproof.engine.register import load_all, unknown_names
    from restproof.plan.bodies import Bodies, unmarked
    from restproof.report.text import plural

    config = load_config(Path.cwd())
    path = resolve_contract(contract, config, Path.cwd())
    loaded, found = read(path)
    problems: list[RestproofError] = [*found]
    of_rules: list[RestproofError] = []
    if loaded is not None:
        folders = suites_of(config.root)
        problems += unknown_names(loaded, load_all(folders))
        of_rules += gate(folders)
    if loaded is None or problems or of_rules:
        for problem in (*problems, *of_rules):
            click.echo(str(problem), err=True)
        count = len(problems) + len(of_rules)
        click.echo(f"{count} problem{'s' if count > 1 else ''}", err=True)
        pages = [*map(page_of, problems), *(page_of(problem, gate.__module__) for problem in of_rules)]
        for page in dict.fromkeys(pages):
            click.echo(f"  more: {page}", err=True)
        ctx.exit(2)
    for resource, name in Secrecy(loaded).found_by_look():
        click.echo(f"{resource.name}.{name} looks like a secret, and reports hide it (`public: [{name}]` shows it)")
    for resource in loaded:
        for name in sorted(unasserted(resource.schema)):
            click.echo(f"{resource.name}: the format '{name}' is an annotation: no text is refused for its sake")
    for name, proof in unmarked(Bodies(loaded, resource) for resource in loaded):
        click.echo(f"{name}: no text of a create can hold the token of the run; {proof}")
    for id in idle(folders, loaded):
        click.echo(f"{id}: it proves nothing here: no operation of the contract has what its test asks for")
    if expand:
        click.echo(written_out(path), nl=False)
    operations = sum(len(r.operations) for r in loaded)
    click.echo(f"{path}: sound ({plural(len(loaded.resources), 'resource')}, {plural(operations, 'operation')})")
    for number, question in to_decide(path) if todo else ():
        click.echo(f"{path}:{number}: {question}")


def written_out(path: Path) -> str:
    """The contract as YAML, with what its standard and its preset stand for."""
    import yaml

    from restproof.contract.document import Problems, read_yaml
    from restproof.contract.load import FILE_NAME, in_full

    file = path / FILE_NAME if path.is_dir() else path
    problems = Problems()
    words = in_full(read_yaml(file, problems), problems).value
    return yaml.safe_dump(words, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
