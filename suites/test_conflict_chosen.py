"""Ids that clients choose: in which forms one is the same as another."""

from restproof.suite import Inconclusive, Subject, must, requirement
from restproof.suite.inputs import other_texts
from restproof.suite.operations import creates_by_put


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
