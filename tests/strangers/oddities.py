"""Further ways to be odd about identity, none of them a lie by itself: what is deleted stays to be seen, ids move,
lists are late, others work at the same time."""

from __future__ import annotations

import re
from typing import Any

from .detours import LIES as LIES
from .lies import Lie, lie
from .server import KEY, Answer, Asked, Record, Server, shown

# ---------------------------------------------------------- what is deleted stays


def _deletes_softly(*, readable: bool) -> Lie:
    def install(s: Server) -> None:
        def delete(asked: Asked) -> Answer:
            key = s.find(asked)
            record = s.rows[asked.resource].get(key)
            if record is None or record.get("deleted"):
                return Answer(404)
            record["deleted"] = True
            return Answer(204)

        def read(asked: Asked) -> Answer:
            answer = s.read_honestly(asked)
            is_gone = isinstance(answer.body, dict) and answer.body.get("deleted")
            return Answer(404) if is_gone and not readable else answer

        s.delete, s.read = delete, read

    return install


LIES["what is deleted is marked, and lists show it"] = _deletes_softly(readable=False)
LIES["what is deleted is marked, and lists and reads show it"] = _deletes_softly(readable=True)


@lie("a create of what was archived brings it back")
def _(s: Server) -> None:
    """A badge of others with the same number is in no list, and answers a create as if it were new."""
    archived = {key for key in s.others["badge"] if key % 2}

    def entries(asked: Asked) -> list[Record]:
        rows = s.entries_honestly(asked)
        return rows if asked.resource != "badge" else [r for r in rows if r["id"] not in archived]

    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is not None or asked.resource != "badge" or not archived:
            return refused or s.create_honestly(asked)
        key = archived.pop()
        theirs = s.rows["badge"][key]
        theirs.update(s.fields(asked))
        s.others["badge"][key] = dict(theirs)  # what the create did is the server's doing
        return Answer(201, shown(theirs))

    s.entries, s.create = entries, create


# ------------------------------------------------------------------- ids that move


@lie("ids are given below each office, from one on")
def _(s: Server) -> None:
    for rows in (s.rows["room"], s.others["room"]):
        for key in [*rows]:
            record = rows.pop(key)
            office, number = (key - 1) // 5 + 1, (key - 1) % 5 + 1
            rows[office, number] = {**record, "id": number, "parent": office}

    def find(asked: Asked) -> Any:
        if asked.resource != "room":
            return s.find_exactly(asked)
        key = s.parent_of(asked), int(str(asked.id)) if str(asked.id).isdecimal() else None
        return key if key in s.rows["room"] else None

    store = s.store

    def numbering(asked: Asked, **more: Any) -> Record:
        record = store(asked, **more)
        if asked.resource == "room":
            del s.rows["room"][record["id"]]
            office = s.parent_of(asked)
            record["id"] = max([n for p, n in s.rows["room"] if p == office], default=0) + 1
            s.rows["room"][office, record["id"]] = record
        return record

    s.find, s.store = find, numbering  # type: ignore[method-assign]


def _moves(*, colleague: bool, silent: bool = False) -> Lie:
    def install(s: Server) -> None:
        def update(asked: Asked) -> Answer:
            answer = s.update_honestly(asked)
            old = s.find(asked)
            if answer.status != 200 or asked.resource in ("tag", "room") or old in s.others[asked.resource]:
                return answer
            record = s.rows[asked.resource].pop(old)
            record["id"] = s.new_id(asked.resource)
            s.rows[asked.resource][record["id"]] = record
            if colleague:
                free.append((asked.resource, old))
            return Answer(204) if silent else Answer(200, shown(record))

        def first(asked: Asked) -> None:
            while free and asked.method == "GET":
                s.stranger(*free.pop(0), "of a colleague who got the id")

        free: list[tuple[str, Any]] = []
        s.update, s.first = update, first

    return install


