"""Ids that stand elsewhere than in paths: what others have is safe, also where a server passes over them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven
from restproof.wire.message import About, Request

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .lies import LIES
from .server import Answer, Asked, Server, listening

_WORDS = {
    "query": "item_path: '/note?id={id}'",
    "header": """operations:
      {list: {}, create: {}, read: {path: /note, headers: {X-Record-Id: '{id}'}},
       update: {path: /note, headers: {X-Record-Id: '{id}'}}, delete: {path: /note, headers: {X-Record-Id: '{id}'}}}""",
    "body": """operations:
      list: {method: POST, path: /notes.list}
      create: {path: /notes.create}
      read: {method: POST, path: /notes.get, envelope: {constants: {/id: '{id}'}}}
      update: {method: POST, path: /notes.update, envelope: {constants: {/id: '{id}'}}}
      delete: {method: POST, path: /notes.delete, envelope: {constants: {/id: '{id}'}}}
    paging: {style: none}""",
    "mixed": """operations:
      list:
      create:
      read: {path: /note, query: {id: '{id}'}}
      update: {method: PUT, path: /notes, envelope: {constants: {/id: '{id}'}}}
      delete: {path: /note, query: {id: '{id}'}}""",
    "several": """item_path: '/note?id={id}'
    operations: [list, create, read, update, replace, delete]""",
    "unread": """item_path: '/note?id={id}'
    operations: [list, create, update, delete]""",
    "late": """item_path: '/note?id={id}'
    settles: 0.2""",
}


def contract(style: str) -> str:
    return f"""\
contract: strangers
base_path: /v1
transport: any
auth: none
statuses: {{unknown_field: ignored}}
paging: {{style: page, page: page, size: per_page, default: 1000, max: 1000}}
resources:
  note:
    path: /notes
    schema: note.json
    {_WORDS[style]}
