"""``restproof cleanup``: deletes by their ledgers what runs could not delete themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from restproof.config import Config, load_config, resolve_contract, resolve_target
from restproof.errors import ConfigurationError, Place, RestproofError

if TYPE_CHECKING:
    from restproof.wire.ledger import Ledger, Origin


@click.command("cleanup")
@click.argument("ledger", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def command(ctx: click.Context, ledger: Path | None) -> None:
    """Delete what interrupted runs have left on their targets.

    LEDGER is a file under .restproof/; by default all of them. Only what the run wrote down is deleted. Ends with 0
    where nothing is left that could be deleted, with 2 where the configuration lacks something, else with 3.
    """
    from restproof.wire.ledger import Ledger

    cwd = Path.cwd()
    config = load_config(cwd)
    paths = [ledger] if ledger else sorted(config.ledgers.glob("*.jsonl"))
    if not paths:
        click.echo(f"nothing to clean up: no ledger in {config.ledgers}")
        return
    codes = set[int]()
    runs: dict[tuple[Origin, Path | None], list[Ledger]] = {}
    for path in paths:
        with _telling(codes):
            one = Ledger(path)
            # What one worker of a run has seen holds for what the others have made.
            runs.setdefault((one.origin, None if one.origin.prefix else path), []).append(one)
    for (origin, _), ledgers in runs.items():
        with _telling(codes):
            codes.add(0 if _clean(origin, ledgers, config, cwd) else 3)
    if codes != {0}:
        ctx.exit(2 if 2 in codes else 3)


@contextmanager
def _telling(codes: set[int]) -> Iterator[None]:
    """What is wrong with one run is told, with 2 where the configuration bars the way, else 3, and keeps no other from
    being cleaned up after."""
    try:
        yield
    except RestproofError as error:
        click.echo(f"restproof: {error}", err=True)
        codes.add(2 if isinstance(error, ConfigurationError) else 3)


def _clean(origin: Origin, ledgers: Sequence[Ledger], config: Config, cwd: Path) -> bool:
    """Whether nothing is left that could be deleted of one run, by the ledgers of its workers."""
    from restproof.contract.load import load
    from restproof.hooks import load_hooks
    from restproof.wire.obtain import opened, wallet_of
    from restproof.wire.preflight import check_target
    from restproof.wire.session import Session, Unrecorded
    from restproof.wire.tidying import clean_up_all

    working = [ledger for ledger in ledgers if ledger.in_use()]
    for ledger in working:
        click.echo(f"{ledger.path}: the run is still going on")
    left = [ledger for ledger in ledgers if ledger not in working]
    for ledger in [one for one in left if origin.kind == "sandbox" or not one.entries()]:
        left.remove(ledger)
        ledger.remove()
        click.echo(f"{ledger.path}: nothing is left of this run")
    if not left:
        return not working
    path = left[0].path
    contract = load(resolve_contract(origin.contract or None, config, cwd))
    known = origin.target in config.sections
    # Ids are needed of what the run has made, not of what it may have left out for want of them.
    made = contract.resources.keys() & {entry.resource for ledger in left for entry in ledger.entries()}
    target = resolve_target(origin.target if known else origin.base_url, config, contract, resources=made)
    if target is None:
        raise click.UsageError(f"{path} does not say which target it belongs to")
    _check_is_there(path, origin.base_url, target.base_url)
    wallet = wallet_of(target, contract.base_path)
    target = opened(target, wallet)
    hooks = load_hooks(config.root)
    check_target(target, contract, wallet, hooks)
    with Session(target, contract, Unrecorded(), wallet=wallet, hooks=hooks) as session:
        deleted, told = clean_up_all(left, session, contract, origin.prefix)
    beside = f" and {len(left) - 1} more of its run" if len(left) > 1 else ""
    click.echo(f"{path}{beside}: deleted {deleted} on {target.name}")
    for line in told:
        click.echo(f"  left: {line}")
    return not any(ledger.path.exists() for ledger in ledgers)


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
