"""Runs items: inputs in, exchanges and findings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from restproof.contract.model import Resource
from restproof.engine.around import make_room, put_away
from restproof.engine.case import Case, begun_after
from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.items import Item
from restproof.engine.keep import EventSink
from restproof.engine.outcome import Outcome
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch, parameters_of
from restproof.engine.world import World
from restproof.oracle.finding import Finding
from restproof.wire.failure import StaleStub

if TYPE_CHECKING:
    from restproof.engine.property import Property

_MOST_SILENT = 3
NOT_IN_PROFILE = "not in this profile"
"""Why an item was left out that another resource is tried for."""


class Runner:
    """Runs the items of one worker against ``world``, and tells ``sink`` of cases, findings and outcomes. ``watch``:
    the rules about every exchange, which the world lets judge each answer."""

    def __init__(self, sink: EventSink, seed: int, world: World, watch: Watch) -> None:
        self.sink = sink
        self.seed = seed
        self.world = world
        self._watch = watch
        self._begins: dict[str, Item] = {}
        self._goes_before: dict[str, Sequence[Item]] = {}
        self._sent_ahead: dict[str, Exception | None] = {}

    def send_ahead(self, before: Mapping[str, Sequence[Item]]) -> None:
        """From now on, send the first case of some items ahead of the others: ``before`` the item of that id."""
        self._goes_before = dict(before)

    def rest(self, items: Sequence[Item]) -> None:
        """From now on, those of ``items``, the whole plan in its order, that may rest are begun early."""
        self._begins = begun_after(items)

    def run(self, item: Item) -> Outcome:
        """Run one item and write its outcome."""
        for first in self._goes_before.pop(item.id, ()):
            self._send_first(first)
        if item.left_out:
            outcome = Outcome("not tested", 0, reason=NOT_IN_PROFILE)
        elif item.proof.observes:
            outcome = self._watch.outcome_of(item)
        elif item.cases is None:
            outcome = self._drawn(item)
        else:
            outcome = self._enumerated(item)
        self.sink.write(outcome.to_event(item.id))
        self.world.own.waiting.discard(item.id)
        self.world.session.guard.close()
        self.world.spares.ended(item.id, passed=outcome.outcome == "pass")
        if (other := self._begins.pop(item.id, None)) is not None:
            number, inputs = next(iter(self._numbered(other)))
            self.world.rests.begin(other.id, self._opened(other, number, inputs))
        return outcome

    def failed(self, item: Item, error: BaseException) -> None:
        """Write down that the suite itself broke."""
        message = str(error) if isinstance(error, StaleStub) else f"{type(error).__name__}: {error}"
        self.sink.write(Outcome("error", 0, reason=message).to_event(item.id))
        self.world.session.guard.close()

    def waive(self, item: Item, reason: str) -> None:
        """Write down that the rule does not apply, so that nothing was sent."""
        self.sink.write(Outcome("not applicable", 0, reason=reason).to_event(item.id))

    # ------------------------------------------------------------------- inside

    def _opened(self, item: Item, number: int, inputs: Mapping[str, Any]) -> Case:
        """One case, written down and ready to be run."""
        name = f"{item.id}#{number}"
        token = self._token(name)
        self.sink.write({"event": "case", "item": item.id, "case": name, "token": token, "input": dict(inputs)})
        resource = item.resource or _any(self.world)
        subject = Subject(self.world, resource, token=token, item=item.id, case=name)
        offered = {"subject": subject, "operation": item.operation, "contract": item.contract, **inputs}
        wanted = parameters_of(item.test)
        test = partial(item.test, **{name: value for name, value in offered.items() if name in wanted})
        return Case(subject, test, inputs, self._watch)

    def _case(self, item: Item, number: int, inputs: Mapping[str, Any]) -> None:
        """Run one case, or what is left of it. Raises what the test raises."""
        self.world.own.ahead = max(0, item.count - number)
        case = self.world.rests.begun(item.id) or self._opened(item, number, inputs)
        try:
            case.finish(self.world.clock)
        except (CaseFailed, Inconclusive) as failure:
            self.world.spares.withdraw(item.id)
            if failure.taken is not None:
                put_away(case.subject.other(failure.taken.resource.name), failure.taken)
            raise
        finally:
            make_room(case.subject)

    def _send_first(self, item: Item) -> None:
        """Send the first case of an item ahead of the others. What it finds is written down at once."""
        number, inputs = next(iter(self._numbered(item)))
        ended: Exception | None = None
        try:
            self._case(item, number, inputs)
        except CaseFailed as failure:
            self.sink.write(failure.finding.to_event(item.id, f"{item.id}#{number}"))
            ended = failure
        except Exception as error:  # it is raised where the item is judged
            ended = error
        else:
            self.world.spares.ended(item.id, passed=True)
        self.world.own.keep(item.id)
        self._sent_ahead[item.id] = ended
        self.world.session.guard.close()

    def _token(self, case: str) -> str:
        return self.world.values.next_token()

    def _numbered(self, item: Item) -> Iterable[tuple[int, Mapping[str, Any]]]:
        """The enumerated inputs of an item with the numbers of their cases."""
        return enumerate(item.cases or (), start=1)

    def _enumerated(self, item: Item) -> Outcome:
        findings: list[Finding] = []
        silent = done = 0
        unsaid: Inconclusive | None = None
        self.world.later.clear()
        for number, inputs in self._numbered(item):
            is_sent = item.id in self._sent_ahead
            try:
                if not is_sent:
                    self._case(item, number, inputs)
                elif (ended := self._sent_ahead.pop(item.id)) is not None:
                    raise ended
            except CaseFailed as failure:
                findings.append(failure.finding)
                if not is_sent:
                    self.sink.write(failure.finding.to_event(item.id, f"{item.id}#{number}"))
                silent += failure.finding.kind == "no-answer"
            except Inconclusive as reason:
                unsaid = reason
                continue
            except (SetUpFailed, NotTested) as reason:
                if findings:
                    break
                part = f" (after {done} of {item.count} cases)" if done else ""
                return Outcome(_ending(reason), done, reason=f"{reason}{part}")
            done += 1
            if silent >= _MOST_SILENT:
                break
        findings += self._seen_later(item)
        if unsaid is not None and not done and not findings:
            return Outcome("not tested", 0, reason=str(unsaid))
        return Outcome("fail" if findings else "pass", done, findings, item.shortened)

    def _seen_later(self, item: Item) -> list[Finding]:
        """What the cases of the item did to instances after all, written down for the case that it was seen of."""
        found = []
        for case, finding in self.world.later.findings():
            self.sink.write(finding.to_event(item.id, case))
            found.append(finding)
        return found

    def _drawn(self, item: Item) -> Outcome:
        from restproof.engine.property import Property  # Hypothesis takes its time to load: only for who draws

        def send(number: int, inputs: dict[str, Any]) -> None:
            self._case(item, number, inputs)

        drawn = Property(send, item.examples)
        found = self._checked(drawn, item)
        if found is not None:
            number, finding = found
            self.sink.write(finding.to_event(item.id, f"{item.id}#{number}"))
            return Outcome("fail", drawn.sent, [finding])
        if drawn.stopped is not None:
            return Outcome(_ending(drawn.stopped), drawn.sent, reason=str(drawn.stopped))
        if drawn.unsaid is not None and drawn.inconclusive == drawn.sent:
            return Outcome("not tested", 0, reason=str(drawn.unsaid))
        return Outcome("pass", drawn.sent)

    def _checked(self, drawn: Property, item: Item) -> tuple[int, Finding] | None:
        from restproof.engine.property import seed_of

        return drawn.check({n: draw(item.ground) for n, draw in item.proof.draw.items()}, seed_of(self.seed, item.id))


def _ending(reason: SetUpFailed | NotTested) -> str:
    return "blocked" if isinstance(reason, SetUpFailed) else "not tested"


def _any(world: World) -> Resource:
    """A resource to speak to the server about: the first that can be listed or read."""
    found = [r for r in world.contract if r.supports("list")] or [r for r in world.contract if r.supports("read")]
    return (found or list(world.contract))[0]
