"""Writes that go elsewhere, odd answers, and lists that show what is not so."""

from __future__ import annotations

import re
from collections.abc import Callable

from .lies import AKIN, Lie, first_of, key_of, lie, with_key
from .lies import LIES as LIES
from .server import Answer, Asked, Record, Server, shown

# -------------------------------------------------------- writes that go elsewhere


@lie("PATCH of an absent id creates")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        if s.find(asked) is None and str(asked.id).isdecimal() and isinstance(asked.body, dict):
            record = s.store(asked)
            return Answer(201, shown(record))
        return s.update_honestly(asked)

    s.update = update


@lie("methods that are not supported change all of a collection")
def _(s: Server) -> None:
    def unsupported(asked: Asked) -> Answer:
        for key, record in [*s.rows[asked.resource].items()]:
            if asked.resource == "room" and record["parent"] != s.parent_of(asked):
                continue
            if asked.id is not None and str(key) != asked.id:
                continue
            if asked.method == "DELETE":
                del s.rows[asked.resource][key]
            elif isinstance(asked.body, dict):
                record.update({n: v for n, v in s.fields(asked).items() if n != "slug"})
        return Answer(200, {})

    s.unsupported = unsupported


@lie("POST without a create overwrites the newest")
def _(s: Server) -> None:
    def unsupported(asked: Asked) -> Answer:
        if asked.id is not None or asked.resource != "memo":
            return Answer(405)
        _row = list(s.rows[asked.resource].values())[-1]
        if isinstance(asked.body, dict):
            _row.update(s.fields(asked))
        return Answer(200, shown(_row))

    s.unsupported = unsupported


@lie("X-HTTP-Method-Override is obeyed")
def _(s: Server) -> None:
    def first(asked: Asked) -> None:
        asked.method = asked.headers.get("x-http-method-override", asked.method)

    s.first = first


@lie("unknown paths lead to the item in them")
def _(s: Server) -> None:
    def first(asked: Asked) -> Answer | None:
        found = re.search(r"/(offices|notes|badges|memos)/+(\d+)", asked.path)
        if asked.method in ("GET", "HEAD", "OPTIONS") or not found or asked.resource == "room":
            return None
        asked.resource, asked.id = found[1][:-1], found[2]
        return s.of_an_item(asked)

    s.first = first


@lie("a reference counts on what it names")
def _(s: Server) -> None:
    def counted(asked: Asked, step: Callable[[Asked], Answer]) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        for value in [body.get("office_id")]:
            value = value[0] if isinstance(value, list) and value else value
            try:
                key = int(float(value))  # type: ignore[arg-type]
            except (TypeError, ValueError, OverflowError):
                continue
            if key in s.rows["office"]:
                s.rows["office"][key]["visits"] += 1
        return step(asked)

    s.create = lambda asked: counted(asked, s.create_honestly)
    s.update = lambda asked: counted(asked, s.update_honestly)


@lie("a create of an office answers one of others, and references count on what they name")
def _(s: Server) -> None:
    LIES["a reference counts on what it names"](s)
    counting = s.create

    def create(asked: Asked) -> Answer:
        if asked.resource == "office":
            return s.refused(asked) or Answer(201, with_key(asked, asked.body, 17))
        return counting(asked)

    s.create = create


@lie("rooms of an absent office go to the first")
def _(s: Server) -> None:
    def parent_of(asked: Asked) -> int:
        number = int(asked.parent) if asked.parent is not None and asked.parent.isdecimal() else 1
        return number if number in s.rows["office"] else 1

    s.parent_of = parent_of  # type: ignore[method-assign]


# ------------------------------------------------------------------ odd answers


@lie("everything answers 204")
def _(s: Server) -> None:
    def first(asked: Asked) -> Answer:
        if asked.method == "DELETE":
            s.delete(asked)
        return Answer(204)

    s.first = first


@lie("everything answers 200 and an empty object")
def _(s: Server) -> None:
    s.first = lambda asked: Answer(200, {})


@lie("every read answers with the first of others")
def _(s: Server) -> None:
    s.find = lambda asked: s.find_exactly(asked) or next(iter(s.rows[asked.resource]))
    s.read = lambda asked: Answer(200, shown(first_of(s, asked)))


