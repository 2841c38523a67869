"""``restproof report``: reports of a run that has been recorded, of several side by side, or of a folder over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import click

from restproof.errors import ConfigurationError, Place, RunFileError
from restproof.record.disk import storing, write_whole
from restproof.record.events import RUN_FILE, run_file
from restproof.report.formats import FORMATS, USUAL, render, render_files

EVIDENCE = ("failures", "sample", "all")
ENDINGS = {"html": ".html", "markdown": ".md", "json": ".json"}


@click.command("report")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "formats",
    type=click.Choice(list(FORMATS)),
    multiple=True,
    help="May be given again; the usual by default.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file for one format (- is standard output), else a directory. Default: the run's own directory; for "
    "several runs the working directory.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, path_type=Path),
    help="The run to compare with (one RUN, HTML and Markdown).",
)
@click.option(
    "--evidence",
    type=click.Choice(EVIDENCE),
    default="sample",
    show_default=True,
    help="Which exchanges the HTML report of one run holds.",
)
@click.option("--page", metavar="URL", default="index.html", help="Where the HTML report is found, for links to it.")
@click.option(
    "--last", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="Of a folder, the newest N."
)
def command(
    runs: tuple[Path, ...],
    formats: tuple[str, ...],
    out: Path | None,
    baseline: Path | None,
    evidence: Literal["failures", "sample", "all"],
    page: str,
    last: int,
) -> None:
    """Write the reports of RUN: a run file, or the directory that a run left.

    Several RUNs become a matrix of requirements and runs; a directory of runs (reports/) becomes a trend over time.
    Both are written as HTML, Markdown and JSON.

    A run that was cut off is reported as far as it goes. Ends with 0 whatever the verdict is: it reports, it does
    not judge anew.
    """
    one = runs[0]
    folder = len(runs) == 1 and one.is_dir() and not (one / RUN_FILE).is_file()
    if baseline and (folder or len(runs) > 1):
        raise ConfigurationError("--baseline is for the report of one run", hint="Compare two runs: restproof diff.")
    if folder:
        _many("trend", _trend(one, last), formats, one if out is None else out)
    elif len(runs) > 1:
        _many("matrix", _matrix(runs), formats, Path() if out is None else out)
    else:
        _one(one, formats, out, baseline, page, evidence)


def _one(
    path: Path,
    formats: Sequence[str],
    out: Path | None,
    baseline: Path | None,
    page: str,
    evidence: Literal["failures", "sample", "all"],
) -> None:
    from restproof.compare.diff import compare
    from restproof.compare.earlier import judged

    found = judged(path)
    comparison = compare(judged(baseline), found) if baseline else None
    names = {name: format.file for name, format in FORMATS.items()}

    def made(format: str) -> str | Mapping[str, str]:
        if FORMATS[format].folder:
            return render_files(found.run, found.verdict, format)
        return render(found.run, found.verdict, format, comparison, page, evidence)

    wanted = {format: partial(made, format) for format in formats or USUAL}
    write(wanted, names, run_file(path).parent if out is None else out, single=len(formats) == 1 and out is not None)


def _many(stem: str, makers: Mapping[str, Callable[[], str]], formats: Sequence[str], out: Path) -> None:
    for format in formats:
        if format not in makers:
            raise ConfigurationError(
                f"there is no {format} report of more than one run", hint=f"Formats: {', '.join(makers)}."
            )
    chosen = {format: make for format, make in makers.items() if format in formats or not formats}
    write(chosen, {format: stem + ENDINGS[format] for format in chosen}, out, single=len(formats) == 1)


def _matrix(paths: Sequence[Path]) -> dict[str, Callable[[], str]]:
    from restproof.compare.earlier import judged
    from restproof.report.matrix import matrix, render_matrix_json, render_matrix_markdown
    from restproof.report.sheets import render_matrix_html

    found = matrix([judged(path) for path in paths], [_name(path) for path in paths])
    return {
        "html": lambda: render_matrix_html(found),
        "markdown": lambda: render_matrix_markdown(found),
        "json": lambda: render_matrix_json(found),
    }


def _name(path: Path) -> str:
    """What tells a run from others: the name of its directory, or of a run file that stands alone."""
    whole = path.resolve()
    if whole.is_dir():
        return whole.name
    return whole.parent.name if whole.name == RUN_FILE else whole.name


def _trend(folder: Path, last: int) -> dict[str, Callable[[], str]]:
    from restproof.compare.earlier import judged, runs_under
    from restproof.report.sheets import render_trend_html
    from restproof.report.trend import point, render_trend_json, render_trend_markdown, series

    points, unread = [], []
    for file in runs_under(folder)[:last]:
        try:
            points.append(point(file.parent.name, judged(file)))
        except RunFileError as error:
            unread.append(f"{file.parent.name}: {error.message}")
    if not points and not unread:
        raise RunFileError(
            "this directory is no run and holds none",
            place=Place(folder),
            hint="A run's directory holds a run.jsonl.gz; a folder of runs holds such directories.",
        )
    found = series(points)
    return {
        "html": lambda: render_trend_html(found, unread),
        "markdown": lambda: render_trend_markdown(found, unread),
        "json": lambda: render_trend_json(found, unread),
    }


def write(
    makers: Mapping[str, Callable[[], str | Mapping[str, str]]], names: Mapping[str, str], out: Path, *, single: bool
) -> None:
    """Write each text under its name in the directory ``out``; with ``single``, the one text to the file ``out`` (``-``
    is standard output) unless that is a directory. What is a folder has the texts of its files by their names. Each
    path is told."""
    if single and not out.is_dir():
        ((format, make),) = makers.items()
        made = make()
        if str(out) != "-":
            _write(out, made)
        elif isinstance(made, str):
            click.echo(made.encode("utf-8"), nl=False)
        else:
            raise ConfigurationError(f"--format {format} is a folder of files", hint="Name a folder: --out DIR.")
        return
    for format, make in makers.items():
        _write(out / names[format], make())


def _write(path: Path, made: str | Mapping[str, str]) -> None:
    with storing(path):
        (path.parent if isinstance(made, str) else path).mkdir(parents=True, exist_ok=True)
    if isinstance(made, str):
        write_whole(path, made)
    else:
        for name, text in made.items():
            write_whole(path / name, text)
    click.echo(str(path))
