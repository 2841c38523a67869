"""An update of single fields: every allowed value is kept, null clears, an array is replaced, no other field moves."""

from typing import Any

from restproof.suite import Ground, Inconclusive, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.bystanders import bystanders, must_be_untouched, under_another_parent
from restproof.suite.inputs import Body, Cases, accepted, accepted_bodies, few_values, merge_patches, reference
from restproof.suite.setup import spare, undo_large_write
from restproof.suite.states import after_update, named, patch_to, state_of
from restproof.suite.values import is_nullable, is_sure, is_valid, merges, removed_members, same


def may_have_more(resource: Resource) -> bool:
    """Whether there is room for another one, which an update of all fields goes to. What there is just one of has, by
    then, what the updates of its single fields have left."""
    return resource.creatable and not resource.quotas


def single_fields(ground: Ground) -> Cases:
    """Every value of the fields that have few (``briefly``: the answer tells the state); each field alone, with a plain
    value that is not the one of the full body; then all at once (no ``field``)."""
    state = ground.bodies.full()
    for name, values in few_values(ground):
        for value in [*(v for v in values if not same(v, state[name])), state[name]] if name in state else ():
            change = {name: value}
            if ground.bodies.adjusted_to_rules(change, state) == change:
                state.update(change)
                yield {"field": name, "change": change, "briefly": True}
    for name in ground.bodies.changeable:
        if name in ground.resource.references and not ground.bodies.referable(name):
            continue
        value = ground.bodies.another(name)
        change = ground.bodies.adjusted_to_rules({name: value}, state) if value is not None else {}
        if change:
            state.update(change)
            yield {"field": name, "change": change}
    everything = {n: v for n, v in ground.bodies.full("all").items() if n in ground.bodies.changeable}
    if not may_have_more(ground.resource):
        # Where a rule forbids some steps, a profile that leaves out cases leaves out what leads to the last state.
        stepwise = {name for name, _ in few_values(ground)} & ground.bodies.ruled
        everything = ground.bodies.adjusted_to_rules({n: everything[n] for n in everything.keys() - stepwise}, state)
    else:
        everything = ground.bodies.adjusted_to_rules(
            {**everything, **ground.bodies.other_values()}, ground.bodies.full()
        )
    if everything:
        yield {"field": None, "change": everything}


@requirement(
    "update.merges", on="update", needs=("create", "read"), when=lambda c, r: merges(r, "update"), cost=3, set_up=1
)
@for_each(merge_patches)
def test_a_merge_patch_changes_what_it_names_at_every_depth(
    subject: Subject, field: str, whole: Body, patch: Body, state: Body, removes: bool
) -> None:
    made = subject.own(subject.bodies.full())
    must.have_status(subject.update(made.id, patch_to(subject, made.id, whole)), "updated", field=field)
    updated = subject.update(made.id, patch)
    must.have_status(updated, "updated", field=field)
    read = subject.read(made.id)
    must.have_status(read, "read", because="after a merge patch")
    shown: Body = read.entity or {}
    sent = subject.resolved(state)
    must.agree(read, named(subject, sent), shown, what=f"{field} after a merge patch")
    known = {"properties": subject.bodies.writable}
    gone = next(removed_members(known, subject.resolved(patch), shown), None) if removes else None
    must.hold(
        gone is None,
        read,
        f"a merge patch with null for {gone} leaves it in {field}",
        kind="not-removed",
        expected="absent, or null",
        actual="a value",
        field=field,
    )


@requirement("update.only-named", on="update", needs=("create", "read"), cost=2, set_up=1, looks=True)
@for_each(single_fields)
def test_an_update_leaves_other_fields_and_other_resources(
    subject: Subject, field: str | None, change: Body, briefly: bool = False
) -> None:
    others = under_another_parent(subject) if field is None else []
    # A bystander has the values that a new one has: an update of all that have them would change both.
    is_new = field is None and may_have_more(subject.spec)
    made = spare(subject, subject.bodies.full()) if is_new else subject.own(subject.bodies.full())
    before = subject.before(made.id)
    others += bystanders(subject, made, change) if field is None else []
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    must_be_untouched(updated, subject, others, "another resource after an update")
    must.agree(
        updated,
        after_update(subject, updated.sent, before),
        subject.answered(updated, before) if briefly else subject.now(made.id),
        what="the state after an update of one field",
    )


