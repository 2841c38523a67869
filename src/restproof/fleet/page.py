"""The page of a fleet: services by families of rules, worst first, and what has turned. No script, and nothing from
outside."""

from __future__ import annotations

from restproof.fleet.standing import VERDICTS, Standings
from restproof.report.sheets import LETTERS
from restproof.report.templating import environment, part, policy

_BARS = {"conforming": "x-p", "not conforming": "x-f", "could not run": "x-e"}


def render_fleet_html(found: Standings) -> str:
    """The page. Links lead to the reports of the services, beside which it lies."""
    style = part("style.css") + part("sheets.css")
    bars = {verdict: _BARS.get(verdict, "x-b") for verdict in VERDICTS}
    names = {"letters": LETTERS, "bars": bars, "verdicts": VERDICTS}
    template = environment().get_template("fleet.html.j2", globals=names)
    return template.render(title="The fleet", style=style, policy=policy(style), found=found)
