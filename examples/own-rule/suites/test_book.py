"""What our library promises besides: a rule of our own."""

from restproof.suite import Contract, Resource, Subject, must, requirement


def is_book(contract: Contract, resource: Resource) -> bool:
    return resource.name == "book"


@requirement("book.comes-back", on="update", needs="read", when=is_book, cost=4)
def test_a_book_that_was_given_back_is_free(subject: Subject) -> None:
    book = subject.given()
    for lent in (True, False):
        must.have_status(subject.update(book.id, {"lent": lent}), "updated", field="lent")
    read = subject.read(book.id)
    must.have_status(read, "read")
    must.agree(read, {"lent": False}, read.entity, what="a book that was given back")
