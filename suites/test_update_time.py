"""When the declared times of the last change move: with every change, and with nothing else; and lists that are sorted
by them and by the moments at which something was made."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from restproof.suite import (
    Contract,
    Ground,
    Inconclusive,
    Instance,
    NotTested,
    Reply,
    Resource,
    Subject,
    for_each,
    must,
    requirement,
)
from restproof.suite.inputs import RUN, TOKEN_LENGTH, Body, Cases, one_change
from restproof.suite.lists import SortKey, forget_list, may_hold, of_a_steady_list, until_settled
from restproof.suite.setup import aged
from restproof.suite.states import after_update
from restproof.suite.values import Order, ReadPath, differences, is_as_good, is_nullable, is_valid, same, types_of


def have_moved(subject: Subject, reply: Reply, before: Body, now: Body) -> None:
    """Every declared time of the last change has moved forward."""
    for name in subject.spec.touched:
        moved = _instant(now.get(name)) > _instant(before.get(name))
        must.hold(moved, reply, f"{name} did not move forward with the {reply}", kind="not-touched", field=name)


def moving_changes(ground: Ground) -> Cases:
    """One plain change, one of a field that no create needs, one of an array and one of an object: each may have a way
    of its own to the store. Then (``brief``) every field, and one to null: what moves the time may know some alone."""
    bodies = ground.bodies
    yield from ({"change": c["change"]} for c in one_change(ground))
    spared = {*ground.resource.references, *bodies.unique_fields}
    for kind in ("array", "object"):
        names = [n for n, p in bodies.changeable.items() if kind in types_of(p) and n not in spared]
        for name in names[:1]:
            if bodies.another(name) is not None:
                yield {"change": {name: bodies.another(name)}}
    cleared = False
    for name, schema in sorted(bodies.changeable.items(), key=lambda f: f[0] in bodies.ruled):
        if name in bodies.unique_fields:
            continue
        ref = ground.resource.references.get(name)
        value = bodies.another(name) if ref is None or bodies.referable(name) else None
        if value is not None:
            yield {"change": {name: value}, "brief": True}
        if not cleared and is_nullable(schema):
            cleared = True
            yield {"change": {name: None}, "brief": True}


def moving(subject: Subject, change: Body, before: Body) -> Body:
    """``change`` with values that are others than those of ``before``, which an earlier item may have left in any
    state. ``Inconclusive`` where the rules, or what a response shows, leave no such change."""
    bodies = subject.bodies

    def differs(name: str, value: Any) -> bool:
        shown = before.get(name)
        if isinstance(value, dict) and isinstance(shown, dict):
            value = {**shown, **value}  # whether an object is updated in part or whole, no contract says
        wanted = after_update(subject, subject.resolved({name: value}), before)
        others = [n for n, v in wanted.items() if n in before and any(True for _ in differences(v, before[n]))]
        return any(not is_as_good(subject.spec, n, wanted[n], before[n]) for n in others)

    found: Body = {}
    for name, value in change.items():
        options = [None] if value is None else [value, bodies.plain(name, "again"), bodies.another(name)]
        found.update([(name, o) for o in options if differs(name, o)][:1])
    kept = bodies.adjusted_to_rules(found, shown_of(subject, before, bodies.settable))
    if not found or kept != found:
        raise Inconclusive("no change of the field is shown and keeps the rules")
    return found


def as_stored(subject: Subject, before: Body) -> Body:
    """An update that names every field that a response shows, with the value that it has."""
    shape = subject.spec.shapes.update
    found = shown_of(subject, before, subject.bodies.changeable)
    return {n: v for n, v in found.items() if is_valid(shape["properties"].get(n, {}), v)}


def shown_of(subject: Subject, before: Body, names: Iterable[str]) -> Body:
    """What a representation shows of fields that requests hold: of a reference the id, wherever that stands."""
    found: Body = {}
    for name in names:
        path = ReadPath.of(subject.spec, name)
        if name not in subject.spec.references and name in before:
            found[name] = before[name]
        elif name in subject.spec.references and path.root in before:
            found[name] = path.read(before)
    return found


def moves(subject: Subject, change: Body) -> None:
    """An update by one value that was another before moves the declared times."""
    made = aged(subject)
    before = subject.observe(made.id)
    updated = subject.update(made.id, moving(subject, change, before))
    must.have_status(updated, "updated")
    have_moved(subject, updated, before, updated.entity or subject.observe(made.id))


@requirement(
    "update.touches-updated-at",
    on="replace",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=5,
    late=True,
)
def test_a_replace_moves_the_declared_time_forward(subject: Subject) -> None:
    made = aged(subject)
    before = subject.observe(made.id)
    body = subject.resolved(subject.bodies.full("again"))
    shown = [(n, v, before[n]) for n, v in body.items() if n in before]
    if all(same(now, v) or is_as_good(subject.spec, n, v, now) for n, v, now in shown):
        body = subject.bodies.adjusted_to_rules({**subject.bodies.full("again"), **subject.bodies.other_values()})
    replaced = subject.replace(made.id, body)
    must.have_status(replaced, "replaced")
    have_moved(subject, replaced, before, subject.observe(made.id))


@requirement(
    "update.touches-updated-at",
    on="update",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=4,
    late=True,
)
@for_each(moving_changes)
def test_a_change_moves_the_declared_time_forward(subject: Subject, change: Body, brief: bool = False) -> None:
    """Judged on an instance that is older than the clock's declared resolution."""
    if brief:
        moves(subject, change)
        return
    made, untouched = aged(subject), subject.shared()
    before, still = subject.observe(made.id), subject.observe(untouched.id)
    change = moving(subject, change, before)
    nothing_moves(subject, made, untouched, before)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    now = subject.observe(made.id)
    wanted = after_update(subject, updated.sent, before)
    must.agree(updated, wanted, now, what="the state after a late update")
    have_moved(subject, updated, before, now)
    if updated.entity is not None:
        must.agree(updated, times(subject, updated.entity), now, what="a read after the answer to an update")
    again = subject.update(made.id, change)
    must.have_status(again, "updated", because="the same change again")
    what = "the time of the last change after an update without one"
    still_times = {n: v for n, v in times(subject, now).items() if n not in subject.spec.always_touched}
    must.agree(again, still_times, subject.observe(made.id), what=what)
    what = "the time of another resource's last change"
    must.agree(updated, times(subject, still), subject.observe(untouched.id), what=what)


