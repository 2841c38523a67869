"""An answer as a suite sees it: the exchange, read by the contract's envelope."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from restproof.contract.envelope import Envelope
from restproof.contract.model import WRITES, Contract, Resource, Schema
from restproof.contract.routing import as_read, id_of_url
from restproof.contract.shapes import same
from restproof.contract.texts import whole
from restproof.contract.words import referred, snake
from restproof.engine.arrival import has_arrived
from restproof.frozen import frozen
from restproof.oracle.finding import few
from restproof.record.jsontext import Unreadable
from restproof.semantics.doubt import doubt, unknown_ids, unknown_tokens
from restproof.wire.message import Exchange


class Observation(dict[str, Any]):
    """A representation as an answer shows it, together with that answer: a finding about it cites the ``reply``,
    in whose body its object stands at ``pointer`` (RFC 6901). ``absent``: the answer shows that there is none, and this
    is empty."""

    def __init__(self, members: Mapping[str, Any], reply: Reply, pointer: str, *, absent: bool = False) -> None:
        super().__init__(members)
        self.reply = reply
        self.pointer = pointer
        self.absent = absent

    def at(self, path: str) -> str:
        """Where a part of it stands in the body of the answer."""
        return self.pointer + self.reply.envelope.within(path)

    def only(self, names: Iterable[str]) -> Observation:
        """These members of it."""
        return Observation({name: self[name] for name in names}, self.reply, self.pointer)


_OF_THE_BODY = (400, 409, 422)
"""Statuses that speak of what the body says (RFC 9110 §15.5.1, §15.5.10, §15.5.21)."""
_OF_THE_STATE = (*_OF_THE_BODY, 403, 423)
"""Besides, statuses that refuse a write for what an item is (paid, in use, locked), or for who asks (RFC 9110 §15.5.4,
RFC 4918 §11.3)."""
_OPEN = (
    ("unique", ("conflict",), "what is unique"),
    ("rules", ("rule", "invalid"), "which rules there are"),
)

_MESSAGES = ("detail", "message", "msg", "errors", "error", "title")
_BY_FIELD = ("errors", "fields", "violations")
"""Last words of names of members that hold a message for each field."""
_LONGEST = 80
_SHORT = 7
"""Characters of a text that may stand in a message by itself."""


@frozen
class Ended:
    """How a job ended. ``made``: the id of what it has made; ``problem``: what is wrong with it, empty where nothing
    is; ``reply``: its last answer, ``None`` where there is none."""

    made: Any = None
    problem: str = ""
    reply: Reply | None = None


@frozen
class Reply:
    """``sent``: the resource's part of the request body, symbols resolved; ``scope``: ancestor → id of the request;
    ``values_may_run_out``: whether a unique field of the resource has so few values that a run uses them up;
    ``quota_may_be_used_up``: whether what a run makes, or others do, may use up a quota of the resource;
    ``control``: tells why a refusal of this request says nothing (the valid one is refused too), empty where it does;
    ``named_amiss``: tells why the body may be refused for an id as the server shows it, empty where it holds none;
    ``job``: how it went on, where the answer only says that it was accepted; ``found``: the id under which the list
    shows what was made, where the answer names none."""

    exchange: Exchange
    contract: Contract
    resource: Resource
    operation: str
    scope: dict[str, Any]
    sent: Any = None
    asked_id: Any = None
    values_may_run_out: bool = False
    control: Callable[[], str] = field(default=str, compare=False)
    job: Ended | None = None
    quota_may_be_used_up: bool = False
    found: Any = None
    named_amiss: Callable[[], str] = field(default=str, compare=False)

    @cached_property
    def envelope(self) -> Envelope:
        """Where its operation has the resource in a body."""
        return self.resource.operation(self.operation).envelope

    @cached_property
    def status(self) -> int:
        """The status; 0 where no answer came."""
        return self.exchange.status or 0

    @property
    def is_told_by_body(self) -> bool:
        """Whether the body tells the status, and the status line another one: what HTTP asks of an answer with a
        status is not asked of this one."""
        return self.exchange.response is not None and self.exchange.response.line is not None

    @property
    def line(self) -> int:
        """What the status line says; 0 where no answer came."""
        line = self.exchange.response.line if self.exchange.response else None
        return self.status if line is None else line

    @cached_property
    def ok(self) -> bool:
        """Whether the answer is of class 2xx."""
        return self.exchange.is_success

    @cached_property
    def is_under_way(self) -> bool:
        """Whether a job goes on with what was asked for."""
        return self.resource.operation(self.operation).is_under_way(self.status)

    @cached_property
    def error_schema(self) -> Schema | None:
        """What the contract says of the body of this refusal: of its operation's own, where the request has come to
        that; where it may not have, of that or of any; ``None`` where it says nothing."""
        way = self.resource.operation(self.operation)
        own, usual = self.contract.error_schema(self.status, way), self.contract.error_schema(self.status)
        if own == usual or has_arrived(self.contract, self.resource, self.operation, self.exchange.request):
            return own
        return None if own is None or usual is None else {"anyOf": [own, usual]}

    @property
    def has_run_out_of_values(self) -> bool:
        """Whether a write was refused as a conflict that a run cannot avoid."""
        conflict = self.resource.status("conflict", self.operation)
        is_write = self.operation in WRITES
        return is_write and self.values_may_run_out and not self.ok and self.status in conflict

    @property
    def left_open(self) -> str:
        """Why a refusal of a valid body says nothing: a field that must be unique, or a rule, that the contract leaves
        open may be the reason, or a quota that is used up. Empty where it does not."""
        if self.quota_may_be_used_up and self.status in self.resource.status("over_quota", self.operation):
            return f"a valid body was refused ({refusal_of(self)}), and what is there may use a quota up"
        refused = self.operation in WRITES and self.status in _OF_THE_STATE
        missing = self.operation in WRITES and self.status == 404 and "rules" in self.resource.open
        if missing and (named := few(_not_found(self))):
            return f"a valid body was refused ({refusal_of(self)}), and no value is known to be an id for {named}"
        unproven = self.operation in WRITES and self.status == 401 and "rules" in self.resource.open
        if unproven and (named := few(unknown_tokens(self.sent))):
            return f"a valid body was refused ({refusal_of(self)}), and no value is known to be a right {named}"
        unsaid = [
            what
            for word, cases, what in (_OPEN if refused else ())
            if word in self.resource.open and any(self.status in self.resource.status(case) for case in cases)
        ]
        if not unsaid:
            return ""
        return f"a valid body was refused ({refusal_of(self)}), and the contract leaves open {' and '.join(unsaid)}"

    @property
    def unnamed(self) -> str:
        """Why a create that succeeded is of no use: it leads to no id, and the contract leaves open whether it does.
        Empty where it is of use."""
        is_open = self.operation == "create" and self.ok and "id" in self.resource.open and not self.is_under_way
        if not is_open or self.id is not None:
            return ""
        return "the answer to a create leads to no id, and the contract leaves open whether it does"

    @property
    def in_doubt(self) -> str:
        """Why the refusal of a body that was meant to be valid says nothing: the contract may itself refuse it. Empty
        where it does not."""
        return doubt(self.resource, self.operation, self.sent) if self.status in _OF_THE_BODY else ""

    def header(self, name: str) -> str | None:
        """The value of a header, whatever the case of its name; ``None`` where there is none or no answer."""
        return self.exchange.header(name)

    def members(self, name: str) -> str | None:
        """A header whose value is a list, over all of its lines (RFC 9110 §5.3); ``None`` where there is none."""
        lines = self.exchange.response.all(name) if self.exchange.response else ()
        return ", ".join(lines) if lines else None

    @cached_property
    def json(self) -> Any:
        """The body as JSON; ``None`` where there is no body or it is no JSON."""
        return self.exchange.json

    @property
    def unreadable(self) -> str | None:
        """Why the body, which may be valid JSON, is out of the bounds within which it is read; ``None`` where it is
        not."""
        try:
            _ = self.exchange.response and self.exchange.response.body and self.exchange.response.json
        except Unreadable as error:
            return str(error)
        except ValueError:
            return None
        return None

    @property
    def entity_pointer(self) -> str:
        """Where the object of the resource stands in the answer."""
        return self.envelope.response_pointer

    @cached_property
    def entity(self) -> Observation | None:
        """The representation in the answer, out of its envelope; ``None`` of a job that is under way, and of a write
        that is answered without one."""
        found = self.envelope.shown(self.json) if self.shows_representation else None
        return Observation(found, _apart(self), self.entity_pointer) if found is not None else None

    @cached_property
    def shows_representation(self) -> bool:
        """Whether a success of the operation shows the resource, and the work is done."""
        return self.resource.operation(self.operation).returns == "representation" and not self.is_under_way

    @property
    def receipt(self) -> Mapping[str, Any] | None:
        """What the body is of a success that shows no representation; ``None`` where the contract does not say."""
        return None if self.is_under_way else self.resource.operation(self.operation).receipt

    @property
    def list_pointer(self) -> str:
        """Where the entries stand in a list answer."""
        return self.envelope.list_pointer

    @cached_property
    def entries(self) -> list[Any] | None:
        """The entries of a list answer, out of its envelope; ``None`` where it holds no array."""
        found = self.envelope.listed(self.json)
        if found is None:
            return None
        places, apart = self.envelope.places_listed(self.json), _apart(self)
        return [Observation(e, apart, at) if isinstance(e, dict) else e for at, e in zip(places, found, strict=True)]

    @cached_property
    def id(self) -> Any:
        """The id that the answer names: where a representation has it, else what the request chose, else the last
        segment of Location; else the one that was found."""
        shown = {} if self.is_under_way else self.resource.operation(self.operation).shown(self.json) or {}
        is_sure = self.shows_representation or self.asked_id is None
        if self.resource.id.field in shown and is_sure and _shows_what_was_made(self, shown):
            found = whole(shown[self.resource.id.field])
            return found if self.shows_representation else as_read(self.resource, found)
        if self.asked_id is not None:
            return self.asked_id
        if self._chose_id and isinstance(self.sent, dict) and self.resource.id.field in self.sent:
            return self.sent[self.resource.id.field]
        if self.is_under_way:
            return None if self.job is None else self.job.made
        tail = id_of_url(self.contract, self.resource, self.header("Location") or "")
        if tail is None:
            return self.found
        return as_read(self.resource, tail)

    @property
    def _chose_id(self) -> bool:
        """Whether a body may say the id: not where clients choose it by a path alone."""
        resource = self.resource
        return resource.id.chosen_by != "server" and resource.id.field in resource.shapes.create["properties"]

    @property
    def asked(self) -> str:
        """What the request held, in a few words: the fields of its body, the parameters of its query; empty where it
        held neither. Names alone, so that it says the same of each case."""
        if self.operation in WRITES:
            if not isinstance(self.sent, dict):
                return ""
            return f"a body with {few(self.sent)}" if self.sent else "an empty body"
        names = dict.fromkeys(name for name, _ in self.exchange.request.query)
        return f"asked with {few(names)}" if names else ""

    def __str__(self) -> str:
        return self.operation


def has_met_another(reply: Reply) -> bool:
    """Whether a create by PUT replaced what had the id already, where a run cannot avoid that."""
    if reply.operation != "replace" or not reply.values_may_run_out or not reply.ok:
        return False
    created, replaced = (reply.resource.status(case, "replace") for case in ("created", "replaced"))
    return reply.status in replaced and reply.status not in created


def may_have_to_stay(reply: Reply) -> str:
    """Why a refusal to delete what is there says nothing: a rule that the contract leaves open may keep it. Empty where
    it does not."""
    if reply.operation != "delete" or "rules" not in reply.resource.open or reply.status not in _OF_THE_STATE:
        return ""
    return f"a delete was refused ({refusal_of(reply)}), and the contract leaves open which rules there are"


def refusal_of(reply: Reply) -> str:
    """A refusal in few words: ``400: title is missing``."""
    sent = reply.sent if isinstance(reply.sent, dict) else {}
    message = next(_of_fields(reply.json, sent), "") or _named(reply, _message(reply.json))
    # What a run alone has sent would make another reason of each case.
    for value in sent.values():
        message = message.replace(value, "…") if isinstance(value, str) and len(value) > _SHORT else message
    return f"{reply.status}: {message}" if message else str(reply.status or reply.exchange.error)


def _not_found(reply: Reply) -> list[str]:
    """The fields whose ids may be what a 404 speaks of. Of an update it is the item itself, where its body does not say
    otherwise (``customer not found``)."""
    unknown = unknown_ids(reply.resource, reply.sent, reply.contract.resources)
    said = {word.lower() for word in _words(reply.json)}
    named = {n: referred(n.rpartition(".")[2])[0] for n in unknown}
    return [n for n in unknown if reply.operation == "create" or named[n] in said - {reply.resource.name}]


def _of_fields(body: Any, sent: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """What a body says under the names of fields that were sent, not where it holds what was sent: in a list of texts,
    or where a member called as errors holds one for each field (``{"errors": {"name": "is missing"}}``)."""
    if isinstance(body, list):
        for inner in body:
            yield from _of_fields(inner, sent)
    members = body if isinstance(body, dict) else {}
    by_field = within in _BY_FIELD
    in_lists = by_field or not any(isinstance(members.get(word), str) for word in _MESSAGES)  # else the message tells
    for name, inner in members.items():
        said = (inner[0] if in_lists else None) if isinstance(inner, list) and inner else inner if by_field else None
        if name in sent and name not in _MESSAGES and inner != sent[name] and isinstance(said, str) and said.strip():
            yield f"{name}: {_message(said)}"
        yield from _of_fields(inner, sent, snake(name).rpartition("_")[2])


def _named(reply: Reply, message: str) -> str:
    """The message with the one field that was sent and that the body names, where the message itself does not."""
    names = reply.sent.keys() & _words(reply.json) if isinstance(reply.sent, dict) else set()
    return f"{names.pop()}: {message}" if message and len(names) == 1 and not names & _words(message) else message


def _words(body: Any) -> set[str]:
    """Every name and every word that a body holds."""
    if isinstance(body, str):
        return set(re.findall(r"\w+", body))
    if isinstance(body, dict):
        return {str(n) for n in body}.union(*map(_words, body.values()))
    return set[str]().union(*map(_words, body)) if isinstance(body, list) else set()


def _rank(name: str) -> int:
    """The place of a member among those of an error's body, by its own name or the last word of it
    (``exception_detail``)."""
    words = (name, snake(name).rpartition("_")[2])
    return min((_MESSAGES.index(word) for word in words if word in _MESSAGES), default=len(_MESSAGES))


def _message(body: Any) -> str:
    """The first text in an error's body, members that usually hold the message first; at most 80 characters."""
    if isinstance(body, str):
        text = " ".join(body.split())
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    inner = body if isinstance(body, list) else []
    if isinstance(body, dict):
        inner = [body[n] for n in sorted(body, key=_rank)]
    return next((text for text in map(_message, inner) if text), "")


