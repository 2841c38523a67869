"""``python -m tests.frameworks [NAME...]`` tries the services that are named, else those whose frameworks are
there, and keeps what was seen."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from tests.frameworks.bench import is_there
from tests.frameworks.catalogue import FRAMEWORKS
from tests.frameworks.seen import keep, measured, written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="Only these services.")
    given = parser.parse_args()
    named = [f for f in FRAMEWORKS if f.name in given.names]
    if len(named) < len(set(given.names)):
        parser.error(f"the services are {', '.join(f.name for f in FRAMEWORKS)}")
    for framework in named or [f for f in FRAMEWORKS if is_there(f)]:
        with TemporaryDirectory(prefix="restproof-frameworks-") as folder:
            found = measured(framework, Path(folder))
        for line in found.accused:
            click.echo(f"{framework.name}: {line}")
        click.echo(f"{framework.name}: {found.requests} requests, {found.words} words, {found.faults}")
        keep(framework, found)
    written()


if __name__ == "__main__":
    main()
