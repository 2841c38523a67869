"""One thing wrong with any honest service: faults that know nothing of what it serves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from email.message import Message

from tests.openapi.honest import Answer, Json, Service
from tests.openapi.running import TOKEN

Item = dict[str, Json]
Told = tuple[int, Json, list[str]]
_TIMES = ("updat", "modif", "version", "revision")


@dataclass
class Spoilt:
    """A service with a fault of ``FAULTS``. ``did``: how often that made a difference."""

    service: Service
    fault: str
    did: int = 0
    made: tuple[int, Json] | None = None
    sent: set[str] = field(default_factory=set)

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> Told:
        return FAULTS[self.fault](self, method, target, headers, text)

    def honest(self, method: str, target: str, headers: Message, text: bytes) -> Told:
        """What the service answers, apart from what it keeps."""
        status, body, known = self.service.answer(method, target, headers, text)
        return status, deepcopy(body), known

    def where(self, is_different: bool) -> bool:
        self.did += is_different
        return is_different

    def items(self) -> Iterator[Item]:
        for store in self.service.stores.values():
            yield from store.values()


def _members(text: bytes) -> Item:
    """The members of a body in JSON, without what may stand around them."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, dict) and len(found) == 1 and isinstance(inner := next(iter(found.values())), dict):
        return inner
    return found if isinstance(found, dict) else {}


def _with_body(body: Json, changed: Json) -> Json:
    return Answer(changed, body.media, body.headers) if isinstance(body, Answer) else changed


def _bare(body: Json) -> Json:
    return body.body if isinstance(body, Answer) else body