def untold(reply: Reply) -> str:
    """Why a read that succeeded says nothing: it shows no object with the id that was asked for, and the contract
    leaves open whether it does. Empty where it says something."""
    if reply.operation != "read" or not reply.ok or "answers" not in reply.resource.open:
        return ""
    if reply.entity is not None and str(reply.entity.get(reply.resource.id.field)) == str(reply.asked_id):
        return ""
    return "a read shows no object with the id that was asked for, and the contract leaves open whether it does"


def _shows_what_was_made(reply: Reply, shown: Mapping[str, Any]) -> bool:
    """Whether an id is that of what a create has made, where the contract leaves open what answers hold: it stands
    alone, or beside something that was sent, and not beside words and an object, as the id of a request does; nor does
    it stand in an object inside of one that shows more as it was sent, as the id of an owner does."""
    if reply.operation != "create" or "answers" not in reply.resource.open or not isinstance(reply.sent, dict):
        return True
    is_plain = shown.keys() == {reply.resource.id.field} or bool(shown.keys() & reply.sent.keys())
    around = reply.json if isinstance(reply.json, dict) else {}
    return is_plain and _as_sent(shown, reply.sent) >= _as_sent(around, reply.sent)


def _as_sent(shown: Mapping[str, Any], sent: Mapping[str, Any]) -> int:
    """How many members an object shows as they were sent."""
    return sum(name in shown and same(shown[name], value) for name, value in sent.items())


def _apart(reply: Reply) -> Reply:
    """The same, without its observations: what holds these and is held by them, only a search for garbage frees."""
    same = object.__new__(Reply)
    vars(same).update(vars(reply))
    return same
