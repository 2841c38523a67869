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
    Field,
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


def bodies(field: Field):
    return field.bodies.valid


def changes(field: Field):
    return field.bodies.changes


def one_change(field: Field):
    """One plain change of one field, a text where there is one; and of one that no create needs."""
    bodies = field.bodies
    change = bodies.plain_change()
    if change:
        yield {"change": change, "fresh": False}
    spared = {*bodies.required, *change, *field.resource.references, *bodies.unique_fields}
    for name in [n for n in bodies.changeable if n not in spared and bodies.another(n) is not None][:1]:
        yield {"change": {name: bodies.another(name)}, "fresh": True}


def after(resource: Subject, sent: dict, before: dict) -> dict:
    """What the representation must hold after the update of ``before``."""
    return expected(resource.resource, sent, before=resource.stable(before), refs=resource.world.lookup)


def state_of(resource: Subject, reply) -> dict:
    return resource.observe(reply.asked_id) or {}


@requirement("update.answers-ok", on="update", needs="create", cost=2)
@for_each(one_change)
def test_a_valid_update_answers_the_new_state(resource: Subject, change, fresh):
    made = resource.given() if fresh else resource.own(resource.bodies.full())
    change = change if fresh else resource.bodies.kept_rules(change, resource.bodies.full())
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated")
    if updated.entity is not None and made.entity:
        must.agree(updated, after(resource, updated.sent, made.entity), updated.entity, what="the answer to an update")


@requirement("update.persists", on="update", needs=("create", "read"), cost=3)
@for_all(weight=0.5, body=bodies, change=changes)
def test_a_read_shows_what_was_updated(resource: Subject, body, change):
    made = resource.given(body)
    change = resource.bodies.kept_rules(change, body)
    before = {**resource.bodies.defaults, **body}
    if all(same(before.get(n), v) for n, v in change.items()):
        change = resource.bodies.kept_rules(resource.bodies.plain_change(), body)
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated")
    read = resource.read(made.id)
    must.have_status(read, "read", because="after an update")
    wanted = expected(resource.resource, updated.sent, before={}, refs=resource.world.lookup)
    must.agree(read, wanted, read.entity, what="a read after the update")


def few_values(field: Field):
    """The fields that have few values, each with all of them but null."""
    for name, schema in field.bodies.changeable.items():
        values = [v for v in schema.get("enum", ()) if v is not None]
        if 1 < len(values) <= MOST_VALUES and name not in field.resource.references:
            yield name, values


def single_fields(field: Field):
    """Every value of the fields that have few (``briefly``: the answer tells the state); each field alone, with a plain
    value that is not the one of the full body; then all at once (no ``field``)."""
    state = field.bodies.full()
    for name, values in few_values(field):
        for value in [*(v for v in values if not same(v, state[name])), state[name]] if name in state else ():
            change = {name: value}
            if field.bodies.kept_rules(change, state) == change:
                state.update(change)
                yield {"field": name, "change": change, "briefly": True}
    for name in field.bodies.changeable:
        if name in field.resource.references and not field.bodies.referable(name):
            continue
        value = field.bodies.another(name)
        change = field.bodies.kept_rules({name: value}, state) if value is not None else {}
        if change:
            state.update(change)
            yield {"field": name, "change": change}
    everything = {n: v for n, v in field.bodies.full("all").items() if n in field.bodies.changeable}
    everything = field.bodies.kept_rules(everything, state)
    if everything:
        yield {"field": None, "change": everything}


@requirement("update.only-named", on="update", needs=("create", "read"), cost=2, set_up=1)
@for_each(single_fields)
def test_an_update_leaves_other_fields_and_other_resources(resource: Subject, field, change, briefly=False):
    made = resource.own(resource.bodies.full())
    before = resource.before(made.id)
    others = bystanders(resource, made, change) if field is None else []
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    for other, theirs in others:
        must.agree(
            updated,
            resource.stable(theirs),
            resource.observe(other.id, scope=other.scope),
            what="another resource after an update",
            pointer="",
        )
    must.agree(
        updated,
        after(resource, updated.sent, before),
        resource.answered(updated, before) if briefly else resource.now(made.id),
        what="the state after an update of one field",
        pointer="",
    )