def lost(*methods: str) -> Callable[..., Told]:
    """A request of these methods is answered as if it was done."""

    def spoil(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
        before = deepcopy(it.service.stores)
        told = it.honest(method, target, headers, text)
        if method in methods and it.where(before != it.service.stores):
            it.service.stores.clear()
            it.service.stores.update(before)
        return told

    return spoil


def altered(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A text of what is made is kept otherwise than it was sent; that under which it is kept stays."""
    before = [id(item) for item in it.items()]
    told = it.honest(method, target, headers, text)
    if method == "POST":
        sent = _members(text)
        for key, item in [one for store in it.service.stores.values() for one in store.items()]:
            kept = [n for n, v in item.items() if isinstance(v, str) and v and sent.get(n) == v != key]
            if id(item) not in before and it.where(bool(kept)):
                item[kept[0]] = item[kept[0]][:-1] or "x"
    return told


def clears(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A change of some members empties another one."""
    before = {id(item): dict(item) for item in it.items()}
    told = it.honest(method, target, headers, text)
    sent = _members(text)
    it.sent |= sent.keys() if method == "POST" else set()
    for item in it.items() if method == "PATCH" else ():
        others = [n for n, v in item.items() if v and n in it.sent - sent.keys()]
        if before.get(id(item), item) != item and it.where(bool(others)):
            item[others[-1]] = type(item[others[-1]])()
    return told


def touches_others(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A change of one item changes another."""
    before = {id(item): dict(item) for item in it.items()}
    told = it.honest(method, target, headers, text)
    changed = [i for i in it.items() if before.get(id(i), i) != i] if method in ("PATCH", "PUT") else []
    others = [i for i in it.items() if changed and i is not changed[0] and i.keys() == changed[0].keys()]
    if it.where(bool(others)):
        others[-1].update({n: v for n, v in _members(text).items() if n in others[-1] and changed[0].get(n) == v})
    return told


def _entries(found: Json) -> list[Json] | None:
    if isinstance(found, list):
        return found if found and all(isinstance(e, dict) for e in found) else None
    inner = (_entries(v) for v in found.values()) if isinstance(found, dict) else iter(())
    return next((e for e in inner if e is not None), None)


def forgets(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A list leaves out its last entry."""
    status, body, known = it.honest(method, target, headers, text)
    entries = (_entries(_bare(body)) or []) if method == "GET" else []
    if it.where(len(entries) > 1):
        del entries[-1]
    return status, body, known


def other_status(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A create answers the other one of 200 and 201."""
    status, body, known = it.honest(method, target, headers, text)
    wrong = {200: 201, 201: 200}.get(status, status) if method == "POST" else status
    it.where(wrong != status)
    return wrong, body, known


def instead(wanted: int, wrong: int, *methods: str) -> Callable[..., Told]:
    """One status in place of another."""

    def spoil(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
        status, body, known = it.honest(method, target, headers, text)
        refused = status in (400, 422) if wanted == 400 else status == wanted
        wrongly = refused and method in methods
        return (wrong if it.where(wrongly) else status), body, known

    return spoil


def finds_anything(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """What is not there is answered with what is."""
    status, body, known = it.honest(method, target, headers, text)
    if status == 200 and method == "GET" and _entries(_bare(body)) is None:
        it.made = status, body
    elif status == 404 and "GET" in known and method == "GET" and it.where(it.made is not None):
        return (*it.made, known)  # type: ignore[misc]
    return status, body, known


def takes_anything(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """What a create should refuse is taken like the last one."""
    status, body, known = it.honest(method, target, headers, text)
    if method == "POST" and status in (200, 201):
        it.made = status, body
    elif method == "POST" and status in (400, 422) and _members(text) and it.where(it.made is not None):
        return (*it.made, known)  # type: ignore[misc]
    return status, body, known


def other_type(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """Numbers of an item are shown as text."""
    status, body, known = it.honest(method, target, headers, text)
    shown = _bare(body)
    if method == "GET" and status == 200 and isinstance(shown, dict) and _entries(shown) is None:
        inner = next((v for v in shown.values() if isinstance(v, dict) and len(v) > 1), shown)
        numbers = [n for n, v in inner.items() if isinstance(v, int) and not isinstance(v, bool)]
        if it.where(bool(numbers)):
            inner[numbers[0]] = str(inner[numbers[0]])
    return status, body, known


def open_door(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """Nobody is asked who they are."""
    told = it.honest(method, target, headers, text)
    if not it.where(told[0] == 401):
        return told
    known = Message()
    for name, value in headers.items():
        known[name] = value
    for name, value in (("Authorization", f"Bearer {TOKEN}"), ("X-Api-Key", TOKEN), ("todo_apikey", TOKEN)):
        del known[name]
        known[name] = value
    return it.honest(method, target, known, text)


def leaks(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A refusal shows the inside of the program."""
    status, body, known = it.honest(method, target, headers, text)
    shown = _bare(body)
    trace = 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 41, in create\nKeyError: 1'
    names = [n for n, v in shown.items() if isinstance(v, str)] if isinstance(shown, dict) else []
    if status in (400, 422) and it.where(bool(names)):
        shown[names[-1]] = trace
    return status, body, known


def as_html(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """What is read says that it is HTML."""
    status, body, known = it.honest(method, target, headers, text)
    if it.where(method == "GET" and status == 200):
        body = Answer(_bare(body), "text/html", body.headers if isinstance(body, Answer) else {})
    return status, body, known


def one_page(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """Every page is the first."""
    place, mark, query = target.partition("?")
    kept = [
        p for p in query.split("&") if not any(w in p.lower() for w in ("page=", "page]", "skip", "offset", "token"))
    ]
    told = it.honest(method, place + ("?" + "&".join(kept) if kept and mark else ""), headers, text)
    it.where(len(kept) < len(query.split("&")) and told != it.honest(method, target, headers, text))
    return told


def keeps_unknown(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A member that does not exist is kept, and shown."""
    before = [id(item) for item in it.items()]
    status, body, known = it.honest(method, target, headers, text)
    shown, sent = _bare(body), _members(text)
    for item in it.items() if method == "POST" and isinstance(shown, dict) else ():
        more = {n: v for n, v in sent.items() if n not in item and "restproof" in n}
        if id(item) not in before and it.where(bool(more)):
            item |= more
            inner = next((v for v in shown.values() if isinstance(v, dict) and len(v) > 1), shown)
            inner |= more
    return status, body, known


def deletes_again(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A delete of what is not there answers as if it was."""
    status, body, known = it.honest(method, target, headers, text)
    if method == "DELETE" and it.where(status == 404):
        return 204, None, known
    return status, body, known


def stands_still(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """The time or the number of a change stays as it was."""
    before = {id(item): dict(item) for item in it.items()}
    status, body, known = it.honest(method, target, headers, text)
    for item in it.items() if method in ("PATCH", "PUT") else ():
        old = before.get(id(item), item)
        names = [n for n in item if any(t in n.lower() for t in _TIMES) and old.get(n) != item[n]]
        if it.where(bool(names)):
            item |= {n: old.get(n) for n in names}
            shown = _bare(body)
            inner = next((v for v in shown.values() if isinstance(v, dict) and names[0] in v), shown) if shown else {}
            inner.update({n: old.get(n) for n in names if n in inner})
    return status, body, known


def no_location(it: Spoilt, method: str, target: str, headers: Message, text: bytes) -> Told:
    """A create does not say where it is."""
    status, body, known = it.honest(method, target, headers, text)
    if it.where(isinstance(body, Answer) and "Location" in body.headers):
        body = Answer(body.body, body.media, {n: v for n, v in body.headers.items() if n != "Location"})
    return status, body, known


FAULTS: Mapping[str, Callable[..., Told]] = {
    "a change is answered and not kept": lost("PATCH", "PUT"),
    "a delete is answered and not done": lost("DELETE"),
    "a create is answered and not kept": lost("POST"),
    "a text is kept otherwise than sent": altered,
    "a PATCH empties another member": clears,
    "a change changes another item, too": touches_others,
    "a list leaves out an entry": forgets,
    "a create answers the other one of 200 and 201": other_status,
    "a refused create answers 500": instead(400, 500, "POST"),
    "what is absent answers 500": instead(404, 500, "GET", "PATCH", "PUT", "DELETE"),
    "what is absent is answered with another item": finds_anything,
    "a create takes what it should refuse": takes_anything,
    "a number is shown as text": other_type,
    "nobody is asked for a credential": open_door,
    "a refusal shows a traceback": leaks,
    "JSON is called HTML": as_html,
    "every page is the first": one_page,
    "a member that does not exist is kept": keeps_unknown,
    "a delete of what is absent answers 204": deletes_again,
    "the time of a change stands still": stands_still,
    "a create has no Location": no_location,
    "what is absent answers 400": instead(404, 400, "GET", "PATCH", "PUT", "DELETE"),
}
"""What goes wrong, in words, and how."""
