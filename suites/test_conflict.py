"""Uniqueness: who was first stays, and nobody else is in the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from restproof.suite import Contract, Ground, Inconclusive, NotTested, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, in_other_forms, lookalikes, other_texts
from restproof.suite.operations import renamed_keys
from restproof.suite.race import all_answered, at_once, must_be_promised
from restproof.suite.setup import at_hand, completed, spare
from restproof.suite.values import is_nullable


def has_unique(contract: Contract, resource: Resource) -> bool:
    return bool(resource.unique)


def decides_at_once(contract: Contract, resource: Resource) -> bool:
    """Whether the answer to a write says already whether a unique value was free."""
    return has_unique(contract, resource) and not any(
        resource.settles.after(operation).reads for operation in ("create", "update", "replace")
    )


def can_rename(contract: Contract, resource: Resource) -> bool:
    return bool(renamed_keys(resource))


def renames_at_once(contract: Contract, resource: Resource) -> bool:
    return can_rename(contract, resource) and decides_at_once(contract, resource)


_LONG = 150  # what databases compare of a text may end here


def is_taken_in_each_form(subject: Subject, key: int, field: str) -> None:
    """A create with a text that the contract takes for one that is held is a conflict."""
    first = subject.given(subject.bodies.keyed(key=key))
    forms = other_texts(subject.spec, field, first.sent.get(field))
    if not forms:
        raise Inconclusive(f"no other form of {field} is a valid value")
    for form in forms:
        same = {**{n: first.sent[n] for n in subject.spec.unique[key] if n in first.sent}, field: form}
        second = subject.create(another_body(subject, same))
        must.be_refused(second, "conflict", field=field, because=f"{field} is taken, in another form")


def another_body(subject: Subject, same: Mapping[str, Any]) -> Body:
    """A body that is another's but for its unique values, without references that would have to be made first."""
    spared = subject.spec.references.keys() - subject.bodies.required
    alone = {n: v for n, v in subject.bodies.full("other").items() if n not in spared}
    return subject.bodies.adjusted_to_rules(alone, fixed=same)


def keys(ground: Ground) -> Cases:
    """Whether the first unique key conflicts at all, with what is there anyway (``brief``); then each, and what becomes
    of who was first; and one that is taken under another parent, where the whole API has one space of values."""
    yield {"key": 0, "which": "main", "brief": True}
    yield from ({"key": n, "which": "main"} for n in range(len(ground.resource.unique)))
    if ground.resource.parents and ground.resource.unique_scope == "global":
        yield {"key": 0, "which": "other"}
    yield from ({**case, "which": "main"} for case in in_other_forms(ground))


@requirement("conflict.duplicate", on="create", when=has_unique, cost=4, by_put=True)
@for_each(keys, apart=True)
def test_a_duplicate_is_a_conflict_and_the_first_stays(
    subject: Subject, key: int, which: str, field: str | None = None, brief: bool = False
) -> None:
    if field is not None:
        is_taken_in_each_form(subject, key, field)
        return
    scope = subject.another_scope() if which == "other" else subject.scope()
    body = subject.bodies.keyed(key=key)
    # Only the key that is asked for is taken: no other one, and never an id that clients choose.
    alone, identity = len(subject.spec.unique) == 1 and which != "other", subject.spec.id.field
    same = {n: v for n, v in body.items() if n in subject.spec.unique[key] or (alone and n != identity)}
    first = at_hand(subject) if brief else None
    if first is not None and same.keys() <= first.sent.keys():
        same = {n: first.sent[n] for n in same}
    else:
        first = subject.given(subject.bodies.adjusted_to_rules({**subject.bodies.unusual(), **body}, fixed=same))
    before = {} if brief else subject.observe(first.id)
    second = subject.create(another_body(subject, same), scope=scope)
    if (key, which, brief) == (0, "main", False) and second.status not in subject.spec.status("conflict", "create"):
        raise Inconclusive("whether such a create is refused is a case of its own")
    must.be_refused(second, "conflict", because="a second create with a unique value that is taken")
    if brief:
        return
    what = "the first of two, after a create with the same unique values"
    must.agree(second, subject.stable(before), subject.observe(first.id), what=what)
    alike = subject.lists.holding(first.sent)
    must.hold(
        len(alike) <= 1,
        second,
        f"after a create with a unique value that is taken, {len(alike)} in the list have it",
        kind="duplicates",
        expected=1,
        actual=len(alike),
    )


def changed_too(subject: Subject) -> set[str]:
    """Fields that a rename may change besides."""
    return {n for n in subject.bodies.changeable if n not in subject.bodies.unique_fields}


