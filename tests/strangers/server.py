"""A server full of other people's records, which counts every byte of them that a run changes.

It is honest by itself. A lie (``lies.py``) replaces one of its steps: how an id is looked up, what a create stores and
answers, what a list shows, what a delete does.
"""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Record = dict[str, Any]
OTHERS = 500
"""Records of others in every resource."""
POISONED = 2**40
"""A next id above this means that a client's id has spoilt the sequence for everybody."""

CONTRACT = """\
contract: strangers
base_path: /v1
transport: any
auth: none
statuses: {unknown_field: ignored}
paging: {style: page, page: page, size: per_page, default: 1000, max: 1000}
resources:
  office: {path: /offices, schema: office.json, unique: [name]}
  room: {path: "/offices/{office}/rooms", schema: room.json}
  note:
    path: /notes
    schema: note.json
    references: {office_id: {to: office, reads_as: office_id, on_delete: clear}}
  badge: {path: /badges, schema: badge.json, unique: [number]}
  memo: {path: /memos, schema: room.json, operations: [list, read, update, delete]}
  tag:
    path: /tags
    schema: tag.json
    id: {field: slug, type: string, chosen_by: either}
    operations: [list, create, read, replace, delete]
"""


def _schema(required: list[str], **properties: Any) -> str:
    return json.dumps(
        {
            "type": "object",
            "required": required,
            "properties": {"id": {"type": "integer", "readOnly": True}} | properties,
        }
    )


TEXT = {"type": "string", "minLength": 1, "maxLength": 120}
SCHEMAS = {
    "office.json": _schema(
        ["name"], name=TEXT, floor={"type": "integer"}, visits={"type": "integer", "readOnly": True}
    ),
    "room.json": _schema(["label"], label=TEXT, seats={"type": "integer"}),
    "note.json": _schema(["text"], text=TEXT, office_id={"type": ["integer", "null"]}, pinned={"type": "boolean"}),
    "badge.json": _schema(["number"], number={"type": "integer"}, kind={"enum": ["guest", "staff"]}),
    "tag.json": json.dumps(
        {
            "type": "object",
            "required": ["colour"],
            "properties": {
                "slug": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
                "colour": TEXT,
            },
        }
    ),
}
KEY = {"tag": "slug"}
FIELDS = {
    name: json.loads(SCHEMAS[f"{schema}.json"])
    for name, schema in {
        **{n: n for n in ("office", "room", "note", "badge", "tag")},
        "memo": "room",
    }.items()
}
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


@dataclass
class Answer:
    """What goes back: ``body`` becomes JSON; ``None`` is no body. ``lost``: the connection is closed instead."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


@dataclass
class Asked:
    """One request. ``parent``: the office above a room."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    resource: str = ""
    id: str | None = None
    parent: str | None = None