LIES["an update gives a new id"] = _moves(colleague=False)
LIES["an update gives a new id, and a colleague gets the old one"] = _moves(colleague=True)
LIES["an update gives a new id without a word, and a colleague gets the old one"] = _moves(colleague=True, silent=True)


@lie("a slug follows the colour")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        answer = s.update_honestly(asked)
        if asked.resource != "tag" or answer.status != 200 or (old := s.find(asked)) in s.others["tag"]:
            return answer
        record = s.rows["tag"].pop(old)
        slug = re.sub("[^a-z0-9]+", "-", str(record["colour"]).lower())[:40]
        while slug in s.rows["tag"]:
            slug = f"{slug[:37]}-2"
        record["slug"] = slug
        s.rows["tag"][slug] = record
        return Answer(200, shown(record))

    s.update = update


@lie("a name that is taken gets a suffix")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        problem = s.problem(asked)
        if problem:
            return Answer(422, {"error": problem})
        taken = {r.get("name") for r in s.rows["office"].values()}
        while asked.resource == "office" and asked.body["name"] in taken:
            asked.body["name"] += "-2"
        return s.create_honestly(asked)

    s.create = create


# ------------------------------------------------------- answers that say little


def is_answered(body: Any, where: str) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            answer = s.create_honestly(asked)
            if answer.status != 201:
                return answer
            key = answer.body[KEY.get(asked.resource, "id")]
            return Answer(201, body, {"Location": where.format(path=asked.path, key=key)})

        s.create = create

    return install


LIES["Location alone names what was made"] = is_answered(None, "{path}/{key}")
LIES["Location alone, with a slash and a query, names what was made"] = is_answered({}, "{path}/{key}/?v=2#top")
LIES["Location leads to a job whose number is one of others"] = is_answered({}, "/v1/jobs/17")
LIES["Location leads to the list, with a number of others"] = is_answered({}, "{path}?after=17")
LIES["the answer to a create is a job with the number of one of others"] = is_answered(
    {"id": 17, "status": "queued"}, "/v1/jobs/17"
)


@lie("what is made is in no answer, and shows later")
def _(s: Server) -> None:
    waiting: list[tuple[int, Asked]] = []

    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is None:
            waiting.append((len(s.log) + 5, asked))
        return refused or Answer(202, {"id": 17, "status": "queued"}, {"Location": "/v1/jobs/17"})

    def first(asked: Asked) -> None:
        while waiting and waiting[0][0] <= len(s.log):
            s.store(waiting.pop(0)[1])

    s.create, s.first = create, first


def _stores_and_says(status: int) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            answer = s.create_honestly(asked)
            return Answer(status, {"error": "no"}) if answer.status == 201 else answer

        s.create = create

    return install


for _status in (400, 409, 422):
    LIES[f"a create is stored, and answers {_status}"] = _stores_and_says(_status)


# --------------------------------------------------------- below what is not there


def _takes_rooms_of_nobody(*, readable: bool) -> Lie:
    """The list of an absent office is absent, so that none leads to them."""

    def install(s: Server) -> None:
        honest, found = s.of_a_collection, s.find

        def of_a_collection(asked: Asked) -> Answer:
            if asked.resource == "room" and asked.method == "POST" and s.parent_of(asked) is None:
                return s.create_honestly(asked)
            return honest(asked)

        def find(asked: Asked) -> Any:
            key = found(asked)
            is_nobodys = asked.resource == "room" and key is not None and s.rows["room"][key]["parent"] is None
            return None if is_nobodys and not readable else key

        s.of_a_collection, s.find = of_a_collection, find  # type: ignore[method-assign]

    return install


LIES["rooms of an absent office are stored below nobody"] = _takes_rooms_of_nobody(readable=True)
LIES["rooms of an absent office are stored below nobody, and never shown"] = _takes_rooms_of_nobody(readable=False)


# ------------------------------------------------------------------ late, or in part


