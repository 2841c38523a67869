"""What the exchanges of a run covered of the contract: statuses, request fields with both sides of their bounds,
response fields and the values of their enumerations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.envelope import Envelope
from restproof.contract.model import WRITES
from restproof.frozen import frozen
from restproof.record.model import RecordedExchange, RecordedRun

LARGEST = 256 * 1024
MOST_VALUES = 500
ANY_TYPE = ("type", "enum", "const")


@frozen(slots=True)
class StatusCount:
    """One status of an operation. ``cases``: those of the contract that it belongs to, none where nothing declares it;
    ``count`` is 0 for one that was declared and never seen."""

    status: str
    css: str
    cases: tuple[str, ...]
    count: int


@frozen(slots=True)
class Bound:
    """One keyword of a field: whether values that keep it and values that break it were sent."""

    keyword: str
    kept: bool
    broken: bool

    @property
    def sides(self) -> str:
        return "both sides" if self.kept and self.broken else "kept only" if self.kept else "broken only"


@frozen(slots=True)
class FieldCover:
    """One field of a resource. ``sent`` pairs each operation that may hold it with the number of requests that did;
    ``untried`` names the bounds that no value touched; ``seen`` is whether a response held it (``None`` where none
    should); ``values`` are those of its enumeration with whether a response held them."""

    name: str
    required: bool
    sent: tuple[tuple[str, int], ...]
    bounds: tuple[Bound, ...]
    untried: tuple[str, ...]
    seen: bool | None
    values: tuple[tuple[str, bool], ...]


@frozen(slots=True)
class ResourceCover:
    """The fields of one resource, and how many of its request fields, bounds, response fields and enumeration values
    were covered: pairs of covered and all."""

    name: str
    fields: tuple[FieldCover, ...]
    requests: tuple[int, int]
    bounds: tuple[int, int]
    responses: tuple[int, int]
    values: tuple[int, int]


def answered(run: RecordedRun) -> Mapping[tuple[str, str], tuple[StatusCount, ...]]:
    """The statuses of each resource and operation, declared ones first, each by its number."""
    seen: dict[tuple[str, str], Counter[int]] = {}
    for exchange in run.exchanges:
        if exchange.response and exchange.resource and exchange.operation:
            seen.setdefault((exchange.resource, exchange.operation), Counter())[exchange.response.status] += 1
    keys = {(r, o): None for r, operations in run.header.resources.items() for o in operations} | dict.fromkeys(seen)
    declared = {
        (name, operation): cases
        for name, surface in run.header.surface.items()
        for operation, cases in surface.get("statuses", {}).items()
    }
    return {key: tuple(_answered(declared.get(key, {}), seen.get(key, Counter()))) for key in keys}


def _answered(declared: Mapping[str, Any], seen: Counter[int]) -> Iterator[StatusCount]:
    named: dict[str, list[str]] = {}
    for case, codes in declared.items():
        for code in codes:
            named.setdefault(str(code), []).append(case.replace("_", " "))
    for code in seen:
        if str(code) not in named:
            named[str(code)] = named.get(f"{code // 100}xx", [])
    for status, cases in sorted(named.items()):
        if status.isdigit():
            yield StatusCount(status, f"s{status[0]}", tuple(cases), seen[int(status)])


class _Field:
    """What is known so far of one field."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.operations: tuple[str, ...] = tuple(spec.get("in", ()))
        self.bounds = spec.get("bounds", {})
        # The keywords of which one side was not sent yet.
        self.ahead = {word: _validator(word, value) for word, value in self.bounds.items()} if self.operations else {}
        self.sides: dict[str, set[bool]] = {word: set() for word in self.ahead}
        self.known: set[Any] = set()
        self.sent: Counter[str] = Counter()
        self.got = False
        self.missing = {_text(value) for value in self.bounds.get("enum", ())}

    @property
    def settled(self) -> bool:
        """Whether no further response can add anything."""
        return not self.spec.get("out") or (self.got and not self.missing)

    def send(self, operation: str, value: Any) -> None:
        self.sent[operation] += 1
        if not self.ahead:
            return
        key = (type(value), value if isinstance(value, (str, int, float, type(None))) else _text(value))
        if key in self.known:
            return
        if len(self.known) < MOST_VALUES:
            self.known.add(key)
        for word in [w for w in self.ahead if w in ANY_TYPE or type(value) in _concerned(w)]:
            try:
                self.sides[word].add(self.ahead[word](value))
            except UnicodeEncodeError:
                return  # a lone surrogate is no text that could keep or break a bound
            if len(self.sides[word]) == 2:
                del self.ahead[word]

    def answer(self, value: Any) -> None:
        self.got = True
        if self.missing:
            self.missing.discard(_text(value))


