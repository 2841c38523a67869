"""``--shard auto``: the part of a plan that a CI system names."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.errors import ConfigurationError
from restproof.session.options import Options
from restproof.session.promise import promised
from restproof.session.sharding import shard_of


@pytest.mark.parametrize(
    ("said", "environ", "meant"),
    [
        ("2/3", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "5"}, "2/3"),
        ("auto", {"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "5"}, "5/5"),
        ("auto", {"CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "4"}, "1/4"),
        ("auto", {"BUILDKITE_PARALLEL_JOB": "3", "BUILDKITE_PARALLEL_JOB_COUNT": "4"}, "4/4"),
        ("auto", {"SYSTEM_JOBPOSITIONINPHASE": "2", "SYSTEM_TOTALJOBSINPHASE": "4"}, "2/4"),
        ("auto/8", {"JOB_COMPLETION_INDEX": "7"}, "8/8"),
        ("auto", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2", "JOB_COMPLETION_INDEX": "7"}, "1/2"),
    ],
)
def test_each_system_counts_in_its_own_way(said: str, environ: dict[str, str], meant: str) -> None:
    assert shard_of(said, environ) == meant


@pytest.mark.parametrize(
    ("said", "environ", "told"),
    [
        ("auto", {"CI_NODE_TOTAL": "1"}, "no variable of the environment says which part this is"),
        ("auto", {"JOB_COMPLETION_INDEX": "2"}, "nothing of how many"),
        ("auto/2", {"JOB_COMPLETION_INDEX": "2"}, "JOB_COMPLETION_INDEX is '2', of '2'"),
        ("auto", {"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "2"}, "CI_NODE_INDEX is '0'"),
        ("auto", {"CIRCLE_NODE_INDEX": "x", "CIRCLE_NODE_TOTAL": "2"}, "CIRCLE_NODE_INDEX is 'x'"),
        ("auto/", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"}, "--shard auto/"),
    ],
)
def test_what_does_not_say_which_part_is_refused(said: str, environ: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        shard_of(said, environ)


def test_a_run_tells_the_part_that_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_NODE_INDEX", "2")
    monkeypatch.setenv("CI_NODE_TOTAL", "3")
    assert promised(Options(shard="auto"), tmp_path).options.selection == {"shard": "2/3"}
