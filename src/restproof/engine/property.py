"""A property run by Hypothesis with a bound on what it sends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.garbage import keep
from restproof.oracle.finding import Finding
from restproof.plan.generated import generated
from restproof.plan.seeded import by_the_seed_alone

Inputs = dict[str, Any]


@cache
def _keep_what_is_there() -> None:
    """Before it draws for the first time, Hypothesis looks through all that is not kept for whoever holds its
    generator."""
    keep()


def load() -> None:
    """Load all that draws, which takes as long as three hundred requests: once, for all processes that are forked from
    this one."""
    drawn = generated({"type": "object", "properties": {"name": {"type": "string"}}})
    Property(lambda _number, _inputs: None, 1).check({"body": drawn}, 0)


@dataclass
class Property:
    """Draws inputs for ``run`` (which sends a case and raises what it finds) and shrinks what fails.

    Bounded: once a case has failed, at most as many further cases are sent as there are examples. An input that was
    sent before is not sent again: it gives what it gave. So a server that answers differently the second time cannot
    confuse the shrinker.
    """

    run: Callable[[int, Inputs], None]
    examples: int
    sent: int = 0
    inconclusive: int = 0
    unsaid: Inconclusive | None = None
    """Why the last inconclusive case said nothing."""
    stopped: SetUpFailed | NotTested | None = None
    _known: dict[str, CaseFailed | None] = field(default_factory=dict)
    _failing: list[tuple[int, int, CaseFailed]] = field(default_factory=list)
    _sent_since: int = 0
    _broken: Exception | None = None

    def check(self, strategies: Mapping[str, st.SearchStrategy[Any]], seed_value: int) -> tuple[int, Finding] | None:
        """The number of the smallest failing case and its finding; ``None`` where none failed. ``stopped`` tells why
        the property could not be tried to its end."""

        def once(inputs: Inputs) -> None:
            self._once(inputs)

        checked = given(st.fixed_dictionaries(dict(strategies)))(once)
        checked = settings(
            max_examples=self.examples,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            print_blob=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(checked)
        _keep_what_is_there()
        try:
            # What failed is known already; a skip is how a test ends Hypothesis's search for more.
            with by_the_seed_alone(), suppress(CaseFailed, SkipTest):
                seed(seed_value)(checked)()
        except Unsatisfiable:
            self.stopped = NotTested("of all that was drawn, nothing is what the contract decides")
        return self._smallest()

    def replay(self, cases: Iterable[tuple[int, Inputs]]) -> tuple[int, Finding] | None:
        """As :meth:`check`, with recorded inputs under their numbers: nothing is drawn, and the steps of shrinking are
        the recorded ones."""
        with suppress(SkipTest):
            for number, inputs in cases:
                self.sent = number - 1
                with suppress(CaseFailed):
                    self._try(json.dumps(inputs, sort_keys=True), inputs)
        return self._smallest()

    def _smallest(self) -> tuple[int, Finding] | None:
        if self._broken is not None:
            raise self._broken
        if not self._failing:
            return None
        _, number, failure = min(self._failing, key=lambda f: f[:2])
        return number, failure.finding

    def _once(self, inputs: Inputs) -> None:
        key = json.dumps(inputs, sort_keys=True)
        if key not in self._known:
            self._send(key, inputs)
        failure = self._known[key]
        if failure is not None:
            raise failure

    def _send(self, key: str, inputs: Inputs) -> None:
        if self._failing and self._sent_since >= self.examples:
            raise SkipTest("enough was sent")
        self._try(key, inputs)

    def _try(self, key: str, inputs: Inputs) -> None:
        self.sent += 1
        self._sent_since += bool(self._failing)
        self._known[key] = None
        try:
            self.run(self.sent, inputs)
        except CaseFailed as failure:
            self._known[key] = failure
            self._failing.append((len(key), self.sent, failure))
        except Inconclusive as reason:
            self.inconclusive += 1
            self.unsaid = reason
        except (SetUpFailed, NotTested) as reason:
            self.stopped = reason
            raise SkipTest(str(reason)) from None
        except Exception as error:
            # The suite itself is broken: there is nothing to shrink, and nothing more to send.
            self._broken = error
            raise SkipTest("the suite is broken") from None


def seed_of(seed: int, item: str) -> int:
    """The seed of one item: of the run's and the item's id, so that it does not depend on what else runs."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{item}".encode()).digest()[:8], "big")
