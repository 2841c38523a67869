"""What an update promises: the change, all of it, and nothing else."""

from contextlib import suppress
from datetime import datetime

from restproof.contract.shapes import is_nullable, types_of
from restproof.oracle.finding import an
from restproof.plan.candidates import accepted
from restproof.plan.inputs import (
    MOST_VALUES,
    accepted_bodies,
    out_of_bounds_bodies,
    rule_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.plan.symbols import reference
from restproof.semantics.checker import is_valid
from restproof.semantics.readback import ReadPath, member_schema
from restproof.semantics.state import differences, expected, same
from restproof.suite import (
    Ground,
    Inconclusive,
    Instance,
    NotTested,
    Reply,
    Subject,
    all_answered,
    at_once,
    for_all,
    for_each,
    must,
    requirement,
)


def bodies(ground: Ground):
    return ground.bodies.valid


def changes(ground: Ground):
    return ground.bodies.changes


def one_change(ground: Ground):
    """One plain change of one field, a text where there is one; and of one that no create needs."""
    bodies = ground.bodies
    change = bodies.plain_change()
    if change:
        yield {"change": change, "fresh": False}
    spared = {*bodies.required, *change, *ground.resource.references, *bodies.unique_fields}
    for name in [n for n in bodies.changeable if n not in spared and bodies.another(n) is not None][:1]:
        yield {"change": {name: bodies.another(name)}, "fresh": True}


def after(subject: Subject, sent: dict, before: dict) -> dict:
    """What the representation must hold after the update of ``before``."""
    return expected(subject.spec, sent, before=subject.stable(before), refs=subject.world.lookup)


def state_of(subject: Subject, reply) -> dict:
    return subject.observe(reply.asked_id) or {}


@requirement("update.answers-ok", on="update", needs="create", cost=2)
@for_each(one_change)
def test_a_valid_update_answers_the_new_state(subject: Subject, change, fresh):
    made = subject.given() if fresh else subject.own(subject.bodies.full())
    change = change if fresh else subject.bodies.kept_rules(change, subject.bodies.full())
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    if updated.entity is not None and made.entity:
        must.agree(updated, after(subject, updated.sent, made.entity), updated.entity, what="the answer to an update")


@requirement("update.persists", on="update", needs=("create", "read"), cost=3)
@for_all(weight=0.5, body=bodies, change=changes)
def test_a_read_shows_what_was_updated(subject: Subject, body, change):
    made = subject.given(body)
    change = subject.bodies.kept_rules(change, body)
    before = {**subject.bodies.defaults, **body}
    if all(same(before.get(n), v) for n, v in change.items()):
        change = subject.bodies.kept_rules(subject.bodies.plain_change(), body)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    read = subject.read(made.id)
    must.have_status(read, "read", because="after an update")
    wanted = expected(subject.spec, updated.sent, before={}, refs=subject.world.lookup)
    must.agree(read, wanted, read.entity, what="a read after the update")


def few_values(ground: Ground):
    """The fields that have few values, each with all of them but null."""
    for name, schema in ground.bodies.changeable.items():
        values = [v for v in schema.get("enum", ()) if v is not None]
        if 1 < len(values) <= MOST_VALUES and name not in ground.resource.references:
            yield name, values


def single_fields(ground: Ground):
    """Every value of the fields that have few (``briefly``: the answer tells the state); each field alone, with a plain
    value that is not the one of the full body; then all at once (no ``field``)."""
    state = ground.bodies.full()
    for name, values in few_values(ground):
        for value in [*(v for v in values if not same(v, state[name])), state[name]] if name in state else ():
            change = {name: value}
            if ground.bodies.kept_rules(change, state) == change:
                state.update(change)
                yield {"field": name, "change": change, "briefly": True}
    for name in ground.bodies.changeable:
        if name in ground.resource.references and not ground.bodies.referable(name):
            continue
        value = ground.bodies.another(name)
        change = ground.bodies.kept_rules({name: value}, state) if value is not None else {}
        if change:
            state.update(change)
            yield {"field": name, "change": change}
    everything = {n: v for n, v in ground.bodies.full("all").items() if n in ground.bodies.changeable}
    everything = ground.bodies.kept_rules(everything, state)
    if everything:
        yield {"field": None, "change": everything}


@requirement("update.only-named", on="update", needs=("create", "read"), cost=2, set_up=1)
@for_each(single_fields)
def test_an_update_leaves_other_fields_and_other_resources(subject: Subject, field, change, briefly=False):
    made = subject.own(subject.bodies.full())
    before = subject.before(made.id)
    others = bystanders(subject, made, change) if field is None else []
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    for other, theirs in others:
        must.agree(
            updated,
            subject.stable(theirs),
            subject.observe(other.id, scope=other.scope),
            what="another resource after an update",
            pointer="",
        )
    must.agree(
        updated,
        after(subject, updated.sent, before),
        subject.answered(updated, before) if briefly else subject.now(made.id),
        what="the state after an update of one field",
        pointer="",
    )


def bystanders(subject: Subject, made: Instance, change: dict) -> list[tuple[Instance, dict]]:
    """What an update of ``made`` may not touch, each with its state: a resource that has the very values that
    ``change`` gives it, one under another parent that has its unique values, and the newest, which shares none."""
    bodies = subject.bodies
    held = {**made.sent, **subject.resolved(change)}
    keys = {n: v for n, v in held.items() if n in bodies.unique_fields}
    wanted = [(bodies.full("alike"), "main")]
    if keys and subject.spec.parents and subject.spec.unique_scope == "parent":
        wanted.append((bodies.kept_rules({**bodies.minimal(), **keys}, fixed=keys), "other"))
    found = []
    for body, which in (*wanted, (bodies.minimal("apart"), "main")):
        with suppress(NotTested):  # where there is no other parent, or unique values are used up
            found.append(subject.given(body, scope=subject.scope(which)))
    states = [dict(i.entity) or subject.observe(i.id, scope=i.scope) or {} for i in found]
    return list(zip(found, states, strict=True))


def changes_at_once(ground: Ground):
    """Up to four changes of one field each, of fields that no rule ties together."""
    changes = [{n: v} for n, v in ground.bodies.other_values().items() if n not in ground.bodies.ruled]
    if len(changes) > 1:
        yield {"changes": changes[:4]}


@requirement("update.race", on="update", needs="create", cost=6)
@for_each(changes_at_once)
def test_updates_of_different_fields_at_the_same_time_all_last(subject: Subject, changes):
    made, scope = subject.given(subject.bodies.full()), subject.scope()
    before = dict(made.entity) or subject.observe(made.id) or {}
    bodies = [subject.resolved(change, scope) for change in changes]
    requests = [(subject.request("update", id=made.id, body=body, scope=scope), body) for body in bodies]
    replies = at_once(subject, "update", requests, scope)
    all_answered(replies)
    # One that is refused changes nothing, which is told elsewhere where it was no conflict.
    sent = {n: v for reply in replies if reply.ok for n, v in reply.sent.items()}
    must.agree(
        replies[-1],
        expected(subject.spec, sent, before=subject.stable(before), refs=subject.world.lookup),
        subject.observe(made.id),
        what=f"the state after {len(changes)} updates at the same time, each of another field",
        pointer="",
    )


def shown_elsewhere(ground: Ground):
    """Each reference of another resource that shows a field of this one beside its id."""
    for other in ground.contract:
        for name, ref in other.references.items():
            if ref.to != ground.resource.name or not (other.supports("read") and other.creatable):
                continue
            root = ReadPath.parse(ref.reads_as).root
            shown = (
                {} if root in other.volatile else member_schema(other.properties.get(root, {})).get("properties", {})
            )
            fields = [n for n in shown if n in ground.bodies.changeable and ground.bodies.another(n) is not None]
            fields = [n for n in fields if n not in ground.bodies.ruled]
            yield from ({"other": other.name, "reference": name, "field": n} for n in fields[:1])


@requirement("update.shown-elsewhere", on="update", needs="create", cost=4)
@for_each(shown_elsewhere)
def test_what_refers_to_a_resource_shows_its_new_values(subject: Subject, other, reference, field):
    made, owner = subject.own(), subject.other(other)
    ref = owner.spec.references[reference]
    holder = owner.given({**owner.bodies.full("holder"), reference: [made.id] if ref.many else made.id})
    updated = subject.update(made.id, {field: subject.bodies.another(field)})
    must.have_status(updated, "updated")
    read = owner.read(holder.id)
    must.have_status(read, "read")
    root = ReadPath.parse(ref.reads_as).root
    shown = (read.entity or {}).get(root)
    entry = next(iter(shown), None) if isinstance(shown, list) else shown
    must.hold(
        isinstance(entry, dict) and same(entry.get(field), updated.sent[field]),
        read,
        f"{root} shows another {field} than its {subject.name} has since its update",
        kind="stale",
        expected=updated.sent[field],
        actual=entry.get(field) if isinstance(entry, dict) else entry,
        field=root,
    )
    written = {n: v for n, v in holder.sent.items() if n not in owner.spec.references}
    must.agree(
        read,
        expected(owner.spec, written, before={}, refs=subject.world.lookup),
        read.entity or {},
        what=f"what refers to {an(subject.name)}, after an update of that",
    )


@requirement("update.accepts-valid", on="update", needs="create", cost=2, set_up=1)
@for_each(accepted_bodies)
def test_every_allowed_value_is_accepted_and_kept(subject: Subject, body, notes):
    id = subject.own().id
    updated = subject.update(id, body)
    if updated.ok:
        try:
            must.agree(
                updated,
                expected(subject.spec, updated.sent, before={}, refs=subject.world.lookup),
                state_of(subject, updated),
                what="a value that the schema allows",
                pointer="",
            )
        except AssertionError:
            pass  # told below by the one field that is at fault
        else:
            if updated.entity is not None:
                wanted = expected(subject.spec, updated.sent, before={}, refs=subject.world.lookup)
                must.agree(updated, wanted, updated.entity, what="the answer to an update")
            subject.put_away(updated)
            return
    for name, note in notes.items():
        alone = subject.update(id, {name: body[name]})
        if alone.status in subject.spec.status("conflict") and name in subject.bodies.unique_fields:
            continue  # a value too short for the run's prefix, which somebody else holds
        if alone.status in subject.spec.status("rule") and subject.spec.rules:
            continue  # the stored other side of a rule, not this value
        must.have_status(alone, "updated", field=name, because=f"{name}: {note}")
        must.agree(
            alone,
            expected(subject.spec, alone.sent, before={}, refs=subject.world.lookup),
            state_of(subject, alone),
            what="a value that the schema allows",
            pointer="",
        )


def nullable_fields(ground: Ground):
    """Each nullable field alone; then, now that all are null, null again, null beside a value, and every value of the
    fields that have few: one that fills in a field that it does not name shows only where that is null. ``last`` marks
    the case after which the state is read: before, the answers tell it."""
    bodies = ground.bodies
    names = [n for n, p in bodies.changeable.items() if is_nullable(p) and bodies.full().get(n) is not None]
    if not names:
        return
    found: list[dict] = [{"field": name, "change": {name: None}} for name in names]
    spared = {*ground.resource.references, *bodies.ruled, *bodies.unique_fields}
    one, two, *_ = [*(n for n in names if n not in spared), None, None]
    changes: list[dict] = []
    if one and two:
        changes += [{**dict.fromkeys(names), one: bodies.plain(one)}, {one: None, two: bodies.plain(two)}]
    changes.append(dict.fromkeys(names))
    changes += [{name: value} for name, values in few_values(ground) for value in values]
    state = {**bodies.full(), **dict.fromkeys(names)}
    for change in changes:
        if bodies.kept_rules(change, state) == change:
            state.update(change)
            found.append({"field": None if None in change.values() else next(iter(change)), "change": change})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.null-clears", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(nullable_fields)
def test_null_clears_a_field_and_leaves_the_rest(subject: Subject, field, change, last):
    made = subject.own(subject.bodies.full())
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field, because="null" if None in change.values() else "after nulls")
    must.agree(
        updated,
        after(subject, updated.sent, before),
        subject.now(made.id) if last else subject.answered(updated, before),
        what="the state after null",
        pointer="",
    )


