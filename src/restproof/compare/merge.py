"""The shards of a run (``--shard K/N``) as one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from restproof.errors import Place, RunFileError
from restproof.frozen import frozen
from restproof.record.model import Footer, Header, RecordedItem, RecordedRun
from restproof.record.reader import read
from restproof.record.stream import lines
from restproof.record.writer import join


class MergeError(RunFileError):
    """Runs that cannot be one: each reason is a class of its own."""


class NotAShard(MergeError):
    """The run was not made with ``--shard``, or tells its shard in a form that nobody writes."""


class DifferentPlans(MergeError):
    """One is a part of N, the other of another N."""


class RepeatedShard(MergeError):
    """The same part is given twice."""


class RepeatedItem(MergeError):
    """Two shards hold the same item, and it sends requests of its own: the plans were not the same."""


class DifferentContracts(MergeError):
    """The shards are about different contracts, or about different versions of one."""


class DifferentTargets(MergeError):
    """The shards tested different targets."""


class DifferentSeeds(MergeError):
    """The shards drew their inputs from different seeds."""


class DifferentProfiles(MergeError):
    """The shards ran with different profiles."""


class DifferentRegisters(MergeError):
    """The shards judged by different requirements, deviations or levels."""


class DifferentSelections(MergeError):
    """The shards were narrowed in different ways."""


class DifferentVersions(MergeError):
    """The shards were run by different versions of restproof."""


_SEEN = ("fail", "error", "blocked", "pass", "not tested", "not applicable")
"""What an item that several shards hold may have come to, what says most first: one that saw no such exchange says
nothing against another that did."""


@frozen(slots=True)
class Merged:
    """What was merged: how many parts the plan has, and which of them (from 1) are missing."""

    of: int
    missing: tuple[int, ...]


@frozen(slots=True)
class Known:
    """What whoever has run the shards knows better: ``header``: members of the header; ``deleted`` and ``left``: what
    clean-up after shards that were lost came to; ``empty``: parts that hold no item, so that they have no run file;
    ``settled``: parts of which ``left`` tells what is left, and no more what they have told themselves; ``soundings``:
    requests that were sent before."""

    header: Mapping[str, Any] = field(default_factory=dict)
    deleted: int = 0
    left: tuple[str, ...] = ()
    empty: frozenset[int] = frozenset()
    settled: frozenset[int] = frozenset()
    soundings: int = 0


@frozen(slots=True)
class _Shard:
    path: Path
    run: RecordedRun
    footer: Footer
    part: int
    of: int


def merge(paths: Sequence[Path], out: Path, known: Known | None = None) -> Merged:
    """Write the run that the run files ``paths`` are shards of to the file ``out``.

    With all N parts of an otherwise full plan it is complete. Where a part is missing, its selection says which are
    there. Raises ``MergeError`` where the files are no shards of one run, and ``RunFileError`` for a file that is
    missing, damaged or cut.
    """
    for path in paths:
        if path.resolve() == out.resolve():
            raise MergeError("the merged run would overwrite this shard", place=Place(path), hint="Give another --out.")
    shards = sorted((_shard(path) for path in paths), key=lambda s: s.part)
    first = shards[0]
    for other in shards[1:]:
        _same_run(first, other)
    _check_parts(shards)
    _check_items(shards)
    known = known or Known()
    found = {s.part for s in shards} | known.empty
    missing = tuple(k for k in range(1, first.of + 1) if k not in found)
    began = min(s.run.header.started for s in shards)
    delays = [_seconds(began, s.run.header.started) for s in shards]
    header = _header_event(first.path)
    header |= known.header
    selection = {name: value for name, value in header.get("selection", {}).items() if name != "shard"}
    if missing:
        selection["shard"] = [f"{s.part}/{s.of}" for s in shards]
    header |= {"started": began, "selection": selection}
    # Made aside and moved: what stands under its name is whole.
    fresh = out.with_name(f".{out.name}.part")
    join(
        [s.path for s in shards], fresh, header, _footer(shards, known, delays, not selection), delays, _shared(shards)
    )
    fresh.replace(out)
    return Merged(first.of, missing)


def _shard(path: Path) -> _Shard:
    run = read(path)
    said = run.header.selection.get("shard")
    part, slash, of = said.partition("/") if isinstance(said, str) else ("", "", "")
    if not (slash and part.isdecimal() and of.isdecimal() and 1 <= int(part) <= int(of)):
        raise NotAShard(
            "this run is no shard",
            place=Place(path),
            hint="A shard is made by `restproof run --shard K/N`, with the same options for each K.",
        )
    # Read without `partial`, a run always has its footer.
    footer = run.footer or Footer(complete=False)
    return _Shard(path, run, footer, int(part), int(of))


def _header_event(path: Path) -> dict[str, Any]:
    return next(event for _, event in lines(path))


def _digest(header: Header) -> object:
    return header.contract, header.digest or {name: list(ops) for name, ops in header.resources.items()}


_SAME: tuple[tuple[type[MergeError], str, Callable[[Header], object]], ...] = (
    (DifferentVersions, "another version of restproof made", lambda h: h.restproof),
    (DifferentContracts, "another contract (or another version of it) is that of", _digest),
    (DifferentTargets, "another target is that of", lambda h: (h.target.name, h.target.kind)),
    (DifferentProfiles, "another profile is that of", lambda h: h.profile),
    (DifferentSeeds, "another seed is that of", lambda h: h.seed),
    (
        DifferentRegisters,
        "other requirements, deviations or levels are those of",
        lambda h: (h.requirements, h.deviations, h.fail_on),
    ),
    (DifferentSelections, "other options narrowed", lambda h: {n: v for n, v in h.selection.items() if n != "shard"}),
)


def _same_run(first: _Shard, other: _Shard) -> None:
    for error, message, fact in _SAME:
        if fact(first.run.header) != fact(other.run.header):
            raise error(
                f"{message} {first.path}",
                place=Place(other.path),
                hint="Shards of one run differ in --shard alone.",
            )


def _check_parts(shards: Sequence[_Shard]) -> None:
    first = shards[0]
    held: dict[int, Path] = {}
    for shard in shards:
        if shard.of != first.of:
            raise DifferentPlans(
                f"this is a part of {shard.of}, and {first.path} is one of {first.of}", place=Place(shard.path)
            )
        if shard.part in held:
            raise RepeatedShard(
                f"this is shard {shard.part}/{shard.of}, and so is {held[shard.part]}",
                place=Place(shard.path),
                hint="Give each shard once.",
            )
        held[shard.part] = shard.path


def _check_items(shards: Sequence[_Shard]) -> None:
    held: dict[str, Path] = {}
    for shard in shards:
        for item in shard.run.items:
            if item.id in held and not _observes(item):
                raise RepeatedItem(
                    f"the item {item.id!r} is in {held[item.id]} too: the shards are not of one plan",
                    place=Place(shard.path),
                    hint="Run all shards with the same contract, suites and options.",
                )
            held[item.id] = shard.path


def _observes(item: RecordedItem) -> bool:
    """Whether an item sends nothing of its own, but judges what others send: it is in every shard."""
    return not item.cost and not item.cases


def _shared(shards: Sequence[_Shard]) -> dict[str, dict[str, Any] | None]:
    """How the items that several shards hold ended, as ``outcome`` events by their ids: the worst of what any has seen.
    ``None`` where one does not say, and no other has seen it fail."""
    ended = [{o.item: o for o in shard.run.outcomes} for shard in shards]
    held = Counter(item.id for shard in shards for item in shard.run.items)
    found: dict[str, dict[str, Any] | None] = {}
    for item in (name for name, times in held.items() if times > 1):
        outcomes = [o for shard in ended if (o := shard.get(item)) is not None]
        worst = min(outcomes, key=lambda o: _SEEN.index(o.outcome), default=None)
        is_told = worst is not None and (worst.outcome == "fail" or len(outcomes) == held[item])
        found[item] = None
        if worst is not None and is_told:
            found[item] = {
                "event": "outcome",
                "item": item,
                "outcome": worst.outcome,
                "cases": sum(o.cases or 0 for o in outcomes),
                "reason": worst.reason or None,
            }
    return found


def _seconds(began: str, started: str) -> float:
    return (datetime.fromisoformat(started) - datetime.fromisoformat(began)).total_seconds()


def _footer(shards: Sequence[_Shard], known: Known, delays: Sequence[float], full: bool) -> dict[str, Any]:
    soundings = known.soundings + sum(s.footer.soundings for s in shards)
    interrupted = next((s.footer.interrupted for s in shards if s.footer.interrupted), None)
    return {
        "event": "footer",
        "finished": max(s.footer.finished for s in shards),
        "duration": round(max(d + s.footer.duration for d, s in zip(delays, shards, strict=True)), 3),
        "requests": sum(s.footer.requests for s in shards),
        **({"soundings": soundings} if soundings else {}),
        "complete": full and interrupted is None,
        "interrupted": interrupted,
        "cleanup": {
            "deleted": known.deleted + sum(s.footer.deleted for s in shards),
            "left": [*(line for s in shards if s.part not in known.settled for line in s.footer.left), *known.left],
        },
    }
