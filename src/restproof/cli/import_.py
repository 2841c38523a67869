"""``restproof import``: a contract from what another language says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from restproof.errors import ConfigurationError, Place

if TYPE_CHECKING:
    from restproof.contract.openapi.imported import Imported


@click.group("import")
def command() -> None:
    """Write a contract from something else."""


@command.command("openapi")
@click.argument("file")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write; by default contracts/NAME."
)
@click.option("--tag", multiple=True, metavar="TAG", help="Only operations with this tag. May be repeated.")
@click.option("--resource", multiple=True, metavar="NAME", help="Only this resource. May be repeated.")
@click.option(
    "--app", metavar="MODULE:NAME", help="The ASGI or WSGI application that has the document at the path FILE."
)
@click.option("--all", "everything", is_flag=True, help="List everything that is left out, a line each.")
@click.option(
    "--update",
    is_flag=True,
    help="Bring what has changed in FILE into the contract that is there; every edit of yours stays.",
)
@click.option("--dry-run", is_flag=True, help="With --update: tell what differs, and write nothing.")
@click.option(
    "--check",
    "checked",
    is_flag=True,
    help="Tell what --update would do, write nothing, and end with 1 where it differs.",
)
@click.pass_context
def openapi(
    ctx: click.Context,
    file: str,
    out: Path | None,
    tag: tuple[str, ...],
    resource: tuple[str, ...],
    app: str | None,
    everything: bool,
    update: bool,
    dry_run: bool,
    checked: bool,
) -> None:
    """Write a contract and its schemas from FILE, an OpenAPI 3 or Swagger 2.0 document (YAML or JSON) or its URL.

    With --app, FILE is the path that the application has for its document: /openapi.json.

    What the document says and the contract does not is listed on standard error. Exit code 0 where the contract is
    sound, else 2; with --check, 1 where FILE has changed since it came into the contract.
    """
    from restproof.contract.load import read
    from restproof.contract.openapi.imported import imported
    from restproof.contract.openapi.naming import contract_name
    from restproof.contract.openapi.written import grouped, on_one_line, write
    from restproof.report.text import plural

    called = PurePosixPath(urlsplit(file).path if "://" in file else Path(file).name)
    name = contract_name(out.name if out else called.stem)
    folder = out or Path("contracts") / name
    target = folder / "contract.yaml"
    update = update or checked
    if target.exists() and not update:
        hint = "--update brings in what has changed; or choose another folder with --out"
        raise ConfigurationError("there is a contract already", place=Place(target), hint=hint)
    if update and not target.exists():
        raise ConfigurationError("there is no contract to update", place=Place(target), hint="name its folder by --out")
    with document_of(file, app) as document:
        found = imported(document, name, tags=tag, resources=resource)
    if update:
        ctx.exit(updated(found, folder, dry_run=dry_run, checked=checked))
    try:
        write(found, folder, called.name)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be written: {error.strerror}", place=Place(folder), hint="choose another --out"
        ) from None
    for line in (on_one_line(str(one)) for one in found.left_out) if everything else grouped(found.left_out):
        click.echo(f"left out: {line}", err=True)
    loaded, problems = read(target)
    if loaded is None:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("the contract is written, and needs these to be mended by hand", err=True)
        ctx.exit(2)
    operations = sum(len(r.operations) for r in loaded)
    held = f"{plural(len(loaded.resources), 'resource')}, {plural(operations, 'operation')}"
    click.echo(f"{target}: {held}, {plural(len(found.left_out), 'thing')} left out")


def updated(found: Imported, folder: Path, *, dry_run: bool = False, checked: bool = False) -> int:
    """Update the contract in ``folder``, tell what differs, and give the exit code. ``dry_run``, ``checked``: without
    writing; what differs is a failure to the latter alone."""
    from restproof.cli.updating import save, update_of
    from restproof.report.text import plural

    target = folder / "contract.yaml"
    update = update_of(found, folder)
    if not update.known:
        click.echo(f"{folder}: what was imported is not known, so all that is there counts as yours", err=True)
    for line in update.lines():
        click.echo(line)
    changed = [c for changes in update.changes.values() for c in changes]
    taken = sum(c.kind == "taken" for c in changed)
    stayed = len(changed) - taken
    if dry_run or checked:
        click.echo(f"{target}: {plural(taken, 'change')} to take, {plural(stayed, 'place')} where yours would stay")
        return 1 if checked and (changed or update.texts) else 0
    try:
        problems = save(update, found, folder)
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise ConfigurationError(message, place=Place(folder), hint="check its rights") from None
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo("nothing was written: what you have and what the document says now do not fit together", err=True)
        return 2
    click.echo(f"{target}: {plural(taken, 'change')} taken, {plural(stayed, 'place')} where yours stayed")
    return 0


@contextmanager
def document_of(file: str, app: str | None) -> Iterator[Path]:
    """The file of a document; what is a URL, or an application's own, is fetched."""
    if app is None and "://" not in file:
        yield Path(file)
        return
    from restproof.cli.document import fetched
    from restproof.session.app import hosted

    with TemporaryDirectory(prefix="restproof-document-") as temporary:
        copy = Path(temporary) / (Path(urlsplit(file).path).name or "openapi.json")
        if app is None:
            copy.write_bytes(fetched(file, None, Path.cwd()))
        else:
            with hosted(app, Path.cwd()) as url:
                copy.write_bytes(fetched(f"{url}/{file.lstrip('/')}", url, Path.cwd()))
        yield copy
