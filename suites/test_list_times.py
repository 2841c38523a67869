"""Lists that are sorted by moments: at which something was made, and at which it was changed last."""

from restproof.suite import Contract, Ground, NotTested, Resource, Subject, for_each, requirement
from restproof.suite.inputs import RUN, TOKEN_LENGTH, Body, Cases, one_change
from restproof.suite.lists import forget_list, of_a_steady_list, until_settled
from restproof.suite.setup import aged
from restproof.suite.sorting import must_be_sorted, sorted_pages
from restproof.suite.states import moving
from restproof.suite.values import is_valid


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
    pages = sorted_pages(subject, query, name, subject.lists.largest_page())
    must_be_sorted(subject, pages[0], [e for p in pages for e in p.entries or ()], name, descending=True)
