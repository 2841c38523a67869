"""A server that takes values for their texts, or texts for other ones, is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.miniatures.test_miniatures import KINDS, judged

SEEN = {
    "moments are in order in all zones": {"input.business-rule", "input.rule-kept"},
    "moments have their order in all zones": {"list.sort"},
    "long text keeps its letters": {"create.accepts-valid"},
}


@pytest.mark.parametrize("name", SEEN)
def test_the_rule_that_says_so_tells_it(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    assert judged(kind, kind.broken(), tmp_path, whole=False).keys() >= SEEN[name]
