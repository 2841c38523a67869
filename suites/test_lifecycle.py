"""Whole stories: generated sequences of requests, each step compared with a model of the resource."""

from typing import Any

from restproof.suite import Ground, Reply, Subject, for_all, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, Step, lifecycle_plans
from restproof.suite.lists import until_settled
from restproof.suite.setup import spare
from restproof.suite.states import after_create, after_update, named
from restproof.suite.values import alike, same


class Model:
    """What the contract says of the instances of one plan: the last known representation of each, ``None`` once it is
    deleted."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.ids: dict[int, object] = {}
        self.states: dict[int, Body | None] = {}
        self.sent: dict[int, Body] = {}

    def taken(self, body: Body, besides: int | None = None) -> bool | None:
        """Whether a unique key of ``body`` is held by a living instance; ``None`` where a part of it is null, which
        some servers count as a value and others do not. What was not sent is as the schema's default."""
        defaults = self.subject.bodies.defaults
        held = [{**defaults, **self.sent[n]} for n, s in self.states.items() if s is not None and n != besides]
        own, unsure = {**defaults, **body}, False
        for key in self.subject.spec.unique:
            for other in held:
                same = [alike(self.subject.spec, n, other.get(n), own.get(n)) for n in key]
                if all(same) and all(own.get(n) is not None for n in key):
                    return True
                unsure = unsure or False not in same
        return None if unsure else False

    def made(self, number: int, reply: Reply) -> None:
        """One more lives. What was deleted and may have lent it its id is forgotten: nothing can be said of that id."""
        ids = self.subject.spec.id
        lost = [n for n, s in self.states.items() if s is None and (ids.may_come_again or self.ids[n] == reply.id)]
        for gone in lost:
            del self.ids[gone], self.states[gone], self.sent[gone]
        self.ids[number], self.sent[number] = reply.id, dict(reply.sent)
        self.states[number] = after_create(self.subject, reply.sent)

    def check(self, number: int, because: str) -> None:
        """A read shows what the model says."""
        read = self.subject.read(self.ids[number])
        wanted = self.states[number]
        if wanted is None:
            must.have_status(read, "gone", because=because)
            return
        must.have_status(read, "read", because=because)
        must.agree(read, wanted, read.entity, what=because)
        self.states[number] = self.subject.stable(read.entity or {})


@requirement("lifecycle.model", on="create", needs="read", cost=14)
@for_all(weight=0.34, plan=lifecycle_plans)
def test_the_server_agrees_with_the_model(subject: Subject, plan: list[Step]) -> None:
    model = Model(subject)
    for step in plan:
        take(model, subject, step)
    for number in model.ids:
        model.check(number, "the state at the end of the story")


def _standing(times: int, *, deleted: bool) -> str:
    """How often the list holds a resource that should stand there once, or not at all."""
    if deleted:
        return "the list still holds what was deleted"
    return f"the list holds one resource {times} times" if times else "the list lacks a resource that was not deleted"


@until_settled("lists")
def must_list_what_stands(subject: Subject, model: Model) -> None:
    entries = subject.lists.ids(subject.lists.walk())
    listed = (
        subject.list() if any((model.ids[n] in entries) != (s is not None) for n, s in model.states.items()) else None
    )
    for number, state in model.states.items():
        times = entries.count(model.ids[number])
        if state is not None and not times and "list" in subject.spec.open:
            continue
        must.hold(
            times == (state is not None),
            listed,
            _standing(times, deleted=state is None),
            kind="listed",
            expected=int(state is not None),
            actual=times,
        )


def take(model: Model, subject: Subject, step: Step) -> None:
    """One step: send it, judge its status, and bring the model up to date."""
    if step["do"] == "create":
        made = subject.create(step["body"])
        must.have_status(made, "created")
        model.made(step["as"], made)
        model.check(step["as"], "a read after the create")
        return
    if step["do"] == "list":
        must_list_what_stands(subject, model)
        return
    of = step["of"]
    if of not in model.ids:
        return
    alive = model.states[of] is not None
    if step["do"] == "read":
        model.check(of, "a later read")
    elif step["do"] == "duplicate":
        body = {
            **subject.bodies.minimal("d"),
            **{n: model.sent[of][n] for n in subject.bodies.unique_fields if n in model.sent[of]},
        }
        reply = subject.create(body)
        judge(reply, model.taken(reply.sent), "created", "a create that repeats unique values")
        living = [model.ids[n] for n, s in model.states.items() if s is not None]
        # A contract may answer a conflict with what is there.
        if reply.ok and reply.id not in living:
            model.made(max(model.ids) + 1000, reply)
    elif step["do"] == "delete":
        must.have_status(subject.delete(model.ids[of]), "deleted" if alive else "repeat_delete")
        model.states[of] = None
        model.check(of, "a read after the delete")
    else:
        update(model, subject, of, step["body"])


