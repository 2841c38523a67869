"""Files with line numbers: YAML and JSON as plain values, and where each of them stands.

YAML is read narrowly: only ``true`` and ``false`` are booleans, dates stay text, tags are refused and a key may stand
once in a mapping.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import yaml

from restproof.errors import ContractError, Place
from restproof.frozen import frozen
from restproof.userfile import compose

Route = tuple[str | int, ...]
"""The way from the top of a document to a value: member names and list indices."""

_LARGEST = 200_000
"""Values in one YAML document that has fewer characters; more means that aliases multiply without end."""


@frozen
class Document:
    """A file as a plain value, with the line of every member and entry; ``elsewhere`` holds the places of what another
    file has brought."""

    file: Path
    value: Any
    lines: Mapping[Route, int] = field(default_factory=dict)
    elsewhere: Mapping[Route, Place] = field(default_factory=dict)

    def place(self, route: Route = ()) -> Place:
        """Where ``route`` stands; the nearest thing around it that is there."""
        while route and route not in self.lines:
            if route in self.elsewhere:
                return self.elsewhere[route]
            route = route[:-1]
        return Place(self.file, self.lines.get(route, 0))


class Problems:
    """All that is wrong with a contract and its schemas, in the order of discovery and each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], ContractError] = {}
        self._noted = 0

    def add(self, message: str, place: Place, hint: str | None = None) -> None:
        """Note one problem."""
        self._noted += 1
        self._found.setdefault((message, str(place)), ContractError(message, place=place, hint=hint))

    def __len__(self) -> int:
        """How often one was noted, the same again included: a schema that two resources share is wrong for both."""
        return self._noted

    @property
    def errors(self) -> list[ContractError]:
        """The problems, by file and line."""
        return sorted(self._found.values(), key=lambda e: (str(e.place.file), e.place.line) if e.place else ("", 0))


_noted: ContextVar[list[Path] | None] = ContextVar("noted", default=None)


@contextmanager
def noting_files() -> Iterator[list[Path]]:
    """The files that contracts are read from within the block; the list grows as they are."""
    noted: list[Path] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note_file(file: Path) -> None:
    """Say that a contract is read from ``file``, too."""
    noted = _noted.get()
    if noted is not None:
        noted.append(file)


