"""Several runs side by side: each requirement on each target or release, as values, Markdown and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from restproof.compare.diff import Judged
from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES, STALE, Ending
from restproof.oracle.verdict import Verdict
from restproof.record.model import Level
from restproof.report.text import code, plain

FORMAT = 1
SIGNS: Mapping[Ending | None, str] = {
    "fail": "❌",
    "error": "⚠️",
    "blocked": "◼",
    "not tested": "–",
    "deviation": "≈",
    "pass": "✅",
    "not applicable": "·",
    None: " ",
}
MILD = "▽"
"""The sign of a failure of what only should hold."""
LEVELS: tuple[Level, ...] = ("must", "policy", "should")


@frozen(slots=True)
class Column:
    """One run. ``name`` tells it from the others."""

    name: str
    contract: str
    target: str
    profile: str
    seed: int
    started: str
    verdict: Verdict


@frozen(slots=True)
class MatrixCell:
    """The results of one requirement in one run: the worst outcome, how many have it, and how many there are."""

    worst: Ending
    number: int
    of: int
    counts: Mapping[Ending, int]


@frozen(slots=True)
class Row:
    """One requirement; a cell is ``None`` where the run holds no result of it. ``level`` is the strictest of them."""

    requirement: str
    level: Level
    statement: str
    cells: tuple[MatrixCell | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs disagree in what they judged (a pass here, a failure there)."""
        return len({cell.worst for cell in self.cells if cell and cell.worst != "not applicable"}) > 1

    @property
    def worst(self) -> Ending:
        found = [cell.worst for cell in self.cells if cell]
        return min(found, key=OUTCOMES.index)


@frozen(slots=True)
class Matrix:
    """Rows in three groups: where the runs differ, where those that tried it have the same trouble, and where nothing
    is wrong in any; each worst level first."""

    columns: tuple[Column, ...]
    differing: tuple[Row, ...]
    troubled: tuple[Row, ...]
    quiet: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.differing, *self.troubled, *self.quiet)

    @property
    def contracts(self) -> tuple[str, ...]:
        """The contracts that the runs are about; more than one are told before anything is compared."""
        return tuple(dict.fromkeys(column.contract for column in self.columns))


def matrix(runs: Sequence[Judged], names: Sequence[str]) -> Matrix:
    """The matrix of ``runs``, in their order. ``names`` tell runs of one target apart."""
    targets = Counter(run.run.header.target.name for run in runs)
    columns = tuple(_column(run, name, targets) for run, name in zip(runs, names, strict=True))
    cells = [_cells(run.verdict) for run in runs]
    statements: dict[str, tuple[Level, str]] = {}
    for run in runs:
        for result in run.verdict.results:
            entry = run.run.requirements.get(result.requirement)
            statement = (
                entry.statement if entry else "A declared deviation still describes a failure and has not expired."
            )
            held = statements.get(result.requirement, (result.level, statement))
            statements[result.requirement] = (min(held[0], result.level, key=LEVELS.index), held[1])
    order = {r.id: n for run in reversed(runs) for n, r in enumerate(run.run.header.requirements)}
    rows = [
        Row(name, level, statement, tuple(found.get(name) for found in cells))
        for name, (level, statement) in statements.items()
    ]
    rows.sort(key=lambda r: (LEVELS.index(r.level), OUTCOMES.index(r.worst), order.get(r.requirement, -1)))
    trouble = OUTCOMES.index("deviation")
    return Matrix(
        columns=columns,
        differing=tuple(r for r in rows if r.differs),
        troubled=tuple(r for r in rows if not r.differs and OUTCOMES.index(r.worst) <= trouble),
        quiet=tuple(r for r in rows if not r.differs and OUTCOMES.index(r.worst) > trouble),
    )


def _column(of: Judged, name: str, targets: Mapping[str, int]) -> Column:
    header = of.run.header
    target = header.target.name
    shown = target if targets[target] == 1 else f"{target} {name}"
    return Column(shown, header.contract, target, header.profile, header.seed, header.started, of.verdict)


def _cells(verdict: Verdict) -> dict[str, MatrixCell]:
    counts: dict[str, Counter[Ending]] = {}
    for result in verdict.results:
        counts.setdefault(result.requirement, Counter())[result.outcome] += 1
    found = {}
    for name, by_outcome in counts.items():
        worst = min(by_outcome, key=OUTCOMES.index)
        ordered = {o: by_outcome[o] for o in OUTCOMES if by_outcome[o]}
        found[name] = MatrixCell(worst, by_outcome[worst], by_outcome.total(), ordered)
    return found


def render_matrix_markdown(found: Matrix) -> str:
    """The matrix as Markdown: the rows where nothing is wrong are only counted."""
    names = " | ".join(plain(c.name) for c in found.columns)
    verdicts = " | ".join(
        f"**{c.verdict.verdict}**{'' if c.verdict.complete else ' (incomplete)'}" for c in found.columns
    )
    lines = [f"# {', '.join(map(plain, found.contracts))}: {len(found.columns)} runs", ""]
    if len(found.contracts) > 1:
        lines += ["> The runs are about different contracts.", ""]
    lines += [f"| | level | {names} |", "|---|---|" + "---|" * len(found.columns), f"| | | {verdicts} |"]
    for row in (*found.differing, *found.troubled):
        cells = " | ".join(_cell(cell, row.level) for cell in row.cells)
        lines.append(f"| {code(row.requirement)} | {row.level} | {cells} |")
    lines += ["", f"{len(found.quiet)} more rules hold in every run that judged them."]
    if any(row.requirement == STALE for row in found.rows):
        lines += ["", f"{code(STALE)}: a declared deviation that matches nothing any more, or has expired."]
    return "\n".join([*lines, ""])


def _cell(cell: MatrixCell | None, level: Level) -> str:
    if cell is None:
        return SIGNS[None]
    sign = MILD if (cell.worst, level) == ("fail", "should") else SIGNS[cell.worst]
    return f"{sign} {cell.number}/{cell.of} {cell.worst}"


def render_matrix_json(found: Matrix) -> str:
    """The matrix as JSON (``docs/reports.md``)."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "runs": [
            {
                "name": c.name,
                "contract": c.contract,
                "target": c.target,
                "profile": c.profile,
                "seed": c.seed,
                "started": c.started,
                "verdict": c.verdict.verdict,
                "complete": c.verdict.complete,
                "counts": dict(c.verdict.counts),
            }
            for c in found.columns
        ],
        "requirements": [
            {
                "requirement": row.requirement,
                "level": row.level,
                "statement": row.statement,
                "differs": row.differs,
                "results": [cell and {"worst": cell.worst, "counts": dict(cell.counts)} for cell in row.cells],
            }
            for row in found.rows
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
