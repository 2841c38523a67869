"""A run without a server: the same items with the recorded inputs, tokens and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

from restproof.engine.case import may_rest
from restproof.engine.items import Item
from restproof.engine.keep import EventSink
from restproof.engine.outcome import Outcome
from restproof.engine.property import Property
from restproof.engine.runner import Runner
from restproof.engine.watch import Watch, Watched
from restproof.engine.world import World
from restproof.oracle.finding import Finding
from restproof.record.recording import Recording
from restproof.wire.failure import StaleStub
from restproof.wire.standin import Learned
from restproof.wire.stubs import MEND, Stubs

OFFERED = frozenset({"subject", "operation", "contract"})
"""What a test gets besides the inputs of its case."""


class Recalled:
    """The keeper of a replay (``restproof.engine.keep.Keeper``): gives what the recorded run has kept."""

    def __init__(self, recording: Recording, worker: int, sink: EventSink, learned: Learned) -> None:
        self._learned = learned
        self._values = dict(recording.values.get(worker, {}))
        self._sink = sink

    def recall_or_make(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._values:
            raise StaleStub(f"stale stub: the recording holds no {name!r}: {MEND}")
        return self._written(name, self._values[name])

    def recall(self, name: str, value: Any) -> Any:
        # Once: what the run found ready the first time, it had to ask for the second time.
        return self._written(name, self._values.pop(name)) if name in self._values else None

    def _written(self, name: str, value: Any) -> Any:
        value = self._learned.value(value)
        self._sink.write({"event": "value", "name": name, "value": value})
        return value


def needed_inputs(item: Item) -> set[str]:
    """The inputs without which the item's test cannot be called."""
    found = [p for p in signature(item.test).parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    return {p.name for p in found if p.default is Parameter.empty} - OFFERED


class RecalledWatch(Watch):
    """The rules about every exchange, in a replay. What one remembers is kept for each worker of the recorded run."""

    def __init__(self, sink: EventSink, stubs: Stubs) -> None:
        super().__init__(sink)
        self._stubs = stubs
        self._latest: dict[int, int] = {}
        self._memories: dict[tuple[int, int], dict[Any, Any]] = {}

    def memory(self, seen: Watched) -> dict[Any, Any]:
        # A replay of a part of the recording may come to a shared set-up later than the run did. What came out of
        # its order is judged alone, and leaves no trace in what follows.
        worker = self._stubs.worker
        if self._stubs.at < self._latest.get(worker, -1):
            return {}
        self._latest[worker] = self._stubs.at
        return self._memories.setdefault((worker, id(seen)), {})


class Replayer(Runner):
    """Runs items with recorded inputs. ``worlds``: one for each worker of the recorded run, since each had a shared
    set-up of its own."""

    def __init__(
        self,
        sink: EventSink,
        seed: int,
        worlds: Mapping[int, World],
        watch: Watch,
        recording: Recording,
        stubs: Stubs,
    ) -> None:
        super().__init__(sink, seed, next(iter(worlds.values())), watch)
        self._worlds = worlds
        self._recording = recording
        self._stubs = stubs

    def rest(self, items: Sequence[Item]) -> None:
        """As in the recorded run: what did not rest there is not begun early here."""
        super().rest([item for item in items if not may_rest(item) or item.id in self._interrupted])

    def send_ahead(self, before: Mapping[str, Sequence[Item]]) -> None:
        """As in the recorded run."""
        super().send_ahead({id: [i for i in ahead if i.id in self._interrupted] for id, ahead in before.items()})

    @cached_property
    def _interrupted(self) -> frozenset[str]:
        """The items in the midst of which others went on."""
        found, known, last = set[str](), set[str](), ""
        for item in (e.item for e in self._recording.exchanges if e.item is not None and len(self._worlds) == 1):
            if item != last and item in known:
                found.add(item)
            known.add(item)
            last = item
        return frozenset(found)

    def run(self, item: Item) -> Outcome:
        # What the profile leaves out, the recorded run has decided.
        item = replace(item, left_out=not item.proof.observes and item.id in self._recording.left_out)
        if not item.proof.observes and not item.left_out:
            cases = self._recording.cases.get(item.id)
            if not cases:
                raise StaleStub(
                    f"not recorded: the recording holds no case of {item.id}: {MEND}, or leave the rule out "
                    "(--only, -k)"
                )
            missing = needed_inputs(item) - cases[0].input.keys()
            if missing:
                raise StaleStub(
                    f"stale stub in case {cases[0].id}: the suite wants the input {', '.join(sorted(missing))}, the "
                    f"recording holds {', '.join(cases[0].input) or 'none'}: {MEND}"
                )
            self._stubs.worker = cases[0].worker
            self.world = self._worlds[self._stubs.worker]
        return super().run(item)

    def _token(self, case: str) -> str:
        return self._recording.tokens[case]

    def _numbered(self, item: Item) -> Iterable[tuple[int, Mapping[str, Any]]]:
        return [(int(case.id.rpartition("#")[2]), case.input) for case in self._recording.cases[item.id]]

    def _checked(self, drawn: Property, item: Item) -> tuple[int, Finding] | None:
        return drawn.replay((number, dict(inputs)) for number, inputs in self._numbered(item))
