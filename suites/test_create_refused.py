"""What a create that was refused leaves: nothing."""

from json import dumps

from restproof.suite import NotTested, Subject, must, requirement
from restproof.suite.refused import refused_creates


@requirement("create.failed-leaves-nothing", on="list", needs="create", late=True)
def test_no_refused_create_is_in_a_list(subject: Subject) -> None:
    """Of whatever reason it was refused, and whichever rule sent it."""
    refused = refused_creates(subject)
    if not refused:
        raise NotTested("no create that held a mark of this run was refused")
    for entry in subject.lists.walk():
        text = dumps(entry)
        for token, reply in refused.items():
            must.hold(
                token not in text,
                reply,
                f"a create that was refused ({reply.status if reply else 'see its case'}) is in the list all the same",
                kind="stored",
                expected="nothing stored",
                actual="stored",
            )
