"""The text of an OpenAPI document as plain values, with the line of each: YAML or JSON, of any depth and size.

Documents are read as they are found: a key that stands twice, a tag or a date costs nothing but itself. Both readers
are iterative, and lines are looked up only where something is told of them.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import yaml

from restproof.contract.document import Route, read_text
from restproof.errors import ContractError, Place
from restproof.frozen import frozen

_SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"true|True|TRUE"), lambda text: True),
    (re.compile(r"false|False|FALSE"), lambda text: False),
    (re.compile(r"null|Null|NULL|~|"), lambda text: None),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
"""The plain scalars of YAML 1.2's core schema (§10.3.2), which OpenAPI asks for: no dates, no ``yes``."""
_LONGEST_NUMBER = 400
_JSON = json.JSONDecoder(parse_int=lambda digits: digits if len(digits) > _LONGEST_NUMBER else int(digits))
"""Reads a number of more digits as text, as it is read in YAML: Python takes none of thousands."""


@frozen
class Text:
    """A document as it was read. ``line`` tells the line of the value at a route, or of the nearest around it;
    ``on_one_line``: whether that says nothing, since all of it stands on one."""

    file: Path
    value: Any
    line: Callable[[Route], int]
    on_one_line: bool = False

    def place(self, route: Route = ()) -> Place:
        return Place(self.file, self.line(route))


def read_file(file: Path) -> Text:
    """The document of a file: JSON where it begins as such, else YAML. Raises ``ContractError``, with the line."""
    text = _whole_characters(read_text(file))
    if text.lstrip()[:1] in ("{", "["):
        try:
            return Text(file, _JSON.decode(text), _JsonLines(text).line, "\n" not in text.strip())
        except RecursionError:
            return Text(file, _deep_json(file, text), lambda route: 1)
        except json.JSONDecodeError as error:
            if file.suffix.lower() == ".json":
                hint = "look for a missing comma, a comma too many or single quotes just before it"
                raise ContractError(
                    f"this is not JSON: {error.msg}", place=Place(file, error.lineno), hint=hint
                ) from None
    return _YamlReader(file, text).read()


_ESCAPE = re.compile(r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)")
"""An escape of JSON; the second group is half of a character."""


def _whole_characters(text: str) -> str:
    """JSON in which no escape names half of a character (RFC 8259 §8.2), which no file can hold: U+FFFD stands for it.
    Other text stays as it is."""
    if text.lstrip()[:1] not in ("{", "[") or not re.search(r"\\u[dD][89a-fA-F]", text):
        return text
    return _ESCAPE.sub(lambda match: r"\ufffd" if match[2] else match[0], text)


def _in_yaml(match: re.Match[str]) -> str:
    """An escape of JSON as YAML has it, which knows no halves of characters: some emitters write two for one."""
    if match[2]:
        return r"\ufffd"
    if len(match[0]) == len(r"\ud83d\ude00"):
        high, low = int(match[0][2:6], 16), int(match[0][8:], 16)
        return f"\\U{0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF):08x}"
    return match[0]