def falsy_values(ground: Ground):
    """Each falsy value that a field allows; and, for all texts at once, one that some languages take for nothing.
    ``last`` marks the case after which the state is read: before, the answers tell it."""
    found = []
    for name, schema in ground.bodies.changeable.items():
        if name in ground.bodies.unique_fields:
            continue
        for candidate in accepted(schema):
            change = {name: candidate.value}
            if ground.bodies.kept_rules(change, ground.bodies.full()) != change:
                continue  # what a business rule says of it is told there
            if candidate.value == [] or (candidate.value in (0, False, "") and name not in ground.resource.references):
                found.append({"field": name, "change": change})
    spared = {*ground.resource.references, *ground.bodies.unique_fields, *ground.bodies.ruled}
    zeros = {n: "0" for n, p in ground.bodies.changeable.items() if n not in spared and is_valid(p, "0")}
    if zeros:
        found.append({"field": None, "change": zeros})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.falsy-counts", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(falsy_values)
def test_a_falsy_value_is_a_value(subject: Subject, field, change, last):
    made = subject.own(subject.bodies.full())
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    must.agree(
        updated,
        after(subject, updated.sent, before),
        subject.now(made.id) if last else subject.answered(updated, before),
        what="the state after a falsy value",
        pointer="",
    )


def arrays(ground: Ground):
    for name, schema in ground.bodies.changeable.items():
        ref = ground.resource.references.get(name)
        if ref and ref.many and ground.bodies.referable(name):
            one, two = reference(ref.to, 0), reference(ref.to, 1)
            yield {"field": name, "first": [one, two], "second": [two]}
            yield {"field": name, "first": [one, two], "second": [one]}
            yield {"field": name, "first": [one], "second": [two]}
            many = [two, one] if schema.get("maxItems", 3) < 3 else [reference(ref.to, 2), two, one]
            yield {"field": name, "first": [one, two], "second": many}
        elif not ref and name not in ground.bodies.unique_fields:
            longer = [c.value for c in accepted(schema) if isinstance(c.value, list)]
            longer.sort(key=len)
            if len(longer) >= 2:
                yield {"field": name, "first": longer[-1], "second": longer[0]}
            entries = sorted((v for v in longer if len(v) == 1 and isinstance(v[0], dict)), key=lambda v: len(v[0]))
            if entries and len(entries[0][0]) < len(entries[-1][0]):
                # Entries are no resources: nothing of one is left in the one that takes its place.
                yield {"field": name, "first": entries[-1], "second": entries[0]}