class Server:
    """The records, and the steps of each answer. ``rows``: resource → id → record."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.rows: dict[str, dict[Any, Record]] = {}
        self.others: dict[str, dict[Any, Record]] = {}
        self.next_id = dict.fromkeys(FIELDS, OTHERS + 1)
        self.log: list[str] = []
        self.lock = threading.RLock()
        for resource in FIELDS:
            self.rows[resource] = {}
            self.others[resource] = {}
            for number in range(1, OTHERS + 1):
                key: Any = f"tag-{number}" if resource == "tag" else number
                self.stranger(resource, key, f"of others {number}")
        # The steps that a lie may replace.
        self.find: Callable[[Asked], Any] = self.find_exactly
        self.create: Callable[[Asked], Answer] = self.create_honestly
        self.update: Callable[[Asked], Answer] = self.update_honestly
        self.delete: Callable[[Asked], Answer] = self.delete_honestly
        self.read: Callable[[Asked], Answer] = self.read_honestly
        self.entries: Callable[[Asked], list[Record]] = self.entries_honestly
        self.unsupported: Callable[[Asked], Answer] = lambda asked: Answer(405, {"error": "no such method here"})
        self.first: Callable[[Asked], Answer | None] = lambda asked: None

    # ------------------------------------------------------------- the records

    def stranger(self, resource: str, key: Any, text: str) -> Record:
        """A record of somebody else, whom nothing may touch from now on."""
        record: Record = {KEY.get(resource, "id"): key}
        values = {"name": text, "label": text, "text": text, "colour": text, "number": 7, "kind": "staff", "floor": 1}
        values |= {"seats": 2, "visits": 0, "office_id": None, "pinned": False, "parent": 1}
        record |= {n: values[n] for n in FIELDS[resource]["properties"] if n in values}
        if resource == "room":
            record["parent"] = 1
        self.rows[resource][key] = record
        self.others[resource][key] = dict(record)
        if isinstance(key, int):
            self.next_id[resource] = max(self.next_id[resource], key + 1)
        return record

    def harm(self) -> list[str]:
        """What of others is not as it was: one line for each record."""
        found = []
        for resource, records in self.others.items():
            for key, before in records.items():
                now = self.rows[resource].get(key)
                if now != before:
                    found.append(f"{resource} {key}: {'deleted' if now is None else f'{before} is {now}'}")
        found += [f"{r}: the next id is {n}" for r, n in self.next_id.items() if n > POISONED]
        return found

    def ours(self) -> dict[str, list[Any]]:
        """What the run has left."""
        found = {r: [k for k in rows if k not in self.others[r]] for r, rows in self.rows.items()}
        return {r: keys for r, keys in found.items() if keys}

    def new_id(self, resource: str) -> int:
        self.next_id[resource] += 1
        return self.next_id[resource] - 1

    def some(self, resource: str) -> Record:
        """One of others, at random."""
        return self.others[resource][self.random.choice(list(self.others[resource]))]

    # --------------------------------------------------------------- the steps

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            self.log.append(f"{asked.method} {asked.path} {json.dumps(asked.body)[:200]}")
            found = self.route(asked)
            lie = self.first(asked)
            if lie is not None:
                return lie
            if not found:
                return Answer(404, {"error": "no such path"})
            if asked.id is None:
                return self.of_a_collection(asked)
            return self.of_an_item(asked)

    def route(self, asked: Asked) -> bool:
        """Fills in what the path names; whether it names anything."""
        steps = [unquote(s) for s in asked.path.removeprefix("/v1/").split("/")]
        if steps[0] == "offices" and len(steps) in (3, 4) and steps[2] == "rooms":
            asked.resource, asked.parent, steps = "room", steps[1], [steps[2], *steps[3:]]
        else:
            asked.resource = {f"{n}s": n for n in FIELDS if n != "room"}.get(steps[0], "")
        asked.id = steps[1] if len(steps) == 2 and steps[1] else None
        return bool(asked.resource) and len(steps) <= 2

    def of_a_collection(self, asked: Asked) -> Answer:
        if asked.resource == "room" and self.parent_of(asked) is None:
            return Answer(404, {"error": "no such office"})
        if asked.method == "GET":
            entries = self.entries(asked)
            size = max(1, min(int(asked.query.get("per_page", 1000)), 1000))
            at = (max(1, int(asked.query.get("page", 1))) - 1) * size
            return Answer(200, [shown(e) for e in entries[at : at + size]])
        if asked.method == "POST" and asked.resource != "memo":
            return self.create(asked)
        return self.unsupported(asked)

    def of_an_item(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            return self.read(asked)
        if asked.method == "DELETE":
            return self.delete(asked)
        if asked.method == ("PUT" if asked.resource == "tag" else "PATCH"):
            return self.update(asked)
        return self.unsupported(asked)

    def parent_of(self, asked: Asked) -> int | None:
        number = int(asked.parent) if asked.parent is not None and asked.parent.isdecimal() else None
        return number if number in self.rows["office"] else None

    def find_exactly(self, asked: Asked) -> Any:
        """The key of the record that the path names; ``None`` where there is none."""
        key: Any = asked.id
        if asked.resource != "tag":
            key = int(key) if str(key).isdecimal() and str(key) == str(int(key)) else None
        record = self.rows[asked.resource].get(key)
        if record is None or (asked.resource == "room" and record["parent"] != self.parent_of(asked)):
            return None
        return key

    def problem(self, asked: Asked, *, whole: bool = True) -> str | None:
        if not isinstance(asked.body, dict):
            return "the body is no object"
        schema = FIELDS[asked.resource]
        for name in schema["required"] if whole else ():
            if name not in asked.body:
                return f"{name} is missing"
        for name, rule in schema["properties"].items():
            if name not in asked.body or rule.get("readOnly"):
                continue
            value, wanted = asked.body[name], rule.get("type", "string")
            kinds = [wanted] if isinstance(wanted, str) else wanted
            if not any(type(value) in TYPES[k] for k in kinds) or value not in rule.get("enum", [value]):
                return f"{name} is wrong"
            if isinstance(value, str) and not 1 <= len(value) <= 120:
                return f"{name} is too short or too long"
        office = asked.body.get("office_id") if asked.resource == "note" else None
        return None if office is None or office in self.rows["office"] else "no such office"

    def refused(self, asked: Asked, *, whole: bool = True) -> Answer | None:
        problem = self.problem(asked, whole=whole)
        if problem:
            return Answer(422, {"error": problem})
        name = asked.body.get("name")
        rows = self.rows["office"].items() if asked.resource == "office" and name is not None else ()
        if any(r["name"] == name and str(k) != asked.id for k, r in rows):
            return Answer(409, {"error": "that name is taken"})
        return None

    def fields(self, asked: Asked) -> Record:
        """What of the body is stored."""
        names = {n for n, p in FIELDS[asked.resource]["properties"].items() if not p.get("readOnly")}
        return {n: v for n, v in asked.body.items() if n in names}

    def store(self, asked: Asked, **more: Any) -> Record:
        """A new record of the run."""
        resource = asked.resource
        key = asked.body.get("slug") or f"t{self.new_id(resource)}" if resource == "tag" else self.new_id(resource)
        absent = {n: None for n, p in FIELDS[resource]["properties"].items() if not p.get("readOnly") and n != "slug"}
        record = {**absent, **self.fields(asked), KEY.get(resource, "id"): key, **more}
        record |= {"visits": 0} if resource == "office" else {}
        record |= {"parent": self.parent_of(asked)} if resource == "room" else {}
        self.rows[resource][key] = record
        return record

    def create_honestly(self, asked: Asked) -> Answer:
        refused = self.refused(asked)
        if refused is not None:
            return refused
        if asked.resource == "tag" and asked.body.get("slug") in self.rows["tag"]:
            return Answer(409, {"error": "that slug is taken"})
        return Answer(201, shown(self.store(asked)))

    def read_honestly(self, asked: Asked) -> Answer:
        key = self.find(asked)
        return Answer(404, {"error": "absent"}) if key is None else Answer(200, shown(self.rows[asked.resource][key]))

    def update_honestly(self, asked: Asked) -> Answer:
        key = self.find(asked)
        if key is None and asked.resource == "tag" and isinstance(asked.body, dict):
            asked.body = {**asked.body, "slug": asked.id}
            return self.create_honestly(asked)
        if key is None:
            return Answer(404, {"error": "absent"})
        refused = self.refused(asked, whole=asked.method == "PUT")
        if refused is not None:
            return refused
        self.rows[asked.resource][key].update({n: v for n, v in self.fields(asked).items() if n != "slug"})
        return Answer(200, shown(self.rows[asked.resource][key]))

    def delete_honestly(self, asked: Asked) -> Answer:
        key = self.find(asked)
        if key is None:
            return Answer(404, {"error": "absent"})
        del self.rows[asked.resource][key]
        for room in [k for k, r in self.rows["room"].items() if asked.resource == "office" and r["parent"] == key]:
            del self.rows["room"][room]
        return Answer(204)

    def entries_honestly(self, asked: Asked) -> list[Record]:
        rows = list(self.rows[asked.resource].values())
        return [r for r in rows if r["parent"] == self.parent_of(asked)] if asked.resource == "room" else rows


def shown(record: Record) -> Record:
    return {n: v for n, v in record.items() if n != "parent"}


# ------------------------------------------------------------------------ HTTP


def _serve(server: Server, plain: socket.socket) -> None:
    with plain, plain.makefile("rb") as stream:
        while line := stream.readline():
            method, target, _ = line.decode("latin-1").split(" ", 2)
            headers: dict[str, str] = {}
            while (field_line := stream.readline().decode("latin-1").strip()) != "":
                name, _, value = field_line.partition(":")
                headers[name.lower()] = value.strip()
            data = stream.read(int(headers.get("content-length", "0") or 0))
            url = urlsplit(target)
            try:
                body = json.loads(data) if data else None
            except (ValueError, RecursionError):
                body = data.decode("latin-1")
            answer = server.answer(Asked(method, url.path, dict(parse_qsl(url.query)), headers, body))
            if answer.lost:
                return
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            head = [f"HTTP/1.1 {answer.status} -", f"Content-Length: {len(content)}", "Content-Type: application/json"]
            head += [f"{n}: {v}" for n, v in answer.headers.items()]
            sent = content if method != "HEAD" else b""
            plain.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + sent)


@contextmanager
def listening(server: Server) -> Iterator[str]:
    """The URL at which ``server`` answers meanwhile."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_guarded, args=(plain,), daemon=True).start()

    def _guarded(plain: socket.socket) -> None:
        try:
            _serve(server, plain)
        except (OSError, ValueError):
            plain.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