def read_text(file: Path) -> str:
    """The file's text, without a byte order mark. Raises ``ContractError`` where it cannot be read or is not UTF-8."""
    note_file(file)
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContractError(
            "this file is not UTF-8", place=Place(file), hint=f"save it as UTF-8 ({error.reason})"
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ContractError(
            f"cannot be read: {reason}", place=Place(file), hint="check the path and its rights"
        ) from None


class _Loader(yaml.SafeLoader):
    """PyYAML's loader with the few implicit types of the contract language."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))

_Quick: type[Any] | None = None
if hasattr(yaml, "CSafeLoader"):
    _Quick = type("_Quick", (yaml.CSafeLoader,), {"yaml_implicit_resolvers": _Loader.yaml_implicit_resolvers})


def read_yaml(file: Path, problems: Problems) -> Document:
    """Read one YAML document. Duplicate keys and tags go to ``problems``; raises ``ContractError`` where it is no
    YAML at all.
    """
    text = read_text(file)
    try:
        node = compose(text, _Loader, _Quick)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or error.context or "cannot be understood").strip()
        raise ContractError(
            f"this is not YAML: {what}",
            place=Place(file, mark.line + 1 if mark else 0),
            hint="check the indentation, and quote text that holds ': ', '#', '{' or '['",
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContractError(
            f"this is not YAML: the character U+{ord(text[error.position]):04X} is not allowed",
            place=Place(file, line),
            hint='write it as an escape in double quotes ("\\u....")',
        ) from None
    except RecursionError:
        raise ContractError("this YAML is nested too deeply", place=Place(file), hint="flatten it") from None
    lines: dict[Route, int] = {(): 1}
    value = None if node is None else _Composer(file, problems, lines, max(_LARGEST, len(text))).value(node, ())
    return Document(file, value, lines)


class _Composer:
    """Turns YAML nodes into plain values and notes their lines."""

    def __init__(self, file: Path, problems: Problems, lines: dict[Route, int], largest: int) -> None:
        self.file, self.problems, self.lines, self.largest = file, problems, lines, largest
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, route: Route) -> Any:
        place = Place(self.file, node.start_mark.line + 1)
        self.count += 1
        if self.count > self.largest:
            raise ContractError(
                "this YAML is too large once its aliases are followed", place=place, hint="use fewer aliases"
            )
        if id(node) in self.open:
            raise ContractError("this alias stands inside what it names", place=place, hint="write the value out")
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.mapping(node, route)
            if isinstance(node, yaml.SequenceNode):
                self.known(node, "seq", place)
                entries = []
                for index, entry in enumerate(node.value):
                    self.lines[(*route, index)] = entry.start_mark.line + 1
                    entries.append(self.value(entry, (*route, index)))
                return entries
            return self.scalar(node, place)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.MappingNode, route: Route) -> dict[str, Any]:
        self.known(node, "map", Place(self.file, node.start_mark.line + 1))
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.add(
                    "a key must be a plain word", Place(self.file, line), "quote it if it is meant as text"
                )
                continue
            key = str(key_node.value)
            if key in first:
                self.problems.add(
                    f"'{key}' stands twice in this mapping: here and in line {first[key]}",
                    Place(self.file, line),
                    "keep one of them",
                )
                continue
            first[key] = line
            self.lines[(*route, key)] = line
            found[key] = self.value(value_node, (*route, key))
        return found

    def scalar(self, node: yaml.Node, place: Place) -> Any:
        text = str(node.value)
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        if kind not in ("int", "float"):
            self.known(node, kind, place, wrong=True)
            return text
        try:
            number = int(text) if kind == "int" else float(text)
        except ValueError:
            self.problems.add(f"'{text}' is no number", place, "remove the tag")
            return text
        if abs(number) > sys.float_info.max:
            self.problems.add(f"{text:.20} is a number that no double can hold", place, "write a smaller one")
        return number

    def known(self, node: yaml.Node, kind: str, place: Place, *, wrong: bool = False) -> None:
        if wrong or node.tag != f"tag:yaml.org,2002:{kind}":
            self.problems.add(f"the tag '{node.tag}' is not supported", place, "remove the tag and write a plain value")


def read_json(file: Path, problems: Problems) -> Document:
    """Read one JSON document (RFC 8259). Duplicate members go to ``problems``; raises ``ContractError`` where it is
    no JSON.
    """
    text = read_text(file)

    def refuse(constant: str) -> Any:
        raise ContractError(
            f"'{constant}' is not JSON", place=Place(file, _line_of(text, constant)), hint="use a number or null"
        )

    twice = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        found = dict(pairs)
        twice = twice or len(found) < len(pairs)
        return found

    try:
        value = json.loads(text, parse_constant=refuse, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        hint = "look for a missing comma, a comma too many or single quotes just before it"
        raise ContractError(f"this is not JSON: {error.msg}", place=Place(file, error.lineno), hint=hint) from None
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as error:  # an integer of thousands of digits
        raise ContractError(
            f"this JSON cannot be read: {error}", place=Place(file), hint="write a shorter number"
        ) from None
    if twice or _is_deep(value):  # which reading the lines tells
        return Document(file, value, _Lines(file, text, problems).found)
    return Document(file, value, _LinesAsked(file, text))


def _is_deep(value: Any) -> bool:
    """Whether anything stands within more than ``_DEEPEST`` objects and arrays."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        holders = (one for one in level if isinstance(one, dict | list))
        level = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


class _LinesAsked(Mapping[Route, int]):
    """The lines of a sound text, looked for when the first of them is asked for: mostly none is."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text

    @cached_property
    def found(self) -> Mapping[Route, int]:
        return _Lines(self.file, self.text, Problems()).found

    def __getitem__(self, route: Route) -> int:
        return self.found[route]

    def __iter__(self) -> Iterator[Route]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def _too_deep(file: Path, line: int = 0) -> ContractError:
    return ContractError("this JSON is nested too deeply", place=Place(file, line), hint="flatten it")


def _line_of(text: str, word: str) -> int:
    return text.count("\n", 0, max(text.find(word), 0)) + 1


_DEEPEST = 250
"""Objects and arrays within each other. Parsers differ in how deep they go (Python's since 3.12 goes beyond what code
may), and validators in what they take of it."""


class _Lines:
    """The line of every member and entry of a text that is known to be JSON."""

    _blank = re.compile(r"[ \t\r\n]*")
    _atom = re.compile(r"[^,\]}\s]+")

    def __init__(self, file: Path, text: str, problems: Problems) -> None:
        self.file, self.text, self.problems = file, text, problems
        self.starts = [m.end() for m in re.finditer("\n", text)]
        self.found: dict[Route, int] = {(): 1}
        self.at = 0
        self.walk(())

    def line(self) -> int:
        return bisect_right(self.starts, self.at) + 1

    def peek(self) -> str:
        match = self._blank.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at]

    def string(self) -> str:
        value, self.at = scanstring(self.text, self.at + 1, True)
        return str(value)

    def walk(self, route: Route) -> None:
        first = self.peek()
        if first == '"':
            self.string()
        elif first in "{[":
            self.container(route, first == "{")
        else:
            match = self._atom.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def container(self, route: Route, members: bool) -> None:
        if len(route) > _DEEPEST:
            raise _too_deep(self.file, self.line())
        self.at += 1
        index = 0
        seen: dict[str, int] = {}
        while self.peek() not in "}]":
            step: str | int = index
            line = self.line()
            if members:
                step = name = self.string()
                if name in seen:
                    message = f"'{name}' stands twice in this object: here and in line {seen[name]}"
                    self.problems.add(message, Place(self.file, line), "keep one of them")
                seen.setdefault(name, line)
                self.peek()
                self.at += 1
            self.found[(*route, step)] = line
            self.walk((*route, step))
            index += 1
            if self.peek() == ",":
                self.at += 1
        self.at += 1
