"""The failures as the report tells them: each cause once, with its smallest case in full."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from restproof.compare.diff import Comparison
from restproof.frozen import frozen
from restproof.oracle.finding import few
from restproof.oracle.results import Cause
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report.story import Story, Storyteller
from restproof.report.text import anchor

EVIDENCE = 400_000
"""About how many characters of HTML the stories of all causes may take. The worst causes come first."""


@frozen(slots=True)
class CauseStory:
    """A cause. ``story`` is its smallest case (``None`` where there is no room for another); ``cases`` are the ids of
    all its failing cases, the smallest first; ``since`` is ``new`` or ``still`` where an earlier run is known.
    ``sentence`` and ``where`` say in short what is broken and at which resources, operations and fields; ``places`` are
    all of them: resource, operation and its fields."""

    cause: Cause
    anchor: str
    sentence: str
    where: str
    places: tuple[tuple[str | None, str | None, tuple[str, ...]], ...]
    story: Story | None
    cases: tuple[str, ...]
    since: str


def cause_stories(run: RecordedRun, verdict: Verdict, comparison: Comparison | None = None) -> list[CauseStory]:
    """The causes, worst first. An anchor stays the same in a later run as long as its cause does."""
    teller = Storyteller(run)
    new = {c.item for c in comparison.new_failures} if comparison else set()
    names: dict[str, int] = {}
    found, room = [], EVIDENCE
    for cause in verdict.causes:
        cases = teller.cases(cause)
        story = teller.story(cause, *cases[0]) if cases and room > 0 else None
        room -= story.size if story else 0
        mark = crc32(
            "\n".join((cause.kind, cause.expected, cause.actual, *cause.operations)).encode("utf-8", "surrogatepass")
        )
        name = f"f-{anchor(cause.requirement)}-{mark:08x}"
        names[name] = names.get(name, 0) + 1
        since = ("new" if any(f.item in new for f in cause.findings) else "still") if comparison else ""
        unique = name if names[name] == 1 else f"{name}-{names[name]}"
        sentence = cause.title.rpartition(" (")[0] if cause.title.endswith(")") else cause.title
        failing = tuple(c for _, c in cases if c)
        found.append(
            CauseStory(cause, unique, sentence or cause.title, where(cause), _places(cause), story, failing, since)
        )
    return found


def where(cause: Cause) -> str:
    """``office update: city, zip``, ``update of office, department and 3 more: 7 fields``."""
    resources, operations, fields = (list(dict.fromkeys(filter(None, (p[n] for p in cause.places)))) for n in range(3))
    place = " of ".join(part for part in (few(operations), few(resources)) if part) or "the whole server"
    if len(resources) == 1 and operations:
        place = f"{resources[0]} {few(operations)}"
    return f"{place}: {few(fields)}" if fields else place


def _places(cause: Cause) -> tuple[tuple[str | None, str | None, tuple[str, ...]], ...]:
    found: dict[tuple[str | None, str | None], list[str]] = {}
    for resource, operation, field in cause.places:
        found.setdefault((resource, operation), []).extend([field] if field else [])
    return tuple((*place, tuple(fields)) for place, fields in found.items())


def count(stories: Sequence[CauseStory]) -> int:
    """The failing cases of all causes; one that shows two causes counts once."""
    return len({case for each in stories for case in each.cases})
