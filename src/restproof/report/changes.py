"""A comparison of two runs as text, Markdown and JSON (``comparison.schema.json`` beside this module)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Literal, get_args

from restproof.compare.diff import Change, Comparison, Side
from restproof.frozen import frozen
from restproof.record.model import Level
from restproof.report.text import code, flat, moment, plain, plural, visible

Group = Literal["new_failures", "fixed", "still_failing", "newly_untested", "newly_tested", "other"]
GROUPS: tuple[Group, ...] = get_args(Group)
TITLES: dict[Group, str] = {
    "new_failures": "New failures",
    "fixed": "Fixed",
    "still_failing": "Still failing",
    "newly_untested": "No longer tested",
    "newly_tested": "Newly tested",
    "other": "Other changes",
}
FORMAT = 1
PLACES = 6
MOST = 12
SHAPES = 30


@frozen(slots=True)
class RuleChanges:
    """The changes of one rule within a group, told once."""

    requirement: str
    level: Level
    statement: str
    changes: tuple[Change, ...]

    @property
    def turns(self) -> str:
        """``pass → fail``, each once."""
        return ", ".join(dict.fromkeys(f"{c.before or 'absent'} → {c.after or 'absent'}" for c in self.changes))

    @property
    def places(self) -> str:
        """The first places of the rule and how many more there are."""
        places = list(dict.fromkeys(c.place for c in self.changes))
        more = len(places) - PLACES
        return ", ".join(places[:PLACES]) + (f" and {more} more" if more > 0 else "")


def changes_of(comparison: Comparison, group: Group) -> tuple[Change, ...]:
    """One of the lists of ``comparison``, by its name."""
    found: tuple[Change, ...] = getattr(comparison, group)
    return found


def by_rule(changes: Sequence[Change]) -> list[RuleChanges]:
    """``changes`` by rule, in the order in which each rule first stands there."""
    found: dict[tuple[str, Level], list[Change]] = {}
    for change in changes:
        found.setdefault((change.requirement, change.level), []).append(change)
    return [RuleChanges(name, level, held[0].statement, tuple(held)) for (name, level), held in found.items()]


def counted(comparison: Comparison) -> str:
    """``2 new failures, 1 fixed, 3 still failing``, or that nothing changed."""
    names: dict[Group, str] = {
        "fixed": "fixed",
        "still_failing": "still failing",
        "newly_untested": "no longer tested",
        "newly_tested": "newly tested",
        "other": "changed otherwise",
    }
    parts = [plural(len(comparison.new_failures), "new failure")] if comparison.new_failures else []
    parts += [f"{len(c):,} {name}" for group, name in names.items() if (c := changes_of(comparison, group))]
    return ", ".join(parts) or "nothing changed"


def one_line(comparison: Comparison) -> str:
    """The comparison in one line: with which run, what differs beside the server, and how much changed."""
    old = comparison.old
    told = f"Since {moment(old.started)} ({old.verdict}): {counted(comparison)}"
    if comparison.differences:
        told += f"; not the same {', '.join(d.what.replace('_', ' ') for d in comparison.differences)}"
    return visible(told)


def drift_lines(comparison: Comparison, most: int) -> list[str]:
    """What a run with ``--against`` says of the responses, ``most`` lines and how many more there are; nothing where
    their shapes were not compared."""
    if comparison.shapes is None:
        return []
    broken = [f"  drift, breaks {r.requirement}: {r.places}" for r in by_rule(comparison.new_failures)]
    told = [*broken, *(f"  drift: {line}" for line in comparison.shapes)]
    more = [f"  and {plural(len(told) - most, 'more change')}"] if len(told) > most else []
    return [visible(line) for line in (*told[:most], *more)] or ["  no drift: responses look as recorded"]


def render_text(comparison: Comparison) -> str:
    """What ``restproof diff`` prints."""
    lines = [
        "REGRESSION" if comparison.regression else "No regression",
        f"{counted(comparison)}",
        f"  old  {_side(comparison.old)}",
        f"  new  {_side(comparison.new)}",
    ]
    if comparison.differences:
        lines += ["", "Not the same in both runs"]
        lines += [f"  {d.what.replace('_', ' ')}: {d.old} → {d.new}" for d in comparison.differences]
    for group in GROUPS:
        rules = by_rule(changes_of(comparison, group))
        if rules:
            lines += ["", f"{TITLES[group]} ({len(changes_of(comparison, group))})"]
        shown = rules if group in ("new_failures", "fixed") else rules[:MOST]
        for rule in shown:
            turned = f" ({rule.turns})" if group == "other" else ""
            lines.append(f"  {rule.level:<6} {rule.requirement}{turned}: {rule.places}")
            if group == "new_failures":
                lines.append(f"         {flat(rule.changes[0].message)[:200]}")
        if len(shown) < len(rules):
            lines.append(f"  and {len(rules) - len(shown)} more rules: see --format json")
    lines += _named("Rules that are new", comparison.added) + _named("Rules that are gone", comparison.removed)
    drift = comparison.shapes
    if drift:
        lines += ["", "Shapes of responses that changed", *(f"  {flat(line)}" for line in drift[:SHAPES])]
        lines += [f"  and {len(drift) - SHAPES} more: see --format json"] if len(drift) > SHAPES else []
    return visible("\n".join(lines)) + "\n"


def render_markdown_changes(comparison: Comparison) -> str:
    """The comparison as a document of its own (GitHub's Markdown)."""
    title = "Regression" if comparison.regression else "No regression"
    sign = "❌" if comparison.regression else "✅"
    lines = [
        f"# {sign} {plain(comparison.new.title)}: {title.lower()}",
        "",
        "| | contract | target | profile | seed | started | verdict |",
        "|---|---|---|---|---:|---|---|",
        _row("old", comparison.old),
        _row("new", comparison.new),
        "",
        *markdown_section(comparison, MOST),
    ]
    drift = comparison.shapes
    if drift:
        lines += ["", "## Shapes of responses that changed", "", *(f"- {plain(line)}" for line in drift[:SHAPES])]
        lines += [f"- … and {len(drift) - SHAPES} more"] if len(drift) > SHAPES else []
    return "\n".join([*lines, ""])


def markdown_section(comparison: Comparison, most: int) -> Iterator[str]:
    """Lines of Markdown that say what changed, at most ``most`` rules of each kind; what still fails is only
    counted."""
    yield f"{counted(comparison).capitalize()}."
    for difference in comparison.differences:
        yield ""
        what = difference.what.replace("_", " ")
        yield f"> Not the same {what}: {code(difference.old)} before, {code(difference.new)} now."
    for group in GROUPS:
        rules = by_rule(changes_of(comparison, group)) if group != "still_failing" else []
        if rules:
            yield ""
            yield f"**{TITLES[group]}**"
            yield ""
        for rule in rules[:most]:
            turned = f" ({rule.turns})" if group == "other" else ""
            yield f"- {code(rule.requirement)} ({rule.level}){turned}: {plain(rule.places)}"
            if group == "new_failures":
                yield f"  <br>{plain(rule.changes[0].message[:200])}"
        if len(rules) > most:
            yield f"- … and {len(rules) - most} more rules"
    for title, names in (("Rules that are new", comparison.added), ("Rules that are gone", comparison.removed)):
        if names:
            yield ""
            yield f"{title}: {', '.join(map(code, names[:most]))}{' …' if len(names) > most else ''}"


def changes_document(comparison: Comparison) -> dict[str, Any]:
    """The JSON document of a comparison (``docs/reports.md``)."""
    return {
        "format": FORMAT,
        "regression": comparison.regression,
        "old": _facts(comparison.old),
        "new": _facts(comparison.new),
        "differences": [asdict(d) for d in comparison.differences],
        **{group: [asdict(c) for c in changes_of(comparison, group)] for group in GROUPS},
        "added": list(comparison.added),
        "removed": list(comparison.removed),
        "shapes": None if comparison.shapes is None else list(comparison.shapes),
    }


def render_json_changes(comparison: Comparison) -> str:
    """The JSON document as text."""
    return json.dumps(changes_document(comparison), indent=1, ensure_ascii=True) + "\n"


def _facts(side: Side) -> dict[str, Any]:
    return {
        "contract": side.contract,
        "target": side.target,
        "profile": side.profile,
        "seed": side.seed,
        "started": side.started,
        "selection": dict(side.selection),
        "verdict": side.verdict,
        "complete": side.complete,
        "counts": dict(side.counts),
    }


def _side(side: Side) -> str:
    whole = "" if side.complete else " (incomplete)"
    return (
        f"{side.verdict}{whole}: {side.contract} on {side.target}, profile {side.profile}, seed {side.seed}, "
        f"{moment(side.started)}"
    )


def _row(name: str, side: Side) -> str:
    whole = "" if side.complete else " (incomplete)"
    return (
        f"| {name} | {code(side.contract)} | {code(side.target)} | {code(side.profile)} | {side.seed} "
        f"| {moment(side.started)} | {side.verdict}{whole} |"
    )


def _named(title: str, names: Sequence[str]) -> list[str]:
    return ["", f"{title}: {', '.join(names)}"] if names else []