def weighed(subject: Subject) -> set[str]:
    """The fields whose values a rule or a quota weighs: what is stored may decide on them."""
    return {*subject.bodies.weighed, *(n for quota in subject.spec.quotas for n in (*quota.per, quota.of))}


@requirement("update.accepts-valid", on="update", needs="create", cost=2, set_up=1)
@for_each(accepted_bodies, apart=True)
def test_every_allowed_value_is_accepted_and_kept(subject: Subject, body: Body, notes: dict[str, str]) -> None:
    id = subject.own(roughly=True).id
    updated = subject.update(id, patch_to(subject, id, body))
    if updated.ok:
        try:
            be_kept(subject, updated)
        except AssertionError:
            pass  # told below by the one field that is at fault
        else:
            if updated.entity is not None:
                wanted = named(subject, updated.sent)
                must.agree(updated, wanted, updated.entity, what="the answer to an update")
            undo_large_write(subject, updated)
            return
    unsaid: Inconclusive | None = None
    for name, note in notes.items():
        alone = subject.update(id, patch_to(subject, id, {name: body[name]}))
        if alone.status in subject.spec.status("conflict", "update") and name in subject.bodies.unique_fields:
            continue  # a value too short for the run's prefix, which somebody else holds
        if alone.status in subject.spec.status("rule") and name in weighed(subject):
            continue  # the stored other side of a rule, not this value
        try:
            must.have_status(alone, "updated", field=name, because=f"{name}: {note}")
        except Inconclusive as doubt:
            unsaid = doubt  # what may be frozen hides no other field
            continue
        be_kept(subject, alone)
    if unsaid is not None:
        raise unsaid


def be_kept(subject: Subject, updated: Reply) -> None:
    """The state holds what the update has sent."""
    what = "after an update to a value that the schema allows"
    must.agree(updated, named(subject, updated.sent), state_of(subject, updated), what=what)


def nullable_fields(ground: Ground) -> Cases:
    """Each nullable field alone; then, now that all are null, null again, null beside a value, and every value of the
    fields that have few: one that fills in a field that it does not name shows only where that is null. ``last`` marks
    the case after which the state is read: before, the answers tell it."""
    bodies = ground.bodies
    names = [n for n, p in bodies.changeable.items() if is_nullable(p) and bodies.full().get(n) is not None]
    if not names:
        return
    found: list[Body] = [{"field": name, "change": {name: None}} for name in names]
    spared = {*ground.resource.references, *bodies.ruled, *bodies.unique_fields}
    plain = [n for n in names if n not in spared]
    changes: list[Body] = []
    if len(plain) > 1:
        one, two = plain[:2]
        changes += [{**dict.fromkeys(names), one: bodies.plain(one)}, {one: None, two: bodies.plain(two)}]
    changes.append(dict.fromkeys(names))
    changes += [{name: value} for name, values in few_values(ground) for value in values]
    # A profile leaves cases out: what is sent has to be allowed whichever of those before it were sent.
    states = [bodies.full(), {**bodies.full(), **dict.fromkeys(names)}]
    for change in changes:
        if all(bodies.adjusted_to_rules(change, state) == change for state in states):
            states.append({**states[-1], **change})
            found.append({"field": None if None in change.values() else next(iter(change)), "change": change})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.null-clears", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(nullable_fields, apart=True)
def test_null_clears_a_field_and_leaves_the_rest(subject: Subject, field: str | None, change: Body, last: bool) -> None:
    made = subject.own(subject.bodies.full())
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field, because="null" if None in change.values() else "after nulls")
    must.agree(
        updated,
        after_update(subject, updated.sent, before),
        subject.now(made.id) if last else subject.answered(updated, before),
        what="after an update to null",
    )


def falsy_values(ground: Ground) -> Cases:
    """Each falsy value that a field allows; and, for all texts at once, one that some languages take for nothing.
    ``last`` marks the case after which the state is read: before, the answers tell it."""
    found, before = list[Body](), ground.bodies.full()
    for name, schema in ground.bodies.changeable.items():
        if name in ground.bodies.unique_fields:
            continue
        for candidate in accepted(schema):
            change = {name: candidate.value}
            if ground.bodies.adjusted_to_rules(change, before) != change:
                continue  # what a business rule says of it is told there
            if candidate.value == [] or (candidate.value in (0, False, "") and name not in ground.resource.references):
                found.append({"field": name, "change": change})
    spared = {*ground.resource.references, *ground.bodies.unique_fields, *ground.bodies.ruled}
    zeros = {
        n: "0" for n, p in ground.bodies.changeable.items() if n not in spared and is_valid(p, "0") and is_sure(p, "0")
    }
    if zeros:
        found.append({"field": None, "change": zeros})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.falsy-counts", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(falsy_values)
