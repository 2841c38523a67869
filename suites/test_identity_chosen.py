"""Ids that clients choose: one that can be none leads nowhere, and nothing is made there."""

from restproof.suite import Inconclusive, Subject, for_each, must, requirement
from restproof.suite.inputs import other_texts, unfit_ids
from restproof.suite.operations import creates_by_put
from restproof.suite.values import is_valid


@requirement("identity.malformed", on="replace", when=lambda c, r: r.id.chosen_by != "server" and creates_by_put(r))
@for_each(unfit_ids)
def test_nothing_is_made_at_an_id_that_can_be_none(subject: Subject, id: str, note: str, suffix: bool) -> None:
    odd = subject.resolved(id)
    if is_valid(subject.bodies.id_schema, odd):
        raise Inconclusive("the id can be one after all")
    made = subject.replace(odd, subject.bodies.minimal("put"))
    if made.ok and subject.observe(odd).absent:
        raise Inconclusive("the server makes another id of it", taken=made)
    refused = [subject.spec.status(case, "replace") for case in ("malformed_id", "absent", "invalid")]
    must.be_refused(
        made, refused[0] | refused[1] | refused[2], field=subject.spec.id.field, because=f"the id is {note}"
    )


@requirement(
    "conflict.duplicate",
    on="replace",
    needs="read",
    when=lambda c, r: creates_by_put(r) and r.id.field in r.unique_by,
    cost=3,
)
def test_an_id_in_another_form_is_the_same_one(subject: Subject) -> None:
    """A PUT to it is refused as a conflict, or replaces what is there: nothing else is made beside that."""
    first = subject.given()
    forms = other_texts(subject.spec, subject.spec.id.field, first.id)
    if not forms:
        raise Inconclusive("no other form of the id is a valid one")
    for form in forms:
        put = subject.replace(form, subject.bodies.minimal("other"))
        if not put.ok:
            must.be_refused(put, "conflict", because="the id is taken, in another form")
            continue
        shown = subject.stable(subject.observe(form))
        must.agree(
            put, shown, subject.observe(first.id), what="what stands under an id, after a PUT to another form of it"
        )