def covered(run: RecordedRun) -> tuple[ResourceCover, ...]:
    """What was covered of each resource; empty for a run file that does not hold the surface of its contract."""
    watched = {name: _Watched(surface) for name, surface in run.header.surface.items()}
    for exchange in run.exchanges:
        if exchange.resource in watched:
            watched[exchange.resource].see(exchange)
    return tuple(watcher.cover(name) for name, watcher in watched.items() if watcher.fields)


class _Watched:
    """Follows the exchanges of one resource."""

    def __init__(self, surface: Mapping[str, Any]) -> None:
        self.envelope = Envelope(**surface.get("envelope", {}))
        self.fields = {name: _Field(spec) for name, spec in surface.get("fields", {}).items()}
        self.ahead = {name: known for name, known in self.fields.items() if not known.settled}

    def see(self, exchange: RecordedExchange) -> None:
        if exchange.operation in WRITES:
            found = self.envelope.taken(_json(exchange.request.body))
            for name, value in found.items() if isinstance(found, dict) else ():
                if name in self.fields:
                    self.fields[name].send(exchange.operation, value)
        response = exchange.response
        if self.ahead and response and response.status // 100 == 2 and exchange.operation != "delete":
            body = _json(response.body)
            for entry in self.envelope.listed(body) or [self.envelope.shown(body)]:
                for name in entry.keys() & self.ahead.keys() if isinstance(entry, dict) else ():
                    self.ahead[name].answer(entry[name])
                    if self.ahead[name].settled:
                        del self.ahead[name]

    def cover(self, name: str) -> ResourceCover:
        fields = tuple(_field_cover(name, known) for name, known in self.fields.items())
        sent = [n > 0 for f in fields for _, n in f.sent]
        both = [len(sides) == 2 for known in self.fields.values() for sides in known.sides.values()]
        back = [f.seen for f in fields if f.seen is not None]
        values = [seen for f in fields for _, seen in f.values]
        return ResourceCover(name, fields, _share(sent), _share(both), _share(back), _share(values))


def _field_cover(name: str, known: _Field) -> FieldCover:
    shown = known.spec.get("out", False)
    enum = known.bounds.get("enum", ()) if shown else ()
    return FieldCover(
        name=name,
        required=known.spec.get("required", False),
        sent=tuple((o, known.sent[o]) for o in known.operations),
        bounds=tuple(Bound(word, True in sides, False in sides) for word, sides in known.sides.items() if sides),
        untried=tuple(word for word, sides in known.sides.items() if not sides),
        seen=known.got if shown else None,
        values=tuple((_text(value), _text(value) not in known.missing) for value in enum),
    )


def _share(covered: list[bool]) -> tuple[int, int]:
    return sum(covered), len(covered)


def _validator(word: str, value: Any) -> Callable[[Any], bool]:
    """Whether a value keeps one keyword."""
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({word: value}, validate_formats=True).is_valid


def _concerned(word: str) -> tuple[type, ...]:
    """The types of the values that a keyword says something about."""
    if word in ("minLength", "maxLength", "pattern", "format"):
        return (str,)
    return (list,) if word in ("minItems", "maxItems", "uniqueItems") else (int, float)


def _json(body: object) -> Any:
    """The JSON of a body; ``None`` where it is no JSON."""
    if not isinstance(body, str) or len(body) > LARGEST:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
