"""A case under way, whose test may rest; and which items of a plan may."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from inspect import isgeneratorfunction
from typing import Any

from restproof.engine.items import Item
from restproof.engine.keep import Clock
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch

Steps = Generator[float | None, None, None]


class Case:
    """A case under way. ``test``: what is called for it, once; where that gives steps, it rests between them."""

    def __init__(
        self, subject: Subject, test: Callable[[], Steps | None], inputs: Mapping[str, Any], watch: Watch
    ) -> None:
        self.subject = subject
        self.moment: float | None = None
        self._test: Callable[[], Steps | None] | None = test
        self._inputs = inputs
        self._watch = watch
        self._steps: Steps | None = None
        self._error: Exception | None = None

    def go_on(self) -> None:
        """Go on up to the next rest, or to the end, whatever it comes to."""
        self._watch.inputs, self.moment = self._inputs, None
        try:
            if self._test is not None:
                test, self._test = self._test, None
                self._steps = test()
            if self._steps is not None:
                self.moment = next(self._steps)
        except StopIteration:
            self._steps = None
        except Exception as error:  # it is raised where the item is judged
            self._steps, self._error = None, error

    def go_on_meanwhile(self) -> None:
        """The same in the midst of another case."""
        inputs = self._watch.inputs
        try:
            self.go_on()
        finally:
            self._watch.inputs = inputs

    def finish(self, clock: Clock) -> None:
        """Go on up to the end, and wait where it rests. Raises what the test raises."""
        while self._test is not None or self._steps is not None:
            if self.moment is not None and (left := self.moment - clock.monotonic()) > 0:
                clock.sleep(left)
            self.go_on()
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # else it, and all that its frames hold, is freed by a search for garbage alone


def may_rest(item: Item) -> bool:
    """Whether an item has one case, known before, whose test may rest."""
    return isgeneratorfunction(item.test) and item.count == 1 and not item.proof.draw


def begun_after(items: Sequence[Item]) -> dict[str, Item]:
    """The items of a plan that may rest, each by the item after which it is begun: the last one before it of its
    family, so that they do not come between."""
    found: dict[str, Item] = {}
    last: dict[str, Item] = {}
    for item in items:
        if item.left_out or item.proof.observes:
            continue
        family = item.proof.family
        if may_rest(item) and family in last:
            found[last[family].id] = item
        else:
            last[family] = item
    return found
