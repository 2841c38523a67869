"""Creates that are refused for a number which they leave out: what needs something made is proven all the same."""

from __future__ import annotations

from pathlib import Path

from tests.miniatures import bench
from tests.miniatures.kinds import item
from tests.miniatures.kinds_makes import AGED, Zeroing


def test_what_is_made_with_every_field_is_proven_and_the_small_body_is_told(tmp_path: Path) -> None:
    verdict = bench.run(Zeroing(), *item(AGED, open=["rules"]), tmp_path)
    passed = {(r.requirement, r.operation) for r in verdict.results if r.outcome == "pass"}
    assert passed >= {
        *((name, "update") for name in ("update.answers-ok", "update.only-named", "input.bounds")),
        *((name, "delete") for name in ("delete.is-gone", "delete.siblings", "delete.unlisted")),
        *((name, "list") for name in ("list.answers-ok", "list.entry-agrees")),
    }
    told = {str(r.message) for r in verdict.results if (r.requirement, r.operation) == ("input.bounds", "create")}
    assert len(told) == 1
    assert "one with every field is accepted: say what a create has to hold" in told.pop()


def test_without_a_word_on_rules_the_small_body_is_accused(tmp_path: Path) -> None:
    verdict = bench.run(Zeroing(), *item(AGED), tmp_path)
    assert {c.requirement for c in verdict.causes} >= {"create.answers-created"}
    assert not {c.requirement for c in verdict.causes} & {"update.answers-ok", "delete.is-gone", "read.answers-ok"}
