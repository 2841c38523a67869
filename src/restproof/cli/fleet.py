"""``restproof fleet``: many services, their runs in parallel, and one page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from restproof.errors import ConfigurationError

if TYPE_CHECKING:
    from restproof.fleet.running import FleetRun
    from restproof.fleet.spec import Fleet, Service
    from restproof.fleet.standing import Standings
    from restproof.fleet.store import Record, Store

_FLEET = click.option(
    "--fleet",
    "file",
    type=click.Path(path_type=Path),
    default=Path("fleet.toml"),
    show_default=True,
    metavar="FILE",
    help="The services.",
)
_WORST = (1, 2, 3)
"""Exit codes of services, the one that the fleet ends with first."""


@click.group("fleet")
def command() -> None:
    """Prove many services, and tell of all of them on one page.

    fleet.toml names the services; their runs are kept in a folder, with fleet.html, fleet.md and fleet.json on top.
    """


@command.command("run")
@_FLEET
@click.option("--service", "names", multiple=True, metavar="NAME", help="Only this service. May be repeated.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only services with this tag. May be repeated.")
@click.option("--only-changed", is_flag=True, help="Only services of which something has changed since their last run.")
@click.option("--resume", is_flag=True, help="Go on where the last run of the fleet was stopped.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Services at once. Default: `jobs` of the file.")
@click.option("--engine", metavar="local|dask://HOST:PORT", help="Where the shards of each run take place.")
@click.option("--coordinate", metavar="redis://HOST", help="Where all runs share the rate of a host.")
def run(
    file: Path,
    names: tuple[str, ...],
    tags: tuple[str, ...],
    only_changed: bool,
    resume: bool,
    jobs: int,
    engine: str | None,
    coordinate: str | None,
) -> int:
    """Run the services, several at once, each within the rate of its host.

    Ends with 1 where a service does not conform, else with 2 where one could not run, with 3 where one was not judged,
    and with 130 or 143 where it was interrupted.
    """
    from restproof.fleet.running import FleetRun, changed, unfinished
    from restproof.fleet.spec import read_fleet
    from restproof.fleet.store import Store
    from restproof.report.text import plural

    fleet = read_fleet(file)
    store = Store(fleet.runs, fleet.root)
    id, services = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}", list(fleet.services.values())
    if resume:
        id, services = unfinished(fleet, store)
    services = _chosen(fleet, services, names, tags)
    if only_changed:
        kept = changed(services, store)
        same = len(services) - len(kept)
        services = kept
        click.echo(f"{same} unchanged since the last run")
    codes: list[int] = []

    def say(record: Record) -> None:
        codes.append(record.exit_code)
        click.echo(_line(record, store))

    running = FleetRun(fleet, store, id, say, jobs or fleet.jobs, engine, coordinate)
    running.run(services)
    found = _write(fleet, store)
    whole = f"of {plural(len(found.services), 'service')} {found.counted}"
    click.echo(f"{len(services)} run; {whole}. {_where(store)}")
    return _exit_code(running, codes)


@command.command("report")
@_FLEET
@click.option(
    "--last", type=click.IntRange(min=1), default=30, show_default=True, metavar="N", help="Of each, the newest N runs."
)
def report(file: Path, last: int) -> None:
    """Write fleet.html, fleet.md and fleet.json anew from the runs that are kept."""
    from restproof.fleet.spec import read_fleet
    from restproof.fleet.store import Store

    fleet = read_fleet(file)
    store = Store(fleet.runs, fleet.root)
    _write(fleet, store, last)
    click.echo(_where(store))


def _chosen(fleet: Fleet, services: list[Service], names: tuple[str, ...], tags: tuple[str, ...]) -> list[Service]:
    from restproof.configfile import did_you_mean

    for name in names:
        if name not in fleet.services:
            raise ConfigurationError(f"the fleet has no service {name!r}{did_you_mean(name, fleet.services)}")
    known = {tag for service in fleet.services.values() for tag in service.tags}
    for tag in tags:
        if tag not in known:
            raise ConfigurationError(f"no service has the tag {tag!r}{did_you_mean(tag, known)}")
    return [s for s in services if (not names or s.name in names) and (not tags or set(tags) & set(s.tags))]


def _line(record: Record, store: Store) -> str:
    if not record.verdict:
        return f"{record.service}: could not run: {record.said}"
    summary = store.summary(record.service, record.name)
    part = " in part" if summary["verdict"] == "conforming" and summary["unproven"] else ""
    counts = ", ".join(
        f"{n:,} {outcome}" for outcome, n in summary["counts"].items() if n and outcome != "not applicable"
    )
    return f"{record.service}: {summary['verdict']}{part} ({counts}; {summary['requests']:,} requests)"


def _write(fleet: Fleet, store: Store, last: int = 30) -> Standings:
    from restproof.fleet.page import render_fleet_html
    from restproof.fleet.standing import render_fleet_json, render_fleet_markdown, standings

    found = standings(fleet, store, last)
    store.write("fleet.html", render_fleet_html(found))
    store.write("fleet.md", render_fleet_markdown(found))
    store.write("fleet.json", render_fleet_json(found))
    return found


def _where(store: Store) -> str:
    return f"Report: {store.top.rstrip('/')}/fleet.html"


def _exit_code(running: FleetRun, codes: list[int]) -> int:
    if running.stopped is not None:
        return 128 + running.stopped
    return next((code for code in _WORST if code in codes), 0)
