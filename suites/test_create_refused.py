"""A create that is refused leaves nothing behind: no entry, and no value that is taken."""

from json import dumps

from restproof.suite import (
    Ground,
    Inconclusive,
    NotTested,
    Subject,
    for_each,
    must,
    requirement,
)
from restproof.suite.inputs import (
    Body,
    Cases,
    missing_field_bodies,
    out_of_bounds_bodies,
    reference_bodies,
    rule_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.suite.refused import refused_creates


def is_its_own(ground: Ground, body: Body) -> bool:
    """Whether the unique values of a body are symbols: such that no other case has them."""
    return all("{" in str(body[n]) for n in ground.bodies.distinguishing_fields if n in body)


def bodies_to_refuse(ground: Ground) -> Cases:
    """A body with one fault of each sort, as far as no other case has its unique values."""
    for enumerate_ in (wrong_type_bodies, missing_field_bodies, out_of_bounds_bodies, rule_bodies):
        spared = ground.bodies.unique_fields
        named = [c for c in enumerate_(ground) if c["field"] not in spared and is_its_own(ground, c["body"])]
        # The last one too, where what comes before it is right.
        chosen = [*named[:1], *(named[1:][-1:] if enumerate_ is wrong_type_bodies else ())]
        yield from ({"field": c["field"], "note": c["note"], "body": c["body"]} for c in chosen)
    for case in reference_bodies(ground):
        # What names nothing and is itself unique, with others, would be refused again for what it is.
        if case["note"] == "an id that names nothing" and case["field"] not in ground.bodies.unique_fields:
            yield {"field": case["field"], "note": case["note"], "body": case["body"]}
    if not ground.resource.status("unknown_field").accepted:
        for unknown in list(unknown_field_bodies(ground))[:1]:
            yield {"field": unknown["field"], "note": unknown["note"], "body": unknown["body"]}


@requirement("create.failed-leaves-nothing", on="create", needs="list", when=lambda c, r: bool(r.unique), cost=2)
@for_each(bodies_to_refuse)
def test_a_refused_create_leaves_nothing_behind(subject: Subject, body: Body, field: str, note: str) -> None:
    refused = subject.create(body)
    if not 400 <= refused.status < 500:
        raise Inconclusive(f"{field} ({note}) was not refused", taken=refused)
    keys = {n: v for n, v in refused.sent.items() if n in subject.bodies.unique_fields}
    # Where a second create succeeds, it would be taken for the first.
    asked = bool(keys) and not subject.spec.status("conflict", "create").may_succeed
    again = subject.create({**subject.bodies.minimal(), **keys}) if asked else None
    if again is not None and again.has_run_out_of_values:
        raise Inconclusive(f"the values of a unique field of {subject.name} are used up")
    if again is not None and again.left_open:
        raise Inconclusive(again.left_open)
    free = again is not None and again.status not in subject.spec.status("conflict", "create")
    must.hold(
        free or not subject.lists.holding(refused.sent),
        refused,
        f"a create that was refused ({field}: {note}) is in the list all the same",
        kind="stored",
        expected="nothing stored",
        actual="stored",
    )
    must.hold(
        free or again is None,
        again,
        f"after a create that was refused ({field}: {note}), its unique value is taken",
        kind="taken",
        expected="free",
        actual="taken",
    )


@requirement("create.failed-leaves-nothing", on="list", needs="create", late=True)
def test_no_refused_create_is_in_a_list(subject: Subject) -> None:
    """Of whatever reason it was refused, and whichever rule sent it."""
    refused = refused_creates(subject)
    if not refused:
        raise NotTested("no create that held a mark of this run was refused")
    for entry in subject.lists.walk():
        text = dumps(entry)
        for reply in [reply for token, reply in refused.items() if token in text]:
            must.hold(
                False,
                reply,
                f"a create that was refused ({reply.status if reply else 'see its case'}) is in the list all the same",
                kind="stored",
                expected="nothing stored",
                actual="stored",
            )
