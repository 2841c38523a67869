"""``summary.md``: what a pull request or a chat shows of a run."""

from __future__ import annotations

import re

from restproof.oracle.verdict import Cause, Verdict
from restproof.report.text import duration, moment, plural, visible
from restproof.run.model import Run

SIGNS = {"conforming": "✅", "not conforming": "❌", "not judged": "⚠️"}
MOST = 25


def render_markdown(run: Run, verdict: Verdict) -> str:
    """``summary.md`` as text (GitHub's Markdown)."""
    header = run.header
    whole = "" if verdict.complete else " (incomplete)"
    facts = (
        f"Target {_code(header.target.name)}, profile {_code(header.profile)}, seed {_code(str(header.seed))}, "
        f"{moment(header.started)}; {plural(verdict.requests, 'request')} in {duration(verdict.duration_s)}."
    )
    parts = [
        f"# {SIGNS[verdict.verdict]} {_plain(header.title)}: {verdict.verdict}{whole}",
        "",
        facts,
        "",
        "| " + " | ".join(verdict.counts) + " |",
        "|" + "---:|" * len(verdict.counts),
        "| " + " | ".join(f"{n:,}" for n in verdict.counts.values()) + " |",
        "",
    ]
    if header.selection:
        chosen = ", ".join(f"{name} {_code(_value(value))}" for name, value in header.selection.items())
        parts += [f"Narrowed by {chosen}.", ""]
    if not verdict.causes:
        return "\n".join([*parts, "Nothing failed.", ""])
    parts += [f"## {plural(len(verdict.causes), 'cause')} of failure", ""]
    parts += [_cause(cause) for cause in verdict.causes[:MOST]]
    if len(verdict.causes) > MOST:
        parts += ["", f"… and {len(verdict.causes) - MOST} more: see index.html."]
    return "\n".join([*parts, ""])


def _cause(cause: Cause) -> str:
    rule = f"{_code(cause.requirement)} ({cause.level}), {plural(len(cause.places), 'place')}"
    told = f"- **{_plain(cause.title)}**  \n  {rule}"
    if cause.expected or cause.actual:
        told += f"; expected {_code(cause.expected or 'nothing')}, got {_code(cause.actual or 'nothing')}"
    return told


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _plain(text: str) -> str:
    """``text`` as itself: nothing in it is a link, an image, HTML, emphasis or a mention."""
    line = " ".join(visible(text).split())
    return re.sub(r"([\\`*_\[\]<>#|~&!@])", r"\\\1", line)


def _code(text: str) -> str:
    line = " ".join(visible(text).split())[:200] or " "
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")