"""


class Elsewhere(Server):
    """Knows which record is meant by a parameter, a header field or a member of the body."""

    def problem(self, asked: Asked, *, whole: bool = True) -> str | None:
        """The contract has no offices: any number may stand for one."""
        found = super().problem(asked, whole=whole)
        return None if found == "no such office" else found

    def route(self, asked: Asked) -> bool:
        verbs = {"list": "GET", "get": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
        path, _, verb = asked.path.removeprefix("/v1/").partition(".")
        asked.resource = "note"
        if verb:
            if verb not in verbs or path != "notes" or asked.method != "POST":
                return False
            asked.method = verbs[verb]
            return verb in ("list", "create") or self.named(asked, self.member(asked))
        if path == "notes" and asked.method == "PUT":
            asked.method = "PATCH"
            return self.named(asked, self.member(asked))
        if path == "note":
            asked.method = "PATCH" if asked.method == "PUT" else asked.method
            headers = {name.lower(): value for name, value in asked.headers.items()}
            return self.named(asked, asked.query.get("id", headers.get("x-record-id")))
        return path == "notes"

    def member(self, asked: Asked) -> Any:
        found = asked.body.pop("id", None) if isinstance(asked.body, dict) else None
        return None if isinstance(found, bool | dict | list) else found

    def named(self, asked: Asked, id: Any) -> bool:
        asked.id = None if id in (None, "") else str(id)
        return asked.id is not None


def newest(server: Server, asked: Asked) -> Any:
    return next(reversed(server.rows["note"]), None)


def first(server: Server, asked: Asked) -> Any:
    return next(iter(server.rows["note"]), None)


def passes_over(server: Server, which: Callable[[Server, Asked], Any], methods: tuple[str, ...]) -> None:
    """The id that a request names makes no difference: that is a name which the server does not know."""
    honest = server.find
    server.find = lambda asked: which(server, asked) if asked.method in methods else honest(asked)


def get_or_create(server: Server) -> None:
    """A create of what is like a record of others gives that one."""
    honest = server.create

    def create(asked: Asked) -> Answer:
        alike = server.random.random() < 0.3 and server.problem(asked) is None
        return Answer(201, dict(server.some("note"))) if alike else honest(asked)

    server.create = create


WRITES = ("create.accepts", "update.", "delete.", "identity.", "lifecycle", "protocol.unsupported", "robust.hostile-id")


def planned(tmp_path: Path, style: str) -> Plan:
    plan = Plan.of(load(write_contract(tmp_path, contract(style))))
    plan.items = [item for item in plan.items if item.proof.requirement.startswith(WRITES)]
    return plan


@pytest.mark.parametrize("style", [style for style in _WORDS if style not in ("late", "unread")])
def test_what_is_honest_passes_and_leaves_nothing(style: str, tmp_path: Path) -> None:
    server = Elsewhere()
    told = run(planned(tmp_path, style), server, tmp_path)
    assert told.outcomes["pass"] > 20, (told.outcomes, told.reasons)
    assert (server.harm(), server.ours(), told.left) == ([], {}, [])


@pytest.mark.parametrize("style", ["query", "body"])
@pytest.mark.parametrize("which", [newest, first])
def test_nothing_is_written_where_no_id_makes_a_difference(
    style: str, which: Callable[[Server, Asked], Any], tmp_path: Path
) -> None:
    server = Elsewhere()
    passes_over(server, which, ("GET", "PATCH", "DELETE"))
    run(planned(tmp_path, style), server, tmp_path)
    assert server.harm() == []


@pytest.mark.parametrize("style", ["header", "mixed"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("which", [newest, first])
def test_a_write_that_goes_elsewhere_is_the_last_of_its_kind(
    style: str, method: str, which: Callable[[Server, Asked], Any], tmp_path: Path
) -> None:
    """No read shows what a write will do. Once it is done, a look at the item that it named does."""
    server = Elsewhere()
    passes_over(server, which, (method,))
    told = run(planned(tmp_path, style), server, tmp_path)
    assert len(server.harm()) <= (which is first), (server.harm(), told.reasons)


@pytest.mark.parametrize("style", ["query", "body"])
def test_what_a_create_found_is_left_alone(style: str, tmp_path: Path) -> None:
    server = Elsewhere()
    get_or_create(server)
    run(planned(tmp_path, style), server, tmp_path)
    assert server.harm() == []


ABOUT = About("note", "update", "item", "item#1")


@contextmanager
def begun(style: str, folder: Path) -> Iterator[Bench]:
    """A run on an honest server that numbers ids by the last one there is."""
    server = Elsewhere()
    LIES["the last id is given anew"](server)
    plan = Plan.of(load(write_contract(folder, contract(style))))
    with listening(server) as url:
        yield Bench(server, begin(plan, url, folder), plan)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Bench]:
    with begun("several", tmp_path) as made:
        yield made


def note(made: Bench) -> str:
    """The path of one of ours."""
    answer = made.send("POST", "/notes", {"text": made.token()}).response
    assert answer is not None
    return f"/note?id={answer.json['id']}"


def test_an_id_that_comes_again_does_not_say_that_a_delete_was_lost(notes: Bench) -> None:
    first, other = note(notes), note(notes)
    for _ in range(3):
        assert notes.send("DELETE", other).status == 204
        assert note(notes) == other
    assert notes.send("DELETE", first).status == 204
    assert notes.server.harm() == []


def test_what_another_write_has_changed_since_does_not_say_that_an_update_was_lost(notes: Bench) -> None:
    for where in (note(notes), note(notes)):
        for method in ("PATCH", "PUT", "PATCH", "PUT"):
            assert notes.send(method, where, {"text": f"{method} {notes.token()}"}).status == 200


def test_of_updates_that_are_sent_at_once_any_one_may_be_the_last(notes: Bench) -> None:
    where, _ = note(notes), note(notes)
    for _ in range(2):
        assert notes.send("PATCH", where, {"text": notes.token()}).status == 200
    requests = [
        Request("PATCH", f"/v1{where}", body=json.dumps({"text": f"{notes.token()} {n}"}).encode()) for n in range(6)
    ]
    for _ in range(4):
        answers = notes.run.session.send_together(requests, ABOUT, None)
        assert {answer.status for answer in answers} == {200}


def test_an_update_without_a_mark_is_known_by_its_values(notes: Bench) -> None:
    where = note(notes)
    assert notes.send("PATCH", where, {"pinned": True}).status == 200
    assert notes.send("PATCH", where, {"pinned": False}).status == 200
    honest = notes.server.update
    notes.server.update = lambda asked: Answer(200, {}) if asked.body == {"pinned": True} else honest(asked)
    assert notes.send("PATCH", where, {"pinned": True}).status == 200
    with pytest.raises(NotProven, match="as it was"):
        notes.send("PATCH", where, {"pinned": False})


def test_what_a_read_of_nothing_answers_is_said_as_it_is(notes: Bench) -> None:
    where, honest = note(notes), notes.server.read
    notes.server.read = lambda asked: Answer(500) if notes.server.find(asked) is None else honest(asked)
    with pytest.raises(NotProven, match="no read says of an id that names nothing that it does"):
        notes.send("PATCH", where, {"pinned": True})


def test_where_reads_are_late_clean_up_deletes_all_the_same(tmp_path: Path) -> None:
    """For less than the time that the contract gives them."""
    with begun("late", tmp_path) as made:
        for _ in range(3):
            note(made)
        before = {str(id): dict(row) for id, row in made.server.rows["note"].items()}
        gone: dict[str, float] = {}
        read, delete = made.server.read, made.server.delete

        def deleted(asked: Asked) -> Answer:
            gone[str(asked.id)] = time.monotonic()
            return delete(asked)

        def late(asked: Asked) -> Answer:
            is_late = time.monotonic() - gone.get(str(asked.id), 0.0) < 0.1
            return Answer(200, before[str(asked.id)]) if is_late else read(asked)

        made.server.read, made.server.delete = late, deleted
        made.clean_up()
        assert made.server.ours() == {}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("style", ["query", "unread", "late"])
def test_at_most_one_record_is_met_by_each_kind_of_write(style: str, method: str, tmp_path: Path) -> None:
    """Whichever it is, in a whole run, clean-up too: what it was marked with proves nothing, ids that name nothing are
    tried once ids are seen to be heeded, and a look waits where a write is seen later."""
    server, chance = Elsewhere(), random.Random(method)
    passes_over(server, lambda server, asked: chance.choice([*server.rows["note"]]), (method,))
    run(Plan.of(load(write_contract(tmp_path, contract(style)))), server, tmp_path)
    assert len(server.harm()) <= 1, server.harm()


@pytest.mark.parametrize(("method", "reason"), [("PATCH", "as it was"), ("DELETE", "still there")])
def test_where_nothing_reads_one_the_list_shows_what_a_write_has_done(method: str, reason: str, tmp_path: Path) -> None:
    with begun("unread", tmp_path) as made:
        where, other = note(made), note(made)
        body = {"text": made.token()} if method == "PATCH" else None
        honest = made.server.of_an_item
        made.server.of_an_item = lambda asked: Answer(200, {}) if asked.method == method else honest(asked)  # type: ignore[method-assign]
        assert made.send(method, where, body).status == 200
        with pytest.raises(NotProven, match=reason):
            made.send(method, other, body)