def bystanders(resource: Subject, made: Instance, change: dict) -> list[tuple[Instance, dict]]:
    """What an update of ``made`` may not touch, each with its state: a resource that has the very values that
    ``change`` gives it, one under another parent that has its unique values, and the newest, which shares none."""
    bodies = resource.bodies
    held = {**made.sent, **resource.resolved(change)}
    keys = {n: v for n, v in held.items() if n in bodies.unique_fields}
    wanted = [(bodies.full("alike"), "main")]
    if keys and resource.resource.parents and resource.resource.unique_scope == "parent":
        wanted.append((bodies.kept_rules({**bodies.minimal(), **keys}, fixed=keys), "other"))
    found = []
    for body, which in (*wanted, (bodies.minimal("apart"), "main")):
        with suppress(NotTested):  # where there is no other parent, or unique values are used up
            found.append(resource.given(body, scope=resource.scope(which)))
    states = [dict(i.entity) or resource.observe(i.id, scope=i.scope) or {} for i in found]
    return list(zip(found, states, strict=True))


def changes_at_once(field: Field):
    """Up to four changes of one field each, of fields that no rule ties together."""
    changes = [{n: v} for n, v in field.bodies.other_values().items() if n not in field.bodies.ruled]
    if len(changes) > 1:
        yield {"changes": changes[:4]}


@requirement("update.race", on="update", needs="create", cost=6)
@for_each(changes_at_once)
def test_updates_of_different_fields_at_the_same_time_all_last(resource: Subject, changes):
    made, scope = resource.given(resource.bodies.full()), resource.scope()
    before = dict(made.entity) or resource.observe(made.id) or {}
    bodies = [resource.resolved(change, scope) for change in changes]
    requests = [(resource.request("update", id=made.id, body=body, scope=scope), body) for body in bodies]
    replies = at_once(resource, "update", requests, scope)
    all_answered(replies)
    # One that is refused changes nothing, which is told elsewhere where it was no conflict.
    sent = {n: v for reply in replies if reply.ok for n, v in reply.sent.items()}
    must.agree(
        replies[-1],
        expected(resource.resource, sent, before=resource.stable(before), refs=resource.world.lookup),
        resource.observe(made.id),
        what=f"the state after {len(changes)} updates at the same time, each of another field",
        pointer="",
    )


def shown_elsewhere(field: Field):
    """Each reference of another resource that shows a field of this one beside its id."""
    for other in field.contract:
        for name, ref in other.references.items():
            if ref.to != field.resource.name or not (other.supports("read") and other.creatable):
                continue
            root = ReadPath.parse(ref.reads_as).root
            shown = (
                {} if root in other.volatile else member_schema(other.properties.get(root, {})).get("properties", {})
            )
            fields = [n for n in shown if n in field.bodies.changeable and field.bodies.another(n) is not None]
            fields = [n for n in fields if n not in field.bodies.ruled]
            yield from ({"other": other.name, "reference": name, "field": n} for n in fields[:1])


@requirement("update.shown-elsewhere", on="update", needs="create", cost=4)
@for_each(shown_elsewhere)
def test_what_refers_to_a_resource_shows_its_new_values(resource: Subject, other, reference, field):
    made, owner = resource.own(), resource.other(other)
    ref = owner.resource.references[reference]
    holder = owner.given({**owner.bodies.full("holder"), reference: [made.id] if ref.many else made.id})
    updated = resource.update(made.id, {field: resource.bodies.another(field)})
    must.have_status(updated, "updated")
    read = owner.read(holder.id)
    must.have_status(read, "read")
    root = ReadPath.parse(ref.reads_as).root
    shown = (read.entity or {}).get(root)
    entry = next(iter(shown), None) if isinstance(shown, list) else shown
    must.hold(
        isinstance(entry, dict) and same(entry.get(field), updated.sent[field]),
        read,
        f"{root} shows another {field} than its {resource.name} has since its update",
        kind="stale",
        expected=updated.sent[field],
        actual=entry.get(field) if isinstance(entry, dict) else entry,
        field=root,
    )
    written = {n: v for n, v in holder.sent.items() if n not in owner.resource.references}
    must.agree(
        read,
        expected(owner.resource, written, before={}, refs=resource.world.lookup),
        read.entity or {},
        what=f"what refers to {an(resource.name)}, after an update of that",
    )


