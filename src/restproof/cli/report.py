"""``restproof report``: reports of a run that has been recorded."""

from __future__ import annotations

from pathlib import Path

import click

RUN_FILE = "run.jsonl.gz"
FORMATS = ("html", "junit", "markdown", "json")


@click.command("report")
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "formats", type=click.Choice(FORMATS), multiple=True, help="May be given again; all by default."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file for one format (- is standard output), else a directory; by default the run's own directory.",
)
@click.pass_context
def command(ctx: click.Context, run: Path, formats: tuple[str, ...], out: Path | None) -> None:
    """Write the reports of RUN: a run file, or the directory that a run left.

    A run that was cut off is reported as far as it goes. Ends with 0 whatever the verdict is: it reports, it does
    not judge anew.
    """
    from restproof.oracle.verdict import judge
    from restproof.report.write import FILES, render
    from restproof.run.reader import read

    file = run / RUN_FILE if run.is_dir() else run
    recorded = read(file, partial=True)
    verdict = judge(recorded)
    if len(formats) == 1 and out is not None and not out.is_dir():
        text = render(recorded, verdict, formats[0])
        if str(out) == "-":
            click.echo(text.encode("utf-8"), nl=False)
        else:
            _write(out, text)
        return
    folder = file.parent if out is None else out
    names = {str(format): name for format, name in FILES.items()}
    for format in formats or FORMATS:
        _write(folder / names[format], render(recorded, verdict, format))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from None
    click.echo(str(path))
