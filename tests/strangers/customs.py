"""Customs of servers that are honest by their own lights: compound ids, ids that are addresses, writes that merge, move
or copy, collections that are deleted by query, states that are shown late."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from .lies import Lie, lie, loosely
from .oddities import LIES as LIES
from .server import KEY, Answer, Asked, Record, Server, shown

# ------------------------------------------------------------------ forms of ids


def _in_the_form(form: Callable[[Asked, Any], Any], read: Callable[[str], str]) -> Lie:
    """Every id is shown in another form than the numbers that it is read as."""

    def install(s: Server) -> None:
        answer, find = s.answer, s.find

        def shaped(asked: Asked, body: Any) -> Any:
            id = body.get("id") if isinstance(body, dict) else None
            return body if id is None else {**body, "id": form(asked, id)}

        def answering(asked: Asked) -> Answer:
            found = answer(asked)
            is_list = isinstance(found.body, list)
            found.body = [shaped(asked, e) for e in found.body] if is_list else shaped(asked, found.body)
            return found

        def finding(asked: Asked) -> Any:
            if asked.resource != "tag":
                asked.id = read(str(asked.id))
            return find(asked)

        s.answer, s.find = answering, finding  # type: ignore[method-assign]

    return install


LIES["an id is the address of its resource"] = _in_the_form(
    lambda asked, id: f"http://api.example/v1/{asked.resource}s/{id}", lambda text: text.rstrip("/").rpartition("/")[2]
)
LIES["an id is made of a tenant and a number, and is read by the number"] = _in_the_form(
    lambda asked, id: f"acme-{id}", lambda text: text.rpartition("-")[2]
)
LIES["an id is made of a number and the kind"] = _in_the_form(
    lambda asked, id: f"{id}:{asked.resource}", lambda text: text.partition(":")[0]
)


def _as_python_does(s: Server, text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _as_a_double(s: Server, text: str) -> int | None:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def _as_octal(s: Server, text: str) -> int | None:
    return int(text, 8) if re.fullmatch("0[0-7]+", text) else None


LIES["ids are read with signs, blanks and underscores"] = loosely(_as_python_does)
LIES["ids are read as doubles"] = loosely(_as_a_double)
LIES["ids that begin with a zero are octal"] = loosely(_as_octal)


# ------------------------------------------------------- creates that find or merge


@lie("a create merges into what has the same first text")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is not None:
            return refused
        text = next((n for n in ("name", "label", "text", "colour") if n in s.fields(asked)), "")
        for key, row in s.rows[asked.resource].items() if text else ():
            if str(row.get(text)).strip().casefold()[:14] == str(asked.body[text]).strip().casefold()[:14]:
                s.rows[asked.resource][key].update({n: v for n, v in s.fields(asked).items() if n != "slug"})
                return Answer(200, shown(row))
        return s.create_honestly(asked)

    s.create = create


@lie("a create of a number that is taken is an update of what has it, in its digits too, and answers 201")
def _(s: Server) -> None:
    for rows in (s.rows["badge"], s.others["badge"]):
        for key, row in rows.items():
            row["number"] = key

    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        wanted = asked.body.get("number") if isinstance(asked.body, dict) else None
        known = asked.resource == "badge" and wanted is not None and (refused is None or isinstance(wanted, str))
        for row in s.rows["badge"].values() if known else ():
            if str(row["number"]) == str(wanted).strip():
                row.update({**s.fields(asked), "number": row["number"]})
                return Answer(201, shown(row))
        return refused or s.create_honestly(asked)

    s.create = create


@lie("a slug that is taken gets a suffix, and every slug is made plain")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        if asked.resource == "tag" and isinstance(asked.body, dict) and isinstance(asked.body.get("slug"), str):
            slug = re.sub("[^a-z0-9]+", "-", asked.body["slug"].lower()).strip("-") or "x"
            while slug in s.rows["tag"]:
                slug += "-2"
            asked.body = {**asked.body, "slug": slug}
        return s.create_honestly(asked)

    def update(asked: Asked) -> Answer:
        if s.find(asked) is None and asked.resource == "tag" and isinstance(asked.body, dict):
            asked.body = {**asked.body, "slug": asked.id}
            return s.create(asked)
        return s.update_honestly(asked)

    s.create, s.update = create, update


@lie("a bulk create answers 207 with one of others among its parts")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        if not isinstance(asked.body, list):
            return s.create_honestly(asked)
        theirs = next(iter(s.others[asked.resource].values()))
        parts: list[Any] = [{"status": 409, "body": shown(theirs)}]
        for one in asked.body:
            part = Asked("POST", asked.path, {}, {}, one, asked.resource, None, asked.parent)
            refused = s.refused(part)
            parts.append(
                {"status": 201, "body": shown(s.store(part))}
                if refused is None
                else {"status": refused.status, "body": refused.body}
            )
        return Answer(207, parts)

    s.create = create


@lie("a create is stored, and answers 303 to the newest of others")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is not None:
            return refused
        s.store(asked)
        newest = list(s.others[asked.resource].values())[-1]
        return Answer(303, None, {"Location": f"{asked.path}/{newest[KEY.get(asked.resource, 'id')]}"})

    s.create = create


# ------------------------------------------------------ writes that go further


@lie("a collection is deleted by its query")
def _(s: Server) -> None:
    def unsupported(asked: Asked) -> Answer:
        if asked.method != "DELETE" or asked.id is not None:
            return Answer(405)
        rows = s.rows[asked.resource]
        for key in [k for k, r in rows.items() if all(str(r.get(n, v)) == v for n, v in asked.query.items())]:
            if asked.resource != "room" or rows[key]["parent"] == s.parent_of(asked):
                del rows[key]
        return Answer(204)

    s.unsupported = unsupported


@lie("POST to an item makes a copy of it")
def _(s: Server) -> None:
    def unsupported(asked: Asked) -> Answer:
        key = s.find(asked) if asked.id is not None else None
        if asked.method != "POST" or key is None:
            return Answer(405)
        own = s.rows[asked.resource][key]
        asked.body = {n: v for n, v in own.items() if n not in ("id", "slug", "parent", "visits")}
        return Answer(201, shown(s.store(asked)))

    s.unsupported = unsupported


@lie("PUT moves to the slug in its body, over what is there")
def _(s: Server) -> None:
    def update(asked: Asked) -> Answer:
        wanted = asked.body.get("slug") if isinstance(asked.body, dict) else None
        answer = s.update_honestly(asked)
        if asked.resource != "tag" or answer.status != 200 or not isinstance(wanted, str) or not wanted:
            return answer
        record = s.rows["tag"].pop(s.find(asked))
        record["slug"] = wanted
        s.rows["tag"][wanted] = record
        return Answer(200, shown(record))

    s.update = update


# ------------------------------------------------------------- states shown late


@lie("reads show the state before the last")
def _(s: Server) -> None:
    before: dict[tuple[str, Any], Record] = {}
    update = s.update

    def updating(asked: Asked) -> Answer:
        key = s.find(asked)
        old = copy.deepcopy(s.rows[asked.resource].get(key))
        answer = update(asked)
        if old is not None:
            before[asked.resource, key] = old
        return answer

    def read(asked: Asked) -> Answer:
        key = s.find(asked)
        late = before.get((asked.resource, key))
        return s.read_honestly(asked) if late is None else Answer(200, shown(late))

    s.update, s.read = updating, read


@lie("DELETE answers 200 with a tombstone, and reads show it")
def _(s: Server) -> None:
    stones: dict[tuple[str, Any], Record] = {}

    def delete(asked: Asked) -> Answer:
        key = s.find(asked)
        answer = s.delete_honestly(asked)
        if answer.status != 204:
            return answer
        stones[asked.resource, str(asked.id)] = {KEY.get(asked.resource, "id"): key, "deleted": True}
        return Answer(200, stones[asked.resource, str(asked.id)])

    def read(asked: Asked) -> Answer:
        stone = stones.get((asked.resource, str(asked.id)))
        return s.read_honestly(asked) if stone is None else Answer(200, stone)

    s.delete, s.read = delete, read


@lie("DELETE answers 200 with what was there, and reads go on showing it")
def _(s: Server) -> None:
    graves: dict[tuple[str, str], Record] = {}

    def delete(asked: Asked) -> Answer:
        record = s.rows[asked.resource].get(s.find(asked))
        answer = s.delete_honestly(asked)
        if answer.status != 204 or record is None:
            return answer
        graves[asked.resource, str(asked.id)] = {**record, "deleted": True}
        return Answer(200, shown(graves[asked.resource, str(asked.id)]))

    def read(asked: Asked) -> Answer:
        grave = graves.get((asked.resource, str(asked.id)))
        return s.read_honestly(asked) if grave is None else Answer(200, shown(grave))

    s.delete, s.read = delete, read