@requirement("update.replaces-arrays", on="update", needs=("create", "read"), cost=3, set_up=1)
@for_each(arrays)
def test_an_array_is_replaced_whole(subject: Subject, field, first, second):
    made = subject.own()
    must.have_status(subject.update(made.id, {field: first}), "updated", field=field)
    updated = subject.update(made.id, {field: second})
    must.have_status(updated, "updated", field=field)
    state = subject.observe(made.id) or {}
    must.agree(
        updated,
        expected(subject.spec, updated.sent, before={}, refs=subject.world.lookup),
        state,
        what="an array after its replacement",
        pointer="",
    )
    left_over(subject, updated, state, field, first, second)


def left_over(subject: Subject, updated: Reply, state: dict, field: str, first: list, second: list) -> None:
    """No entry of an array shows a member of the one that stood there before."""
    shown = state.get(field) if field not in subject.spec.references else None
    schema = subject.spec.shapes.update["properties"].get(field, {}).get("items", {})
    for at, (old, new) in enumerate(zip(first, second, strict=False)):
        entry = shown[at] if isinstance(shown, list) and at < len(shown) else None
        for name in old.keys() - new.keys() if isinstance(old, dict) and isinstance(entry, dict) else ():
            default = schema.get("properties", {}).get(name, {}).get("default")
            must.hold(
                name not in entry or same(entry[name], default) or not same(entry[name], old[name]),
                updated,
                f"an entry of {field} still holds {name} of the entry that it replaced",
                kind="left over",
                expected=default,
                actual=entry.get(name),
                field=field,
            )