@lie("DELETE answers 204 for what was never there")
def _(s: Server) -> None:
    def delete(asked: Asked) -> Answer:
        s.delete_honestly(asked)
        return Answer(204)

    s.delete = delete


@lie("DELETE answers 204 and deletes nothing")
def _(s: Server) -> None:
    s.delete = lambda asked: Answer(204)


@lie("DELETE by a text id takes the first whose name begins with it")
def _(s: Server) -> None:
    def delete(asked: Asked) -> Answer:
        key = s.find(asked)
        for name, row in [*s.rows[asked.resource].items()]:
            if key is None and any(str(asked.id) and str(v).startswith(str(asked.id)) for v in row.values()):
                del s.rows[asked.resource][name]
                return Answer(204)
        return s.delete_honestly(asked)

    def read(asked: Asked) -> Answer:
        key = s.find(asked)
        for row in s.rows[asked.resource].values():
            if key is None and any(str(v).startswith(str(asked.id)) for v in row.values()):
                return Answer(200, shown(row))
        return s.read_honestly(asked)

    s.delete, s.read = delete, read


def _redirects(method: str, status: int) -> Lie:
    def install(s: Server) -> None:
        def first(asked: Asked) -> Answer | None:
            if asked.method != method or not asked.resource:
                return None
            key = key_of(asked, first_of(s, asked))
            return Answer(status, None, {"Location": f"/v1/{asked.resource}s/{key}"})

        s.first = first

    return install


for _method, _status in (("POST", 303), ("POST", 307), ("PATCH", 308), ("DELETE", 307), ("GET", 302)):
    LIES[f"{_method} is redirected with {_status} to one of others"] = _redirects(_method, _status)


# ------------------------------------------------------------------------ lists

_TOKEN = re.compile(r"rp[0-9a-z]{11}")


def _with_lookalikes(form: Callable[[str], str]) -> Lie:
    """A colleague's record bears a text that resembles ours, from our first create on."""

    def install(s: Server) -> None:
        done: set[str] = set()

        def create(asked: Asked) -> Answer:
            found = _TOKEN.search(str(asked.body))
            if found and asked.resource not in done and asked.resource != "tag":
                done.add(asked.resource)
                s.stranger(asked.resource, s.new_id(asked.resource), form(found[0]))
            return s.create_honestly(asked)

        s.create = create

    return install


for _note, _text in {
    "our prefix and another number": lambda token: f"{token[:8]}zzzzz",
    "our prefix alone": lambda token: token[:8],
    "our token cut short": lambda token: token[:-1],
    "our prefix in capitals": lambda token: token[:8].upper() + "ZZZZZ",
    "a prefix like ours": lambda token: f"rp{'0' * 11}",
    "our token without its last letters, in a sentence": lambda token: f"see {token[:10]} of Tuesday",
}.items():
    LIES[f"one of others bears {_note}"] = _with_lookalikes(_text)
AKIN.update(
    f"one of others bears {_note}" for _note in ("our prefix alone", "our prefix in capitals", "a prefix like ours")
)


@lie("a list shows our bodies under the ids of others")
def _(s: Server) -> None:
    def entries(asked: Asked) -> list[Record]:
        rows = s.entries_honestly(asked)
        keys = [key_of(asked, r) for r in rows]
        return [with_key(asked, r, key) for r, key in zip(rows, [*keys[1:], *keys[:1]], strict=True)]

    s.entries = entries


@lie("a list holds the newest first")
def _(s: Server) -> None:
    s.entries = lambda asked: s.entries_honestly(asked)[::-1]


@lie("a list is late by some creates")
def _(s: Server) -> None:
    s.entries = lambda asked: s.entries_honestly(asked)[:OTHERS_SHOWN]


OTHERS_SHOWN = 505


@lie("a list is always empty")
def _(s: Server) -> None:
    s.entries = lambda asked: []


@lie("an update answers with one of others")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        answer = s.update_honestly(asked)
        return Answer(200, shown(first_of(s, asked))) if answer.status == 200 else answer

    s.update = update
