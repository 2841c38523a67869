"""``restproof diff``: what changed between two runs, and whether it is a regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

NAMES = {"text": "diff.txt", "markdown": "diff.md", "html": "diff.html", "json": "diff.json"}


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "wanted", type=click.Choice(list(NAMES)), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file or a directory. Default: standard output.")
def command(old: Path, new: Path, wanted: str, out: Path | None) -> int:
    """Tell what changed from OLD to NEW: run files, or the directories that runs left.

    Ends with 1 on a regression: a result that passed, was not tested or was absent fails now, or the verdict was
    conforming and is not. Else with 0; with 2 where a run cannot be read. Where the shapes of responses have changed is
    told too, and is no regression by itself.
    """
    from restproof.cli.report import write
    from restproof.compare.diff import compare
    from restproof.compare.earlier import judged
    from restproof.compare.shapes import drift
    from restproof.report.changes import render_json_changes, render_markdown_changes, render_text

    before, after = judged(old), judged(new)
    comparison = replace(compare(before, after), shapes=drift(before.run, after.run))

    def html() -> str:
        # Jinja2 takes a twentieth of a second that no other format has to pay.
        from restproof.report.sheets import render_changes_html

        return render_changes_html(comparison)

    makers: dict[str, Callable[[], str]] = {
        "text": lambda: render_text(comparison),
        "markdown": lambda: render_markdown_changes(comparison),
        "json": lambda: render_json_changes(comparison),
        "html": html,
    }
    write({wanted: makers[wanted]}, {wanted: NAMES[wanted]}, Path("-") if out is None else out, single=True)
    return 1 if comparison.regression else 0
