"""The largest page that a list gives, and the size that asks for everything."""

from restproof.suite import Subject, must, requirement
from restproof.suite.lists import is_paged, of_a_steady_list, some


@requirement(
    "list.max-size", on="list", when=lambda c, r: is_paged(c, r) and r.paging.max is not None, cost=2, undisturbed=True
)
def test_the_largest_page_is_allowed(subject: Subject) -> None:
    paging = subject.spec.paging
    must.have_status(subject.list(((paging.size, str(paging.max)),)), "listed", because="the largest size of a page")
    if paging.over_max == "clamped":
        over = subject.list(((paging.size, str((paging.max or 0) + 1)),))
        must.have_status(over, "listed", because="a size that is cut to the largest")
        must.hold(
            len(over.entries or ()) <= (paging.max or 0),
            over,
            "a page is larger than the largest size",
            kind="page-size",
        )


@requirement("list.all", on="list", when=lambda c, r: is_paged(c, r) and r.paging.all is not None, cost=2)
@of_a_steady_list
def test_the_size_of_all_entries_leaves_none_out(subject: Subject) -> None:
    entries, paging = some(subject), subject.spec.paging
    page = subject.list(((paging.size, paging.all or ""),))
    must.have_status(page, "listed", because=f"{paging.size}={paging.all} asks for all entries")
    missing = set(map(str, subject.lists.ids(entries))) - set(map(str, subject.lists.ids(page.entries or ())))
    must.hold(
        not missing,
        page,
        f"a page of all entries leaves out {len(missing)} of {len(entries)}",
        kind="left-out",
        expected="every entry",
        actual="some left out",
    )
