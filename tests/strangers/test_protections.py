"""Each protection of what others have is needed: without it, a request touches it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from restproof.wire import cleanup, earlier, evidence, guard, likeness, moves, ownership, places, proof
from restproof.wire.failure import NotProven

from .bench import OVERRIDE, Bench, below_ours
from .server import Answer


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def theirs(*requests: tuple[Any, ...]) -> Callable[[Bench], None]:
    def send(made: Bench) -> None:
        for asked in requests:
            made.send(*asked)

    return send


def claimed(made: Bench) -> None:
    made.send("DELETE", f"/offices/{made.office()}")


def twice(made: Bench) -> None:
    id = made.office()
    for _ in range(2):
        made.send("DELETE", f"/offices/{id}")


def cleaned(made: Bench) -> None:
    made.office()
    made.clean_up()


def unmarked(made: Bench) -> None:
    badge = made.send("POST", "/badges", {"number": 5}).response
    assert badge is not None
    made.send("DELETE", f"/badges/{badge.json['id']}")


def moved(made: Bench) -> None:
    note = made.send("POST", "/notes", {"text": made.token()}).response
    assert note is not None
    made.send("PATCH", f"/notes/{note.json['id']}", {"text": made.token()})
    made.send("GET", "/offices/1")  # meanwhile a colleague gets the id
    made.send("DELETE", f"/notes/{note.json['id']}")


def alike(made: Bench) -> None:
    """What has the id by now is like what the update alone has sent."""
    badge = made.send("POST", "/badges", {"number": 5, "kind": "guest"}).response
    assert badge is not None
    made.send("PATCH", f"/badges/{badge.json['id']}", {"kind": "staff"})
    made.send("GET", "/offices/1")  # meanwhile a colleague gets the id
    made.send("DELETE", f"/badges/{badge.json['id']}")


def taken_up(made: Bench) -> None:
    """A colleague uses an office that a run has left, of which an old ledger knows."""
    below_ours(made.server, made.office())
    made.ages()
    left = made.clean_up()
    assert made.server.harm() or "holds room that this run did not make (DELETE" in " ".join(left)


def seen_and_deleted_twice(made: Bench) -> None:
    id = made.office()
    made.send("GET", f"/offices/{id}")
    for _ in range(2):
        made.send("DELETE", f"/offices/{id}")


def restored(made: Bench) -> None:
    """The database is put back to where it was, and a colleague gets the ids that follow."""
    ids = [made.office() for _ in range(3)]
    for id in ids:
        made.send("PATCH", f"/offices/{id}", {"floor": 1})
    rows = made.server.rows["office"]
    for id in ids:
        del rows[id]
    made.server.stranger("office", ids[0], "of a colleague")
    made.send("PATCH", f"/offices/{ids[2]}", {"floor": 2})
    made.send("DELETE", f"/offices/{ids[0]}")


def restored_with_the_like(made: Bench) -> None:
    """The database is put back, and a colleague makes what is like a badge of ours, which gets its id."""
    office = made.office()
    badge = made.send("POST", "/badges", {"number": 5, "kind": "guest"}).response
    assert badge is not None
    made.send("PATCH", f"/offices/{office}", {"floor": 1})
    back = dict(made.server.rows["badge"].pop(badge.json["id"]))
    del made.server.rows["office"][office]
    made.server.stranger("badge", badge.json["id"], "of a colleague").update(back)
    made.server.others["badge"][badge.json["id"]] = back


def written_to_since(made: Bench) -> None:
    restored_with_the_like(made)
    (last,) = (id for id, row in made.server.rows["badge"].items() if row["number"] == 5)
    made.send("PATCH", f"/offices/{made.server.next_id['office'] - 1}", {"floor": 2})
    made.send("DELETE", f"/badges/{last}")


def cleaned_up_since(made: Bench) -> None:
    restored_with_the_like(made)
    made.server.stranger("office", made.server.next_id["office"] - 1, "of a colleague")
    told = " ".join(made.clean_up())
    assert made.server.harm() or ("badge /v1/badges/" in told and "DELETE" not in told)


def taken_while_cached(made: Bench) -> None:
    id = made.office()
    old = dict(made.server.rows["office"][id])
    made.server.read = lambda asked: Answer(200, old, {"Age": "100"})
    made.server.stranger("office", id, "of a colleague")
    made.send("DELETE", f"/offices/{id}")


SOME = "a create answers our body with the id of a random of others"
PROTECTIONS: dict[str, tuple[object, str, Any, str | None, Callable[[Bench], None]]] = {
    "proof under the very id": (evidence.Evidence, "is_ours", always(True), SOME, claimed),
    "a token in the field that it was written to": (proof.Marks, "shown", always(True), SOME, claimed),
    "every reading of an id": (
        ownership, "readings", lambda _, id: [places.plain(id)], "writes alone read ids by the digits in front",
        theirs(("DELETE", "/offices/17abc")),
    ),
    "references name nobody": (
        ownership, "scalars", lambda _: iter(()), "a reference counts on what it names",
        theirs(("POST", "/notes", {"text": "x", "office_id": 17})),
    ),
    "what must be unique is like nobody's": (
        ownership, "must_be_like_nobody", always(None),
        "a create of a number that is taken is an update of what has it, in its digits too, and answers 201",
        theirs(("POST", "/badges", {"number": 17, "kind": "guest"})),
    ),
    "nor what a lenient reader takes for one": (
        likeness, "meant_by", lambda text: (text,),
        "a create of a number that is taken is an update of what has it, in its digits too, and answers 201",
        theirs(("POST", "/badges", {"number": " 17", "kind": "guest"})),
    ),
    "no write to what others share": (
        ownership._Decision, "_must_be_below_ours", always(None),
        "methods that are not supported change all of a collection", theirs(("DELETE", "/offices")),
    ),
    "methods that are overridden": (
        guard, "effective_method", lambda request: request.method, "X-HTTP-Method-Override is obeyed",
        theirs(("GET", "/memos/17", None, OVERRIDE)),
    ),
    "paths that lead through an item": (
        ownership._Decision, "_must_be_ours", always(None), "unknown paths lead to the item in them",
        theirs(("DELETE", "/offices/17/close")),
    ),
    "a look after a delete": (
        evidence.Evidence, "forget", always(None), "a colleague gets the id that was deleted", twice,
    ),
    "a server-set id of our own": (
        ownership._Decision, "_check_values", always(None), "a create with an id overwrites what has it",
        theirs(("POST", "/offices", {"name": "x", "id": 17})),
    ),
    "clean-up proves again": (cleanup.Work, "is_ours", always(True), SOME, cleaned),
    "numbers are counted up": (
        ownership, "is_new", lambda item, known: item.id not in known, "a create of what was archived brings it back",
        unmarked,
    ),
    "an item that has moved": (
        moves.Moves, "unasked", always(None), "reads are cached, and a colleague gets the id of what has moved",
        moved,
    ),
    "a look after an update": (
        evidence.Evidence, "forget", always(None),
        "an update gives a new id without a word, and a colleague gets the old one", moved,
    ),
    "all that it was made with": (
        evidence, "agrees_since", lambda written, _, shown: proof.agrees(written, shown),
        "an update gives a new id without a word, and a colleague gets the old one", alike,
    ),
    "what is shown after its delete": (
        evidence.Evidence, "end", lambda seen, place, _: seen.forget(place) or True,
        "reads are cached, and a colleague gets the id that was deleted", seen_and_deleted_twice,
    ),
    "an answer that speaks against what was seen": (evidence.Evidence, "heed", always(None), None, restored),
    "a mark, once a database seems to be restored": (
        evidence, "may_go_with_others", always(True), None, written_to_since,
    ),
    "a mark, where clean-up meets another time": (
        cleanup, "is_of_another_time", always(False), None, cleaned_up_since,
    ),
    "the age of an answer": (evidence, "age_of", always(0.0), None, taken_while_cached),
    "what others have below": (cleanup.Work, "_holds_others", always(False), None, taken_up),
}  # fmt: skip


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_each_protection_is_needed(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    owner, name, without, lie, act = PROTECTIONS[protection]
    made = bench(lie)
    with suppress(NotProven):
        act(made)
    assert made.server.harm() == []
    monkeypatch.setattr(earlier.Earlier, "keep", always(None))  # as of a list that is too long
    monkeypatch.setattr(owner, name, without)
    made = bench(lie)
    act(made)
    assert made.server.harm(), "nothing came to harm without it: this test proves nothing"
