"""``index.html``: one self-contained page that works offline, without JavaScript, and with whatever a server
answered."""

from __future__ import annotations

from restproof.compare.diff import Comparison
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report import page
from restproof.report.causes import cause_stories, count
from restproof.report.coverage import answered, covered
from restproof.report.evidence import Level, pack
from restproof.report.foremost import foremost
from restproof.report.plots import latencies, timeline
from restproof.report.rows import declared, families, requirement_rows, untested
from restproof.report.strength import STEPS
from restproof.report.templating import environment, part, policy
from restproof.report.text import anchor
from restproof.report.unproved import in_part, unseen

THINNEST = 4
FIRST = 6


def render_html(
    run: RecordedRun, verdict: Verdict, comparison: Comparison | None = None, evidence: Level = "sample"
) -> str:
    """The report as one HTML document. Its policy (CSP) admits nothing but its own style and script, by their
    hashes. ``comparison`` with an earlier run, ``None`` where there is none; ``evidence``: which exchanges the page
    holds, beside the smallest case of each failure."""
    columns, cells = page.matrix(run, verdict)
    names = page.told_in_full([name for name, _ in cells], verdict)
    matrix = [(name, row) for name, row in cells if name in set(names)]
    rows = requirement_rows(run, verdict, names)
    applying = [r for r in rows if r.worst != "not applicable"]
    reasons, left_out = untested(run, verdict)
    causes = cause_stories(run, verdict, comparison)
    style, script = part("style.css"), part("script.js")
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            header=run.header,
            comparison=comparison,
            verdict=verdict,
            letters=page.LETTERS,
            legend=page.LEGEND,
            steps=STEPS,
            slug=anchor,
            headline=page.headline(run, verdict),
            caveats=page.caveats(run, verdict),
            in_part=in_part(verdict),
            unseen=unseen(verdict),
            tallies=page.tallies(verdict),
            columns=columns,
            matrix=matrix,
            names=names,
            further=len(cells) - len(names),
            causes=causes,
            first=[causes[at] for at in foremost(verdict.causes, FIRST)],
            failing=count(causes),
            told_at={name: s.anchor for s in reversed(causes) for name in s.cause.breaks}
            | {s.cause.requirement: s.anchor for s in reversed(causes)},
            thin=sorted((r for r in applying if r.worst == "pass"), key=lambda r: r.strength.cases)[:THINNEST],
            families=families(applying),
            applying=len(applying),
            not_applicable=[r for r in rows if r.worst == "not applicable"],
            known={*run.requirements, *(r.requirement.id for r in rows)},
            reasons=reasons,
            left_out=left_out,
            deviations=declared(run),
            surfaced=bool(run.header.surface),
            answered=answered(run),
            covers={cover.name: cover for cover in covered(run)},
            scale=latencies(run, names),
            time=timeline(run),
            evidence=evidence,
            pack=pack(run, verdict, evidence, {story.anchor: story.cases for story in causes}),
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )
