"""Ways to lie or be odd about identity: each replaces a step of the strangers' server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .server import KEY, Answer, Asked, Record, Server, shown

Lie = Callable[[Server], None]
LIES: dict[str, Lie] = {}


def lie(name: str) -> Callable[[Lie], Lie]:
    def add(function: Lie) -> Lie:
        assert name not in LIES
        LIES[name] = function
        return function

    return add


def first_of(s: Server, asked: Asked) -> Record:
    return next(iter(s.others[asked.resource].values()))


def _newest(s: Server, asked: Asked) -> Record:
    return list(s.others[asked.resource].values())[-1]


def _random(s: Server, asked: Asked) -> Record:
    return s.some(asked.resource)


def key_of(asked: Asked, record: Record) -> Any:
    return record[KEY.get(asked.resource, "id")]


def with_key(asked: Asked, body: Any, key: Any) -> Any:
    return {**(body if isinstance(body, dict) else {}), KEY.get(asked.resource, "id"): key}


# ------------------------------------- creates that answer with somebody's record

AKIN: set[str] = set()
"""Lies that say the same as another one, of another record or in other letters: whole runs alone try them."""
WHOSE = {"the first": first_of, "the newest": _newest, "a random": _random}


def _answers_creates_with(
    whose: Callable[[Server, Asked], Record], status: int, *, echoed: bool = False, stored: bool = False, **form: Any
) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            refused = s.refused(asked)
            if refused is not None:
                return refused
            theirs = whose(s, asked)
            if stored:
                s.store(asked)
            body = with_key(asked, asked.body, key_of(asked, theirs)) if echoed else shown(theirs)
            where = {"Location": f"{asked.path}/{key_of(asked, theirs)}"}
            if form.get("bare"):
                body = with_key(asked, {}, key_of(asked, theirs))
            if form.get("located"):
                body = {n: v for n, v in body.items() if n not in ("id", "slug")} if form["located"] == "body" else None
            return Answer(status, body, where if form.get("located") else {})

        s.create = create

    return install


for _whose, _function in WHOSE.items():
    for _status in (200, 201):
        LIES[f"a create answers {_status} with {_whose} record of others"] = _answers_creates_with(_function, _status)
    for _stored in (False, True):
        LIES[f"a create answers our body with the id of {_whose} of others{', and stores it' * _stored}"] = (
            _answers_creates_with(_function, 201, echoed=True, stored=_stored)
        )
    LIES[f"a create answers nothing but the id of {_whose} of others"] = _answers_creates_with(
        _function, 201, bare=True
    )
    LIES[f"Location leads to {_whose} of others"] = _answers_creates_with(_function, 201, located="alone")
    AKIN |= {n for n in LIES if f"{_whose} " in n and _whose != "the first" and "our body" not in n}
LIES["a create answers 202 with a record of others"] = _answers_creates_with(_random, 202)
LIES["Location leads to a record of others beside our body"] = _answers_creates_with(
    first_of, 201, echoed=True, located="body", stored=True
)


def _with_odd_id(form: Callable[[Any], Any]) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            refused = s.refused(asked)
            return refused or Answer(201, with_key(asked, asked.body, form(key_of(asked, first_of(s, asked)))))

        s.create = create

    return install


_ODD_IDS: dict[str, Callable[[Any], Any]] = {
    "as text": str,
    "as a float": lambda key: float(key) if isinstance(key, int) else key,
    "in an array": lambda key: [key],
    "in an object": lambda key: {"id": key},
    "with letters behind it": lambda key: f"{key}abc",
    "with a blank": lambda key: f" {key}",
    "negative": lambda key: -key if isinstance(key, int) else key,
    "in a path": lambda key: f"x/../{key}",
}
for _note, _form in _ODD_IDS.items():
    LIES[f"a create answers the id of one of others {_note}"] = _with_odd_id(_form)


def _errors_name(status: int, member: str) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            theirs = first_of(s, asked)
            return Answer(status, {"error": "it is there", **with_key(asked, {}, key_of(asked, theirs))} | {member: 1})

        s.create = create

    return install


LIES["an error holds the id of one of others"] = _errors_name(409, "existing_id")
LIES["an error of 422 holds the id of one of others"] = _errors_name(422, "id")
LIES["an error that answers 200 holds the id of one of others"] = _errors_name(200, "existing")


@lie("a refused create answers with the record that is in the way")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        return s.create_honestly(asked) if refused is None else Answer(200, shown(first_of(s, asked)))

    s.create = create


# --------------------------------------------------------- how a create is stored


@lie("a create is applied, and the connection is lost")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        return Answer(0, lost=True) if answer.status == 201 and s.next_id[asked.resource] % 3 == 0 else answer

    s.create = create


@lie("a create is applied, and answers 500")
def _(s: Server) -> None:
    s.create = lambda asked: Answer(500) if s.create_honestly(asked).status == 201 else Answer(422)


@lie("a create is applied, and answers 503 at first")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        return Answer(503, headers={"Retry-After": "0"}) if s.next_id[asked.resource] % 5 == 0 else answer

    s.create = create


@lie("a create is stored twice")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status == 201 and asked.resource != "tag":
            s.store(asked)
        return answer

    s.create = create


@lie("a create is stored some requests later")
def _(s: Server) -> None:
    waiting: list[tuple[int, Asked]] = []

    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is None:
            waiting.append((len(s.log) + 3, asked))
        return refused or Answer(202, with_key(asked, asked.body, s.next_id[asked.resource]))

    def first(asked: Asked) -> None:
        while waiting and waiting[0][0] <= len(s.log):
            s.store(waiting.pop(0)[1])

    s.create, s.first = create, first


@lie("names are stored in capitals")
def _(s: Server) -> None:
    store = s.store

    def shouting(asked: Asked, **more: Any) -> Record:
        texts = {n: v.upper() for n, v in asked.body.items() if isinstance(v, str) and n != "slug"}
        return store(asked, **texts, **more)

    s.store = shouting  # type: ignore[method-assign]


@lie("texts are stored cut short")
def _(s: Server) -> None:
    store = s.store

    def cutting(asked: Asked, **more: Any) -> Record:
        return store(asked, **{n: v[:9] for n, v in asked.body.items() if isinstance(v, str) and n != "slug"}, **more)

    s.store = cutting  # type: ignore[method-assign]


def _bulk(answer: Callable[[Server, Asked, list[Record]], Answer]) -> Lie:
    def install(s: Server) -> None:
        def create(asked: Asked) -> Answer:
            if not isinstance(asked.body, list):
                return s.create_honestly(asked)
            stored = []
            for one in asked.body:
                part = Asked("POST", asked.path, {}, {}, one, asked.resource, None, asked.parent)
                if s.refused(part) is None:
                    stored.append(s.store(part))
            return answer(s, asked, stored)

        s.create = create

    return install


LIES["an array of bodies is a bulk create"] = _bulk(lambda s, a, stored: Answer(200, [shown(r) for r in stored]))
LIES["a bulk create answers nothing"] = _bulk(lambda s, a, stored: Answer(204))
LIES["a bulk create answers with a record of others"] = _bulk(lambda s, a, stored: Answer(201, shown(first_of(s, a))))


@lie("whatever a create holds is stored")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        asked.body = asked.body if isinstance(asked.body, dict) else {}
        return Answer(201, shown(s.store(asked)))

    s.create = create


@lie("the id in a create is taken")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        refused = s.refused(asked)
        if refused is not None or asked.resource == "tag":
            return refused or s.create_honestly(asked)
        id = asked.body.get("id")
        if isinstance(id, int) and not isinstance(id, bool) and id not in s.rows[asked.resource]:
            s.next_id[asked.resource] = max(id, s.next_id[asked.resource])
        return Answer(201, shown(s.store(asked)))

    s.create = create


@lie("a create with an id overwrites what has it")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        id = asked.body.get("id") if isinstance(asked.body, dict) else None
        if isinstance(id, int) and id in s.rows[asked.resource]:
            s.rows[asked.resource][id].update(s.fields(asked))
            return Answer(200, shown(s.rows[asked.resource][id]))
        return s.create_honestly(asked)

    s.create = create


# ------------------------------------------------------------ how ids are read


def loosely(read: Callable[[Server, str], Any]) -> Lie:
    def install(s: Server) -> None:
        def find(asked: Asked) -> Any:
            exact = s.find_exactly(asked)
            if exact is not None or asked.resource == "tag":
                return exact
            key = read(s, str(asked.id))
            return key if key in s.rows[asked.resource] else None

        s.find = find

    return install


def _digits(pattern: str, base: int = 10) -> Callable[[Server, str], Any]:
    def read(s: Server, text: str) -> Any:
        found = re.match(pattern, text)
        return int(found[1], base) if found else None

    return read


for _note, _read in {
    "by the digits in front": _digits(r"\s*(\d+)"),
    "without a sign": _digits(r"-?(\d+)$"),
    "as numbers, rounded": _digits(r"(\d+)[.]\d+$"),
    "with zeros in front": _digits(r"0+(\d+)$"),
    "of base 16": _digits(r"0x([0-9a-f]+)$", 16),
    "by the digits anywhere": _digits(r"\D*(\d+)"),
    "modulo 1000": lambda s, text: int(text) % 1000 if text.isdecimal() else None,
    "of 32 bits": lambda s, text: int(text) % 2**32 if text.isdecimal() else None,
    "as the newest where they name nothing": lambda s, text: max(k for k in s.rows["office"]),
    "as the first where they are no number": lambda s, text: None if text.isdecimal() else 1,
    "up to a comma": _digits(r"(\d+)[,;]"),
}.items():
    LIES[f"ids are read {_note}"] = loosely(_read)


@lie("ids of texts are read in any case")
def _(s: Server) -> None:
    def find(asked: Asked) -> Any:
        exact = s.find_exactly(asked)
        if exact is not None or asked.resource != "tag":
            return exact
        return next((k for k in s.rows["tag"] if k.lower() == str(asked.id).lower()), None)

    s.find = find


def _deletes_loosely(read: Callable[[Server, str], Any]) -> Lie:
    """Reads are strict, and deletes and updates are not: no read shows what they would do."""

    def install(s: Server) -> None:
        def at(asked: Asked, step: Callable[[Asked], Answer]) -> Answer:
            key = read(s, str(asked.id))
            if s.find_exactly(asked) is None and asked.resource != "tag" and key in s.rows[asked.resource]:
                asked.id = str(key)
            return step(asked)

        s.delete = lambda asked: at(asked, s.delete_honestly)
        s.update = lambda asked: at(asked, s.update_honestly)

    return install


for _note, _read in {
    "the digits in front": _digits(r"\s*(\d+)"),
    "numbers without a sign": _digits(r"-(\d+)$"),
    "numbers, rounded": _digits(r"(\d+)[.]\d+$"),
    "numbers with zeros in front": _digits(r"0+(\d+)$"),
}.items():
    LIES[f"writes alone read ids by {_note}"] = _deletes_loosely(_read)


# ------------------------------------------------------------- ids come again


@lie("the last id is given anew")
def _(s: Server) -> None:
    s.new_id = lambda resource: max([k for k in s.rows[resource] if isinstance(k, int)], default=0) + 1  # type: ignore[method-assign]


@lie("a colleague gets the id that was deleted")
def _(s: Server) -> None:
    def delete(asked: Asked) -> Answer:
        key = s.find(asked)
        answer = s.delete_honestly(asked)
        is_theirs = key in s.others[asked.resource]
        if answer.status == 204 and isinstance(key, int) and asked.resource != "room" and not is_theirs:
            s.stranger(asked.resource, key, "Payroll of a colleague")
        return answer

    s.delete = delete


@lie("a colleague gets the next id each time")
def _(s: Server) -> None:
    def create(asked: Asked) -> Answer:
        answer = s.create_honestly(asked)
        if answer.status == 201 and asked.resource != "tag":
            s.stranger(asked.resource, s.new_id(asked.resource), f"of a colleague {len(s.log)}")
        return answer

    s.create = create
