"""Uniqueness: who was first stays, and nobody else is in the way."""

from collections.abc import Sequence
from typing import Any

from restproof.suite import Contract, Ground, Inconclusive, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, in_other_forms, lookalikes, other_texts
from restproof.suite.operations import renamed_keys
from restproof.suite.setup import another_body, at_hand
from restproof.suite.values import is_nullable


def has_unique(contract: Contract, resource: Resource) -> bool:
    return bool(resource.unique)


def can_rename(contract: Contract, resource: Resource) -> bool:
    return bool(renamed_keys(resource))


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


def of_the_key(subject: Subject, key: int, body: Body, which: str = "main") -> Body:
    """What of a body a second one repeats: only the key that is asked for, no other one, and never an id that clients
    choose."""
    alone, identity = len(subject.spec.unique) == 1 and which != "other", subject.spec.id.field
    return {n: v for n, v in body.items() if n in subject.spec.unique[key] or (alone and n != identity)}


def second_of_what_is_there(subject: Subject) -> Reply | None:
    """The answer to a create with the first unique key of what is there anyway, if that was sent with it."""
    first, same = at_hand(subject), of_the_key(subject, 0, subject.bodies.keyed())
    if first is None or not same.keys() <= first.sent.keys():
        return None
    return subject.create(another_body(subject, {n: first.sent[n] for n in same}))


def second_of_a_plain_one(subject: Subject, tag: str = "") -> Reply:
    """The same of one that is made for it."""
    body = subject.bodies.keyed(tag)
    same = of_the_key(subject, 0, body)
    subject.given(subject.bodies.adjusted_to_rules(body, fixed=same))
    return subject.create(another_body(subject, same, "again"))


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
    conflict, because = subject.spec.status("conflict", "create"), "a second create with a unique value that is taken"
    if brief:
        second = second_of_what_is_there(subject)
        if second is None or second.status not in conflict:  # what is there may have other values by now
            second = second_of_a_plain_one(subject)
        must.be_refused(second, "conflict", because=because)
        return
    scope = subject.another_scope() if which == "other" else subject.scope()
    body = subject.bodies.keyed(key=key)
    same = of_the_key(subject, key, body, which)
    first = subject.given(subject.bodies.adjusted_to_rules({**subject.bodies.unusual(), **body}, fixed=same))
    before = subject.observe(first.id)
    second = subject.create(another_body(subject, same), scope=scope)
    if (key, which) == (0, "main") and second.status not in conflict and second_of_a_plain_one(subject, "plain").ok:
        raise Inconclusive("whether such a create is refused is a case of its own")
    must.be_refused(second, "conflict", because=because)
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
        free = {n: v for n, v in subject.bodies.other_values().items() if n not in subject.bodies.ruled}
        besides = subject.resolved({**subject.bodies.full("other"), **free})
        values |= {n: v for n, v in besides.items() if n in changed_too(subject)}
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
