"""Words → the text of a contract: only the lines change that a word is about, and all else stays byte for byte."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml

from restproof.contract.document import Route
from restproof.contract.openapi.written import flow
from restproof.frozen import frozen
from restproof.learning.word import Edit, Without, Word

_STEP = 2
"""Blanks of one more level."""


class Unwritable(Exception):
    """The text holds the place in a way in which nothing can be written there: behind an alias, say."""


def patched(text: str, words: Iterable[Word], day: str) -> str:
    """The text of a contract with the words, each line of theirs with its mark. ``day``: when they were seen, as an
    ISO date. What a word says for itself stands, whatever another one has beside it, but for entries that leave the
    list. Raises ``Unwritable``."""
    words = tuple(words)
    own = {word.route for word in words}
    for word in words:
        text = _edited(text, word.edits[0], mark(day, word.promised))
    for edit in (edit for word in words for edit in word.besides):
        if edit.route not in own or isinstance(edit.value, Without):
            text = _edited(text, edit, "")
    return text


def mark(day: str, promised: Any = None) -> str:
    """The comment behind a word that was seen and not promised, as ``contract.marks`` reads it; ``promised``: of a
    case the statuses, of a word about fields those that are promised all the same."""
    return f"# seen {day}, not promised" + ("" if promised is None else f"; promised: {flow(promised)}")


def difference(before: str, after: str, name: str) -> str:
    """A unified diff that ``patch -p1`` and ``git apply`` take. ``name``: the file's, as the repository has it."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@frozen
class _Found:
    """How far a route leads: the mapping that holds, or would hold, its next member; that member's key and value, where
    it is there; and what of the route is left."""

    mapping: yaml.MappingNode
    key: yaml.Node | None
    value: yaml.Node | None
    rest: Route
    way: tuple[tuple[yaml.Node, yaml.MappingNode], ...]


def _edited(text: str, edit: Edit, comment: str) -> str:
    if isinstance(edit.value, Without):
        return _without(text, edit.route, edit.value)
    text = _opened(text, edit.route)
    found = _find(text, edit.route)
    if found.value is not None and found.key is not None:
        return _replaced(text, found, edit.value, comment)
    return _added(text, found, edit.value, comment)