@requirement("update.accepts-valid", on="update", needs="create", cost=2, set_up=1)
@for_each(accepted_bodies)
def test_every_allowed_value_is_accepted_and_kept(resource: Subject, body, notes):
    id = resource.own().id
    updated = resource.update(id, body)
    if updated.ok:
        try:
            must.agree(
                updated,
                expected(resource.resource, updated.sent, before={}, refs=resource.world.lookup),
                state_of(resource, updated),
                what="a value that the schema allows",
                pointer="",
            )
        except AssertionError:
            pass  # told below by the one field that is at fault
        else:
            if updated.entity is not None:
                wanted = expected(resource.resource, updated.sent, before={}, refs=resource.world.lookup)
                must.agree(updated, wanted, updated.entity, what="the answer to an update")
            resource.put_away(updated)
            return
    for name, note in notes.items():
        alone = resource.update(id, {name: body[name]})
        if alone.status in resource.resource.status("conflict") and name in resource.bodies.unique_fields:
            continue  # a value too short for the run's prefix, which somebody else holds
        if alone.status in resource.resource.status("rule") and resource.resource.rules:
            continue  # the stored other side of a rule, not this value
        must.have_status(alone, "updated", field=name, because=f"{name}: {note}")
        must.agree(
            alone,
            expected(resource.resource, alone.sent, before={}, refs=resource.world.lookup),
            state_of(resource, alone),
            what="a value that the schema allows",
            pointer="",
        )


def nullable_fields(field: Field):
    """Each nullable field alone; then, now that all are null, null again, null beside a value, and every value of the
    fields that have few: one that fills in a field that it does not name shows only where that is null. ``last`` marks
    the case after which the state is read: before, the answers tell it."""
    bodies = field.bodies
    names = [n for n, p in bodies.changeable.items() if is_nullable(p) and bodies.full().get(n) is not None]
    if not names:
        return
    found: list[dict] = [{"field": name, "change": {name: None}} for name in names]
    spared = {*field.resource.references, *bodies.ruled, *bodies.unique_fields}
    one, two, *_ = [*(n for n in names if n not in spared), None, None]
    changes: list[dict] = []
    if one and two:
        changes += [{**dict.fromkeys(names), one: bodies.plain(one)}, {one: None, two: bodies.plain(two)}]
    changes.append(dict.fromkeys(names))
    changes += [{name: value} for name, values in few_values(field) for value in values]
    state = {**bodies.full(), **dict.fromkeys(names)}
    for change in changes:
        if bodies.kept_rules(change, state) == change:
            state.update(change)
            found.append({"field": None if None in change.values() else next(iter(change)), "change": change})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.null-clears", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(nullable_fields)
def test_null_clears_a_field_and_leaves_the_rest(resource: Subject, field, change, last):
    made = resource.own(resource.bodies.full())
    before = resource.before(made.id)
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated", field=field, because="null" if None in change.values() else "after nulls")
    must.agree(
        updated,
        after(resource, updated.sent, before),
        resource.now(made.id) if last else resource.answered(updated, before),
        what="the state after null",
        pointer="",
    )


def falsy_values(field: Field):
    """Each falsy value that a field allows; and, for all texts at once, one that some languages take for nothing.
    ``last`` marks the case after which the state is read: before, the answers tell it."""
    found = []
    for name, schema in field.bodies.changeable.items():
        if name in field.bodies.unique_fields:
            continue
        for candidate in accepted(schema):
            change = {name: candidate.value}
            if field.bodies.kept_rules(change, field.bodies.full()) != change:
                continue  # what a business rule says of it is told there
            if candidate.value == [] or (candidate.value in (0, False, "") and name not in field.resource.references):
                found.append({"field": name, "change": change})
    spared = {*field.resource.references, *field.bodies.unique_fields, *field.bodies.ruled}
    zeros = {n: "0" for n, p in field.bodies.changeable.items() if n not in spared and is_valid(p, "0")}
    if zeros:
        found.append({"field": None, "change": zeros})
    yield from ({**case, "last": case is found[-1]} for case in found)


@requirement("update.falsy-counts", on="update", needs=("create", "read"), cost=1, set_up=3)
@for_each(falsy_values)
def test_a_falsy_value_is_a_value(resource: Subject, field, change, last):
    made = resource.own(resource.bodies.full())
    before = resource.before(made.id)
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated", field=field)
    must.agree(
        updated,
        after(resource, updated.sent, before),
        resource.now(made.id) if last else resource.answered(updated, before),
        what="the state after a falsy value",
        pointer="",
    )


