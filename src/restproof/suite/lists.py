"""What suites of lists share: the whole list, read twice where a finding rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice
from math import isqrt
from typing import Any, ParamSpec

from restproof.contract.locations import ENTRIES, steps_to
from restproof.contract.model import ANY, Contract, Paging, Resource
from restproof.contract.shapes import same
from restproof.contract.syntax import SortKey
from restproof.engine.failure import NotTested, Throttled
from restproof.engine.instance import Instance
from restproof.engine.reply import Reply
from restproof.engine.settling import Kind
from restproof.engine.subject import Subject
from restproof.oracle.check import may_be_left_out
from restproof.oracle.finding import ABSENT
from restproof.plan.symbols import PREFIX_LENGTH, tokens
from restproof.semantics.checker import is_valid
from restproof.semantics.comparing import may_match, surely_matches
from restproof.semantics.normal import alike, kept
from restproof.wire.message import encode
from restproof.wire.paging import Query

__all__ = [
    "ANY",
    "FEW",
    "Paging",
    "SortKey",
    "comparisons",
    "ends",
    "every_entry",
    "few_matching",
    "filling",
    "filters_all",
    "forget_list",
    "holds",
    "is_normal",
    "is_numbered",
    "is_paged",
    "is_told",
    "known_among",
    "lookalikes",
    "matches",
    "may_hold",
    "may_match",
    "narrowing",
    "note_ends",
    "of_a_steady_list",
    "see_an_entry",
    "see_another_entry",
    "settled",
    "some",
    "surely_matches",
    "turn_round",
    "until_settled",
    "values_at",
]

P = ParamSpec("P")
CHANGING = "the list was changing"
_SHORTEST = 5
"""A text with a part that tells something has more characters than this."""
FEW = 5
"""Entries that a list has at least, so that it can be cut into pages."""


def is_paged(contract: Contract, resource: Resource) -> bool:
    """Whether the resource's list comes in pages of a size that one asks for."""
    return resource.paging.style != "none" and bool(resource.paging.size)


def is_numbered(contract: Contract, resource: Resource) -> bool:
    """Whether pages are named by number or offset."""
    return resource.paging.style in ("page", "offset")


def of_a_steady_list(test: Callable[..., None]) -> Callable[..., None]:
    """A finding counts only if a second read of the whole list agrees with the first, and if it is found again: where
    others write to the list, nothing can be said of it as a whole."""

    def once(subject: Subject, inputs: dict[str, Any]) -> AssertionError | None:
        try:
            test(subject, **inputs)
        except AssertionError as failure:
            first = subject.world.listings.read_by(subject)
            # A list that gives the same entries in another order is not changing.
            if first is not None and _ids(subject, first) != _ids(subject, subject.lists.walk()):
                raise NotTested(CHANGING) from None
            return failure
        return None

    @wraps(test)
    def steady(subject: Subject, **inputs: Any) -> None:
        if once(subject, inputs) is None:
            return
        # What comes and goes between two reads leaves no trace in them, but it is not there a second time.
        subject.world.listings.forget()
        if subject.world.listings.read_by(subject) is None:
            settled(subject)
        failure = once(subject, inputs)
        if failure is None:
            raise NotTested(CHANGING)
        raise failure

    return steady


