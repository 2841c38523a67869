"""``restproof explain``: rules, kinds and words."""

from __future__ import annotations

import pytest

from restproof.cli.main import run


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("create.answers-created", ["A valid create answers", "restproof run --only create.answers-created --fault "]),
        ("idempotency", ["idempotency.key: "]),
        ("page-size", ["the kind of a finding", "another number of entries"]),
        ("Core Rule", ["core rule: A rule whose pass"]),
    ],
)
def test_a_word_is_explained(word: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", *word.split()]) == 0
    out = capsys.readouterr().out
    assert all(text in out for text in told)
    assert "**" not in out


def test_a_word_that_nobody_knows_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "create.answers-createt"]) == 2
    assert "Did you mean 'create.answers-created'?" in capsys.readouterr().err