def arrays(field: Field):
    for name, schema in field.bodies.changeable.items():
        ref = field.resource.references.get(name)
        if ref and ref.many and field.bodies.referable(name):
            one, two = reference(ref.to, 0), reference(ref.to, 1)
            yield {"field": name, "first": [one, two], "second": [two]}
            yield {"field": name, "first": [one, two], "second": [one]}
            yield {"field": name, "first": [one], "second": [two]}
            many = [two, one] if schema.get("maxItems", 3) < 3 else [reference(ref.to, 2), two, one]
            yield {"field": name, "first": [one, two], "second": many}
        elif not ref and name not in field.bodies.unique_fields:
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
def test_an_array_is_replaced_whole(resource: Subject, field, first, second):
    made = resource.own()
    must.have_status(resource.update(made.id, {field: first}), "updated", field=field)
    updated = resource.update(made.id, {field: second})
    must.have_status(updated, "updated", field=field)
    state = resource.observe(made.id) or {}
    must.agree(
        updated,
        expected(resource.resource, updated.sent, before={}, refs=resource.world.lookup),
        state,
        what="an array after its replacement",
        pointer="",
    )
    left_over(resource, updated, state, field, first, second)


def left_over(resource: Subject, updated: Reply, state: dict, field: str, first: list, second: list) -> None:
    """No entry of an array shows a member of the one that stood there before."""
    shown = state.get(field) if field not in resource.resource.references else None
    schema = resource.resource.shapes.update["properties"].get(field, {}).get("items", {})
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
def test_an_empty_update_changes_nothing(resource: Subject):
    made = resource.target()
    before = resource.observe(made.id)
    updated = resource.update(made.id, {})
    must.have_status(updated, "updated", because="an update that names no field")
    must.agree(
        updated,
        resource.stable(before or {}),
        resource.observe(made.id),
        what="the state after an empty update",
        pointer="",
    )


def full_changes(field: Field):
    """All fields at once, with the values of the full body, as far as the rules let them follow the minimal one."""
    bodies = field.bodies
    change = bodies.kept_rules({n: v for n, v in bodies.full().items() if n in bodies.changeable}, bodies.minimal())
    if change:
        yield {"change": change}


@requirement("update.idempotent", on="update", needs="create", cost=4, set_up=1)
@for_each(full_changes)
def test_the_same_update_twice_leaves_the_same_state(resource: Subject, change):
    made = resource.own()
    first = resource.update(made.id, change)
    must.have_status(first, "updated")
    once = state_of(resource, first)
    second = resource.update(made.id, change)
    must.have_status(second, "updated", because="the second time")
    settled = {n: v for n, v in resource.stable(once).items() if n not in resource.resource.touched}
    must.agree(second, settled, state_of(resource, second), what="the state after the same update again", pointer="")


def immutable_fields(field: Field):
    """An update of something else; and for each field that only a create may give, an update that names it."""
    yield from ({"field": None, "change": c["change"]} for c in one_change(field))
    bodies, identity = field.bodies, field.resource.id
    for name in field.resource.immutable:
        if name in field.resource.shapes.update["properties"] and name != identity.follows:
            value = bodies.chosen_id("moved") if name == identity.field else bodies.another(name)
            if value is not None:
                yield {"field": name, "change": {name: value}}


@requirement("update.immutable", on="update", needs="create", cost=3, set_up=1)
@for_each(immutable_fields)
def test_what_never_changes_stays(resource: Subject, field, change):
    made = resource.own()
    before = resource.before(made.id)
    updated = resource.update(made.id, change)
    if field is None:
        must.have_status(updated, "updated")
    else:
        must.have_answered(updated)  # refused or passed over: what counts is that it has no effect
    kept = {n: before[n] for n in (*resource.resource.immutable, resource.resource.id.field) if n in before}
    must.agree(updated, kept, resource.observe(made.id), what="a field that never changes", pointer="")