def judge(reply: Reply, taken: bool | None, success: str, because: str) -> None:
    """The status of a write whose unique values are taken, are not, or perhaps are."""
    if taken is None and reply.status in reply.resource.status("conflict", reply.operation):
        return
    must.have_status(reply, "conflict" if taken else success, because=because)


def update(model: Model, subject: Subject, of: int, body: Body) -> None:
    before = model.states[of]
    reply = subject.update(model.ids[of], body)
    if before is None:
        must.have_status(reply, "gone", because="an update after the delete")
        return
    taken = model.taken({**model.sent[of], **reply.sent}, besides=of)
    judge(reply, taken, "updated", "an update to unique values" if taken else "")
    if not reply.ok:
        return
    model.sent[of].update(reply.sent)
    model.states[of] = after_update(subject, reply.sent, before)
    model.check(of, "a read after the update")


def in_turn(ground: Ground) -> Cases:
    """Updates of one field that follow each other: each value differs from the one before it. And each field of which
    something may follow, where the contract does not say how (a price of a plan and of seats)."""
    others = ground.bodies.other_values()
    for name, value in others.items():
        first = ground.bodies.plain(name)
        if name not in (*ground.bodies.ruled, *ground.resource.references) and not same(first, value):
            yield {"field": name, "values": [value, first, value]}
            break
    if any(not alternatives for alternatives in ground.resource.derived.values()):
        yield from ({"field": name, "values": []} for name in others)


@requirement("lifecycle.model", on="update", needs=("create", "read"), cost=8, looks=True)
@for_each(in_turn)
def test_every_one_of_several_updates_lasts(subject: Subject, field: str, values: list[Any]) -> None:
    if not values:
        what_follows_is_that_of_the_values(subject, field)
        return
    made = spare(subject, subject.bodies.full("turn"))
    for n, value in enumerate(values, 1):
        updated = subject.update(made.id, {field: value})
        must.have_status(updated, "updated", because=f"update {n} of {len(values)}")
        read = subject.read(made.id)
        must.have_status(read, "read", because=f"after update {n} of {len(values)}")
        must.agree(read, named(subject, updated.sent), read.entity, what=f"a read after update {n} of {len(values)}")


def what_follows_is_that_of_the_values(subject: Subject, field: str) -> None:
    """Two of the same values, both changed before: one is again as it was made, the other became so. What follows from
    their values is the same in both; where it differs in two that were made alike, it follows from more."""
    base, second, third, fourth = (subject.bodies.full(tag) for tag in ("first", "second", "third", "fourth"))
    change = subject.bodies.adjusted_to_rules({field: subject.bodies.another(field)}, base)
    one = spare(subject, base)
    another, like_that, last = (subject.given(body) for body in ({**second, **change}, {**third, **change}, fourth))
    before, after, b, a = (what_follows(subject, made.id) for made in (one, another, last, like_that))
    follows = [n for n in before if same(before[n], b.get(n)) and same(after.get(n), a.get(n))]
    if all(same(before[n], after.get(n)) for n in follows):
        return
    for made, values in (another, base), (another, change), (one, change):
        updated = subject.update(made.id, {name: values[name] for name in change if name in values})
        must.have_status(updated, "updated")
    wanted = {n: v for n, v in what_follows(subject, another.id).items() if n in follows}
    what = f"after an update of {field}, what follows from other fields, as in one that was made so"
    must.agree(updated, wanted, subject.observe(one.id), what=what)


def what_follows(subject: Subject, id: object) -> Body:
    """What is shown of the fields of which the contract does not say how they follow from others."""
    shown = subject.observe(id)
    return {n: shown[n] for n, alternatives in subject.spec.derived.items() if not alternatives and n in shown}
