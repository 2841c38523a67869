"""Unusual references: shown otherwise than they are sent, and answers that show none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import Items, Kind, item, schema
from tests.miniatures.server import Answer, Refused, Row, Shop

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
TEAM = schema("name", name=NAME)
MEMBER_IN = schema("name", "team", name=NAME, team={"type": "integer"}, tags={"type": "array", "items": NAME})
MEMBER = schema(
    name=NAME,
    team={"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "integer"}, "name": NAME}},
    tags={"type": "array", "items": NAME},
)


def kinds() -> Iterator[Kind]:
    yield from _same_name()
    yield from _minimal()
    yield from _both_sides()
    yield from _one_of_many()
    yield from _shown_twice()
    yield from _counted()


class Teams(Shop):
    """Members name their team by its id, and show it as an object under the same name. What was written is answered as
    it was sent."""

    SCHEMAS: Mapping[str, Any] = {"/teams": TEAM, "/members": MEMBER_IN}

    def blank(self, path: str) -> Row:
        return {**super().blank(path), **({"tags": []} if path == "/members" else {})}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if path == "/members" and "team" in fields and fields["team"] not in self.rows["/teams"]:
            raise Refused(422, "there is no such team", "team")

    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        return Answer(201, {**fields, "id": self.last}) if path == "/members" else made

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        changed = super().do_update(path, id, fields)
        return Answer(200, {"message": "saved", **fields}) if path == "/members" else changed

    def show(self, path: str, row: Row) -> Any:
        if path == "/teams":
            return dict(row)
        team = self.rows["/teams"].get(row["team"], {"id": row["team"], "name": "?"})
        return {**row, "team": {"id": team["id"], "name": team["name"]}}

    def removed(self, path: str, row: Row) -> None:
        if path == "/teams" and any(m["team"] == row["id"] for m in self.rows["/members"].values()):
            raise Refused(409, "members are in it")
        super().removed(path, row)


def _same_name() -> Iterator[Kind]:
    member = {
        "path": "/members",
        "schema": {"request": "member-in.json", "response": "member.json"},
        "references": {"team": {"to": "team", "reads_as": "team.id", "on_delete": "refuse"}},
        "operations": {
            "list": None,
            "create": {"returns": "minimal"},
            "read": None,
            "update": {"returns": "minimal"},
            "delete": None,
        },
        "defaults": {"tags": "server"},
    }
    contract = {"contract": "teams", "resources": {"team": {"path": "/teams", "schema": "team.json"}, "member": member}}
    schemas = {"team.json": TEAM, "member-in.json": MEMBER_IN, "member.json": MEMBER}

    class Sticky(Teams):
        """An update moves nobody to another team."""

        def changed(self, path: str, row: Row, fields: Row) -> None:
            super().changed(path, row, {n: v for n, v in fields.items() if n != "team"})

    yield Kind("an id reads as an object of the same name", contract, schemas, Teams, Sticky, ("update",))


def _minimal() -> Iterator[Kind]:
    class Terse(Items):
        def do_create(self, path: str, fields: Row) -> Answer:
            super().do_create(path, fields)
            return Answer(201, {"id": self.last})

        def do_update(self, path: str, id: str, fields: Row) -> Answer:
            super().do_update(path, id, fields)
            return Answer(200, {"rows": 1})

    class Nameless(Terse):
        def do_create(self, path: str, fields: Row) -> Answer:
            super().do_create(path, fields)
            return Answer(201, {"rows": 1})

    minimal = {"returns": "minimal"}
    operations = {"list": None, "create": minimal, "read": None, "update": minimal, "delete": None}
    yield Kind("writes are answered by an id alone", *item(operations=operations), Terse, Nameless, ("create",))

    class Wrapped(Terse):
        """Reads have an envelope, what answers a write has none."""

        def show(self, path: str, row: Row) -> Row:
            return {"item": super().show(path, row)}

        def entry(self, path: str, row: Row) -> Any:
            return super().show(path, row)

    class WrappedNameless(Wrapped, Nameless): ...

    words: dict[str, Any] = {"operations": operations, "envelope": {"response": "item"}}
    name = "writes are answered by an id alone, and without the envelope"
    yield Kind(name, *item(**words), Wrapped, WrappedNameless, ("create",))


IDS = {"type": "array", "items": {"type": "integer"}}
SIDES = {
    "/projects": schema("name", name=NAME, member_ids=IDS),
    "/members": schema("name", name=NAME, project_ids=IDS),
}


class Both(Shop):
    """Projects name their members, and members their projects: two sides of one relation."""

    SCHEMAS: Mapping[str, Any] = SIDES
    NAMES: Mapping[str, str] = {"/projects": "member_ids", "/members": "project_ids"}

    def __init__(self) -> None:
        super().__init__()
        self.pairs: set[tuple[int, int]] = set()

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        others = self.rows["/members" if path == "/projects" else "/projects"]
        if not set(fields.get(self.NAMES[path], ())) <= set(others):
            raise Refused(422, "there is none", self.NAMES[path])

    def relate(self, path: str, id: int, others: Any) -> None:
        """The other side of what is there follows."""
        side = int(path == "/members")
        new = {(other, id) if side else (id, other) for other in others}
        self.pairs = {pair for pair in self.pairs if pair[side] != id} | new

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.relate(path, row["id"], fields.get(self.NAMES[path], ()))
        return row

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields)
        if self.NAMES[path] in fields:
            self.relate(path, row["id"], fields[self.NAMES[path]])

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        self.relate(path, row["id"], ())

    def show(self, path: str, row: Row) -> Any:
        side = int(path == "/members")
        others = sorted(pair[1 - side] for pair in self.pairs if pair[side] == row["id"])
        return {**row, self.NAMES[path]: others}


def _both_sides() -> Iterator[Kind]:
    def one(path: str, name: str, to: str) -> dict[str, Any]:
        references = {name: {"to": to, "on_delete": "clear"}}
        return {"path": path, "schema": f"{path[1:]}.json", "references": references, "unordered": [name]}

    resources = {
        "project": one("/projects", "member_ids", "member"),
        "member": one("/members", "project_ids", "project"),
    }
    schemas = {f"{path[1:]}.json": found for path, found in SIDES.items()}

    class Careless(Both):
        """A delete ends all relations."""

        def removed(self, path: str, row: Row) -> None:
            super().removed(path, row)
            self.pairs.clear()

    contract = {"contract": "sides", "resources": resources}
    yield Kind("both sides of a relation are written", contract, schemas, Both, Careless, ("delete",))


BADGE = schema(
    "name", name=NAME, team_ids={"type": "array", "items": {"type": "integer"}, "maxItems": 1, "default": []}
)


class Badges(Shop):
    """A link to another table, as spreadsheets have it: an array that holds one id, or none."""

    SCHEMAS: Mapping[str, Any] = {"/teams": TEAM, "/badges": BADGE}
    CLEARS = True

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if any(id not in self.rows["/teams"] for id in fields.get("team_ids", ())):
            raise Refused(422, "there is no such team", "team_ids")

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        for badge in self.rows["/badges"].values() if path == "/teams" and self.CLEARS else ():
            badge["team_ids"] = [id for id in badge["team_ids"] if id != row["id"]]


class LooseBadges(Badges):
    """The link stays when what it names is deleted."""

    CLEARS = False


def _one_of_many() -> Iterator[Kind]:
    badge = {
        "path": "/badges",
        "schema": "badges.json",
        "references": {"team_ids": {"to": "team", "on_delete": "clear"}},
    }
    resources = {"team": {"path": "/teams", "schema": "teams.json"}, "badge": badge}
    schemas = {"teams.json": TEAM, "badges.json": BADGE}
    contract = {"contract": "badges", "resources": resources}
    yield Kind("an array of ids has room for one", contract, schemas, Badges, LooseBadges, ("delete",))


SEAT = schema(
    "name",
    name=NAME,
    motto={"type": ["string", "null"], "maxLength": 60, "writeOnly": True},
    team_id={"type": ["integer", "null"], "writeOnly": True},
    team={
        "type": ["object", "null"],
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer"}, "name": NAME},
        "readOnly": True,
    },
)


class Seats(Shop):
    """Who sits where: the team is named by its id, and shown as an object; the id that was sent is shown besides."""

    SCHEMAS: Mapping[str, Any] = {"/teams": TEAM, "/members": SEAT}
    SHOWN: tuple[str, ...] = ("name", "id", "team_id")

    def blank(self, path: str) -> Row:
        return {**super().blank(path), **({"motto": None, "team_id": None} if path == "/members" else {})}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if path == "/members" and fields.get("team_id") is not None and fields["team_id"] not in self.rows["/teams"]:
            raise Refused(422, "there is no such team", "team_id")

    def show(self, path: str, row: Row) -> Any:
        if path == "/teams":
            return dict(row)
        team = self.rows["/teams"].get(row["team_id"])
        return {**{n: row[n] for n in self.SHOWN}, "team": team and {"id": team["id"], "name": team["name"]}}

    def removed(self, path: str, row: Row) -> None:
        if path == "/teams" and any(m["team_id"] == row["id"] for m in self.rows["/members"].values()):
            raise Refused(409, "members are in it")
        super().removed(path, row)


def _shown_twice() -> Iterator[Kind]:
    member = {
        "path": "/members",
        "schema": "member.json",
        "references": {"team_id": {"to": "team", "reads_as": "team.id", "on_delete": "refuse"}},
    }
    contract = {"contract": "seats", "resources": {"team": {"path": "/teams", "schema": "team.json"}, "member": member}}

    class Telling(Seats):
        """What only requests hold, and nothing shows elsewhere, is shown."""

        SHOWN = (*Seats.SHOWN, "motto")

    schemas = {"team.json": TEAM, "member.json": SEAT}
    yield Kind("an id is shown beside the object that it names", contract, schemas, Seats, Telling, ("shape", "create"))


CLEARED = {"type": ["integer", "null"]}
COUNTED = {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "stages": {"type": "integer"}}}
STAGED = {"type": ["object", "null"], "properties": {"id": {"type": "integer"}}}


class Boards(Shop):
    """Tasks show their board as it is by now, with how many stages there are, and are left by a stage that goes."""

    SCHEMAS: Mapping[str, Any] = {
        "/boards": TEAM,
        "/stages": TEAM,
        "/tasks": schema("name", name=NAME, board_id=CLEARED, stage_id=CLEARED),
    }
    TO: Mapping[str, str] = {"board_id": "/boards", "stage_id": "/stages"}
    LOST: tuple[str, ...] = ("stage_id",)

    def blank(self, path: str) -> Row:
        return {**super().blank(path), **(dict.fromkeys(self.TO) if path == "/tasks" else {})}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        for name, to in self.TO.items():
            if path == "/tasks" and fields.get(name) is not None and fields[name] not in self.rows[to]:
                raise Refused(422, "there is none", name)

    def show(self, path: str, row: Row) -> Any:
        if path != "/tasks":
            return dict(row)
        board, stage = row["board_id"], row["stage_id"]
        return {
            "id": row["id"],
            "name": row["name"],
            "board": board and {"id": board, "stages": len(self.rows["/stages"])},
            "stage": stage and {"id": stage},
        }

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        for task in self.rows["/tasks"].values():
            for name, to in self.TO.items():
                if path == to and task[name] == row["id"]:
                    task.update(dict.fromkeys(self.LOST if path == "/stages" else (name,)))


def _counted() -> Iterator[Kind]:
    references = {
        "board_id": {"to": "board", "reads_as": "board.id", "on_delete": "clear"},
        "stage_id": {"to": "stage", "reads_as": "stage.id", "on_delete": "clear"},
    }
    task_in = schema("name", name=NAME, board_id=CLEARED, stage_id=CLEARED)
    task = schema(name=NAME, board=COUNTED, stage=STAGED)
    contract = {
        "contract": "boards",
        "resources": {
            "board": {"path": "/boards", "schema": "named.json"},
            "stage": {"path": "/stages", "schema": "named.json"},
            "task": {
                "path": "/tasks",
                "schema": {"request": "task-in.json", "response": "task.json"},
                "references": references,
            },
        },
    }

    class Careless(Boards):
        """With its stage a task loses its board."""

        LOST = ("stage_id", "board_id")

    schemas = {"named.json": TEAM, "task-in.json": task_in, "task.json": task}
    yield Kind("what is shown of a reference counts others", contract, schemas, Boards, Careless, ("delete",))
