"""``restproof merge``: one run of its shards, with its verdict and reports."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("merge")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A directory for the run and its reports, or the name of a run file (….jsonl.gz) for the run alone.",
)
def command(runs: tuple[Path, ...], out: Path) -> int:
    """Make one run of RUN…, the shards that `restproof run --shard K/N` left (files or directories).

    Ends as the whole run would: 0 conforming, 1 not conforming, 3 not judged; with 2 where the files are no shards of
    one run.
    """
    from restproof.compare.earlier import judged
    from restproof.compare.merge import merge
    from restproof.oracle.verdict import exit_code
    from restproof.record.events import RUN_FILE, run_file
    from restproof.report.terminal import closing_lines
    from restproof.report.write import write_all

    alone = not out.is_dir() and out.name.endswith((".jsonl.gz", ".jsonl"))
    file = out if alone else out / RUN_FILE
    merged = merge([run_file(path) for path in runs], file)
    if merged.missing:
        named = ", ".join(f"{part}/{merged.of}" for part in merged.missing)
        click.echo(f"restproof: not all shards are here (missing: {named}); the run is incomplete", err=True)
    verdict = judged(file).verdict if alone else write_all(file, out).verdict
    for line in closing_lines(verdict, file if alone else out / "index.html"):
        click.echo(line)
    return exit_code(verdict)