@requirement("update.empty", on="update", needs="create", cost=3, set_up=1)
def test_an_empty_update_changes_nothing(subject: Subject):
    made = subject.target()
    before = subject.observe(made.id)
    updated = subject.update(made.id, {})
    must.have_status(updated, "updated", because="an update that names no field")
    must.agree(
        updated,
        subject.stable(before or {}),
        subject.observe(made.id),
        what="the state after an empty update",
        pointer="",
    )


def full_changes(ground: Ground):
    """All fields at once, with the values of the full body, as far as the rules let them follow the minimal one."""
    bodies = ground.bodies
    change = bodies.kept_rules({n: v for n, v in bodies.full().items() if n in bodies.changeable}, bodies.minimal())
    if change:
        yield {"change": change}


@requirement("update.idempotent", on="update", needs="create", cost=4, set_up=1)
@for_each(full_changes)
def test_the_same_update_twice_leaves_the_same_state(subject: Subject, change):
    made = subject.own()
    first = subject.update(made.id, change)
    must.have_status(first, "updated")
    once = state_of(subject, first)
    second = subject.update(made.id, change)
    must.have_status(second, "updated", because="the second time")
    settled = {n: v for n, v in subject.stable(once).items() if n not in subject.spec.touched}
    must.agree(second, settled, state_of(subject, second), what="the state after the same update again", pointer="")


