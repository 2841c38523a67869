"""Exchanges → lesson: what traffic teaches of a contract. Pure: a run's probes and a client's recording are one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from restproof.contract.document import Problems, read_yaml
from restproof.contract.load import in_full
from restproof.contract.model import Contract
from restproof.contract.normal import Form
from restproof.learning.answers import answer_words
from restproof.learning.fields import field_words
from restproof.learning.filtering import filter_words
from restproof.learning.lists import list_words
from restproof.learning.orders import order_words
from restproof.learning.referring import Deletes, absent_references, reference_words
from restproof.learning.sighting import read_all, sightings
from restproof.learning.states import States
from restproof.learning.statuses import status_words
from restproof.learning.unique import unique_words
from restproof.learning.word import Doubt, Lesson, Word
from restproof.oracle.seen import Seen
from restproof.wire.message import Response


def lesson_of(
    exchanges: Iterable[Seen],
    contract: Contract,
    *,
    credentials_shown: bool,
    faulty: Collection[int | str] = (),
    resources: Collection[str] = (),
    strays: Iterable[Response] = (),
) -> Lesson:
    """The words that exchanges suggest, in the order of the contract. ``faulty``: the numbers of those that show a
    fault, which teach nothing; ``resources``: the only ones that are asked for, all where it is empty; ``strays``: what
    was answered at paths of no resource."""
    said = said_in(contract.path)
    reads = read_all((s for s in exchanges if s.n not in faulty), contract)
    dangling = list(absent_references(reads))
    elsewhere = {sighting.n for sighting in dangling}  # what a reference explains is no conflict
    fields = list(field_words(States.of(reads), contract, said))
    unique, conflicts = unique_words([r for r in reads if r.seen.n not in elsewhere], contract, _kept(fields))
    orders, broken = order_words(reads, contract, said)
    deletes = Deletes.of(reads)
    refused = [*conflicts, *broken, *dangling, *deletes.kept]
    cases = [*sightings(reads, contract, credentials_shown=credentials_shown), *refused]
    found: list[Word | Doubt] = [
        *status_words(cases, contract, said),
        *fields,
        *unique,
        *reference_words(deletes, contract),
        *orders,
        *answer_words(reads, contract, said, list(strays)),
        *list_words(reads, contract),
        *filter_words(reads, contract),
    ]
    order = [None, *contract.resources]
    wanted = [f for f in found if not resources or f.resource in resources]
    wanted.sort(key=lambda f: order.index(f.resource))
    return Lesson(
        tuple(f for f in wanted if isinstance(f, Word)),
        tuple(f for f in wanted if isinstance(f, Doubt)),
    )


def _kept(found: Iterable[Word | Doubt]) -> dict[tuple[str | None, str], Sequence[Form]]:
    """By resource and field, the forms in which values are kept, as the words of fields say them."""
    words = [w for w in found if isinstance(w, Word) and w.name[0] == "normalized"]
    return {(w.resource, w.name[1]): w.value if isinstance(w.value, list) else [w.value] for w in words}


def said_in(file: Path) -> Mapping[str, Any]:
    """The contract as it is written, with what its preset and its standard stand for."""
    problems = Problems()
    found: Mapping[str, Any] = in_full(read_yaml(file, problems), problems).value
    return found