def refused_updates(field: Field):
    """Valid changes of all other fields together with one fault, so that a partial effect would show."""
    plain = next(iter(one_change(field)), {"change": {}})["change"]
    change = {**field.bodies.other_values(), **plain}

    def beside(body: dict) -> dict:
        return {**{n: v for n, v in change.items() if n not in body}, **body}

    for enumerate_ in (out_of_bounds_bodies, wrong_type_bodies, rule_bodies):
        named = [c for c in enumerate_(field) if c["field"] not in plain and not c.get("given")]
        yield from ({"field": c["field"], "note": c["note"], "body": beside(c["body"])} for c in named[:1])
    if not field.resource.status("unknown_field").accepted:
        case = next(iter(unknown_field_bodies(field)))
        yield {"field": case["field"], "note": case["note"], "body": beside(case["body"])}
    for name, ref in field.resource.references.items():
        if name in field.bodies.changeable:
            absent = reference(ref.to, "none")
            yield {
                "field": name,
                "note": "an id that names nothing",
                "body": beside({name: [absent] if ref.many else absent}),
            }


@requirement("update.failed-leaves-nothing", on="update", needs="create", cost=3, set_up=1)
@for_each(refused_updates)
def test_a_refused_update_changes_nothing(resource: Subject, body, field, note):
    made = resource.target()
    before = resource.before(made.id)
    # What an earlier case has changed, since it was not refused, would show no effect a second time.
    there = [n for n, v in body.items() if n != field and n in before and same(before[n], v)]
    refused = resource.update(made.id, {**body, **{n: resource.bodies.plain(n) for n in there}})
    if not 400 <= refused.status < 500:
        raise Inconclusive(f"{field} ({note}) was not refused")
    must.agree(
        refused, resource.stable(before), resource.now(made.id), what="the state after a refused update", pointer=""
    )


@requirement("update.unknown-id", on="update", cost=2)
@for_each(one_change)
def test_an_update_never_creates(resource: Subject, change):
    absent = resource.world.absent_id(resource.resource)
    refused = resource.update(absent, {**resource.bodies.full("absent"), **change})
    must.hold(
        not refused.ok,
        refused,
        f"the update of an id that names nothing answered {refused.status}",
        kind="status",
        expected=str(resource.resource.status("absent")),
        actual=refused.status,
    )
    must.hold(
        resource.observe(absent) is None, refused, "the update of an id that names nothing created it", kind="created"
    )


def have_moved(resource: Subject, reply: Reply, before: dict, now: dict):
    """Every declared time of the last change has moved forward."""
    for name in resource.resource.touched:
        moved = _instant(now.get(name)) > _instant(before.get(name))
        must.hold(moved, reply, f"{name} did not move forward with the {reply}", kind="not touched", field=name)


def moving_changes(field: Field):
    """One plain change, one of a field that no create needs, one of an array and one of an object: each may have a way
    of its own to the store. Then (``brief``) one field of each kind, one to null, and a reference of each kind."""
    bodies = field.bodies
    yield from ({"change": c["change"]} for c in one_change(field))
    spared = {*field.resource.references, *bodies.unique_fields}
    for kind in ("array", "object"):
        names = [n for n, p in bodies.changeable.items() if kind in types_of(p) and n not in spared]
        for name in names[:1]:
            if bodies.another(name) is not None:
                yield {"change": {name: bodies.another(name)}}
    seen: set[str] = set()
    for name, schema in sorted(bodies.changeable.items(), key=lambda f: f[0] in bodies.ruled):
        if name in bodies.unique_fields:
            continue
        ref = field.resource.references.get(name)
        plain = schema.get("format") or f"{'an enumeration of ' if 'enum' in schema else ''}{sorted(types_of(schema))}"
        kind = plain if ref is None else "references" if ref.many else "a reference"
        value = bodies.another(name) if ref is None or bodies.referable(name) else None
        if kind not in seen and value is not None:
            seen.add(kind)
            yield {"change": {name: value}, "brief": True}
        if "null" not in seen and is_nullable(schema):
            seen.add("null")
            yield {"change": {name: None}, "brief": True}


def moving(resource: Subject, change: dict, before: dict) -> dict:
    """``change`` with values that are others than those of ``before``, which an earlier item may have left in any
    state. ``Inconclusive`` where the rules, or what a response shows, leave no such change."""
    bodies = resource.bodies

    def differs(name: str, value) -> bool:
        shown = before.get(name)
        if isinstance(value, dict) and isinstance(shown, dict):
            value = {**shown, **value}  # whether an object is updated in part or whole, no contract says
        wanted = after(resource, resource.resolved({name: value}), before)
        return any(n in before and any(True for _ in differences(v, before[n])) for n, v in wanted.items())

    found = {}
    for name, value in change.items():
        options = [None] if value is None else [value, bodies.plain(name, "again"), bodies.another(name)]
        found.update([(name, o) for o in options if differs(name, o)][:1])
    stored = {n: before[n] for n in bodies.writable if n in before and n not in resource.resource.references}
    kept = bodies.kept_rules(found, stored)
    if not found or kept != found:
        raise Inconclusive("no change of the field is shown and keeps the rules")
    return found