def made_by_the_server(resource: Resource) -> list[str]:
    """What the list is sorted by that no request holds."""
    return [n for n in resource.sort if n not in resource.shapes.create["properties"]]


def moments(ground: Ground) -> Cases:
    """Each of them, and a create whose text stands before all others' in the order of texts."""
    resource, bodies = ground.resource, ground.bodies
    texts = [*(n for n in resource.sort if n not in resource.references), *bodies.unique_fields]
    fit = [n for n in texts if n in bodies.writable and is_valid(bodies.writable[n], f"0 {'x' * TOKEN_LENGTH}")]
    for text in fit[:1]:
        yield from ({"name": n, "text": text} for n in made_by_the_server(resource))


@requirement(
    "list.sort",
    on="create",
    needs="list",
    when=lambda c, r: bool(made_by_the_server(r)),
    cost=3,
    set_up=1,
    late=True,
)
@for_each(moments)
def test_what_is_made_last_is_so_in_a_list_that_is_sorted_by_it(subject: Subject, name: str, text: str) -> None:
    """What a run makes has names that rise as it goes on: only a late one that stands before them tells whether the
    list is sorted by the moment."""
    aged(subject)
    subject.given({**subject.bodies.minimal(), text: f"0 {RUN}"})
    forget_list(subject)
    must_be_in_order(subject, name=name)


def sorted_by_changes(_: Contract, resource: Resource) -> bool:
    return bool({*resource.touched} & {*resource.sort})


def last_changes(ground: Ground) -> Cases:
    """The times of the last change that the list is sorted by, each with one change."""
    for name in [n for n in ground.resource.touched if n in ground.resource.sort]:
        yield from ({"name": name, "change": c["change"]} for c in one_change(ground) if not c["fresh"])


@requirement(
    "list.sort", on="update", needs=("create", "read", "list"), when=sorted_by_changes, cost=4, set_up=1, late=True
)
@for_each(last_changes)
def test_what_is_changed_moves_in_a_list_that_is_sorted_by_it(subject: Subject, name: str, change: Body) -> None:
    """As long as nothing is changed, the order is that of what was made first: here it is changed last."""
    made = aged(subject, younger=1)
    updated = subject.update(made.id, moving(subject, change, subject.observe(made.id)))
    if not updated.ok:
        raise NotTested("the change of an entry was refused")
    forget_list(subject)
    must_be_in_order(subject, name=name)


@of_a_steady_list
@until_settled("queries")
def must_be_in_order(subject: Subject, name: str) -> None:
    query = subject.lists.sort_query(name, descending=True)
    pages = subject.lists.pages(subject.lists.largest_page(), query)
    must.have_status(pages[0], "listed", because=f"sorted by {name}")
    shown = [e.get(name) for p in pages for e in p.entries or () if isinstance(e, dict)]
    keys = [(v,) for v in shown if v is not None and may_hold(subject, name, v)]
    must.hold(
        Order(subject.spec, (SortKey(name, descending=True),)).holds(keys),
        pages[0],
        f"a list sorted down by {name} is not in order",
        kind="sort",
        expected="sorted down",
        actual="not in order",
        field=name,
    )


def nothing_moves(subject: Subject, made: Instance, other: Instance, before: Body) -> None:
    """Updates that change nothing: of no field, of every field to what it is, and to a unique value that ``other``
    has. They are sent while the last change is long ago, so that a time that moves shows."""
    first = before
    for nothing in ({}, as_stored(subject, before)):
        empty = subject.update(made.id, nothing)
        must.have_status(empty, "updated", because="an update that changes nothing")
        what = "the state after an update that changes nothing"
        now = subject.observe(made.id)
        must.agree(empty, resting(subject, before), now, what=what)
        for name in subject.spec.always_touched if nothing else ():
            moved = _instant(now.get(name)) > _instant(first.get(name))
            must.hold(moved, empty, f"{name} did not move with an update", kind="not-touched", field=name)
        before = {**before, **times(subject, now)}
    key = next(iter(subject.spec.unique), ())
    taken = {n: other.sent[n] for n in key if other.sent.get(n) is not None}
    if key and len(taken) == len(key) and subject.spec.renamable and not subject.bodies.ruled & taken.keys():
        refused = subject.update(made.id, taken)
        must.be_refused(refused, "conflict", because="an update to a unique value that is taken")
        must.agree(refused, subject.stable(before), subject.observe(made.id), what="the state after a conflict")


def resting(subject: Subject, state: Mapping[str, Any]) -> Body:
    """What of a representation an update that changes nothing leaves as it is."""
    return {n: v for n, v in subject.stable(state).items() if n not in subject.spec.always_touched}


def times(subject: Subject, entity: Mapping[str, Any]) -> Body:
    """The declared times of the last change that a representation shows."""
    return {n: entity[n] for n in subject.spec.touched if n in entity}


def _instant(value: object) -> float:
    """A time as a number: a text of RFC 3339 in seconds, a number in the API's own unit."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value).upper()).timestamp()
    except ValueError:
        return 0.0
