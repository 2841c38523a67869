"""What an accepted fault has touched is put away, and never at the price of the finding."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

from restproof.engine.around import put_away
from restproof.engine.failure import Inconclusive


def test_what_must_not_be_deleted_stays_and_nothing_is_raised() -> None:
    world = SimpleNamespace(states=Mock(), own=Mock(), spares=Mock(), instances=Mock(retire=Mock(return_value=False)))
    subject: Any = Mock(world=world, delete=Mock(side_effect=Inconclusive("not proven to be this run's")))
    put_away(subject, SimpleNamespace(operation="create", id=7, scope={}))  # type: ignore[arg-type]
    subject.delete.assert_called_once()