def immutable_fields(ground: Ground):
    """An update of something else; and for each field that only a create may give, an update that names it."""
    yield from ({"field": None, "change": c["change"]} for c in one_change(ground))
    bodies, identity = ground.bodies, ground.resource.id
    for name in ground.resource.immutable:
        if name in ground.resource.shapes.update["properties"] and name != identity.follows:
            value = bodies.chosen_id("moved") if name == identity.field else bodies.another(name)
            if value is not None:
                yield {"field": name, "change": {name: value}}


@requirement("update.immutable", on="update", needs="create", cost=3, set_up=1)
@for_each(immutable_fields)
def test_what_never_changes_stays(subject: Subject, field, change):
    made = subject.own()
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    if field is None:
        must.have_status(updated, "updated")
    else:
        must.have_answered(updated)  # refused or passed over: what counts is that it has no effect
    kept = {n: before[n] for n in (*subject.spec.immutable, subject.spec.id.field) if n in before}
    must.agree(updated, kept, subject.observe(made.id), what="a field that never changes", pointer="")


def refused_updates(ground: Ground):
    """Valid changes of all other fields together with one fault, so that a partial effect would show."""
    plain = next(iter(one_change(ground)), {"change": {}})["change"]
    change = {**ground.bodies.other_values(), **plain}

    def beside(body: dict) -> dict:
        return {**{n: v for n, v in change.items() if n not in body}, **body}

    for enumerate_ in (out_of_bounds_bodies, wrong_type_bodies, rule_bodies):
        named = [c for c in enumerate_(ground) if c["field"] not in plain and not c.get("given")]
        yield from ({"field": c["field"], "note": c["note"], "body": beside(c["body"])} for c in named[:1])
    if not ground.resource.status("unknown_field").accepted:
        case = next(iter(unknown_field_bodies(ground)))
        yield {"field": case["field"], "note": case["note"], "body": beside(case["body"])}
    for name, ref in ground.resource.references.items():
        if name in ground.bodies.changeable:
            absent = reference(ref.to, "none")
            yield {
                "field": name,
                "note": "an id that names nothing",
                "body": beside({name: [absent] if ref.many else absent}),
            }


