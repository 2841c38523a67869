"""Reading run files: every line validated, every reference checked, and the whole as one ``Run``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from restproof.errors import Place, RunFileError
from restproof.garbage import uncollected
from restproof.record import events
from restproof.record.build import BUILDERS
from restproof.record.model import Footer, Header, RecordedRun
from restproof.record.stream import (
    RECORD,
    ContradictoryRunFile,
    InvalidEvent,
    MissingRunFile,
    NewerFormat,
    NotARunFile,
    TruncatedRunFile,
    event_of,
    lines,
)

__all__ = [
    "ContradictoryRunFile",
    "Following",
    "InvalidEvent",
    "MissingRunFile",
    "NewerFormat",
    "NotARunFile",
    "TruncatedRunFile",
    "header_of",
    "read",
    "read_header",
    "run_of",
]


def read(path: Path, *, partial: bool = False) -> RecordedRun:
    """The run that ``path`` holds.

    With ``partial``, a file that breaks off is read up to there and its ``footer`` is ``None``. Raises, all of them
    ``RunFileError``: ``MissingRunFile``, ``NotARunFile``, ``NewerFormat``, ``InvalidEvent``, ``TruncatedRunFile``,
    ``ContradictoryRunFile``.
    """
    return run_of(path, lines(path, partial=partial), partial=partial)


def run_of(path: Path, found: Iterable[tuple[int, Mapping[str, Any]]], *, partial: bool = False) -> RecordedRun:
    """The run that the events ``found`` (each with its line in ``path``) make. Raises as :func:`read`."""
    reading = _Reading(path)
    with uncollected():
        for number, event in found:
            reading.add(number, event)
        return reading.finish(partial)


def read_header(path: Path) -> Header:
    """The header of the run file ``path``, without what follows it. Raises ``MissingRunFile``, ``NotARunFile``,
    ``NewerFormat``, ``InvalidEvent``."""
    return header_of(path, lines(path, partial=True))


def header_of(path: Path, found: Iterable[tuple[int, Mapping[str, Any]]]) -> Header:
    """The header that the first of the events ``found`` is. Raises as :func:`read_header`."""
    reading = _Reading(path)
    for number, event in found:
        reading.add(number, event)
        break
    if reading.header is None:
        raise NotARunFile("the file has no header", place=Place(path), hint=RECORD)
    return reading.header


class _Reading:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Header | None = None
        self.footer: Footer | None = None
        self.found: dict[str, dict[int, Any]] = {name: {} for name in events.EVENTS}

    def add(self, number: int, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        if self.header is None:
            self._begin(number, event)
            return
        if kind not in self.found:
            # A later restproof of the same format may tell more: what this one does not know, it does not need.
            if not isinstance(kind, str):
                raise InvalidEvent("an event without its `event` field", place=Place(self.path, number))
            return
        if self.footer is not None:
            raise self._contradiction(number, f"an event ({kind}) follows the footer")
        self._validate(number, kind, event)
        if kind == "header":
            raise self._contradiction(number, "a second header")
        self.take(number, kind, event)

    def take(self, number: int, kind: str, event: Mapping[str, Any]) -> None:
        """Keep a valid event."""
        value = self._built(number, kind, event)
        if isinstance(value, Footer):
            self.footer = value
        else:
            self.found[kind][number] = value

    def finish(self, partial: bool) -> RecordedRun:
        if self.header is None:
            raise NotARunFile("the file has no header", place=Place(self.path), hint=RECORD)
        if self.footer is None and not partial:
            raise TruncatedRunFile(
                "the run file has no footer: the run was killed, or the file was cut",
                place=Place(self.path),
                hint="Run again; what is there can still be reported, as an incomplete run.",
            )
        self._check()
        return RecordedRun(
            header=self.header,
            items=self._all("item"),
            cases=self._all("case"),
            exchanges=self._all("exchange"),
            findings=self._all("finding"),
            outcomes=self._all("outcome"),
            notes=self._all("note"),
            values=self._all("value"),
            footer=self.footer,
        )

    def _all(self, kind: str) -> tuple[Any, ...]:
        return tuple(self.found[kind].values())

    def _begin(self, number: int, event: Mapping[str, Any]) -> None:
        place = Place(self.path, number)
        if event.get("event") != "header":
            raise NotARunFile("the first line is not a run's header", place=place, hint=RECORD)
        found = event.get("format")
        if isinstance(found, int) and found > events.FORMAT:
            raise NewerFormat(
                f"the run file has format {found}; this restproof reads up to {events.FORMAT}",
                place=place,
                hint=f"Use restproof {event.get('restproof', '')} or later to read it.".replace("  ", " "),
            )
        self._validate(number, "header", event)
        self.header = self._built(number, "header", event)

    def _built(self, number: int, kind: str, event: Mapping[str, Any]) -> Any:
        try:
            return BUILDERS[kind](event)
        except ValueError as error:
            raise InvalidEvent(f"this {kind} breaks the format: {error}", place=Place(self.path, number)) from error

    def _validate(self, number: int, kind: str, event: Mapping[str, Any]) -> None:
        validate = _validators()[kind]
        problem = validate(event)
        if problem:
            raise InvalidEvent(f"this {kind} breaks the format: {problem}", place=Place(self.path, number))

    def _check(self) -> None:
        items = self._unique("item", lambda i: i.id)
        cases = self._unique("case", lambda c: c.id)
        numbers = self._unique("exchange", lambda e: e.n)
        self._unique("outcome", lambda o: o.item, "a second outcome of the item")
        for kind in ("case", "exchange", "finding", "outcome"):
            for number, value in self.found[kind].items():
                if value.item is not None and value.item not in items:
                    raise self._contradiction(
                        number, f"this {kind} cites the item {value.item!r}, which the file does not hold"
                    )
        for kind in ("exchange", "finding"):
            for number, value in self.found[kind].items():
                if value.case is not None and value.case not in cases:
                    raise self._contradiction(
                        number, f"this {kind} cites the case {value.case!r}, which the file does not hold"
                    )
        for number, value in self.found["finding"].items():
            if value.exchange is not None and value.exchange not in numbers:
                raise self._contradiction(
                    number, f"this finding cites the exchange {value.exchange!r}, which the file does not hold"
                )

    def _unique(self, kind: str, name: Callable[[Any], object], what: str = "") -> set[object]:
        seen: set[object] = set()
        for number, value in self.found[kind].items():
            if name(value) in seen:
                raise self._contradiction(number, f"{what or f'a second {kind}'} {name(value)!r}")
            seen.add(name(value))
        return seen

    def _contradiction(self, number: int, message: str) -> ContradictoryRunFile:
        return ContradictoryRunFile(
            message, place=Place(self.path, number), hint="The file was edited or joined wrongly; run again."
        )


class Following:
    """Reads the run file ``path`` while it is written, so that nobody has to unpack what was only just packed."""

    def __init__(self, path: Path) -> None:
        self._reading = _Reading(path)
        self._number = 0
        self._broken: RunFileError | None = None

    def line(self, line: bytes) -> None:
        """The next line of the file. One that breaks the format does not keep the others from being written."""
        self._number += 1
        if self._broken is None:
            try:
                self._reading.add(self._number, event_of(line, self._reading.path, self._number))
            except RunFileError as error:
                self._broken = error

    def written(self, event: Mapping[str, Any], line: bytes) -> None:
        """The next event of the file, and its line. An exchange of the wire is taken as it is: its texts are not held
        twice, and need no reading."""
        kind = event["event"]
        if kind not in ("exchange", "case"):
            self.line(line)
            return
        self._number += 1
        self._reading.take(self._number, kind, event if kind == "exchange" else json.loads(line))

    def run(self) -> RecordedRun:
        """The run that the lines make. Raises as :func:`read`."""
        if self._broken is not None:
            raise self._broken
        return self._reading.finish(partial=True)


@cache
def _validators() -> Mapping[str, Callable[[Mapping[str, Any]], str | None]]:
    # Ten thousand lines take jsonschema seconds and jsonschema-rs hundredths of one.
    import jsonschema_rs

    definitions = events.schema()["$defs"]

    def validator(kind: str) -> Callable[[Mapping[str, Any]], str | None]:
        compiled = jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})

        def problem(event: Mapping[str, Any]) -> str | None:
            try:
                if compiled.is_valid(event):
                    return None
                error = next(iter(compiled.iter_errors(event)))
            except UnicodeError as reason:  # a lone surrogate in a name, which this validator cannot take
                return f"it cannot be validated: {reason}"
            where = "/".join(str(step) for step in error.instance_path)
            return f"{where}: {error.message}"[:300] if where else error.message[:300]

        return problem

    return {kind: validator(kind) for kind in events.EVENTS}
