"""What a PUT leaves out is left out: in the state that a rule holds it to, and where no other text bears the token. The
same PUT again leaves the same, what the server gives to a member anew apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

NOTE = {"type": ["string", "null"], "maxLength": 200}
POLL: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1, "maxLength": 60},
        "note": NOTE,
        "state": {"enum": ["open", "closed"], "default": "open"},
    },
}


class Polls(Items):
    """A PUT replaces; what is closed is never opened again, not by leaving out the state either."""

    SCHEMAS: Mapping[str, Any] = {"/items": POLL}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        if row["state"] == "closed" and self.valid(path, fields, None).get("state", "open") == "open":
            raise Refused(422, "is closed", "state")
        return super().do_replace(path, id, fields)


class Keeping(Polls):
    """A note that is left out stays."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        return super().do_replace(path, id, {"note": self.found(path, id)["note"], **fields})


VOTE: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "size": {"type": "integer", "minimum": 0, "maximum": 1000},
        "note": NOTE,
    },
}


class Votes(Items):
    """A PUT makes what is not there, under the name in its path."""

    SCHEMAS: Mapping[str, Any] = {"/items": VOTE}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def found(self, path: str, id: str) -> Row:
        if id not in self.rows[path]:
            raise Refused(404, "there is none")
        return self.rows[path][id]

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        if id in self.rows[path]:
            return super().do_replace(path, id, fields)
        if not re.fullmatch("[a-z0-9-]{1,40}", id):
            raise Refused(400, "is no name", "id")
        self.rows[path][id] = {**self.blank(path), **self.valid(path, fields, None), "id": id}
        return Answer(201, self.rows[path][id])


class Remembering(Votes):
    """A note that is left out stays."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        return super().do_replace(path, id, {"note": self.rows[path].get(id, {}).get("note"), **fields})


@pytest.mark.parametrize(
    ("server", "outcome"), [(Polls, "pass"), (Keeping, "fail"), (Votes, "pass"), (Remembering, "fail")]
)
def test_what_a_replace_leaves_out_does_not_stay(server: type[Items], outcome: str, tmp_path: Path) -> None:
    if issubclass(server, Polls):
        operations = ["list", "create", "read", "replace", "delete"]
        words = item(
            POLL,
            contract={"statuses": {"rule": 422}},
            operations=operations,
            rules=[{"never": {"state": ["closed", "open"]}}],
        )
    else:
        operations = ["list", "read", "replace", "delete"]
        chosen = {"chosen_by": "client", "pattern": "[a-z0-9-]{1,40}"}
        words = item(VOTE, operations=operations, id=chosen)
    found = bench.run(server(), *words, tmp_path, only=("replace",), profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["replace.answers[item-replace]"] == outcome
    if outcome == "pass":
        assert set(told.values()) <= {"pass", "not tested", "not applicable"}


ALERT: dict[str, Any] = {
    "type": "object",
    "required": ["title", "trigger"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1, "maxLength": 60},
        "trigger": {
            "type": "object",
            "required": ["count"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "count": {"type": "integer", "minimum": 1, "maximum": 50},
            },
        },
    },
}


class Alerts(Items):
    """Each write makes a trigger of its own, with an id of its own."""

    SCHEMAS: Mapping[str, Any] = {"/items": ALERT}
    VERBS = Polls.VERBS
    triggers = 0

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        kept = super().valid(path, fields, row)
        self.triggers += 1
        return {**kept, "trigger": {**kept["trigger"], "id": self.triggers}}


class Adding(Alerts):
    """The same PUT again counts one more."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        before = self.found(path, id)["trigger"]["count"]
        answer = super().do_replace(path, id, fields)
        self.found(path, id)["trigger"]["count"] += fields["trigger"]["count"] == before
        return answer


@pytest.mark.parametrize(("server", "is_right"), [(Alerts, True), (Adding, False)])
def test_what_the_server_gives_to_a_member_anew_is_no_other_state(
    server: type[Items], is_right: bool, tmp_path: Path
) -> None:
    operations = ["list", "create", "read", "replace", "delete"]
    words = item(ALERT, operations=operations, open=["replace"])
    found = bench.run(server(), *words, tmp_path, only=("replace",), profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert ("fail" not in told.values()) == is_right
    assert not is_right or told["replace.is-idempotent[item-replace]"] == "pass"
