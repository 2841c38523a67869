"""What a shell completes: the names that a command line may hold, of contracts, targets, rules, resources and faults.

Each function is asked with what stands on the line so far. Where the names cannot be read, nothing is completed: the
command itself says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from restproof.errors import RestproofError

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names(read: Callable[[click.Context], Iterable[str]], *, or_files: bool = False) -> Complete:
    """Completes what ``read`` gives for the line so far, and what begins like no name to files where those may stand
    there too."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            found = sorted({name for name in read(ctx) if name.startswith(incomplete)})
        except (RestproofError, OSError):
            found = []
        # A shell turns to its files where nothing else is left.
        files = [CompletionItem(incomplete, type="file")] if or_files else []
        return [*files, *map(CompletionItem, found)]

    return complete


def _contracts(ctx: click.Context) -> Iterable[str]:
    from restproof.bundle import contract_names

    return contract_names(Path.cwd())


def _targets(ctx: click.Context) -> Iterable[str]:
    from restproof.config import load_config

    return load_config(Path.cwd()).sections


def _rules(ctx: click.Context) -> Iterable[str]:
    """The ids of rules, and of their families."""
    from restproof.bundle import suites_of
    from restproof.config import load_config
    from restproof.engine.register import load_all

    register = load_all(suites_of(load_config(Path.cwd()).root))
    return {*register, *(rule.family for rule in register.values())}


def _resources(ctx: click.Context) -> Iterable[str]:
    from restproof.config import load_config, resolve_contract
    from restproof.contract.load import load

    # click puts no argument in its place while an option waits for its value.
    said = ctx.params.get("contract") or next(iter(ctx.args), None)
    return load(resolve_contract(said, load_config(Path.cwd()), Path.cwd())).resources


def _faults(ctx: click.Context) -> Iterable[str]:
    from restproof.sandbox.faults import catalogue

    return catalogue()


CONTRACT = names(_contracts, or_files=True)
TARGET = names(_targets)
RULE = names(_rules)
RESOURCE = names(_resources)
FAULT = names(_faults)