_TOKEN = re.compile(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')


def _deep_json(file: Path, text: str) -> Any:
    """The value of a JSON text that is nested deeper than the standard decoder goes. Raises ``ContractError``."""
    top: list[Any] = []
    holders: list[Any] = [top]
    names: list[str | None] = [None]
    try:
        for match in _TOKEN.finditer(text):
            token = match[0]
            if token in "}]":
                holders.pop()
                names.pop()
            elif token not in ",:":
                value: Any = {} if token == "{" else [] if token == "[" else _JSON.decode(token)
                holder, name = holders[-1], names[-1]
                if isinstance(holder, list):
                    holder.append(value)
                elif name is None:
                    names[-1] = str(value)
                    continue
                else:
                    holder[name], names[-1] = value, None
                if token in "{[":
                    holders.append(value)
                    names.append(None)
    except (ValueError, IndexError):
        raise ContractError("this is not JSON", place=Place(file), hint="check its brackets and commas") from None
    return top[0]


class _YamlReader:
    """Builds plain values from the events of a YAML stream."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text
        self.lines: dict[tuple[int, str | int], int] = {}
        self.first = 1

    def read(self) -> Text:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            value = self.build(loader)
        except yaml.MarkedYAMLError as error:
            whole = _ESCAPE.sub(_in_yaml, self.text) if "escape code" in str(error.problem) else self.text
            if whole != self.text:
                return _YamlReader(self.file, whole).read()
            if "nest" in str(error.problem):
                # The exact parser, which counts no levels, takes the cube of their number for them.
                raise ContractError(
                    "this YAML is nested too deeply", place=Place(self.file), hint="flatten it"
                ) from None
            raise self.wrong(error) from None
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            hint = 'write it as an escape in double quotes ("\\u....")'
            raise ContractError(
                f"this is not YAML: the character U+{ord(self.text[error.position]):04X} is not allowed",
                place=Place(self.file, line),
                hint=hint,
            ) from None
        return Text(self.file, value, lambda route: self.line(value, route))

    def wrong(self, error: yaml.MarkedYAMLError) -> ContractError:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or error.context or "cannot be understood").strip()
        return ContractError(
            f"this is not YAML: {what}",
            place=Place(self.file, min(mark.line, self.text.rstrip().count("\n")) + 1 if mark else 0),
            hint="check the indentation, and quote text that holds ': ', '#', '{' or '['",
        )

    def line(self, value: Any, route: Route) -> int:
        found = self.first
        for step in route:
            if (id(value), step) not in self.lines:
                break
            found = self.lines[id(value), step]
            value = value[step]
        return found

    def build(self, loader: Any) -> Any:
        """The first document of the stream. An alias is the very value that it names."""
        self.lines.clear()
        top: list[Any] = []
        open_: list[Any] = [top]
        keys: list[str | None] = [None]
        anchors: dict[str, Any] = {}

        def put(value: Any, line: int) -> None:
            holder = open_[-1]
            if isinstance(holder, list):
                self.lines[id(holder), len(holder)] = line
                holder.append(value)
                return
            name, keys[-1] = keys[-1], None
            if name is None:  # a key: what is no plain word is told by no name
                keys[-1] = value if isinstance(value, str) else str(value)
                self.lines.setdefault((id(holder), str(keys[-1])), line)
            elif name == "<<" and isinstance(value, dict):
                holder.update({k: v for k, v in value.items() if k not in holder})
            else:
                holder[name] = value

        for event in yaml.parse(self.text, Loader=loader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            anchor = getattr(event, "anchor", None)
            if isinstance(event, yaml.ScalarEvent):
                is_key = isinstance(open_[-1], dict) and keys[-1] is None
                value = event.value if is_key else _scalar(event)
                if anchor:
                    anchors[anchor] = value
                put(value, line)
            elif isinstance(event, yaml.AliasEvent):
                put(anchors.get(str(anchor)), line)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                if anchor:
                    anchors[anchor] = made
                put(made, line)
                open_.append(made)
                keys.append(None)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                open_.pop()
                keys.pop()
            elif isinstance(event, yaml.DocumentEndEvent):
                break
        self.first = self.lines.get((id(top), 0), 1)
        # The list around the document is kept alive: its lines are told by its identity.
        self.top = top
        return top[0] if top else None


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = str(event.value)
    if event.style or not event.implicit[0] or len(text) > _LONGEST_NUMBER:
        return text
    return next((read(text) for pattern, read in _SCALARS if pattern.fullmatch(text)), text)


class _JsonLines:
    """The lines of a text that is known to be JSON. Each container is looked through once, when it is asked for."""

    _blank = re.compile(r"[ \t\r\n]*")

    def __init__(self, text: str) -> None:
        self.text = text
        self.scan = _JSON.raw_decode
        self.members: dict[int, dict[str | int, tuple[int, int]]] = {}
        self.starts: list[int] | None = None

    def line(self, route: Route) -> int:
        at, told = self.skip(0), 0
        for step in route:
            members = self.members.get(at) or self.members.setdefault(at, self.look(at))
            if step not in members:
                break
            told, at = members[step]
        if self.starts is None:
            self.starts = [m.end() for m in re.finditer("\n", self.text)]
        return bisect_right(self.starts, told) + 1

    def skip(self, at: int) -> int:
        match = self._blank.match(self.text, at)
        return match.end() if match else at

    def look(self, at: int) -> dict[str | int, tuple[int, int]]:
        """Each member or entry of the container at ``at``: where it is told of, and where its value begins."""
        found: dict[str | int, tuple[int, int]] = {}
        kind = self.text[at]
        if kind not in "{[":
            return found
        at = self.skip(at + 1)
        while self.text[at] not in "}]":
            told = at
            step: str | int = len(found)
            if kind == "{":
                step, at = scanstring(self.text, at + 1, True)
                at = self.skip(self.skip(at) + 1)
            found[step] = (told, at)
            at = self.skip(self.scan(self.text, at)[1])
            if self.text[at] == ",":
                at = self.skip(at + 1)
        return found