def stands_alone(ground: Ground, key: Sequence[str]) -> bool:
    """Whether a unique key has several members and shares none with another key, which would speak too."""
    return len(key) > 1 and not any(k is not key and set(k) & set(key) for k in ground.resource.unique)


def members(ground: Ground) -> Cases:
    """Each key; and for each member of a key of several, an update of that one alone to a key that is taken."""
    for at, key in enumerate(ground.resource.unique):
        if not ground.resource.renames(key):
            continue
        yield {"key": at, "member": None}
        for name in key if stands_alone(ground, key) and ground.operation == "update" else ():
            if name in ground.bodies.distinguishing_fields or ground.bodies.another(name) is not None:
                yield {"key": at, "member": name}
    for case in in_other_forms(ground):
        if ground.resource.renames(ground.resource.unique[case["key"]]):
            yield {"key": case["key"], "member": None, "field": case["field"]}


def is_renamed_in_no_form(subject: Subject, operation: str, key: int, field: str) -> None:
    """An update to a text that the contract takes for one that is held is a conflict."""
    first, second = (subject.given(subject.bodies.keyed(tag, key=key)) for tag in ("taken", "other"))
    forms = other_texts(subject.spec, field, first.sent.get(field))
    if not forms:
        raise Inconclusive(f"no other form of {field} is a valid value")
    for form in forms:
        values = {**{n: first.sent[n] for n in subject.spec.unique[key] if n in first.sent}, field: form}
        whole = values if operation == "update" else {**second.sent, **values}
        reply = subject.update(second.id, whole) if operation == "update" else subject.replace(second.id, whole)
        must.be_refused(reply, "conflict", field=field, because=f"{field} is taken, in another form")


@requirement("conflict.rename", on=("update", "replace"), needs="create", when=can_rename, cost=5)
@for_each(members)
def test_a_rename_to_a_taken_value_is_a_conflict(
    subject: Subject, operation: str, key: int, member: str | None, field: str | None = None
) -> None:
    if field is not None:
        is_renamed_in_no_form(subject, operation, key, field)
        return
    names = subject.spec.unique[key]
    body, others = subject.bodies.keyed("taken", key), subject.bodies.keyed("other", key)
    if member is not None:
        own = others[member] if member in subject.bodies.distinguishing_fields else subject.bodies.another(member)
        others = {**others, **{n: body[n] for n in names}, member: own}
    taken, other = subject.given(body), subject.given(others)
    before = {i.id: subject.observe(i.id) for i in (taken, other)}
    values = {n: taken.sent[n] for n in names if n in taken.sent and member in (None, n)}
    if member is None:
        # A change besides, which must not stay behind either.
        full = subject.resolved(subject.bodies.full("other"))
        values |= {n: v for n, v in full.items() if n in changed_too(subject)}
    reply = (
        subject.update(other.id, values) if operation == "update" else subject.replace(other.id, {**others, **values})
    )
    must.be_refused(reply, "conflict", because="an update to a unique value that is taken")
    for id, state in before.items():
        must.agree(reply, subject.stable(state), subject.observe(id), what="the state after a conflict")


def partners(ground: Ground) -> Cases:
    """For each member of a unique key of several, another value of it beside the same others; and null, which is no
    value."""
    bodies = ground.bodies
    for at, key in enumerate(ground.resource.unique):
        for name in (n for n in key if n in bodies.writable and n != ground.resource.id.field):
            another = bodies.another(name) if stands_alone(ground, key) else None
            if another is not None:
                note = f"of {name} beside the same values of the rest of the key"
                yield {"field": name, "key": at, "taken": bodies.plain(name), "values": {note: another}}
            alone = len(key) == 1 or stands_alone(ground, key)
            if alone and is_nullable(bodies.writable[name]) and name not in bodies.required:
                yield {"field": name, "key": at, "taken": None, "values": {"that is null": None}}


def others(ground: Ground) -> Cases:
    """What is no conflict: the same value elsewhere, and values that only resemble it."""
    if ground.resource.parents and ground.resource.unique_scope == "parent":
        yield {"which": "other", "values": {"under another parent": None}}
    if ground.resource.supports("update") and ground.resource.renamable:
        yield {"which": "main", "values": {"that its holder has given up": None}, "given_up": True}
    yield from ({"which": "main", **case} for case in (*lookalikes(ground), *partners(ground)))


