"""Stand-ins for the values of secret members (``contract.secrecy``), in everything that is written down.

A stand-in depends on the value alone, so that what was equal still is; it has the length of the value, digits for
digits and letters for letters, so that it keeps the schema as the value did. It does not lead back: its key is drawn
for each run and forgotten with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from restproof.contract.secrecy import Secrecy
from restproof.untold import UNTOLD
from restproof.wire.hidden import HiddenMembers, inside, is_form, possible_names

_SYMBOL = re.compile(r"(\{(?:run|ref:[^{}]*|unique:[^{}]*|uuid:[^{}]*)\}|\[redacted\])")
"""What stays in a value: the symbols of inputs, and what stands for a credential, which a replay knows by it."""
_HEXADECIMAL = re.compile(r"(?=[0-9-]*[a-f])[0-9a-f-]{8,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHERS = "äöüéèêàçñßøåîôûïëœ"
_LONG = 6
"""Characters of a value from which on it is looked for in other places, such as the message of a refusal."""
_MOST_KNOWN = 128
_PROSE = ("message", "expected", "actual", "reason")
_ADDRESSES = ("location", "content-location", "link", "refresh")
"""Header fields of an answer that hold URLs."""
_NAMING = ("field", "name", "member")
_NAMED = ("value", "values", "other", "text")


class EventSink(Protocol):
    """Takes events of the run file, until it is closed."""

    def write(self, event: Mapping[str, Any]) -> None: ...

    def close(self) -> None: ...


def mapped(value: Any, change: Callable[[str], str], *, numbers: bool) -> Any:
    """``value`` with each of its texts changed (and its integers, digit by digit, with ``numbers``), at any depth."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {n: mapped(v, change, numbers=numbers) for n, v in value.items()}
    if isinstance(value, list):
        return [mapped(v, change, numbers=numbers) for v in value]
    if numbers and isinstance(value, int) and not isinstance(value, bool) and abs(value) > 9:
        digits = change(str(abs(value)))
        return int(("1" if digits[0] == "0" else digits[0]) + digits[1:]) * (1 if value > 0 else -1)
    return value


def replaced(text: str, found: list[tuple[int, int, str]]) -> str:
    """``text`` with other texts in the places ``found`` (ordered)."""
    pieces, at = [], 0
    for begin, end, instead in found:
        pieces += [text[at:begin], instead]
        at = end
    return "".join([*pieces, text[at:]])


