"""``index.html``: one self-contained page that works offline, without JavaScript, and with whatever a server
answered."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from restproof.oracle.verdict import Verdict
from restproof.report import page
from restproof.report.text import duration, moment, plural, visible
from restproof.run.model import Run

TEMPLATES = Path(__file__).parent / "templates"


def render_html(run: Run, verdict: Verdict) -> str:
    """The report as one HTML document. Its policy (CSP) admits nothing but its own style and script, by their
    hashes."""
    columns, matrix = page.matrix(run, verdict)
    rows = page.requirement_rows(run, verdict)
    applying = [r for r in rows if r.worst != "not applicable"]
    reasons, left_out = page.untested(run, verdict)
    style, script = _part("style.css"), _part("script.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            header=run.header,
            verdict=verdict,
            headline=page.headline(run, verdict),
            caveats=page.caveats(run, verdict),
            outcomes=page.outcome_bars(verdict),
            statuses=page.status_bars(verdict),
            columns=columns,
            matrix=matrix,
            causes=page.told_causes(run, verdict),
            families=page.families(applying),
            applying=len(applying),
            not_applicable=[r for r in rows if r.worst == "not applicable"],
            known={*run.requirements, *(r.requirement.id for r in rows)},
            reasons=reasons,
            left_out=left_out,
            style=style,
            script=script,
            policy=_policy(style, script),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(visible=visible, duration=duration, moment=moment)
    environment.globals.update(plural=plural, slug=page.slug, letters=page.LETTERS)
    return environment


@cache
def _part(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    own = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