@requirement("update.failed-leaves-nothing", on="update", needs="create", cost=3, set_up=1)
@for_each(refused_updates)
def test_a_refused_update_changes_nothing(subject: Subject, body, field, note):
    made = subject.target()
    before = subject.before(made.id)
    # What an earlier case has changed, since it was not refused, would show no effect a second time.
    there = [n for n, v in body.items() if n != field and n in before and same(before[n], v)]
    refused = subject.update(made.id, {**body, **{n: subject.bodies.plain(n) for n in there}})
    if not 400 <= refused.status < 500:
        raise Inconclusive(f"{field} ({note}) was not refused")
    must.agree(
        refused, subject.stable(before), subject.now(made.id), what="the state after a refused update", pointer=""
    )


@requirement("update.unknown-id", on="update", cost=2)
@for_each(one_change)
def test_an_update_never_creates(subject: Subject, change):
    absent = subject.world.absent_id(subject.spec)
    refused = subject.update(absent, {**subject.bodies.full("absent"), **change})
    must.hold(
        not refused.ok,
        refused,
        f"the update of an id that names nothing answered {refused.status}",
        kind="status",
        expected=str(subject.spec.status("absent")),
        actual=refused.status,
    )
    must.hold(
        subject.observe(absent) is None, refused, "the update of an id that names nothing created it", kind="created"
    )


def have_moved(subject: Subject, reply: Reply, before: dict, now: dict):
    """Every declared time of the last change has moved forward."""
    for name in subject.spec.touched:
        moved = _instant(now.get(name)) > _instant(before.get(name))
        must.hold(moved, reply, f"{name} did not move forward with the {reply}", kind="not touched", field=name)


def moving_changes(ground: Ground):
    """One plain change, one of a field that no create needs, one of an array and one of an object: each may have a way
    of its own to the store. Then (``brief``) one field of each kind, one to null, and a reference of each kind."""
    bodies = ground.bodies
    yield from ({"change": c["change"]} for c in one_change(ground))
    spared = {*ground.resource.references, *bodies.unique_fields}
    for kind in ("array", "object"):
        names = [n for n, p in bodies.changeable.items() if kind in types_of(p) and n not in spared]
        for name in names[:1]:
            if bodies.another(name) is not None:
                yield {"change": {name: bodies.another(name)}}
    seen: set[str] = set()
    for name, schema in sorted(bodies.changeable.items(), key=lambda f: f[0] in bodies.ruled):
        if name in bodies.unique_fields:
            continue
        ref = ground.resource.references.get(name)
        plain = schema.get("format") or f"{'an enumeration of ' if 'enum' in schema else ''}{sorted(types_of(schema))}"
        kind = plain if ref is None else "references" if ref.many else "a reference"
        value = bodies.another(name) if ref is None or bodies.referable(name) else None
        if kind not in seen and value is not None:
            seen.add(kind)
            yield {"change": {name: value}, "brief": True}
        if "null" not in seen and is_nullable(schema):
            seen.add("null")
            yield {"change": {name: None}, "brief": True}


def moving(subject: Subject, change: dict, before: dict) -> dict:
    """``change`` with values that are others than those of ``before``, which an earlier item may have left in any
    state. ``Inconclusive`` where the rules, or what a response shows, leave no such change."""
    bodies = subject.bodies

    def differs(name: str, value) -> bool:
        shown = before.get(name)
        if isinstance(value, dict) and isinstance(shown, dict):
            value = {**shown, **value}  # whether an object is updated in part or whole, no contract says
        wanted = after(subject, subject.resolved({name: value}), before)
        return any(n in before and any(True for _ in differences(v, before[n])) for n, v in wanted.items())

    found = {}
    for name, value in change.items():
        options = [None] if value is None else [value, bodies.plain(name, "again"), bodies.another(name)]
        found.update([(name, o) for o in options if differs(name, o)][:1])
    stored = {n: before[n] for n in bodies.writable if n in before and n not in subject.spec.references}
    kept = bodies.kept_rules(found, stored)
    if not found or kept != found:
        raise Inconclusive("no change of the field is shown and keeps the rules")
    return found