def as_stored(resource: Subject, before: dict) -> dict:
    """An update that names every field that a response shows, with the value that it has."""
    found = {n: before[n] for n in resource.bodies.changeable if n in before and n not in resource.resource.references}
    for name, ref in resource.resource.references.items():
        path = ReadPath.parse(ref.reads_as)
        if name in resource.bodies.changeable and path.root in before:
            found[name] = path.read(before)
    shape = resource.resource.shapes.update
    return {n: v for n, v in found.items() if is_valid(shape["properties"].get(n, {}), v)}


def moves(resource: Subject, change: dict):
    """An update by one value that was another before moves the declared times."""
    made = resource.world.aged(resource, resource.resource.touched_resolution)
    before = resource.observe(made.id) or {}
    updated = resource.update(made.id, moving(resource, change, before))
    must.have_status(updated, "updated")
    have_moved(resource, updated, before, updated.entity or resource.observe(made.id) or {})


@requirement(
    "update.touches-updated-at",
    on="replace",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=5,
    late=True,
)
def test_a_replace_moves_the_declared_time_forward(resource: Subject):
    made = resource.world.aged(resource, resource.resource.touched_resolution)
    before = resource.observe(made.id) or {}
    body = resource.resolved(resource.bodies.full("again"))
    if all(same(before[n], v) for n, v in body.items() if n in before):
        body = resource.bodies.kept_rules({**resource.bodies.full("again"), **resource.bodies.other_values()})
    replaced = resource.replace(made.id, body)
    must.have_status(replaced, "replaced")
    have_moved(resource, replaced, before, resource.observe(made.id) or {})


@requirement(
    "update.touches-updated-at",
    on="update",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=4,
    late=True,
)
@for_each(moving_changes)
def test_a_change_moves_the_declared_time_forward(resource: Subject, change, brief=False):
    """Judged on an instance that is older than the clock's declared resolution."""
    if brief:
        moves(resource, change)
        return
    made, untouched = resource.world.aged(resource, resource.resource.touched_resolution), resource.shared()
    before, still = resource.observe(made.id) or {}, resource.observe(untouched.id) or {}
    change = moving(resource, change, before)
    for nothing in ({}, as_stored(resource, before)):
        # While the last change is long ago, so that a time that moves shows.
        empty = resource.update(made.id, nothing)
        must.have_status(empty, "updated", because="an update that changes nothing")
        must.agree(
            empty,
            resource.stable(before),
            resource.observe(made.id),
            what="the state after an update that changes nothing",
            pointer="",
        )
    key = next(iter(resource.resource.unique), ())
    taken = {n: untouched.sent[n] for n in key if untouched.sent.get(n) is not None}
    if key and len(taken) == len(key) and resource.resource.renamable and not resource.bodies.ruled & taken.keys():
        refused = resource.update(made.id, taken)
        must.be_refused(refused, "conflict", because="an update to a unique value that is taken")
        must.agree(
            refused, resource.stable(before), resource.observe(made.id), what="the state after a conflict", pointer=""
        )
    updated = resource.update(made.id, change)
    must.have_status(updated, "updated")
    now = resource.observe(made.id) or {}
    must.agree(updated, after(resource, updated.sent, before), now, what="the state after a late update", pointer="")
    have_moved(resource, updated, before, now)
    if updated.entity is not None:
        answered = {n: updated.entity[n] for n in resource.resource.touched if n in updated.entity}
        must.agree(updated, answered, now, what="a read after the answer to an update")
    again = resource.update(made.id, change)
    must.have_status(again, "updated", because="the same change again")
    must.agree(
        again,
        {n: now[n] for n in resource.resource.touched if n in now},
        resource.observe(made.id),
        what="the time of the last change after an update without one",
        pointer="",
    )
    must.agree(
        updated,
        {n: still[n] for n in resource.resource.touched if n in still},
        resource.observe(untouched.id),
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
