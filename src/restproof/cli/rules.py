"""``restproof rules``: the register of requirements."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from restproof.bundle import suites_of
from restproof.cli.completing import RULE
from restproof.contract.hints import closest

if TYPE_CHECKING:
    from restproof.engine.register import Requirement


@click.command("rules")
@click.argument("id", required=False, shell_complete=RULE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(id: str | None, as_json: bool) -> None:
    """Print the requirements: all of them, or the one with ID.

    Those of the bundled suites come first, then the repository's own of suites/requirements.yaml.
    """
    from restproof.config import load_config
    from restproof.engine.register import load_all

    register = load_all(suites_of(load_config(Path.cwd()).root))
    entries = [_plain(requirement) for requirement in register.values()]
    if id is not None:
        known = [entry["id"] for entry in entries]
        entries = [entry for entry in entries if entry["id"] == id]
        if not entries:
            guess = closest(id, known)
            raise click.BadParameter(
                f"there is no requirement {id!r}." + (f" Did you mean {guess!r}?" if guess else ""), param_hint="ID"
            )
    if as_json:
        click.echo(json.dumps(entries if id is None else entries[0], indent=2, ensure_ascii=False))
    elif id is not None:
        _print_one(entries[0])
    else:
        width = max(len(entry["id"]) for entry in entries)
        for entry in entries:
            click.echo(f"{entry['id']:{width}}  {entry['level']:6}  {entry['statement']}")


def _plain(requirement: Requirement) -> dict[str, Any]:
    entry = asdict(requirement)
    del entry["line"]
    return entry


def _print_one(entry: dict[str, Any]) -> None:
    """What a person asks of a rule; JSON has the measured weights, too."""
    click.echo(f"{entry['id']} ({entry['level']})\n\n  {entry['statement']}\n")
    for name, value in entry.items():
        if name in ("id", "level", "statement", "core", "kills", "requests") or not value:
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        click.echo(f"  {name.replace('_', ' ')}: {shown}")
    if entry["core"]:
        click.echo("  core rule: its pass on a successful answer proves the operation")
    click.echo(f"  run it: restproof run --only {entry['id']}")
