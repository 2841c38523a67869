"""Shards become one run, or a named error says why they cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.compare.earlier import judged
from restproof.compare.merge import (
    DifferentContracts,
    DifferentPlans,
    DifferentProfiles,
    DifferentRegisters,
    DifferentSeeds,
    DifferentSelections,
    DifferentTargets,
    DifferentVersions,
    Known,
    MergeError,
    NotAShard,
    RepeatedItem,
    RepeatedShard,
    merge,
)
from restproof.errors import RunFileError
from restproof.oracle.verdict import judge
from restproof.record.reader import TruncatedRunFile, read

RULES = ("create.answers-created", "create.reads-back", "input.type")


def shard(folder: Path, part: int, of: int = 3, item: int | None = None, **head: Any) -> Path:
    """The shard ``part`` of ``of``: one item with one case and two exchanges, of which the second is its set-up."""
    it = build.item(RULES[(item or part) - 1], "office", "create")
    case = build.case(it)
    footer = head.pop("footer", {})
    selection = head.pop("selection", {"shard": f"{part}/{of}"})
    events = [
        it,
        case,
        build.exchange(1, it, case),
        build.exchange(2, it, setup="office", worker=head.pop("worker", 0)),
    ]
    events += [build.finding(it, case, 1)] if part == 2 else []
    events += [build.outcome(it, "fail" if part == 2 else "pass")]
    foot = build.footer(**{"requests": 2, "duration": 10.0, "complete": False, **footer})
    path = folder / f"{part}-{len(list(folder.iterdir()))}.jsonl.gz"
    return build.write(path, *build.small(*events, head=build.header(selection=selection, **head), foot=foot))


def test_all_shards_of_a_full_plan_are_a_complete_run(tmp_path: Path) -> None:
    merged = merge([shard(tmp_path, k) for k in (3, 1, 2)], tmp_path / "out")
    assert (merged.of, merged.missing) == (3, ())
    run = read(tmp_path / "out")
    verdict = judge(run)
    assert verdict.complete
    assert verdict.verdict == "not conforming"
    assert [i.requirement for i in run.items] == list(RULES)
    assert (verdict.counts["pass"], verdict.counts["fail"]) == (2, 1)
    assert run.header.selection == {}
    assert verdict.requests == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pass", "not tested"), ("pass", 3)),
        (("not tested", "not tested"), ("not tested", 3)),
        (("pass", "fail"), ("fail", 3)),
        (("fail", None), ("fail", 1)),
        (("pass", None), None),
    ],
)
def test_what_judges_every_exchange_has_seen_those_of_all_shards(
    words: tuple[str, str | None], told: tuple[str, int] | None, tmp_path: Path
) -> None:
    paths = []
    for part, word in enumerate(words, 1):
        it = build.item("protocol.json-valid", "office", "read", cost=0)
        events = [it] if word is None else [it, build.outcome(it, word, part if word == "fail" or part == 1 else 2)]
        paths.append(tmp_path / f"{part}.jsonl.gz")
        head = build.header(selection={"shard": f"{part}/2"})
        build.write(paths[-1], *build.small(*events, head=head, foot=build.footer(complete=False)))
    merge(paths, tmp_path / "out")
    run = read(tmp_path / "out")
    assert len(run.items) == 1
    assert [(o.outcome, o.cases) for o in run.outcomes] == ([] if told is None else [told])


def test_who_has_run_the_shards_may_know_better(tmp_path: Path) -> None:
    shards = [shard(tmp_path, k, footer={"cleanup": {"deleted": 2, "left": [f"left by {k}"]}}) for k in (1, 2)]
    known = Known({"selection": {"max_requests": 9}}, 5, ("left by nobody",), frozenset({3}), frozenset({2}))
    assert merge(shards, tmp_path / "out", known).missing == ()
    run = read(tmp_path / "out")
    assert run.header.selection == {"max_requests": 9}
    assert run.footer is not None
    assert (run.footer.deleted, tuple(run.footer.left)) == (9, ("left by 1", "left by nobody"))


def test_exchanges_are_numbered_through_and_findings_follow(tmp_path: Path) -> None:
    merge([shard(tmp_path, k) for k in (1, 2, 3)], tmp_path / "out")
    run = read(tmp_path / "out")
    assert [e.n for e in run.exchanges] == [1, 2, 3, 4, 5, 6]
    assert run.findings[0].exchange == 3


def test_the_workers_of_all_shards_stay_apart(tmp_path: Path) -> None:
    merge([shard(tmp_path, k, worker=1) for k in (1, 2, 3)], tmp_path / "out")
    assert [e.worker for e in read(tmp_path / "out").exchanges] == [0, 1, 2, 3, 4, 5]


def test_time_counts_from_the_first_shard_on(tmp_path: Path) -> None:
    paths = [shard(tmp_path, 1, started="2026-11-23T20:25:41Z"), shard(tmp_path, 2, started="2026-11-23T20:25:31Z")]
    paths.append(shard(tmp_path, 3, started="2026-11-23T20:26:31Z", footer={"duration": 5.0}))
    merge(paths, tmp_path / "out")
    run = read(tmp_path / "out")
    assert run.header.started == "2026-11-23T20:25:31Z"
    assert [round(e.started) for e in run.exchanges] == [10, 10, 0, 0, 60, 60]
    assert run.footer is not None
    assert run.footer.duration == 65.0


def test_a_missing_shard_is_told_and_the_run_is_incomplete(tmp_path: Path) -> None:
    merged = merge([shard(tmp_path, 1), shard(tmp_path, 3)], tmp_path / "out")
    assert merged.missing == (2,)
    found = judged(tmp_path / "out")
    assert not found.verdict.complete
    assert found.run.header.selection == {"shard": ["1/3", "3/3"]}


def test_what_narrowed_every_shard_still_narrows_the_run(tmp_path: Path) -> None:
    paths = [shard(tmp_path, k, 2, selection={"shard": f"{k}/2", "only": ["create"]}) for k in (1, 2)]
    merge(paths, tmp_path / "out")
    found = judged(tmp_path / "out")
    assert found.run.header.selection == {"only": ["create"]}
    assert not found.verdict.complete


def test_an_interrupted_shard_interrupts_the_run(tmp_path: Path) -> None:
    paths = [shard(tmp_path, 1, 2), shard(tmp_path, 2, 2, item=3, footer={"interrupted": "SIGINT"})]
    merge(paths, tmp_path / "out")
    run = read(tmp_path / "out")
    assert run.footer is not None
    assert (run.footer.interrupted, run.footer.complete) == ("SIGINT", False)
    assert not judge(run).complete


def test_leftovers_of_all_shards_are_kept(tmp_path: Path) -> None:
    left = [{"cleanup": {"deleted": k, "left": [f"/offices/{k}"]}} for k in (1, 2)]
    merge([shard(tmp_path, k, 2, footer=left[k - 1]) for k in (1, 2)], tmp_path / "out")
    footer = read(tmp_path / "out").footer
    assert footer is not None
    assert (footer.deleted, footer.left) == (3, ("/offices/1", "/offices/2"))


FEWER = build.header()["requirements"][1:]
CONTRACT = {"name": "procore", "resources": build.RESOURCES}


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"selection": {}}, NotAShard),
        ({"selection": {"shard": "4/3"}}, NotAShard),
        ({"selection": {"shard": "one/3"}}, NotAShard),
        ({"selection": {"shard": ["1/3", "3/3"]}}, NotAShard),
        ({"of": 4}, DifferentPlans),
        ({"selection": {"shard": "1/3"}}, RepeatedShard),
        ({"item": 1}, RepeatedItem),
        ({"contract": {**CONTRACT, "name": "other"}}, DifferentContracts),
        ({"contract": {**CONTRACT, "resources": {"office": ["list"]}}}, DifferentContracts),
        ({"contract": {**CONTRACT, "digest": "ab"}}, DifferentContracts),
        ({"target": {"name": "production"}}, DifferentTargets),
        ({"seed": 1}, DifferentSeeds),
        ({"profile": "deep"}, DifferentProfiles),
        ({"requirements": FEWER}, DifferentRegisters),
        ({"fail_on": "should"}, DifferentRegisters),
        ({"deviations": [{"requirement": "input.type"}]}, DifferentRegisters),
        ({"selection": {"shard": "2/3", "only": ["create"]}}, DifferentSelections),
        ({"restproof": "0.2.0"}, DifferentVersions),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "-".join(value),
)
def test_each_way_in_which_runs_cannot_be_one_has_its_own_error(
    tmp_path: Path, other: dict[str, Any], error: type[MergeError]
) -> None:
    with pytest.raises(error) as caught:
        merge([shard(tmp_path, 1), shard(tmp_path, 2, **other)], tmp_path / "out")
    assert type(caught.value) is error
    assert caught.value.place is not None
    assert not (tmp_path / "out").exists()


def test_a_shard_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = shard(tmp_path, 1)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TruncatedRunFile):
        merge([path, shard(tmp_path, 2)], tmp_path / "out")


def test_a_shard_is_never_overwritten(tmp_path: Path) -> None:
    path = shard(tmp_path, 1)
    before = path.read_bytes()
    with pytest.raises(RunFileError, match="overwrite"):
        merge([path, shard(tmp_path, 2)], path)
    assert path.read_bytes() == before