def as_stored(subject: Subject, before: dict) -> dict:
    """An update that names every field that a response shows, with the value that it has."""
    found = {n: before[n] for n in subject.bodies.changeable if n in before and n not in subject.spec.references}
    for name, ref in subject.spec.references.items():
        path = ReadPath.parse(ref.reads_as)
        if name in subject.bodies.changeable and path.root in before:
            found[name] = path.read(before)
    shape = subject.spec.shapes.update
    return {n: v for n, v in found.items() if is_valid(shape["properties"].get(n, {}), v)}


def moves(subject: Subject, change: dict):
    """An update by one value that was another before moves the declared times."""
    made = subject.world.aged(subject, subject.spec.touched_resolution)
    before = subject.observe(made.id) or {}
    updated = subject.update(made.id, moving(subject, change, before))
    must.have_status(updated, "updated")
    have_moved(subject, updated, before, updated.entity or subject.observe(made.id) or {})


@requirement(
    "update.touches-updated-at",
    on="replace",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=5,
    late=True,
)
def test_a_replace_moves_the_declared_time_forward(subject: Subject):
    made = subject.world.aged(subject, subject.spec.touched_resolution)
    before = subject.observe(made.id) or {}
    body = subject.resolved(subject.bodies.full("again"))
    if all(same(before[n], v) for n, v in body.items() if n in before):
        body = subject.bodies.kept_rules({**subject.bodies.full("again"), **subject.bodies.other_values()})
    replaced = subject.replace(made.id, body)
    must.have_status(replaced, "replaced")
    have_moved(subject, replaced, before, subject.observe(made.id) or {})


@requirement(
    "update.touches-updated-at",
    on="update",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=4,
    late=True,
)
@for_each(moving_changes)
def test_a_change_moves_the_declared_time_forward(subject: Subject, change, brief=False):
    """Judged on an instance that is older than the clock's declared resolution."""
    if brief:
        moves(subject, change)
        return
    made, untouched = subject.world.aged(subject, subject.spec.touched_resolution), subject.shared()
    before, still = subject.observe(made.id) or {}, subject.observe(untouched.id) or {}
    change = moving(subject, change, before)
    for nothing in ({}, as_stored(subject, before)):
        # While the last change is long ago, so that a time that moves shows.
        empty = subject.update(made.id, nothing)
        must.have_status(empty, "updated", because="an update that changes nothing")
        must.agree(
            empty,
            subject.stable(before),
            subject.observe(made.id),
            what="the state after an update that changes nothing",
            pointer="",
        )
    key = next(iter(subject.spec.unique), ())
    taken = {n: untouched.sent[n] for n in key if untouched.sent.get(n) is not None}
    if key and len(taken) == len(key) and subject.spec.renamable and not subject.bodies.ruled & taken.keys():
        refused = subject.update(made.id, taken)
        must.be_refused(refused, "conflict", because="an update to a unique value that is taken")
        must.agree(
            refused, subject.stable(before), subject.observe(made.id), what="the state after a conflict", pointer=""
        )
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    now = subject.observe(made.id) or {}
    must.agree(updated, after(subject, updated.sent, before), now, what="the state after a late update", pointer="")
    have_moved(subject, updated, before, now)
    if updated.entity is not None:
        answered = {n: updated.entity[n] for n in subject.spec.touched if n in updated.entity}
        must.agree(updated, answered, now, what="a read after the answer to an update")
    again = subject.update(made.id, change)
    must.have_status(again, "updated", because="the same change again")
    must.agree(
        again,
        {n: now[n] for n in subject.spec.touched if n in now},
        subject.observe(made.id),
        what="the time of the last change after an update without one",
        pointer="",
    )
    must.agree(
        updated,
        {n: still[n] for n in subject.spec.touched if n in still},
        subject.observe(untouched.id),
        what="the time of another resource's last change",
        pointer="",
    )


def _instant(value: object) -> float:
    """A time as a number: a text of RFC 3339 in seconds, a number in the API's own unit."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value).upper()).timestamp()
    except ValueError:
        return 0.0
