"""Uniqueness: who was first stays, and nobody else is in the way."""

from restproof.contract.shapes import is_nullable
from restproof.plan.symbols import RUN, TOKEN_LENGTH
from restproof.semantics.checker import is_valid
from restproof.suite import (
    Field,
    NotTested,
    Subject,
    all_answered,
    at_once,
    create_at_once,
    for_each,
    must,
    requirement,
)


def has_unique(contract, resource) -> bool:
    return bool(resource.unique)


def can_rename(contract, resource) -> bool:
    return resource.renamable


_FILLER = " annex of the north wing on the third level" * 6
_LONGEST = 255
#: What databases compare of a text may end here.
_LONG = 150


def resembling(schema):
    """A text that is taken, and what resembles it, as far as the schema allows: the first such set of several."""
    room = min(schema.get("maxLength", _LONGEST), _LONGEST) - TOKEN_LENGTH - len(" caf\u00e9") - 2
    filler = _FILLER[: max(0, room)].rstrip()
    for taken, values in (
        (
            f"{RUN} caf\u00e9{filler}",
            {
                "that ends otherwise": f"{RUN} caf\u00e9{filler}s",
                "in the other case": f"{RUN} Caf\u00e9{filler}",
                "with a blank at the end": f"{RUN} caf\u00e9{filler} ",
                "without its accent": f"{RUN} cafe{filler}",
                "in another normal form": f"{RUN} cafe\u0301{filler}",
            },
        ),
        (f"{RUN} wing", {"in the other case": f"{RUN} Wing", "with a blank at the end": f"{RUN} wing "}),
        (f"{RUN}-wing", {"in the other case": f"{RUN}-Wing"}),
    ):
        sent = {text: text.replace(RUN, "x" * TOKEN_LENGTH) for text in (taken, *values.values())}
        allowed = {note: value for note, value in values.items() if is_valid(schema, sent[value])}
        if is_valid(schema, sent[taken]) and allowed:
            return taken, allowed
    return None


def lookalikes(field: Field):
    """Values that resemble a taken one and are others: another case, a blank more."""
    for name in sorted(field.bodies.unique_fields - field.resource.references.keys()):
        schema = field.bodies.writable[name]
        if field.bodies.unique_value(name) == RUN and "format" not in schema:
            found = resembling(schema)
            if found is not None:
                yield {"field": name, "taken": found[0], "values": found[1]}


def keys(field: Field):
    """Each unique key; and one that is taken under another parent, where the whole API has one space of values."""
    yield from ({"key": n, "which": "main"} for n in range(len(field.resource.unique)))
    if field.resource.parents and field.resource.unique_scope == "global":
        yield {"key": 0, "which": "other"}


@requirement("conflict.duplicate", on="create", when=has_unique, cost=4, by_put=True)
@for_each(keys)
def test_a_duplicate_is_a_conflict_and_the_first_stays(resource: Subject, key, which):
    scope = resource.another_scope() if which == "other" else resource.scope()
    body = resource.bodies.keyed(key=key)
    same = {n: body[n] for n in resource.resource.unique[key]} if key or which == "other" else body
    first = resource.given(resource.bodies.kept_rules({**resource.bodies.unusual(), **body}, fixed=same))
    before = resource.observe(first.id)
    second = resource.create(resource.bodies.kept_rules(resource.bodies.full("other"), fixed=same), scope=scope)
    must.be_refused(second, "conflict", because="a second create with a unique value that is taken")
    must.agree(
        second,
        resource.stable(before or {}),
        resource.observe(first.id),
        what="the first of two duplicates",
        pointer="",
    )
    same = resource.holding(first.sent)
    must.hold(
        len(same) <= 1,
        second,
        f"after a duplicate the list holds {len(same)} of them",
        kind="duplicates",
        expected=1,
        actual=len(same),
    )


def changed_too(resource: Subject) -> set[str]:
    """Fields that a rename may change besides."""
    return {n for n in resource.bodies.changeable if n not in resource.bodies.unique_fields}


def stands_alone(field: Field, key) -> bool:
    """Whether a unique key has several members and shares none with another key, which would speak too."""
    return len(key) > 1 and not any(k is not key and set(k) & set(key) for k in field.resource.unique)


def members(field: Field):
    """The whole key; and for each member of a key of several, an update of that one alone to a key that is taken."""
    yield {"member": None}
    (key, *_) = field.resource.unique
    for name in key if stands_alone(field, key) and field.operation == "update" else ():
        if name in field.bodies.telling or field.bodies.another(name) is not None:
            yield {"member": name}


@requirement("conflict.rename", on=("update", "replace"), needs="create", when=can_rename, cost=5)
@for_each(members)
def test_a_rename_to_a_taken_value_is_a_conflict(resource: Subject, operation, member):
    (key, *_) = resource.resource.unique
    body, others = resource.bodies.keyed("taken"), resource.bodies.keyed("other")
    if member is not None:
        own = others[member] if member in resource.bodies.telling else resource.bodies.another(member)
        others = {**others, **{n: body[n] for n in key}, member: own}
    taken, other = resource.given(body), resource.given(others)
    before = {i.id: resource.observe(i.id) for i in (taken, other)}
    values = {n: taken.sent[n] for n in key if n in taken.sent and member in (None, n)}
    if member is None:
        # A change besides, which must not stay behind either.
        full = resource.resolved(resource.bodies.full("other"))
        values |= {n: v for n, v in full.items() if n in changed_too(resource)}
    reply = (
        resource.update(other.id, values) if operation == "update" else resource.replace(other.id, {**others, **values})
    )
    must.be_refused(reply, "conflict", because="an update to a unique value that is taken")
    for id, state in before.items():
        must.agree(
            reply, resource.stable(state or {}), resource.observe(id), what="the state after a conflict", pointer=""
        )


