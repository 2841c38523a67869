"""``restproof explain``: rules, kinds and words."""

from __future__ import annotations

from functools import cache
from typing import get_args

import pytest

from restproof.cli import explain
from restproof.cli.main import run
from restproof.oracle.results import Ending, Word
from restproof.record.model import Level


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("create.answers-created", ["A valid create answers", "restproof run --only create.answers-created --fault "]),
        ("idempotency", ["idempotency.key: "]),
        ("page-size", ["the kind of a finding", "another number of entries"]),
        ("Core Rule", ["core rule: A rule whose pass"]),
        ("unknown_field", ["a case of statuses): There is no such field. Unless it is said: ignored."]),
        ("over_max", ["over_max (a word of a contract, in paging): "]),
        ("422", ["422 where invalid (a case of statuses): ", "422 where rule (a case of statuses): "]),
        ("conflict.*", ["conflict.duplicate: ", "conflict.race: "]),
        ("statuses.unknown_field", ["a case of statuses): There is no such field."]),
        ("paging.max", ["max (a word of a contract, in paging): "]),
        ("defaults.note", ["defaults (a word of a contract, in resource): "]),
        ("zones", ["zones (a value of open): ", "With zones: "]),
        ("503", ["The server has failed", "robust.no-5xx"]),
        ("settles", ["settles (a word of a contract, at the top, in resource): Seconds", "more: docs/contract.md"]),
    ],
)
def test_a_word_is_explained(word: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", *word.split()]) == 0
    out = capsys.readouterr().out
    assert all(text in out for text in told)
    assert "**" not in out


@pytest.mark.parametrize(
    "word",
    [
        *(*get_args(Word), *get_args(Ending), *get_args(Level)),
        *("incomplete run", "in part", "not proven", "left out", "firewall", "stale", "shard", "baseline"),
    ],
)
def test_what_a_run_says_of_itself_is_explained(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", *word.upper().split()]) == 0
    assert f"{word}: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "nearest"), [("create.answers-createt", "create.answers-created"), ("idempot", "idempotency")]
)
def test_a_word_that_nobody_knows_is_told_with_the_nearest(
    word: str, nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", word]) == 2
    assert f"Did you mean {nearest!r}?" in capsys.readouterr().err


def test_each_rule_kind_and_word_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("_register", "_kinds", "_glossary", "_language"):
        monkeypatch.setattr(explain, name, cache(getattr(explain, name)))
    known = set(explain._known())
    assert len(known) > 300
    for word in known:
        assert run(["explain", *word.split()]) == 0, word
        said = capsys.readouterr().out
        assert said.lower().startswith(word.lower()), word
        assert len(said.partition(": ")[2].splitlines()[0].strip()) > 5, word
