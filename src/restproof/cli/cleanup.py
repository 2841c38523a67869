"""``restproof cleanup``: deletes by their ledgers what runs could not delete themselves."""

from __future__ import annotations

from pathlib import Path

import click

from restproof.config import Config, load_config, resolve_contract, resolve_target
from restproof.errors import ConfigurationError, Place, RestproofError


@click.command("cleanup")
@click.argument("ledger", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def command(ctx: click.Context, ledger: Path | None) -> None:
    """Delete what interrupted runs have left on their targets.

    LEDGER is a file under .restproof/; by default all of them. Only what the run wrote down is deleted. Ends with 0
    where nothing is left that could be deleted, with 2 where the configuration lacks something, else with 3.
    """
    cwd = Path.cwd()
    config = load_config(cwd)
    ledgers = [ledger] if ledger else sorted(config.ledgers.glob("*.jsonl"))
    if not ledgers:
        click.echo(f"nothing to clean up: no ledger in {config.ledgers}")
        return
    codes = {_cleaned_up(path, config, cwd) for path in ledgers}
    if codes != {0}:
        ctx.exit(2 if 2 in codes else 3)


def _cleaned_up(path: Path, config: Config, cwd: Path) -> int:
    """0 where nothing is left of one ledger, 2 where the configuration bars the way, else 3. What is wrong with it is
    told, and keeps no other from being cleaned."""
    try:
        return 0 if _clean(path, config, cwd) else 3
    except RestproofError as error:
        click.echo(f"restproof: {error}", err=True)
        return 2 if isinstance(error, ConfigurationError) else 3


def _clean(path: Path, config: Config, cwd: Path) -> bool:
    """Whether nothing is left that could be deleted."""
    from restproof.contract.load import load
    from restproof.hooks import load_hooks
    from restproof.wire.ledger import Ledger
    from restproof.wire.obtain import opened, wallet_of
    from restproof.wire.preflight import check_target
    from restproof.wire.session import Session, Unrecorded
    from restproof.wire.tidying import clean_up

    ledger = Ledger(path)
    origin = ledger.origin
    if ledger.in_use():
        click.echo(f"{path}: the run is still going on")
        return False
    if origin.kind == "sandbox" or not ledger.entries():
        ledger.remove()
        click.echo(f"{path}: nothing is left of this run")
        return True
    contract = load(resolve_contract(origin.contract or None, config, cwd))
    known = origin.target in config.sections
    # Ids are needed of what the run has made, not of what it may have left out for want of them.
    made = contract.resources.keys() & {entry.resource for entry in ledger.entries()}
    target = resolve_target(origin.target if known else origin.base_url, config, contract, resources=made)
    if target is None:
        raise click.UsageError(f"{path} does not say which target it belongs to")
    _check_is_there(path, origin.base_url, target.base_url)
    wallet = wallet_of(target, contract.base_path)
    target = opened(target, wallet)
    hooks = load_hooks(config.root)
    check_target(target, contract, wallet, hooks)
    with Session(target, contract, Unrecorded(), wallet=wallet, hooks=hooks) as session:
        deleted, left = clean_up(ledger, session, contract, origin.prefix)
    click.echo(f"{path}: deleted {deleted} on {target.name}")
    for line in left:
        click.echo(f"  left: {line}")
    return not path.exists()


def _check_is_there(path: Path, then: str, now: str) -> None:
    """Whether a target is still the server that the run spoke to: elsewhere its ids are those of others, and nothing
    there says what it has left. Raises :class:`ConfigurationError`."""
    from restproof.contract.urls import parts_of
    from restproof.oracle.seen import origin

    if then and len({(origin(url), parts_of(url).path.rstrip("/")) for url in (then, now)}) > 1:
        raise ConfigurationError(
            f"the run was at {then}, and its target is now {now}",
            place=Place(path, 1),
            hint="Nothing was sent. Give the target the address of the run, and clean up again; where the server has "
            "moved, write its new address into this line.",
        )