def scopes(field: Field):
    if field.resource.parents and field.resource.unique_scope == "parent":
        yield {"which": "other", "values": {"under another parent": None}}
    if field.resource.supports("update") and field.resource.renamable:
        yield {"which": "main", "values": {"that its holder has given up": None}, "given_up": True}


def partners(field: Field):
    """For each member of a unique key of several, another value of it beside the same others; and null, which is no
    value."""
    bodies = field.bodies
    for at, key in enumerate(field.resource.unique):
        for name in (n for n in key if n in bodies.writable and n != field.resource.id.field):
            another = bodies.another(name) if stands_alone(field, key) else None
            if another is not None:
                note = f"of {name} beside the same values of the rest of the key"
                yield {"field": name, "key": at, "taken": bodies.plain(name), "values": {note: another}}
            alone = len(key) == 1 or stands_alone(field, key)
            if alone and is_nullable(bodies.writable[name]) and name not in bodies.required:
                yield {"field": name, "key": at, "taken": None, "values": {"that is null": None}}


def others(field: Field):
    """What is no conflict: the same value elsewhere, and values that only resemble it."""
    yield from scopes(field)
    yield from ({"which": "main", **case} for case in (*lookalikes(field), *partners(field)))


@requirement("conflict.scope", on="create", when=has_unique, cost=2, by_put=True)
@for_each(others)
def test_another_name_or_another_parent_is_no_conflict(
    resource: Subject, which, values, field=None, taken=None, given_up=False, key=0
):
    scope = resource.another_scope() if which == "other" else resource.scope()
    body = resource.bodies.keyed(key=key)
    first = resource.given({**body, field: taken} if field else body)
    if given_up:
        named = resource.resource.unique[0]
        renamed = resource.update(first.id, {n: v for n, v in resource.bodies.keyed("renamed").items() if n in named})
        must.have_status(renamed, "updated")
    # Whatever else is unique differs, but for what makes one key together with the field.
    keyed = [k for k in resource.resource.unique if field in k] or resource.resource.unique[:1]
    same = {n: v for n, v in body.items() if any(n in k for k in keyed)}
    if field and isinstance(first.sent.get(field), str) and len(first.sent[field]) > _LONG:
        again = resource.create({**resource.bodies.keyed("again", key), **same, field: taken}, scope=scope)
        must.be_refused(
            again, "conflict", because=f"a second create with a {field} of {len(first.sent[field])} characters"
        )
    for n, (note, value) in enumerate(values.items()):
        if which == "main":
            again = {**resource.bodies.keyed(f"again{n}", key), **same}
            body = {**again, field: value} if field else again
        reply = resource.create(body, scope=scope)
        must.have_status(reply, "created", field=field, because=f"a unique value {note}")


@requirement("conflict.own-value", on="update", needs="create", when=can_rename, cost=2)
def test_a_resource_does_not_conflict_with_itself(resource: Subject):
    (key, *_) = resource.resource.unique
    made = resource.target()
    if any(n not in made.sent for n in key):
        made = resource.given(resource.bodies.keyed())
    reply = resource.update(made.id, {n: made.sent[n] for n in key if n in made.sent})
    must.have_status(reply, "updated", because="an update that repeats the resource's own unique value")


@requirement("conflict.race", on="create", when=has_unique, cost=5)
@for_each(lambda field: [{"round": n} for n in range(2)])
def test_of_concurrent_duplicates_exactly_one_succeeds(resource: Subject, round):
    scope, body = resource.scope(), resource.resolved(resource.bodies.keyed())
    replies = create_at_once(resource, resource.request("create", body=body, scope=scope), body, scope)
    # A contract may answer a conflict with the resource that is there, and a success of its own.
    made = [
        r
        for r in replies
        if r.ok
        and (r.status in resource.resource.status("created") or r.status not in resource.resource.status("conflict"))
    ]
    all_answered(replies)
    if all(r.crowded_out for r in replies):
        raise NotTested(f"the values of a unique field of {resource.name} are used up")
    must.hold(
        len(made) == 1,
        (made or replies)[-1],
        f"of three creates of one unique value at the same time {len(made)} succeeded",
        kind="race",
        expected=1,
        actual=len(made),
    )
    for reply in replies:
        if reply not in made:
            must.be_refused(reply, "conflict", because="the loser of a race")


@requirement("conflict.race", on="update", needs="create", when=can_rename, cost=6)
def test_of_concurrent_renames_exactly_one_succeeds(resource: Subject):
    (key, *_) = resource.resource.unique
    racers, scope = [resource.given(resource.bodies.keyed(f"racer{n}")) for n in range(3)], resource.scope()
    goal = {n: v for n, v in resource.resolved(resource.bodies.keyed("goal")).items() if n in key}
    requests = [(resource.request("update", id=r.id, body=goal, scope=scope), goal) for r in racers]
    replies = at_once(resource, "update", requests, scope)
    all_answered(replies)
    if all(r.crowded_out for r in replies):
        raise NotTested(f"the values of a unique field of {resource.name} are used up")
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
