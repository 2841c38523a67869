"""Looks that follow the cases of an item."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.keep import LiveClock
from restproof.engine.later import LaterLooks
from restproof.oracle.finding import Finding


def raising(error: Exception) -> Callable[[], None]:
    def look() -> None:
        raise error

    return look


@pytest.mark.parametrize("error", [SetUpFailed("no read"), NotTested("a ceiling"), Inconclusive("a firewall")])
def test_what_cannot_be_looked_at_shows_nothing_and_keeps_no_other_look_away(error: Exception) -> None:
    later = LaterLooks(LiveClock())
    later.add("pet", 1, "case#1", 0.0, raising(error))
    later.add("pet", 2, "case#2", 0.0, raising(CaseFailed(Finding("changed", kind="value"))))
    assert [(case, finding.message) for case, finding in later.findings()] == [("case#2", "changed")]
    assert list(later.findings()) == []