class StandIns:
    """Takes events of the run file, and passes them on to ``sink`` with stand-ins for all hidden values.

    Besides the hidden members, a value is hidden where else it stands: one that the server made, everywhere; one that
    the run sent, in refusals and in what is said of them (elsewhere it may well be the plain text of another field).
    What the run gives to a member that only looks like a secret, and that responses show, is its own, and is shown:
    a replay compares it with what the suite sends. What somebody else's client gives, in traffic, is not (``is_run``).
    """

    def __init__(self, sink: EventSink, secrecy: Secrecy, key: bytes, *, is_run: bool = True) -> None:
        self._sink = sink
        self._members = HiddenMembers(secrecy)
        self._key = key
        self._is_run = is_run
        self._made = _Recent()
        self._sent = _Recent()
        self._own: dict[str, None] = {}
        self._telling: dict[tuple[str | None, ...], frozenset[str]] = {}
        """Of a resource and the names of an answer's header fields, those whose values may hold something hidden."""

    def write(self, event: Mapping[str, Any]) -> None:
        """Write one event of the run file, which stays as it is."""
        self._sink.write(self.event(event))

    def close(self) -> None:
        self._sink.close()

    def event(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """An event with stand-ins for its hidden values."""
        match event["event"]:
            case "exchange":
                return self._exchange(event)
            case "case":
                if self._holds_none(event["input"]):
                    return event
                resource = event["item"].rpartition("[")[2].rpartition("-")[0]
                return {**event, "input": self._structure(event["input"], resource)}
            case "value":
                if self._holds_none(event["value"]):
                    return event
                return {**event, "value": self._structure(event["value"], None, kept=True)}
            case "finding" | "outcome" | "note":
                # Suites and hooks of the user have a part in it.
                return {
                    n: UNTOLD.text(self.text(v)) if n in _PROSE and isinstance(v, str) else v for n, v in event.items()
                }
        return event

    def text(self, text: str) -> str:
        """What is said of messages, without the hidden values that the run has met lately."""
        return self._sent.hidden(self._made.hidden(text))

    def stand_in(self, value: str) -> str:
        """What stands for ``value`` wherever it is hidden."""
        parts = _SYMBOL.split(value)
        return "".join(part if _SYMBOL.fullmatch(part) else self._drawn(part) for part in parts)

    def _drawn(self, text: str) -> str:
        data = hashlib.shake_128(self._key + text.encode("utf-8", "surrogatepass")).digest(2 * len(text))
        numbers = (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
        letters = "abcdef" if _HEXADECIMAL.fullmatch(text) else _LOWER
        return "".join(_alike(c, n, letters) for c, n in zip(text, numbers, strict=True))

    # ------------------------------------------------------------------ events

    def _holds_none(self, value: Any) -> bool:
        """Whether nothing in an input or a kept value can be hidden, by its names and whatever may say one: a look that
        almost all end with."""
        return not self._made and not self._members.may_be_in("\n".join(possible_names(value)))

    def _exchange(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        resource, request, response = event["resource"], event["request"], event["response"]
        url = self._made.hidden(self._url(request["url"], resource))
        sent = self._body(request["body"], resource, self._sent)
        if isinstance(sent, str) and self._is_run:
            for hidden in self._members.in_texts(sent, resource):
                self._remember(hidden.value)
        if url != request["url"] or sent != request["body"]:
            event = {**event, "request": {**request, "url": url, "body": sent}}
        if response is None:
            return event
        got = response["body"]
        headers = self._headers(response["headers"], resource)
        if isinstance(got, str) and not self._members.holds_none(got, resource):
            got = self._told(self._body(got, resource, self._made), resource)
        if not (self._made or self._sent) and (got, headers) == (response["body"], response["headers"]):
            return event
        hide = self._made.hidden if response["status"] // 100 == 2 else self.text
        if (said := "\n".join([v for _, v in headers])) != hide(said):
            headers = [[n, hide(v)] for n, v in headers]
        return {
            **event,
            "response": {**response, "headers": headers, "body": hide(got) if isinstance(got, str) else got},
        }

    def _url(self, url: str, resource: str | None) -> str:
        found = [
            (h.begin, h.end, quote(instead, safe=""))
            for h in self._members.in_url(url, resource)
            if (instead := self.stand_in(h.value)) != h.value
        ]
        return replaced(url, found) if found else url

    def _told(self, text: str, resource: str | None) -> str:
        """A text of an answer, without what is hidden in the URLs that it names, in JSON that its texts hold, and
        behind the names of schemes."""
        found: list[tuple[int, int, str]] = []
        for hidden in sorted(self._members.in_texts(text, resource), key=lambda hidden: hidden.begin):
            instead = self.stand_in(hidden.value)
            if hidden.value in self._own or instead == hidden.value or (found and hidden.begin < found[-1][1]):
                continue
            self._made.add(hidden.value, instead)
            spelled = instead if hidden.depth else quote(instead, safe="+/=")
            for _ in range(hidden.depth):
                spelled = inside(spelled)
            found.append((hidden.begin, hidden.end, spelled))
        return replaced(text, found) if found else text

    def _headers(self, headers: list[list[str]], resource: str | None) -> list[list[str]]:
        """Those of an answer: without the hidden parameters of the addresses in them, and without the values of those
        whose names look like a secret (``X-Auth-Token``)."""
        names = [name for name, _ in headers]
        key = (resource, *names)
        which = self._telling.get(key)
        if which is None:
            if len(self._telling) >= _MOST_KNOWN:
                self._telling.clear()
            which = self._telling[key] = frozenset(
                name for name in names if name.lower() in _ADDRESSES or self._hides(resource, name)
            )
        if not which:
            return headers
        return [[n, self._header(n, v, resource) if n in which else v] for n, v in headers]

    def _header(self, name: str, value: str, resource: str | None) -> str:
        if name.lower() in _ADDRESSES:
            return self._told(value, resource)
        if len(value) < _LONG or value.isdigit() or value in self._own:
            return value
        instead = self.stand_in(value)
        self._made.add(value, instead)
        return instead

    def _body(self, body: Any, resource: str | None, met: _Recent) -> Any:
        if not isinstance(body, str):
            return body
        found = []
        form = is_form(body)
        for hidden in self._members.in_body(body, resource):
            if self._is_run and hidden.how == "foreign" and met is self._sent:
                self._remember(hidden.value)

            def change(value: str, foreign: bool = hidden.how == "foreign") -> str:
                if foreign and value in self._own:
                    return value
                instead = self.stand_in(value)
                if met is self._sent or value not in self._sent:
                    met.add(value, instead)
                return instead

            instead = mapped(hidden.value, change, numbers=hidden.how == "all")
            if instead != hidden.value:
                found.append((hidden.begin, hidden.end, quote(instead, safe="") if form else _json(instead)))
        return replaced(body, found) if found else body

    def _remember(self, value: Any) -> None:
        """Keep in mind that the run itself sends the texts in ``value``, but for those that the server had made."""
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                self._remember(inner)
        elif isinstance(value, str) and value not in self._made:
            self._own[value] = None

    def _structure(self, value: Any, resource: str | None, *, kept: bool = False) -> Any:
        """An input, or a value that was ``kept`` from answers."""
        if isinstance(value, dict):
            # An input may say the name as a value: {"field": "password", "value": …}.
            named = next((h for n in _NAMING if (h := self._hides(resource, value.get(n)))), "")
            return {
                n: mapped(v, self._change(how, kept), numbers=how == "all")
                if (how := self._hides(resource, n) or (named if n in _NAMED else ""))
                else self._structure(v, resource, kept=kept)
                for n, v in value.items()
            }
        if isinstance(value, list):
            return [self._structure(v, resource, kept=kept) for v in value]
        return self._made.hidden(value) if isinstance(value, str) else value

    def _change(self, how: str, kept: bool) -> Callable[[str], str]:
        if how != "foreign":
            return self.stand_in
        if kept:
            return lambda value: value if value in self._own else self.stand_in(value)
        return self._made.hidden  # an input is the run's own, but for what it repeats of an answer

    def _hides(self, resource: str | None, name: object) -> str:
        return self._members.hides(resource, name) if isinstance(name, str) else ""


class _Recent:
    """Values that were met lately, with their stand-ins."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def __contains__(self, value: str) -> bool:
        return value in self._known

    def add(self, value: str, instead: str) -> None:
        # Digits alone may be anything: an id, a time.
        if len(value) >= _LONG and instead != value and not value.isdigit():
            self._known.pop(value, None)
            self._known[value] = instead
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def hidden(self, text: str) -> str:
        """``text`` without them, as they are and as JSON escapes them."""
        for value, instead in self._known.items():
            if value in text:
                text = text.replace(value, instead)
            elif not value.isalnum() and inside(value) in text:
                text = text.replace(inside(value), inside(instead))
        return text


class Learned:
    """What the stand-ins of a recording stand for in its replay: the values that the suite sends in their places."""

    def __init__(self, members: HiddenMembers) -> None:
        self._members = members
        self._now: dict[tuple[type, Any], Any] = {}
        self._long: dict[str, str] = {}

    def aligned(self, sent: str, recorded: str, resource: str | None, *, url: bool = False) -> tuple[str, str]:
        """A message as it is sent and as it was recorded, with nothing in the hidden places, so that the rest can be
        compared; learns by the way."""
        find = self._members.in_url if url else self._members.in_body
        here, there = list(find(sent, resource)), list(find(recorded, resource))
        if not there or len(here) != len(there):
            return sent, recorded
        for one, other in zip(here, there, strict=True):
            self._learn(other.value, one.value)
        blank = "" if url else "null"
        return tuple(replaced(t, [(h.begin, h.end, blank) for h in hs]) for t, hs in ((sent, here), (recorded, there)))  # type: ignore[return-value]

    def body(self, recorded: str, resource: str | None) -> str:
        """The body of an answer, with what is known for its stand-ins."""
        if not self._now:
            return recorded
        found = [
            (h.begin, h.end, _json(now))
            for h in self._members.in_json(recorded, resource)
            if (now := self.value(h.value)) != h.value
        ]
        text = replaced(recorded, found) if found else recorded
        for stand_in, now in self._long.items():
            text = text.replace(inside(stand_in), inside(now))
        return text

    def value(self, value: Any) -> Any:
        """A JSON value, with what is known for its stand-ins, at any depth."""
        if isinstance(value, dict):
            return {n: self.value(v) for n, v in value.items()}
        if isinstance(value, list):
            return [self.value(v) for v in value]
        return self._now.get((type(value), value), value)

    def _learn(self, recorded: Any, sent: Any) -> None:
        if isinstance(recorded, dict) and isinstance(sent, dict):
            for name in recorded.keys() & sent.keys():
                self._learn(recorded[name], sent[name])
        elif isinstance(recorded, list) and isinstance(sent, list):
            for one, other in zip(recorded, sent, strict=False):
                self._learn(one, other)
        elif type(recorded) is type(sent) and isinstance(recorded, str | int):
            self._now[type(recorded), recorded] = sent
            if isinstance(recorded, str) and len(recorded) >= _LONG and not recorded.isdigit():
                self._long[recorded] = sent


def _json(value: Any) -> str:
    """``value`` as JSON that UTF-8 can hold: a lone surrogate stays an escape."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or not _SURROGATE.search(text) else json.dumps(value)


def _alike(character: str, number: int, letters: str) -> str:
    """Another character of the same kind; what is neither letter nor digit stays."""
    if character in _DIGITS:
        return _DIGITS[number % 10]
    if character in _LOWER:
        return letters[number % len(letters)]
    if character in _UPPER:
        return _UPPER[number % 26]
    return _OTHERS[number % len(_OTHERS)] if character.isalnum() else character