def _every(s: Server, n: int, status: int = 0) -> Any:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status == 201 and s.next_id[asked.resource] % n == 0:
            return Answer(status, lost=not status)
        return answer

    return create


@lie("a list is always empty, and creates are lost")
def _(s: Server) -> None:
    s.create = _every(s, 3)
    s.entries = lambda asked: []


@lie("a list shows others alone, and creates answer 500")
def _(s: Server) -> None:
    s.create = _every(s, 3, 500)
    s.entries = lambda asked: [r for r in s.entries_honestly(asked) if r in s.others[asked.resource].values()]


@lie("a list is cached for some requests")
def _(s: Server) -> None:
    cache: dict[tuple[str, str | None], tuple[int, list[Record]]] = {}

    def entries(asked: Asked) -> list[Record]:
        key = asked.resource, asked.parent
        if key not in cache or cache[key][0] + 20 < len(s.log):
            cache[key] = len(s.log), [dict(r) for r in s.entries_honestly(asked)]
        return cache[key][1]

    s.entries = entries


@lie("reads come from a copy that is late")
def _(s: Server) -> None:
    copies: list[tuple[int, dict[str, dict[Any, Record]]]] = []
    late = ("note", "badge")

    def first(asked: Asked) -> None:
        copies.append((len(s.log), {r: {k: dict(v) for k, v in s.rows[r].items()} for r in late}))
        del copies[:-4]

    def read(asked: Asked) -> Answer:
        if asked.resource not in late or not copies:
            return s.read_honestly(asked)
        key = int(str(asked.id)) if str(asked.id).isdecimal() else None
        record = copies[0][1][asked.resource].get(key)
        return Answer(404) if record is None else Answer(200, shown(record))

    s.first, s.read = first, read


def _caches(s: Server, *, heeds: bool) -> None:
    """Reads are answered as they were at first; ``heeds``: unless the request wants it afresh."""
    cache: dict[str, tuple[int, Record]] = {}
    honest = s.read

    def read(asked: Asked) -> Answer:
        afresh = heeds and "no-cache" in asked.headers.get("cache-control", "")
        if asked.path in cache and not afresh:
            return Answer(*cache[asked.path])
        answer = honest(asked)
        if answer.status == 200:
            cache[asked.path] = answer.status, dict(answer.body)
        return answer

    s.read = read


@lie("reads are cached, and a colleague gets the id that was deleted")
def _(s: Server) -> None:
    LIES["a colleague gets the id that was deleted"](s)
    _caches(s, heeds=False)


@lie("reads and lists are cached, and a colleague gets the id that was deleted")
def _(s: Server) -> None:
    LIES["a list is cached for some requests"](s)
    LIES["reads are cached, and a colleague gets the id that was deleted"](s)


@lie("reads are cached unless wanted afresh, and a colleague gets the id of what has moved")
def _(s: Server) -> None:
    LIES["an update gives a new id, and a colleague gets the old one"](s)
    _caches(s, heeds=True)


@lie("reads are cached, and a colleague gets the id of what has moved")
def _(s: Server) -> None:
    LIES["an update gives a new id, and a colleague gets the old one"](s)
    _caches(s, heeds=False)


# ------------------------------------------------------- others, at the same time


@lie("a colleague renames what we have made")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if asked.resource in ("office", "note") and answer.status == 201 and answer.body["id"] % 3 == 0:
            record = s.rows[asked.resource][answer.body["id"]]
            record["name" if asked.resource == "office" else "text"] = f"Taken over {record['id']}"
        return answer

    s.create = create


@lie("texts lose their digits")
def _(s: Server) -> None:
    store = s.store

    def losing(asked: Asked, **more: Any) -> Record:
        texts = {n: re.sub(r"\d", "", v) for n, v in asked.body.items() if isinstance(v, str) and n != "slug"}
        return store(asked, **texts, **more)

    s.store = losing  # type: ignore[method-assign]