@lru_cache(maxsize=1)  # each edit looks for several places in one text
def _compose(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise Unwritable("the contract is no mapping")
    return root


def _find(text: str, route: Route) -> _Found:
    mapping, way = _compose(text), list[tuple[yaml.Node, yaml.MappingNode]]()
    for at, name in enumerate(route):
        pair = next(((k, v) for k, v in mapping.value if k.value == str(name)), None)
        if pair is None:
            return _Found(mapping, None, None, route[at:], tuple(way))
        key, value = pair
        if value.start_mark.index < key.end_mark.index:
            raise Unwritable(f"{'.'.join(map(str, route))} stands behind an alias")
        if at == len(route) - 1:
            return _Found(mapping, key, value, (), tuple(way))
        if not isinstance(value, yaml.MappingNode):
            if isinstance(value, yaml.ScalarNode) and value.value in ("", "null", "~"):
                return _Found(mapping, key, value, route[at + 1 :], tuple(way))
            raise Unwritable(f"{'.'.join(map(str, route[: at + 1]))} is no mapping")
        way.append((key, value))
        mapping = value
    raise Unwritable("nothing is named")


def _opened(text: str, route: Route) -> str:
    """The text with the mappings on the way to a member in block style: a line of its own has room for a comment."""
    for depth in range(1, len(route)):
        try:
            found = _find(text, route[:depth])
        except Unwritable:
            break
        key, value = found.key, found.value
        if key is None or not isinstance(value, yaml.MappingNode) or not value.flow_style:
            continue
        inside = text[value.start_mark.index : value.end_mark.index]
        if "#" in inside or found.mapping.flow_style or not value.value:
            continue
        indent = " " * (key.start_mark.column + _STEP)
        lines = [f"\n{indent}{text[k.start_mark.index : v.end_mark.index].strip()}" for k, v in value.value]
        start, end = key.end_mark.index, value.end_mark.index
        line_end = _line_end(text, end)
        behind = text[end:line_end].rstrip()
        text = f"{text[:start]}:{behind}{''.join(lines)}{text[line_end:]}"
    return text


def _end(node: yaml.Node) -> int:
    """Where a node ends, without the comments and blank lines behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last) or node.end_mark.index
    return int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def _replaced(text: str, found: _Found, value: Any, comment: str) -> str:
    assert found.key is not None
    assert found.value is not None
    start, end = found.key.end_mark.index, max(_end(found.value), found.key.end_mark.index + 1)
    behind = text[end : _line_end(text, end)]
    new = f"{text[:start]}: {flow(_nested(found.rest, value))}"
    if not comment or found.mapping.flow_style:
        return new + text[end:]
    kept = "" if "not promised" in behind else behind.rstrip()
    return f"{new}{kept}  {comment}{text[end + len(behind) :]}"


def _nested(route: Route, value: Any) -> Any:
    for name in reversed(route):
        value = {str(name): value}
    return value


def _added(text: str, found: _Found, value: Any, comment: str) -> str:
    mapping = found.mapping
    if mapping.flow_style or not mapping.value:
        return _added_in_flow(text, mapping, _nested(found.rest, value), comment)
    indent = mapping.value[0][0].start_mark.column
    # Behind the last member, whose comments may follow it; of the whole contract, before the resources.
    resources = next((k for k, _ in mapping.value if k.value == "resources" and indent == 0), None)
    at = _line_end(text, _end(mapping)) if resources is None else resources.start_mark.index - 1
    lines = []
    for depth, name in enumerate(found.rest):
        last = depth == len(found.rest) - 1
        said = f" {flow(value)}{'  ' + comment if comment else ''}" if last else ""
        lines.append(f"\n{' ' * (indent + depth * _STEP)}{flow(str(name))}:{said}")
    return text[:at] + "".join(lines) + text[at:]


def _added_in_flow(text: str, mapping: yaml.MappingNode, value: Mapping[str, Any], comment: str) -> str:
    """In ``{…}`` that holds comments or stands in another: behind its last member, on a line of its own."""
    close = mapping.end_mark.index - 1
    indent = " " * (text.count(" ", text.rfind("\n", 0, mapping.start_mark.index) + 1, mapping.start_mark.index) + 2)
    said = flow(value)[1:-1]
    before = text[:close].rstrip()
    comma = "" if before.endswith(("{", ",")) else ","
    note = f"  {comment}\n{indent}" if comment else ""
    return f"{before}{comma}\n{indent}{said}{note}{text[close:]}"


def _without(text: str, route: Route, value: Without) -> str:
    text = _opened(text, route)
    try:
        found = _find(text, route)
    except Unwritable:
        return text
    if not isinstance(found.value, yaml.SequenceNode) or found.key is None:
        return text
    left = [str(node.value) for node in found.value.value if node.value not in value.entries]
    if left:
        return _replaced(text, found, left, "")
    start = text.rfind("\n", 0, found.key.start_mark.index) + 1
    if text[start : found.key.start_mark.index].strip() or found.mapping.flow_style:
        return _replaced(text, found, left, "")
    return text[:start] + text[_line_end(text, _end(found.value)) + 1 :]


def edited(text: str, edit: Edit, comment: str = "") -> str:
    """The text with one member set, and ``comment`` behind it. Raises ``Unwritable``."""
    return _edited(text, edit, comment)


def removed(text: str, route: Route) -> str:
    """The text without the member at ``route``. Raises ``Unwritable``."""
    text = _opened(text, route)
    found = _find(text, route)
    if found.key is None or found.value is None:
        return text
    start = text.rfind("\n", 0, found.key.start_mark.index) + 1
    if found.mapping.flow_style or text[start : found.key.start_mark.index].strip():
        others = [(k, v) for k, v in found.mapping.value if k is not found.key]
        inside = ", ".join(text[k.start_mark.index : v.end_mark.index].strip() for k, v in others)
        return f"{text[: found.mapping.start_mark.index]}{{{inside}}}{text[found.mapping.end_mark.index :]}"
    return text[:start] + text[_line_end(text, max(_end(found.value), found.key.end_mark.index)) + 1 :]


def with_lines(text: str, route: Route, lines: Iterable[str]) -> str:
    """The text with lines of its own behind the last member of the block at ``route``. Raises ``Unwritable``."""
    found = _find(text, route)
    if not isinstance(found.value, yaml.MappingNode) or found.value.flow_style:
        raise Unwritable(f"{'.'.join(map(str, route))} is no block")
    at = _line_end(text, _end(found.value))
    # Comments behind the last member belong to it, as far as they are indented.
    while (behind := text[at + 1 : _line_end(text, at + 1)]).startswith(" ") and behind.lstrip().startswith("#"):
        at += 1 + len(behind)
    return f"{text[:at]}\n" + "\n".join(lines) + text[at:]
