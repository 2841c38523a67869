"""Ids that clients choose: one that can be none leads nowhere, and nothing is made there."""

from restproof.suite import Inconclusive, Subject, for_each, must, requirement
from restproof.suite.inputs import unfit_ids
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
