from __future__ import annotations

import json
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.errors import RunFileError, StorageError
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.message import About, Exchange, Request, Response
from restproof.wire.places import Spot, entities
from restproof.wire.proof import agrees, agrees_when_new, sums_of
from restproof.wire.ticket import Ticket, left_by

from .conftest import open_entries

ORIGIN = Origin(contract="contracts/notes", target="staging", base_url="https://s.example.com", prefix="rp-abc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".restproof" / "run.jsonl"


def test_the_file_appears_with_the_first_create(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    assert not path.exists()
    ledger.intend("note", "/v1/notes?team=5", [("name", "rp-abc")])
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["ledger", "intend"]


def test_every_step_is_on_disk_at_once_and_read_back(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    first = ledger.intend("note", "/v1/notes?team=5", [("name", "a")], headers=(("X-Team", "5"),))
    ledger.created(first, "/v1/notes/1?team=5", 1)
    second = ledger.intend("note", "/v1/notes?team=5", [("name", "b")], credential="foreign")
    third = ledger.intend("note", "/v1/notes?team=5", [("name", "c")])
    ledger.created(third, "/v1/notes/3?team=5", 3)
    ledger.deleted("/v1/notes/3?team=5")

    again = Ledger(path)
    assert again.origin == ORIGIN
    assert open_entries(again) == open_entries(ledger)
    known, unknown = open_entries(again)
    assert (known.item, known.id, known.headers) == ("/v1/notes/1?team=5", 1, (("X-Team", "5"),))
    assert (unknown.n, unknown.item, unknown.marks, unknown.credential) == (second, None, (("name", "b"),), "foreign")
    assert again.intend("note", "/v1/notes?team=5") == 4
    assert len(open_entries(Ledger(path))) == 3


def test_an_id_that_is_used_again_is_open_again(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    for _ in range(2):
        ledger.created(ledger.intend("note", "/n"), "/n/1", 1)
    ledger.deleted("/n/1")
    ledger.created(ledger.intend("note", "/n"), "/n/1", 1)
    assert [e.n for e in open_entries(Ledger(path))] == [e.n for e in open_entries(ledger)] == [1, 2, 3]


def test_what_is_deleted_with_one_header_is_there_with_another(path: Path) -> None:
    """As where a header names the tenant, and each has ids of its own."""
    ledger = Ledger(path, ORIGIN)
    for team in ("5", "6"):
        ledger.created(ledger.intend("note", "/n", headers=(("X-Team", team), ("X-Kind", "a"))), "/n/1", 1)
    ledger.deleted("/n/1", (("x-team", "5"),))
    assert [e.n for e in open_entries(Ledger(path))] == [e.n for e in open_entries(ledger)] == [2]
    ledger.deleted("/n/1", (("X-Team", "6"),))
    ledger.created(ledger.intend("note", "/n", headers=(("X-Team", "5"),)), "/n/1", 1)
    assert [e.n for e in open_entries(Ledger(path))] == [e.n for e in open_entries(ledger)] == [1, 3]


def test_what_an_update_without_a_mark_wrote_is_read_back(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.created(ledger.intend("note", "/n", sums={"number": "1"}), "/n/1", 1, new=True)
    ledger.wrote("/n/1", {"name": "2"})
    ledger.wrote("/n/1", {"name": "3", "size": "4"})
    again = Ledger(path)
    (entry,) = open_entries(again)
    assert (entry.new, entry.sums, entry.marks) == (True, {"number": "1"}, ())
    assert again.written("/n/1") == {"name": "3", "size": "4"}


def test_a_settled_create_is_closed(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.settled(ledger.intend("note", "/n"))
    assert open_entries(ledger) == open_entries(Ledger(path)) == []


def test_a_line_that_a_killed_run_did_not_finish_is_passed_over(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.created(ledger.intend("note", "/n"), "/n/1", 1)
    with path.open("a") as file:
        file.write('{"event": "inte')
    again = Ledger(path)
    assert len(open_entries(again)) == 1
    again.deleted("/n/1")
    assert open_entries(Ledger(path)) == []


def test_a_line_for_which_the_disk_had_no_room_is_followed_by_whole_ones(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.intend("note", "/n", [("name", "a")])
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, usual[1]))
    try:
        with pytest.raises(StorageError):
            ledger.intend("note", "/n", [("name", "b")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert not path.read_bytes().endswith(b"\n")
    ledger.intend("note", "/n", [("name", "c")])
    assert [entry.marks for entry in Ledger(path).entries()] == [(("name", "a"),), (("name", "c"),)]


def test_a_damaged_line_is_named(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.intend("note", "/n")
    path.write_text("what?\n" + path.read_text())
    with pytest.raises(RunFileError, match=r"run\.jsonl:1: not a line of a ledger"):
        Ledger(path)


def test_a_newer_format_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"event": "ledger", "format": 3}\n')
    with pytest.raises(RunFileError, match="format 3"):
        Ledger(path)


def test_a_removed_ledger_takes_its_empty_directory_along(path: Path) -> None:
    ledger = Ledger(path, ORIGIN)
    ledger.intend("note", "/n")
    ledger.remove()
    assert not path.parent.exists()


def test_others_keep_their_ledgers_where_one_is_removed(path: Path) -> None:
    one, other = Ledger(path, ORIGIN), Ledger(path.with_name("other.jsonl"), ORIGIN)
    for ledger in (one, other):
        ledger.intend("note", "/n")
    one.remove()
    assert [file.name for file in path.parent.iterdir()] == ["other.jsonl"]
    other.remove()
    one.remove()


def test_ledgers_come_and_go_in_one_folder_at_the_same_time(path: Path) -> None:
    def live(number: int) -> None:
        for _ in range(100):
            ledger = Ledger(path.with_name(f"{number}.jsonl"), ORIGIN)
            ledger.intend("note", "/n")
            ledger.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(live, range(4)))
    assert not path.parent.exists()


def test_the_ledger_of_a_living_run_is_in_use(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from restproof.wire.ledger import Ledger\n"
        "Ledger_ = Ledger(Path(sys.argv[1])); Ledger_.intend('note', '/n')\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert Ledger(path).in_use()
        run.communicate("")
    assert not Ledger(path).in_use()


def test_what_was_written_is_known_again_in_its_normal_form(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer", "readOnly": True}, "price": {"type": "string"}},
    }
    (tmp_path / "item.json").write_text(json.dumps(schema))
    words = "path: /items, schema: item.json, normalized: {price: {decimal: 2}}"
    (tmp_path / "contract.yaml").write_text(f"contract: shop\nresources:\n  item: {{{words}}}\n")
    place = Spot(load(tmp_path).resources["item"], ())
    sums = Ticket(place, "POST", sent=[{"price": "1"}]).sums
    assert agrees(sums, {"id": 5, "price": "1.00"})
    assert not agrees(sums, {"id": 5, "price": "1.01"})
    assert Ticket(place, "POST", sent=[{"price": 10**400}]).sums, "whatever was sent"


def test_what_was_written_is_known_again_when_what_it_names_is_gone(tmp_path: Path) -> None:
    number, server_set = {"type": ["integer", "null"]}, {"type": "integer", "readOnly": True}
    members = {"id": server_set, "size": number, "owner": number, "room": number}
    (tmp_path / "item.json").write_text(json.dumps({"type": "object", "properties": members}))
    (tmp_path / "contract.yaml").write_text(
        "contract: shop\nresources:\n  person: {path: /people, schema: item.json}\n"
        "  item:\n    path: /items\n    schema: item.json\n"
        "    references: {owner: {to: person, on_delete: clear}, room: {to: person, on_delete: refuse}}\n"
    )
    place = Spot(load(tmp_path).resources["item"], ())

    def sums_of(**sent: int) -> dict[str, str]:
        return Ticket(place, "POST", sent=[sent]).sums

    sums = sums_of(size=3, owner=7, room=8)
    assert agrees(sums, {"id": 5, "size": 3, "owner": None, "room": 8})
    assert not agrees(sums, {"id": 5, "size": 4, "owner": None, "room": 8})
    # Where nothing else was written, the reference alone tells it.
    alone = sums_of(owner=7)
    assert agrees(alone, {"id": 5, "owner": 7})
    assert not agrees(alone, {"id": 5, "owner": None})


def test_what_is_new_is_known_again_in_another_spelling() -> None:
    sums = sums_of({"at": "2024-12-31T20:30:00-05:00", "tags": ["b", "A"], "last": "9999-12-31T23:59:59-05:00"})
    shown = {"at": "2025-01-01T01:30:00.000Z", "tags": ["a", "b"], "last": "9999-12-31T23:59:59-05:00"}
    assert agrees_when_new(sums, shown)
    assert not agrees(sums, shown), "what others may have under an id that is not new"
    assert agrees_when_new(sums, {**shown, "at": "2025-01-01T01:30:00"}), "many databases drop the zone"
    for another in ("2025-01-01T01:30:01Z", "2024-12-31T20:30:00"):
        assert not agrees_when_new(sums, {**shown, "at": another})
    assert not agrees_when_new(sums, {**shown, "tags": ["a"]})


def test_what_is_new_is_known_again_without_the_members_that_hold_nothing() -> None:
    """As Go and JavaScript leave out what is null or empty, and others fill in what was not sent."""
    null, left_out = {"url": "http://a", "title": None}, {"url": "http://a"}
    assert agrees_when_new(sums_of({"site": null}), {"site": left_out})
    assert agrees_when_new(sums_of({"site": left_out}), {"site": null})
    assert not agrees_when_new(sums_of({"site": left_out}), {"site": {**left_out, "title": "Home"}})
    assert not agrees_when_new(sums_of({"site": null}), {"site": {}})


def test_what_an_update_has_left_is_taken_from_its_own_envelope_and_answer(tmp_path: Path) -> None:
    """As in Elasticsearch: a create holds the bare fields, an update has them in ``doc``, and neither answers them."""
    members = {"id": {"type": "integer", "readOnly": True}, "price": {"type": ["number", "string"]}}
    (tmp_path / "item.json").write_text(json.dumps({"type": "object", "properties": members}))
    ways = "create: {returns: minimal}, read: , update: {returns: minimal, envelope: {request: doc}}, delete: "
    words = (
        f"path: /items, schema: item.json, normalized: {{price: {{decimal: 2, text: true}}}}, operations: {{{ways}}}"
    )
    (tmp_path / "contract.yaml").write_text(f"contract: shop\nresources:\n  item: {{{words}}}\n")
    item = load(tmp_path).resources["item"]
    (sent,) = entities(item, {"doc": {"price": 1}}, "update")
    assert sent == {"price": 1}
    response = Response(200, "OK", (), b'{"id": 5, "result": "updated"}')
    request = Request("PATCH", "/items/5")
    exchange = Exchange(1, request, "", response, None, 0.0, 0.0, None, About("item", "update"))
    ticket = Ticket(Spot(item, (), "5"), "PATCH", sent=[sent])
    assert left_by(ticket, item, exchange) == {"price": "1.00"}


@pytest.mark.parametrize(("word", "left"), [("open: [answers]", {"name": "0"}), ("open: [unique]", {})])
def test_what_an_update_has_left_is_what_it_sent_where_it_is_not_said_what_answers_hold(
    word: str, left: dict[str, str], tmp_path: Path
) -> None:
    members = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}}
    (tmp_path / "item.json").write_text(json.dumps({"type": "object", "properties": members}))
    words = f"path: /items, schema: item.json, volatile: [name], {word}"
    ways = "operations: {create: {returns: minimal}, read: , update: {returns: minimal}, delete: }"
    (tmp_path / "contract.yaml").write_text(f"contract: shop\nresources:\n  item: {{{words}, {ways}}}\n")
    item = load(tmp_path).resources["item"]
    request, response = Request("PATCH", "/items/5"), Response(200, "OK", (), b"{}")
    exchange = Exchange(1, request, "", response, None, 0.0, 0.0, None, About("item", "update"))
    assert left_by(Ticket(Spot(item, (), "5"), "PATCH", sent=[{"name": "0"}]), item, exchange) == left


def test_what_is_sent_in_an_envelope_of_another_name_is_what_it_holds(tmp_path: Path) -> None:
    """Where a server takes it, its mark is in the field that shows it."""
    members = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}, "size": {"type": "object"}}
    (tmp_path / "item.json").write_text(json.dumps({"type": "object", "properties": members}))
    words = "path: /items, schema: item.json, envelope: {request: item}"
    (tmp_path / "contract.yaml").write_text(f"contract: shop\nresources:\n  item: {{{words}}}\n")
    item = load(tmp_path).resources["item"]
    for body in ({"item": {"name": "x"}}, {"items": {"name": "x"}}, {"name": "x"}):
        assert entities(item, body, "create") == [{"name": "x"}]
    assert entities(item, {"size": {"height": 1}}, "create") == [{"size": {"height": 1}}]
