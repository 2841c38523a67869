"""The HTML pages about more than one run: a comparison, a matrix, a trend. No script, nothing from outside; the style
is that of the report."""

from __future__ import annotations

from collections.abc import Sequence

from restproof.compare.diff import Comparison
from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES
from restproof.report.changes import GROUPS, TITLES, RuleChanges, by_rule, changes_of, counted
from restproof.report.matrix import Matrix
from restproof.report.templating import environment, part, policy
from restproof.report.text import anchor, duration, flat, moment, plural
from restproof.report.trend import Point, Series, latency

LETTERS = dict(zip(OUTCOMES, "febndpa", strict=True))
WIDTH, HEIGHT = 720, 90
"""Of a chart, in the units of its view box."""


@frozen(slots=True)
class ChartBar:
    """One rectangle of a chart. ``css`` is its class, ``told`` what a reader of the page hears of it."""

    x: float
    y: float
    width: float
    height: float
    css: str
    told: str


@frozen(slots=True)
class Chart:
    """Bars over time. ``most`` is the value at the top."""

    title: str
    most: str
    told: str
    bars: tuple[ChartBar, ...]


@frozen(slots=True)
class Section:
    """One kind of change, by rule."""

    title: str
    count: int
    css: str
    rules: tuple[RuleChanges, ...]
    opened: bool


def render_changes_html(comparison: Comparison) -> str:
    """``restproof diff --format html``."""
    css = {"new_failures": "f", "fixed": "p", "still_failing": "f", "newly_untested": "n", "newly_tested": "p"}
    sections = []
    for group in GROUPS:
        changes = changes_of(comparison, group)
        if changes:
            rules = tuple(by_rule(changes))
            opened = group in ("new_failures", "fixed")
            sections.append(Section(TITLES[group], len(changes), css.get(group, "b"), rules, opened))
    return _page(
        "changes.html.j2",
        title="Regression" if comparison.regression else "No regression",
        comparison=comparison,
        counted=counted(comparison),
        sections=sections,
    )


def render_matrix_html(matrix: Matrix) -> str:
    """``restproof report RUN RUN …``."""
    groups = (
        ("Where the runs differ", matrix.differing, True),
        ("The same trouble wherever it was tried", matrix.troubled, True),
        ("Nothing wrong in any run", matrix.quiet, False),
    )
    return _page(
        "matrix.html.j2",
        title=f"{', '.join(matrix.contracts)}: {len(matrix.columns)} runs",
        matrix=matrix,
        groups=[group for group in groups if group[1]],
    )


def render_trend_html(series: Sequence[Series], unread: Sequence[str] = ()) -> str:
    """``restproof report FOLDER``."""
    return _page("trend.html.j2", title="Runs over time", series=[(one, _charts(one)) for one in series], unread=unread)


def _page(template: str, **values: object) -> str:
    style = part("style.css") + part("sheets.css")
    names = {"letters": LETTERS, "latency": latency, "slug": anchor, "flat": flat, "outcomes": OUTCOMES}
    return environment().get_template(template, globals=names).render(style=style, policy=policy(style), **values)


def _charts(one: Series) -> list[Chart]:
    points = one.points
    return [
        _outcomes(points),
        _chart(
            "Failing results",
            [float(p.counts["fail"]) for p in points],
            [str(p.counts["fail"]) for p in points],
            points,
            "x-f",
        ),
        _chart("Median answer", [p.latency_ms or 0.0 for p in points], [latency(p) for p in points], points),
        _chart("Duration", [p.duration_s for p in points], [duration(p.duration_s) for p in points], points),
        _chart("Requests", [float(p.requests) for p in points], [f"{p.requests:,}" for p in points], points),
    ]


def _slot(points: Sequence[Point]) -> float:
    return WIDTH / max(len(points), 8)


def _outcomes(points: Sequence[Point]) -> Chart:
    shown = [outcome for outcome in OUTCOMES if outcome != "not applicable"]
    most = max(sum(p.counts[o] for o in shown) for p in points) or 1
    slot = _slot(points)
    bars = []
    for number, one in enumerate(points):
        # What fails stands on the ground, where runs are compared best.
        top = float(HEIGHT)
        for outcome in shown:
            height = one.counts[outcome] * HEIGHT / most
            top -= height
            if one.counts[outcome]:
                told = f"{moment(one.started)}, {one.verdict}: {one.counts[outcome]:,} {outcome}"
                bars.append(_bar(number, slot, top, height, f"x-{LETTERS[outcome]}", told))
    last = points[-1]
    told = f"Results by outcome in {plural(len(points), 'run')}; the last is {last.verdict}, {last.counts['fail']} fail"
    return Chart("Results by outcome", f"{most:,}", told, tuple(bars))


def _chart(
    title: str, values: Sequence[float], labels: Sequence[str], points: Sequence[Point], css: str = "x-s4"
) -> Chart:
    most = max(values) or 1.0
    slot = _slot(points)
    bars = tuple(
        _bar(number, slot, HEIGHT * (1 - value / most), HEIGHT * value / most, css, f"{moment(p.started)}: {label}")
        for number, (value, label, p) in enumerate(zip(values, labels, points, strict=True))
        if value
    )
    top = labels[values.index(max(values))]
    return Chart(title, top, f"{title} in {plural(len(points), 'run')}: at most {top}, {labels[-1]} in the last", bars)


def _bar(number: int, slot: float, top: float, height: float, css: str, told: str) -> ChartBar:
    return ChartBar(
        round(number * slot + slot * 0.1, 2), round(top, 2), round(slot * 0.8, 2), round(height, 2), css, told
    )
