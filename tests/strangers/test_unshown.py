"""What no answer shows by its token, since the texts that were sent stand only inside something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.earlier import Earlier
from restproof.wire.failure import NotProven

from .bench import Bench
from .harness import Plan, begin, write_contract
from .server import CONTRACT, Answer, Asked, Server, listening


def untold(tmp_path: Path, words: str = "") -> tuple[Plan, Server]:
    """Answers show the text of a note inside something that the contract does not name (but for ``words``), and only
    reads its remark."""
    folder = write_contract(tmp_path / "contract", CONTRACT.replace("schema: note.json", f"schema: note.json{words}"))
    file = tmp_path / "contract/schemas/strangers/note.json"
    schema = json.loads(file.read_text())
    schema["properties"]["text"]["writeOnly"] = True
    schema["properties"] |= {"remark": {"type": "string"}, "seen": {"type": "integer", "readOnly": True}}
    schema["properties"] |= {"master": {"type": "string", "readOnly": True}} if words else {}
    file.write_text(json.dumps(schema))
    server = Server()

    def inside(value: Any) -> Any:
        if isinstance(value, list):
            return [{n: v for n, v in inside(entry).items() if n != "remark"} for entry in value]
        named = isinstance(value, dict) and "text" in value
        others = {n: v for n, v in value.items() if n != "text"} if named else {}
        return {**others, "master": value["text"], "seen": 0} if named else value

    def told(handler: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        def answer(asked: Asked) -> Answer:
            found = handler(asked)
            return Answer(found.status, inside(found.body))

        return answer

    def update(asked: Asked) -> Answer:
        found = update_honestly(asked)
        if found.status == 200 and "remark" in asked.body:
            found.body["remark"] = server.rows["note"][found.body["id"]]["remark"] = asked.body["remark"]
        return found

    update_honestly, server.update = server.update, update
    for name in ("create", "read", "update", "of_a_collection"):
        setattr(server, name, told(getattr(server, name)))
    return Plan(load(folder), "smoke"), server


def test_what_no_answer_shows_by_its_token_is_proven_by_the_list_and_what_was_sent(tmp_path: Path) -> None:
    plan, server = untold(tmp_path)
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        ids = []
        for _ in range(3):
            note = made.send("POST", "/notes", {"text": made.token(), "pinned": True}).response
            assert note is not None
            ids.append(note.json["id"])
        assert made.send("PATCH", f"/notes/{ids[0]}", {"pinned": False}).status == 200
        assert made.send("PATCH", f"/notes/{ids[2]}", {"pinned": False, "remark": made.token()}).status == 200
        assert made.send("DELETE", f"/notes/{ids[1]}").status == 204
        body = {"text": made.token(), "pinned": True, "seen": 7}
        assert made.send("POST", "/notes", body).status == 201
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


@pytest.mark.parametrize(("words", "walks"), [("", True), ("\n    reads_as: {text: master}", False)])
def test_what_shows_elsewhere_needs_no_walk_before_its_create(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, walks: bool
) -> None:
    monkeypatch.setattr(Earlier, "check", lambda *_: None)  # the look at what was there goes before any first create
    plan, server = untold(tmp_path, words)
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        note = made.send("POST", "/notes", {"text": made.token(), "pinned": True}).response
        assert note is not None
        assert any(line.startswith("GET /v1/notes null") for line in server.log) is walks
        assert made.send("PATCH", f"/notes/{note.json['id']}", {"pinned": False}).status == 200
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


@pytest.mark.parametrize("stored", [None, "of a colleague"])
def test_a_text_that_shows_inside_of_an_object_is_what_was_sent_there(tmp_path: Path, stored: str | None) -> None:
    """A title that is sent as a text and shown as ``{raw, rendered}``: where no token would go into it, it proves what
    was made all the same. What holds another text is somebody's."""
    words = "schema: {request: note.json, response: note-out.json}\n    reads_as: {text: text.raw}"
    folder = write_contract(tmp_path / "contract", CONTRACT.replace("schema: note.json", words))
    schemas = tmp_path / "contract/schemas/strangers"
    schema = json.loads((schemas / "note.json").read_text())
    schema["properties"]["text"] = {"type": "object", "properties": {"raw": {"type": "string"}}}
    (schemas / "note-out.json").write_text(json.dumps(schema))
    plan, server = Plan(load(folder), "smoke"), Server()

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [*map(told, value)]
        shown = isinstance(value, dict) and "text" in value
        return {**value, "text": {"raw": value["text"], "rendered": f"<p>{value['text']}</p>"}} if shown else value

    def showing(handler: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        def answer(asked: Asked) -> Answer:
            found = handler(asked)
            return Answer(found.status, told(found.body))

        return answer

    def create(asked: Asked) -> Answer:
        found = create_honestly(asked)
        if stored is not None:
            found.body["text"] = server.rows["note"][found.body["id"]]["text"] = stored
        return found

    create_honestly, server.create = server.create, create
    for name in ("create", "read", "update", "of_a_collection"):
        setattr(server, name, showing(getattr(server, name)))
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        assert made.send("POST", "/notes", {"text": "\ufeff\u202eodd"}).status == 201
        left = made.clean_up()
    assert (len(left), len(server.ours())) == ((0, 0) if stored is None else (1, 1))
    assert server.harm() == []


def test_what_an_error_hides_is_told_where_no_answer_shows_a_token(tmp_path: Path) -> None:
    plan, server = untold(tmp_path)
    create = server.create
    server.create = lambda asked: Answer(500, {"error": str(create(asked).status)})
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        assert made.send("POST", "/notes", {"text": made.token(), "pinned": True}).status == 500
        (left,) = made.clean_up()
    assert "nothing tells what they have stored" in left
    assert server.harm() == []


def test_what_was_there_before_is_nobodys_though_no_answer_shows_a_token(tmp_path: Path) -> None:
    plan, server = untold(tmp_path)
    other = next(iter(server.rows["note"].values()))
    other["pinned"] = server.others["note"][other["id"]]["pinned"] = True
    server.create = lambda asked: Answer(200, {"id": other["id"], "pinned": True})
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        assert made.send("POST", "/notes", {"text": made.token(), "pinned": True}).status == 200
        for method in ("PATCH", "DELETE"):
            with pytest.raises(NotProven):
                made.send(method, f"/notes/{other['id']}", {"pinned": False})
        made.clean_up()
    assert server.harm() == []


@pytest.mark.parametrize("operations", ["list, create, read, update, delete", "list, create, update, delete"])
def test_what_stands_where_ours_was_says_of_a_restored_database_be_it_a_list_that_shows_it(
    tmp_path: Path, operations: str
) -> None:
    text = CONTRACT.replace("schema: office.json", f"schema: office.json, operations: [{operations}]")
    plan, server = Plan(load(write_contract(tmp_path / "contract", text)), "smoke"), Server()
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        office = made.office()
        badge = made.send("POST", "/badges", {"number": 5, "kind": "guest"}).response
        assert badge is not None
        server.update = lambda asked: Answer(500)
        assert made.send("PATCH", f"/offices/{office}", {"floor": 1}).status == 500  # whose it is, is looked at anew
        like = dict(server.rows["badge"][badge.json["id"]])
        server.stranger("office", office, "of a colleague")
        server.stranger("badge", like["id"], "of a colleague").update(like)
        server.others["badge"][like["id"]] = like
        for path in (f"/offices/{office}", f"/badges/{like['id']}"):
            with pytest.raises(NotProven):
                made.send("DELETE", path)
    assert server.harm() == []