def until_settled(*kinds: Kind) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Marks a function that asks for lists of the subject (its first argument), judges them, and changes nothing: it is
    called again while it finds something wrong, and what was written last may not be seen in ``kinds`` yet."""

    def marked(judge: Callable[P, None]) -> Callable[P, None]:
        @wraps(judge)
        def patient(*arguments: P.args, **options: P.kwargs) -> None:
            subject = arguments[0]
            assert isinstance(subject, Subject)
            subject.world.settling.again(subject, kinds, lambda: judge(*arguments, **options))

        return patient

    return marked


def _ids(subject: Subject, entries: Iterable[Any]) -> list[str]:
    return sorted(map(str, subject.lists.ids(entries)))


def settled(subject: Subject) -> list[Any]:
    """All entries of the list."""
    return subject.world.listings.whole(subject)


def forget_list(subject: Subject) -> None:
    """What was read of the list is no longer so: ``settled`` reads it anew."""
    subject.world.listings.clear()


def lookalikes(subject: Subject, field: str) -> list[Any]:
    """Values of ``field`` that entries of the list hold and that a careless comparison would mix up: one that begins
    another, one in another case. They are made once; none where nobody can create the resource."""
    return subject.world.instances.lookalikes(subject, field) if subject.spec.creatable else []


def turn_round(subject: Subject, field: str) -> None:
    """Sees to it that entries of the list hold values of ``field`` whose order is another one where they are compared
    as texts; once, and where the resource can be created."""
    if subject.spec.creatable:
        subject.world.instances.turn_round(subject, field)


def may_hold(subject: Subject, field: str, value: Any) -> bool:
    """Whether the schema allows the value there, or says nothing of it. Of one that it does not allow (a server took
    what it should have refused, or somebody else's entry is older than the schema) no list is judged."""
    schema = subject.spec.properties.get(field)
    return schema is None or value is None or is_valid(schema, value)


def filters_all(_: Contract, resource: Resource) -> bool:
    """Whether a list has filters, and leaves out no more than the contract says."""
    return bool(resource.filters or resource.comparisons) and "list" not in resource.open


def known_among(subject: Subject, field: str, page: Reply) -> list[Any]:
    """The entries of a page that are judged by their field; where the list without a query may leave out more than the
    contract says, those that it shows: of others it is not known whether they match."""
    there = [e for e in page.entries or () if all(may_hold(subject, field, v) for v in values_at(e, field))]
    if "list" not in subject.spec.open:
        return there
    known = set(map(str, subject.lists.ids(settled(subject))))
    return [e for e in there if known & set(map(str, subject.lists.ids([e])))]


def is_normal(subject: Subject, field: str, value: Any) -> bool:
    """Whether a value has the form in which the server keeps those of the field, and is not what uniqueness takes for
    one that is there: of another form, nothing says whether a filter looks through it."""
    found, unsaid = kept(subject.spec, {field: value})
    if unsaid or not same(found[field], value):
        return False
    there = [v for e in settled(subject) for v in values_at(e, field)] if field in subject.spec.unique_by else []
    return all(same(v, value) or alike(subject.spec, field, v, value) is False for v in there)


def some(subject: Subject, count: int = FEW) -> list[Any]:
    """The whole list, with at least ``count`` entries in it that the run has made, where any can be made: those of
    others do where no value is known that a create takes. What earlier items have left is not made once more."""
    entries = settled(subject)
    if not subject.spec.creatable or sum(_is_marked(subject, entry) for entry in entries) >= count:
        return entries
    try:
        subject.world.instances.at_least(subject.name, count)
    except Throttled:
        raise
    except NotTested:
        entries = settled(subject)
        if len(entries) < count:
            raise
        return entries
    return settled(subject)


def _is_marked(subject: Subject, entry: Any) -> bool:
    """Whether an entry shows a token of the run."""
    return tokens(subject.token[:PREFIX_LENGTH]).search(encode(entry).decode().lower()) is not None


def see_an_entry(subject: Subject) -> None:
    """See to it that the list holds an entry: what refused requests are sent to, else one of others'."""
    try:
        subject.target()
    except Throttled:
        raise
    except NotTested:
        if not settled(subject):
            raise


def see_another_entry(subject: Subject) -> bool:
    """See to it that the list holds one more, what all cases share. Returns whether the run makes any."""
    return subject.spec.creatable and bool(subject.shared())


def note_ends(subject: Subject, field: str, entries: list[Any]) -> None:
    """Remember what stands first and last in the list that is sorted down by ``field``."""
    values = [e.get(field) for e in entries if isinstance(e, dict)]
    if len(values) == len(entries) and all(may_hold(subject, field, v) for v in values):
        subject.world.listings.ends[subject.name, field] = values


def ends(subject: Subject, field: str) -> list[Any] | None:
    """The values that stood first and last in the list that was sorted down by ``field``, where a rule has seen it."""
    seen = subject.world.listings.ends.get((subject.name, field))
    known: list[Any] | None = subject.world.keeper.recall(f"ends {subject.name} {field}", seen)
    return known


def filling(count: int) -> list[int]:
    """The largest page size that cuts ``count`` entries into several full pages, where there is one."""
    return [count // n for n in range(2, isqrt(max(count, 0)) + 1) if count % n == 0][:1]


def every_entry(subject: Subject) -> Query:
    """A filter that all entries match, where there is one; else nothing."""
    for name, found in subject.spec.filters.items():
        for value, wanted in (found.values or {}).items():
            if wanted is ANY:
                return subject.lists.filter_query(name, value)
    return ()


def values_at(entry: Any, field: str) -> list[Any]:
    """What an entry holds at a filter's field: ``name``, ``office.id`` or ``departments[].id``."""
    found: list[Any] = [entry]
    for step in steps_to(entry if isinstance(entry, dict) else (), field):
        found = [v.get(step.removesuffix(ENTRIES)) for v in found if isinstance(v, dict)]
        found = [inner for v in found for inner in (v if isinstance(v, list) else [v])]
    return found


def comparisons(subject: Subject, name: str) -> Iterator[tuple[str, Any]]:
    """Values to ask of a filter that asks otherwise than for equality, as they are spelled and as they are: of what the
    entries of the list hold."""
    wanted = subject.spec.comparisons[name]
    if wanted.by in ("gt", "gte", "lt", "lte"):
        turn_round(subject, wanted.field)
    held = [v for e in some(subject) for v in values_at(e, wanted.field) if may_hold(subject, wanted.field, v)]
    plain = sorted({v for v in held if isinstance(v, str | int | float) and not isinstance(v, bool)}, key=str)
    if wanted.by == "in":
        several = [v for v in plain if isinstance(v, int | float) or (v and "," not in v and v == v.strip())][:2]
        yield from [(",".join(map(str, several)), several)] if several else []
    elif wanted.by in ("contains", "starts", "ends"):
        parts = [_part(v, wanted.by) for v in plain if isinstance(v, str) and len(v) > _SHORTEST]
        # What a query keeps of blanks at an end and of odd characters differs: the plainest tells most of the filter.
        usable = [part for part in parts if part == part.strip() and part.isprintable()]
        plainest = sorted(usable, key=lambda part: not (part.isascii() and part.replace(" ", "").isalnum()))
        yield from [(part, part) for part in plainest[:1]]
    else:
        numbers = sorted(v for v in plain if isinstance(v, int | float))
        # Of decimals that are written as text, one above which there are fewer letters says most.
        texts = sorted((v for v in plain if isinstance(v, str) and v), key=lambda v: (wanted.of_decimals and len(v), v))
        ordered: list[Any] = [*numbers, *texts]
        for value in ordered[len(ordered) // 2 :][:1]:
            yield str(value), value


def _part(text: str, by: str) -> str:
    """About half of a text: its beginning, its end, or what is neither."""
    half = len(text) // 2
    return {"contains": text[1 : half + 2], "starts": text[:half], "ends": text[half:]}[by]


def matches(entry: Any, field: str, wanted: object) -> bool:
    """Whether an entry holds ``wanted`` there."""
    return any(same(value, wanted) for value in values_at(entry, field))


def is_told(subject: Subject, entries: Iterable[Any], field: str, wanted: object) -> bool:
    """Whether what entries show tells which of them hold ``wanted`` there: a sparse one may leave out false or zero."""
    hidden = may_be_left_out(subject.spec, wanted, ABSENT)
    return not hidden or not any(None in values_at(entry, field) for entry in entries)


def holds(subject: Subject, entries: Iterable[Any], one: Instance) -> bool:
    """Whether entries hold an instance: one with its id, of which no text is another. Where numbers begin anew below
    each parent, its id alone may be another's."""
    texts = {n: one.entity.get(n, v) for n, v in one.sent.items() if isinstance(v, str)}
    return any(
        one.id in subject.lists.ids([entry]) and not any(entry.get(n) and entry[n] != v for n, v in texts.items())
        for entry in entries
    )


def narrowing(subject: Subject, instance: Instance) -> Iterator[Query]:
    """Filters that the instance matches: by its id, else one that all match; and by another field, one with a token of
    the run where there is one, since little else matches that."""
    identity, found = subject.spec.id.field, subject.spec.filters.items()
    by_id = [n for n, f in found if f.field == identity and not f.values]
    query = subject.lists.filter_query(by_id[0], instance.id) if by_id else every_entry(subject)
    yield from [query] if query else []
    others = [(n, f.field) for n, f in found if f.field != identity and f.values is None]
    shown = ((n, v) for n, field in others for v in values_at(instance.entity, field))
    plain = [(n, v) for n, v in shown if isinstance(v, str | int | float) and v != ""]
    plain.sort(key=lambda one: subject.world.prefix not in str(one[1]))
    yield from (subject.lists.filter_query(n, v) for n, v in islice(plain, 1))


def few_matching(subject: Subject, entries: list[Any]) -> Iterator[tuple[Query, list[Any]]]:
    """Filters that not all entries match, the one by id first, each with those that do."""
    found = [(n, f.field) for n, f in subject.spec.filters.items() if f.values is None]
    for name, field in sorted(found, key=lambda f: f[1] != subject.spec.id.field):
        holding: dict[tuple[bool, Any], list[Any]] = {}  # to a dictionary, true is 1
        for entry in entries:
            plain = [v for v in values_at(entry, field) if isinstance(v, str | int | float) and v != ""]
            for key in dict.fromkeys((isinstance(value, bool), value) for value in plain):
                holding.setdefault(key, []).append(entry)
        for (_, value), matching in holding.items():
            if len(matching) < len(entries):
                yield subject.lists.filter_query(name, value), matching