def test_a_falsy_value_is_a_value(subject: Subject, field: str | None, change: Body, last: bool) -> None:
    made = subject.own(subject.bodies.full())
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    must.agree(
        updated,
        after_update(subject, updated.sent, before),
        subject.now(made.id) if last else subject.answered(updated, before),
        what="after an update to a falsy value",
    )


def arrays(ground: Ground) -> Cases:
    for name, schema in ground.bodies.changeable.items():
        ref = ground.resource.references.get(name)
        if ref and ref.many and ground.bodies.referable(name):
            one, two = reference(ref.to, 0), reference(ref.to, 1)
            yield {"field": name, "first": [one, two], "second": [one]}
            yield {"field": name, "first": [one, two], "second": [two]}
            yield {"field": name, "first": [one], "second": [two]}
            many = [two, one] if schema.get("maxItems", 3) < 3 else [reference(ref.to, 2), two, one]
            yield {"field": name, "first": [one, two], "second": many}
        elif not ref and name not in ground.bodies.unique_fields:
            allowed = (ground.bodies.referring(name, c.value) for c in accepted(schema))
            longer = [value for value in allowed if isinstance(value, list)]
            longer.sort(key=len)
            if len(longer) >= 2:
                yield {"field": name, "first": longer[-1], "second": longer[0]}
            entries = sorted((v for v in longer if len(v) == 1 and isinstance(v[0], dict)), key=lambda v: len(v[0]))
            if entries and len(entries[0][0]) < len(entries[-1][0]):
                # Entries are no resources: nothing of one is left in the one that takes its place.
                yield {"field": name, "first": entries[-1], "second": entries[0]}


@requirement("update.replaces-arrays", on="update", needs=("create", "read"), cost=3, set_up=1)
@for_each(arrays)
def test_an_array_is_replaced_whole(subject: Subject, field: str, first: list[Any], second: list[Any]) -> None:
    made = subject.own()
    must.have_status(subject.update(made.id, {field: first}), "updated", field=field)
    updated = subject.update(made.id, {field: second})
    must.have_status(updated, "updated", field=field)
    state = subject.observe(made.id)
    must.agree(
        updated,
        named(subject, updated.sent),
        state,
        what="an array after its replacement",
    )
    left_over(subject, updated, state, field, first, second)


def left_over(subject: Subject, updated: Reply, state: Body, field: str, first: list[Any], second: list[Any]) -> None:
    """No entry of an array shows a member of the one that stood there before."""
    shown = state.get(field) if field not in subject.spec.references else None
    schema = subject.spec.shapes.update["properties"].get(field, {}).get("items", {})
    for at, (old, new) in enumerate(zip(first, second, strict=False)):
        entry = shown[at] if isinstance(shown, list) and at < len(shown) else None
        if not isinstance(old, dict) or not isinstance(entry, dict):
            continue
        for name in sorted((old.keys() - new.keys()) & entry.keys()):
            default = schema.get("properties", {}).get(name, {}).get("default")
            if not same(entry[name], old[name]) or same(entry[name], default):
                continue
            must.hold(
                same(entry[name], _by_itself(subject, field, second, at).get(name)),
                updated,
                f"an entry of {field} still holds {name} of the entry that it replaced",
                kind="left-over",
                expected=default,
                actual=entry[name],
                field=field,
            )


def _by_itself(subject: Subject, field: str, value: list[Any], at: int) -> Body:
    """The entry as a create shows it, which has replaced none: what it does not hold, the server may have set."""
    made = subject.create(subject.bodies.with_field(field, value, "control"))
    if not made.ok:
        raise Inconclusive(f"a create with the same {field} is refused")
    shown = subject.observe(made.id).get(field)
    entry = shown[at] if isinstance(shown, list) and at < len(shown) else None
    return entry if isinstance(entry, dict) else {}