@requirement("conflict.scope", on="create", when=has_unique, cost=2, by_put=True)
@for_each(others, apart=True)
def test_another_name_or_another_parent_is_no_conflict(
    subject: Subject,
    which: str,
    values: dict[str, Any],
    field: str | None = None,
    taken: Any = None,
    given_up: bool = False,
    key: int = 0,
) -> None:
    scope = subject.another_scope() if which == "other" else subject.scope()
    body = subject.bodies.keyed(key=key)
    first = subject.given({**body, field: taken} if field else body)
    if given_up:
        named = subject.spec.unique[0]
        renamed = subject.update(first.id, {n: v for n, v in subject.bodies.keyed("renamed").items() if n in named})
        must.have_status(renamed, "updated")
    # Whatever else is unique differs, but for what makes one key together with the field.
    keyed = [k for k in subject.spec.unique if field in k] or subject.spec.unique[:1]
    same = {n: v for n, v in body.items() if any(n in k for k in keyed)}
    if field and isinstance(first.sent.get(field), str) and len(first.sent[field]) > _LONG:
        again = subject.create({**subject.bodies.keyed("again", key), **same, field: taken}, scope=scope)
        must.be_refused(
            again, "conflict", because=f"a second create with a {field} of {len(first.sent[field])} characters"
        )
    for n, (note, value) in enumerate(values.items()):
        if which == "main":
            body = {**subject.bodies.keyed(f"again{n}", key), **same, **({field: value} if field else {})}
        reply = subject.create(body, scope=scope)
        must.have_status(reply, "created", field=field, because=f"a unique value {note}")


@requirement("conflict.own-value", on="update", needs="create", when=can_rename, cost=2)
def test_a_resource_does_not_conflict_with_itself(subject: Subject) -> None:
    number, key = renamed_keys(subject.spec)[0]
    made = subject.target()
    if any(n not in made.sent for n in key):
        made = subject.given(subject.bodies.keyed(key=number))
    reply = subject.update(made.id, {n: made.sent[n] for n in key if n in made.sent})
    must.have_status(reply, "updated", because="an update that repeats the resource's own unique value")


def alike(subject: Subject, number: int) -> list[Body]:
    """So many bodies, resolved, that have the first unique key in common, and no id that clients choose."""
    body, identity = subject.bodies.keyed(), subject.spec.id.field
    tells = identity in body and identity not in subject.spec.unique[0]
    apart = ({identity: subject.bodies.chosen_id(f"racer{n}")} if tells else {} for n in range(number))
    return [subject.resolved({**body, **own}) for own in apart]


@requirement("conflict.race", on="create", when=decides_at_once, cost=5, alone=True)
@for_each(lambda ground: [{"round": n} for n in range(2)])
def test_of_concurrent_duplicates_exactly_one_succeeds(subject: Subject, round: int) -> None:
    must_be_promised(subject, "unique")
    scope = subject.scope()
    requests = [(subject.request("create", body=body, scope=scope), body) for body in alike(subject, 3)]
    replies = at_once(subject, "create", requests, scope)
    # A contract may answer a conflict with the resource that is there, and a success of its own.
    right, conflict = (subject.spec.status(case, "create") for case in ("created", "conflict"))
    made = [r for r in replies if r.ok and (r.status in right or r.status not in conflict)]
    all_answered(replies)
    if all(r.has_run_out_of_values for r in replies):
        raise NotTested(f"the values of a unique field of {subject.name} are used up")
    if not made and all(r.left_open for r in replies):
        raise NotTested(replies[0].left_open)
    # One that is named three times was made once.
    number = len({str(r.id) for r in made})
    must.hold(
        number == 1,
        (made or replies)[-1],
        f"of three creates of one unique value at the same time {number} succeeded",
        kind="race",
        expected=1,
        actual=number,
    )
    for reply in replies:
        if reply not in made:
            must.be_refused(reply, "conflict", because="the loser of a race")


@requirement("conflict.race", on="update", needs="create", when=renames_at_once, cost=6, alone=True)
def test_of_concurrent_renames_exactly_one_succeeds(subject: Subject) -> None:
    must_be_promised(subject, "unique")
    number, key = renamed_keys(subject.spec)[0]
    racers, scope = [spare(subject, subject.bodies.keyed(f"racer{n}", number)) for n in range(3)], subject.scope()
    goal = {n: v for n, v in subject.resolved(subject.bodies.keyed("goal", number)).items() if n in key}
    bodies = [(r.id, completed(subject, "update", r.id, goal)) for r in racers]
    requests = [(subject.request("update", id=id, body=body, scope=scope), body) for id, body in bodies]
    replies = at_once(subject, "update", requests, scope)
    all_answered(replies)
    if all(r.has_run_out_of_values for r in replies):
        raise NotTested(f"the values of a unique field of {subject.name} are used up")
    renamed = [r for r in replies if r.ok]
    must.hold(
        len(renamed) == 1,
        (renamed or replies)[-1],
        f"of three renames to one unique value at the same time {len(renamed)} succeeded",
        kind="race",
        expected=1,
        actual=len(renamed),
    )
    for reply in replies:
        if reply not in renamed:
            must.be_refused(reply, "conflict", because="the loser of a race")
