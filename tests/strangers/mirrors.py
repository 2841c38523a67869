"""Servers that show something else than they hold: answers from a cache of their own or from the request, things that
come back, lists that are cut short, ids that are spelled or read in yet another way."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

from .aliases import LIES as LIES
from .lies import Lie, lie
from .server import KEY, Answer, Asked, Record, Server, shown

_CLIPPED = 20
_LARGEST = 2**31 - 1


def _key_of(asked: Asked, body: Record) -> Any:
    return body[KEY.get(asked.resource, "id")]


# ------------------------------------------------------- answers that were kept


@lie("a create like one before is answered as that was, though it is gone and a colleague has its id")
def _(s: Server) -> None:
    LIES["a colleague gets the id that was deleted"](s)
    answers: dict[tuple[str, str], Answer] = {}

    def create(asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        # The server tells requests apart by what they are about, and not by their texts.
        like = asked.resource, json.dumps({n: v for n, v in body.items() if n not in ("name", "text", "label")})
        if like in answers and asked.resource != "tag":
            return answers[like]
        answer = s.create_honestly(asked)
        if answer.status == 201:
            answers[like] = answer
        return answer

    s.create = create


@lie("an update is answered from the request, and stored at the next read")
def _(s: Server) -> None:
    waiting: list[tuple[Asked, Any]] = []

    def update(asked: Asked) -> Answer:
        key = s.find(asked)
        refused = s.refused(asked, whole=False)
        if key is None or refused is not None or asked.resource == "tag":
            return refused or s.update_honestly(asked)
        waiting.append((asked, key))
        return Answer(200, {**shown(s.rows[asked.resource][key]), **s.fields(asked)})

    def first(asked: Asked) -> None:
        while waiting and asked.method == "GET":
            late, key = waiting.pop()
            if key in s.rows[late.resource] and key not in s.others[late.resource]:
                s.rows[late.resource][key].update(s.fields(late))

    s.update, s.first = update, first


@lie("the answer to a create shows the id, and reads of it the last body that was sent")
def _(s: Server) -> None:
    sent: dict[str, Record] = {}

    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status == 201:
            sent[asked.resource] = s.fields(asked)
        return answer

    def read(asked: Asked) -> Answer:
        answer = s.read_honestly(asked)
        if answer.status == 200 and s.find(asked) not in s.others[asked.resource]:
            answer.body = {**answer.body, **sent.get(asked.resource, {})}
        return answer

    s.create, s.read = create, read


# ---------------------------------------------------------- what comes back


def _with_bin(back: Callable[[Server, dict[tuple[str, Any], Record]], None]) -> Lie:
    """What is deleted lies in a bin, from which something brings it back."""

    def install(s: Server) -> None:
        gone: dict[tuple[str, Any], Record] = {}

        def delete(asked: Asked) -> Answer:
            key = s.find(asked)
            record = s.rows[asked.resource].get(key)
            answer = s.delete_honestly(asked)
            if record is not None and answer.status == 204:
                gone[asked.resource, key] = record
            return answer

        s.delete = delete
        back(s, gone)

    return install


def _by_name(s: Server, gone: dict[tuple[str, Any], Record]) -> None:
    def create(asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        for (resource, key), record in [*gone.items()]:
            named = record.get("name") or record.get("text") or record.get("number")
            if resource == asked.resource and named in body.values() and not s.refused(asked):
                s.rows[resource][key] = gone.pop((resource, key))
                return Answer(201, shown(record))
        return s.create_honestly(asked)

    s.create = create


def _by_update(s: Server, gone: dict[tuple[str, Any], Record]) -> None:
    def update(asked: Asked) -> Answer:
        key = int(str(asked.id)) if str(asked.id).isdecimal() else asked.id
        if s.find(asked) is None and (asked.resource, key) in gone:
            s.rows[asked.resource][key] = gone.pop((asked.resource, key))
        return s.update_honestly(asked)

    s.update = update


def _by_delete(s: Server, gone: dict[tuple[str, Any], Record]) -> None:
    deleting = s.delete

    def delete(asked: Asked) -> Answer:
        key = int(str(asked.id)) if str(asked.id).isdecimal() else asked.id
        if s.find(asked) is None and (asked.resource, key) in gone:
            s.rows[asked.resource][key] = gone.pop((asked.resource, key))
            return Answer(204)
        return deleting(asked)

    s.delete = delete


LIES["a create with the name of what is in the bin restores that"] = _with_bin(_by_name)
LIES["an update of what is in the bin restores it"] = _with_bin(_by_update)
LIES["a second delete takes back the first"] = _with_bin(_by_delete)


@lie("a delete is refused, and done at the next read, when a colleague gets the id")
def _(s: Server) -> None:
    waiting: list[Asked] = []

    def delete(asked: Asked) -> Answer:
        if s.find(asked) is None:
            return Answer(404)
        waiting.append(asked)
        return Answer(409, {"error": "somebody works on it"})

    def first(asked: Asked) -> None:
        while waiting and asked.method == "GET":
            late = waiting.pop()
            key = s.find(late)
            if s.delete_honestly(late).status == 204 and isinstance(key, int) and late.resource != "room":
                s.stranger(late.resource, key, "of a colleague")

    s.delete, s.first = delete, first


# ------------------------------------------------------------------------ lists


@lie("a list shows the first twenty alone, and creates answer nothing")
def _(s: Server) -> None:
    s.entries = lambda asked: s.entries_honestly(asked)[:_CLIPPED]

    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        return Answer(204) if answer.status == 201 else answer

    s.create = create


@lie("a sorted list shows the ids of two entries the wrong way round")
def _(s: Server) -> None:
    def entries(asked: Asked) -> list[Record]:
        rows = s.entries_honestly(asked)
        if len(rows) < 2:
            return rows
        key, before = KEY.get(asked.resource, "id"), rows[-2]
        return [*rows[:-2], {**before, key: rows[-1][key]}, {**rows[-1], key: before[key]}]

    s.entries = entries


# ----------------------------------------------------------------- more spellings


@lie("lists spell ids as 501.0, and reads as 501")
def _(s: Server) -> None:
    def entries(asked: Asked) -> list[Record]:
        rows = s.entries_honestly(asked)
        return rows if asked.resource == "tag" else [{**r, "id": float(r["id"])} for r in rows]

    s.entries = entries


@lie("ids are spelled with zeros in front, and read without")
def _(s: Server) -> None:
    find, answer = s.find, s.answer

    def finding(asked: Asked) -> Any:
        if asked.resource != "tag" and str(asked.id).isdecimal():
            asked.id = str(int(str(asked.id)))
        return find(asked)

    def padded(asked: Asked, body: Any) -> Any:
        key = body.get("id") if isinstance(body, dict) else None
        return body if key is None or asked.resource == "tag" else {**body, "id": f"{key:06}"}

    def answering(asked: Asked) -> Answer:
        found = answer(asked)
        is_list = isinstance(found.body, list)
        found.body = [padded(asked, e) for e in found.body] if is_list else padded(asked, found.body)
        return found

    s.find, s.answer = finding, answering  # type: ignore[method-assign]


def _writes_as(read: Callable[[str], Any]) -> Lie:
    """Reads are strict, and writes take an id for what ``read`` makes of it."""

    def install(s: Server) -> None:
        def at(asked: Asked, step: Callable[[Asked], Answer]) -> Answer:
            key = read(str(asked.id))
            if s.find_exactly(asked) is None and key in s.rows[asked.resource]:
                asked.id = str(key)
            return step(asked)

        s.stranger("office", _LARGEST, "the last that there is room for")
        s.next_id["office"] = 502
        s.stranger("tag", "strasse", "of a German")
        s.delete = lambda asked: at(asked, s.delete_honestly)
        s.update = lambda asked: at(asked, s.update_honestly)

    return install


LIES["writes take a number that is too large for the largest"] = _writes_as(
    lambda text: min(int(text), _LARGEST) if text.isdecimal() else None
)
LIES["writes read slugs as a collation does"] = _writes_as(
    lambda text: "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
)


@lie("the id in the body of an update wins over that in its path")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        if isinstance(body.get("id"), int) and body["id"] in s.rows[asked.resource] and asked.resource != "room":
            asked.id = str(body["id"])
        return s.update_honestly(asked)

    s.update = update


def _goes_back(when: int) -> Lie:
    """After ``when`` requests, once there is a badge of ours, the database is as it was at first, and others get the
    ids that it has given to us: the badges with the very values, since a number and a kind are anybody's. It happens
    as an office of ours is read, which bears a mark: of a badge alone no look could tell."""

    def install(s: Server) -> None:
        gone = False

        def first(asked: Asked) -> None:
            nonlocal gone
            ours = s.ours()
            known = map(str, ours.get("office", ()))
            shows = asked.method == "GET" and asked.resource == "office" and str(asked.id) in known
            if gone or len(s.log) < when or not ours.get("badge") or not shows:
                return
            gone = True
            for resource, keys in ours.items():
                for key in keys if resource != "tag" else ():  # nobody else chooses an id that bears a token of ours
                    was = dict(s.rows[resource][key])
                    s.stranger(resource, key, "of a colleague, since the database went back")
                    if resource == "badge":
                        s.rows[resource][key] = was
                        s.others[resource][key] = dict(was)

        s.first = first

    return install


TOLD_TO_ONE = []
"""What one worker sees, and the others have no way to see of what they look at: it tells them."""
for _when in (90, 300, 900):
    TOLD_TO_ONE.append(f"the database goes back after {_when} requests, and others get our ids with like values")
    LIES[TOLD_TO_ONE[-1]] = _goes_back(_when)
