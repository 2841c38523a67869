"""Servers on which one record has many ids, or one id many records in the course of time: sealed ids, versions, two
records made one, and answers and lists that show somebody else's."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .customs import LIES as LIES
from .lies import lie
from .oddities import is_answered
from .server import KEY, Answer, Asked, Record, Server, shown

_SEAL = 1_000_000


def _shows(s: Server, form: Callable[[Asked, Any], Any]) -> None:
    """Has every answer show another id than the key of the record."""
    honest = s.answer

    def shaped(asked: Asked, body: Any) -> Any:
        key = body.get("id") if isinstance(body, dict) else None
        return body if key is None or asked.resource == "tag" else {**body, "id": form(asked, key)}

    def answering(asked: Asked) -> Answer:
        found = honest(asked)
        is_list = isinstance(found.body, list)
        found.body = [shaped(asked, e) for e in found.body] if is_list else shaped(asked, found.body)
        return found

    s.answer = answering  # type: ignore[method-assign]


@lie("an id is sealed anew in each answer")
def _(s: Server) -> None:
    seals, find = itertools.count(1), s.find

    def finding(asked: Asked) -> Any:
        if asked.resource != "tag" and str(asked.id).isdecimal():
            asked.id = str(int(str(asked.id)) % _SEAL)
        return find(asked)

    s.find = finding
    _shows(s, lambda asked, key: next(seals) * _SEAL + key)


@lie("a create answers with what a colleague has made at the same time")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status != 201 or asked.resource == "tag":
            return answer
        return Answer(201, shown(s.stranger(asked.resource, s.new_id(asked.resource), "of a colleague")))

    s.create = create


@lie("a create answers with the one before it")
def _(s: Server) -> None:
    last: dict[str, Answer] = {}

    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status != 201:
            return answer
        theirs = next(iter(s.others[asked.resource].values()))
        before, last[asked.resource] = last.get(asked.resource, Answer(201, shown(theirs))), answer
        return before

    s.create = create


@lie("a list shows each record under the id of the one before")
def _(s: Server) -> None:
    def entries(asked: Asked) -> list[Record]:
        rows, key = s.entries_honestly(asked), KEY.get(asked.resource, "id")
        return [{**row, key: before[key]} for before, row in itertools.pairwise(rows)]

    s.entries = entries


@lie("a list shows the id of the office as that of the record")
def _(s: Server) -> None:
    def entries(asked: Asked) -> list[Record]:
        rows = s.entries_honestly(asked)
        return (
            rows if asked.resource == "tag" else [{**r, "id": r.get("parent") or r.get("office_id") or 1} for r in rows]
        )

    s.entries = entries


@lie("an update makes a new version under a new id")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        key = s.find(asked)
        if key is None or asked.resource == "tag":
            return s.update_honestly(asked)
        refused = s.refused(asked, whole=False)
        if refused is not None:
            return refused
        version = {**s.rows[asked.resource][key], **s.fields(asked), "id": s.new_id(asked.resource)}
        s.rows[asked.resource][version["id"]] = version
        return Answer(200, shown(version))

    s.update = update


@lie("an update that makes a record like one of others makes one of both")
def _(s: Server) -> None:
    merged: set[Any] = set()
    find = s.find

    def finding(asked: Asked) -> Any:
        is_merged = asked.resource == "badge" and str(asked.id) in merged
        return next(iter(s.others["badge"])) if is_merged else find(asked)

    def update(asked: Asked) -> Answer:
        key, answer = s.find(asked), s.update_honestly(asked)
        if answer.status == 200 and asked.resource == "badge" and key not in s.others["badge"]:
            del s.rows["badge"][key]
            merged.add(str(key))
        return answer

    s.find, s.update = finding, update


@lie("a delete leaves the id to the record after it")
def _(s: Server) -> None:
    aliases: dict[tuple[str, Any], Any] = {}
    find, delete = s.find, s.delete

    def finding(asked: Asked) -> Any:
        key = find(asked)
        if key is None and asked.resource != "tag" and str(asked.id).isdecimal():
            return aliases.get((asked.resource, int(str(asked.id))))
        return key

    def deleting(asked: Asked) -> Answer:
        key, answer = s.find(asked), delete(asked)
        if answer.status == 204 and asked.resource != "tag":
            aliases[asked.resource, key] = next(iter(s.others[asked.resource]))
        return answer

    s.find, s.delete = finding, deleting


for _where in ("../17", "//elsewhere.example/v1/x/17", "?id=17", "{path}/17/versions/{key}", "https://[17/v1/x/17"):
    LIES[f"Location is {_where}"] = is_answered({}, _where)
