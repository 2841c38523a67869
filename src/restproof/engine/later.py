"""What is looked at once more when an item's cases are over: an effect that a server has late, though it refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.keep import Clock
from restproof.frozen import frozen
from restproof.oracle.finding import Finding

_PATIENCE = 60
"""Items of a run that wait as long as the contract says; later ones wait a tenth of it, so that a run has an end."""


@frozen(slots=True)
class _Look:
    case: str | None
    moment: float
    look: Callable[[], None]


class LaterLooks:
    """Looks at instances that refused writes of the running item have been sent to. Each instance is looked at once,
    for the last of them: what an earlier one left is seen there too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waited = 0
        self._looks: dict[tuple[str, Any], _Look] = {}

    def add(self, resource: str, id: Any, case: str | None, wait: float, look: Callable[[], None]) -> None:
        """Have ``look``, which raises ``CaseFailed``, look at the instance in ``wait`` seconds, unless something else
        has changed it by then."""
        self._looks[resource, id] = _Look(case, self._clock.monotonic() + wait, look)

    def forget(self, resource: str, id: Any) -> None:
        """The instance was written to: it is no longer as it was."""
        self._looks.pop((resource, id), None)

    def clear(self) -> None:
        """Another item begins."""
        self._looks.clear()

    def findings(self) -> Iterator[tuple[str | None, Finding]]:
        """What the looks find, with the case of the write, after waiting until the last of them is due."""
        looks, self._looks = list(self._looks.values()), {}
        left = max((each.moment for each in looks), default=0.0) - self._clock.monotonic()
        if left > 0:
            self._waited += 1
            self._clock.sleep(left if self._waited <= _PATIENCE else left / 10)
        for each in looks:
            try:
                each.look()
            except CaseFailed as failure:
                yield each.case, failure.finding
            except (SetUpFailed, NotTested, Inconclusive):
                continue  # the target is gone, or a ceiling is reached: what cannot be looked at shows nothing
