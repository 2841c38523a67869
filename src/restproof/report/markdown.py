"""``summary.md``: what the step summary of a CI run, a pull request or a chat shows of a run. Failures first, at most
about a hundred lines."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from restproof.compare.diff import Comparison
from restproof.oracle.results import Cause
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report.changes import drift_lines, markdown_section
from restproof.report.foremost import foremost
from restproof.report.text import anchor, code, duration, listed, moment, plain, plural, source_address
from restproof.report.unproved import in_part, unproved, unseen

SIGNS = {"conforming": "✅", "not conforming": "❌", "not judged": "⚠️"}
PAGE = "index.html"
MOST = 20
CHANGES = 5
LEFT = 20
"""How many of the things that clean-up could not delete are named."""


def render_markdown(run: RecordedRun, verdict: Verdict, comparison: Comparison | None = None, page: str = PAGE) -> str:
    """``summary.md`` as text (GitHub's Markdown). ``page``: the address of the HTML report, for the links."""
    header = run.header
    not_seen = unseen(verdict)
    whole = " in part" if in_part(verdict) else ""
    whole += "" if verdict.complete else " (incomplete)"
    base = quote(page, safe="/:?=&%#.~-_+,@")
    facts = (
        f"Target {code(header.target.name)}, profile {code(header.profile)}, seed {code(str(header.seed))}, "
        f"{moment(header.started)}; {plural(verdict.requests, 'request')} in {duration(verdict.duration_s)}. "
        f"[The whole report]({base})."
    )
    parts = [
        f"# {SIGNS[verdict.verdict]} {plain(header.title)}: {verdict.verdict}{whole}",
        "",
        facts,
        "",
    ]
    if header.selection:
        chosen = ", ".join(f"{name} {code(listed(value))}" for name, value in header.selection.items())
        parts += [f"Narrowed by {chosen}.", ""]
    failed = verdict.server_errors
    parts += [f"**{plain(failed[:1].upper() + failed[1:])}.**", ""] if failed else []
    parts += [*_causes(verdict.causes, base)] if verdict.causes else ["Nothing failed."]
    parts += [f"- Not proven: {plain(reason)}" for reason in not_seen]
    parts += [f"- {plain(reason)}" for reason in unproved(verdict)]
    if verdict.left:
        parts += ["", "## Left on the target", ""]
        parts += [f"- {plain(line)}" for line in verdict.left[:LEFT]]
        parts += [f"- and {len(verdict.left) - LEFT:,} more"] if len(verdict.left) > LEFT else []
    if comparison is not None:
        parts += ["", f"## Since {moment(comparison.old.started)}", "", *markdown_section(comparison, CHANGES)]
        parts += [f"- {plain(line.strip())}" for line in drift_lines(comparison, 2 * CHANGES)]
    parts += [
        "",
        "| " + " | ".join(verdict.counts) + " |",
        "|" + "---:|" * len(verdict.counts),
        "| " + " | ".join(f"{n:,}" for n in verdict.counts.values()) + " |",
    ]
    return "\n".join([*parts, ""])


def _causes(causes: Sequence[Cause], page: str) -> list[str]:
    lines = [
        f"## {plural(len(causes), 'cause')} of failure",
        "",
        *(_cause(causes[at], page) for at in foremost(causes, MOST)),
    ]
    if len(causes) > MOST:
        lines += ["", f"… and {len(causes) - MOST} more in [the report]({page}#failures)."]
    return lines


def _cause(cause: Cause, page: str) -> str:
    link = f"[{plain(cause.requirement)}]({page}#r-{quote(anchor(cause.requirement))})"
    entry = f"- **{plain(cause.title)}**  \n  {link} ({cause.level}), {plural(len(cause.places), 'place')}"
    if cause.expected or cause.actual:
        entry += f"; expected {code(cause.expected or 'nothing')}, got {code(cause.actual or 'nothing')}"
    if cause.changed:
        entry += f"; **changed**: nobody has promised {code(cause.changed)}"
    if cause.breaks:
        entry += f"; {plural(len(cause.breaks), 'other rule')} broken by it"
    if cause.follows:
        entry += f"; may follow from {code(cause.follows)}"
    if cause.blocks:
        entry += f"; {plural(len(cause.blocks), 'rule')} that build on it are not judged there"
    if cause.sources:
        entry += f"; {', '.join(_source(s) for s in cause.sources[:2])}"
    return entry


def _source(source: str) -> str:
    address = source_address(source)
    return f"[{plain(source)}]({address})" if address else plain(source)
