"""Paths that are called after what they do, with the id in them: ``POST /users/create``, ``POST /users/{id}/update``,
``DELETE /users/delete/{id}``, ``GET /users/getById/{id}``.

What is taken is what a document is plain about: the path is that of one collection but for a word that names the
operation, its method fits that, and its body and its answer are of what a read shows. What has an operation by its
usual path keeps that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from restproof.contract.openapi.answers import Reader, is_object, object_of
from restproof.contract.openapi.bodies import shown_of
from restproof.contract.openapi.constants import METHODS
from restproof.contract.openapi.entries import is_list, is_one
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.schemas import Schema
from restproof.errors import ContractError

_WORDS = {
    "list": "list all index getall listall findall",
    "create": "create add new insert",
    "read": "get read show info view fetch detail details getbyid findbyid getone findone",
    "update": "update edit modify change patch",
    "delete": "delete remove destroy",
}
_OPERATION = {word: operation for operation, words in _WORDS.items() for word in words.split()}
CALLED: Mapping[str, tuple[str, ...]] = {
    "list": ("get", "post"),
    "create": ("post",),
    "read": ("get", "post"),
    "update": ("post", "put", "patch"),
    "delete": ("post", "delete"),
}
"""Operation → methods that a path which is called so may have it by."""
_BY_PATH = {**CALLED, "list": ("get",), "read": ("get",)}


def operation_of(word: str) -> str | None:
    """The operation that a word of a path names (``create``, ``GetAll``, ``get-by-id``), if it does."""
    return _OPERATION.get(re.sub(r"[-_]", "", word).lower())


@dataclass(frozen=True)
class _Called:
    """A path that is called after what it does: below the collection ``home``, with the id where ``parameter`` is one;
    ``tail``: what stands in the place of the last word of the collection."""

    path: str
    home: str
    operation: str
    tail: str
    parameter: str | None = None

    @classmethod
    def of(cls, path: str) -> _Called | None:
        *above, before, last = ["", *path.strip("/").split("/")]
        words: tuple[str, ...] = ()
        operation, parameter = operation_of(last), _parameter(before)
        if operation is None and _parameter(last) is not None:
            operation, parameter = operation_of(before), _parameter(last)
            words = (before, "{id}")
        elif parameter is not None:
            words = ("{id}", last)
        else:
            words, above = (last,), [*above, before]
        if operation is None or len(above) < 2 or _parameter(above[-1]) is not None:
            return None
        if (parameter is None) != (operation in ("list", "create")):
            return None
        return cls(path, "/".join(above), operation, "/".join((above[-1], *words)), parameter)


def take_called(paths: Paths, reader: Reader) -> None:
    """Give resources the operations whose paths are called after what they do."""
    by_home: dict[str, list[_Called]] = {}
    for path in paths.entries:
        if (called := _Called.of(path)) is not None:
            by_home.setdefault(paths.has(called.home) or called.home, []).append(called)
    for home, some in by_home.items():
        calls = _by_operation(paths, some)
        base = paths.found.get(home)
        if base is None or "read" not in base.calls:
            base = _made(paths, reader, home, calls)
        if base is not None:
            _take(paths, reader, base, calls)


_Calls = dict[str, list[tuple[_Called, Call]]]


def _by_operation(paths: Paths, some: list[_Called]) -> _Calls:
    found: _Calls = {}
    for called in some:
        for method in METHODS:
            if method in _BY_PATH[called.operation] and (call := paths.asked(called.path, method)) is not None:
                found.setdefault(called.operation, []).append((called, call))
    return found


def _made(paths: Paths, reader: Reader, home: str, calls: _Calls) -> Found | None:
    """The resource of a collection whose read is called so as well: it has a list, and a read of what that lists."""
    known = paths.found.get(home)
    if known is not None and (known.parameter is not None or "list" not in known.calls):
        return None
    lists = [known.calls["list"]] if known is not None else [call for _, call in calls.get("list", ())]
    if len(lists) != 1 or len(calls.get("read", ())) != 1:
        return None
    [(called, read)], [listed] = calls["read"], lists
    try:
        plain = not read.named("query", required=True) and is_one(object_of(reader.success(read)))
        plain = plain and is_list(reader.success(listed)) and not listed.named("query", required=True)
        if not plain or not _alike(_entry(reader, listed), shown_of(reader, Found("", home, calls={"read": read}))):
            return None
    except ContractError:
        return None  # what cannot be read is told where it is read as something else
    found = known or paths.found.setdefault(home, Found("", home))
    found.parameter = called.parameter
    _give(paths, found, "read", called, read)
    return found


def _take(paths: Paths, reader: Reader, found: Found, calls: _Calls) -> None:
    """Give a resource what it has not got by its usual paths, and paths that are called so have."""
    try:
        shown = shown_of(reader, Found(found.name, found.collection, calls={"read": found.calls["read"]}))
    except ContractError:
        return
    for operation, some in calls.items():
        has = {"update", "replace"} if operation == "update" else {operation}
        plain = [] if has & found.calls.keys() else [one for one in some if _is_plain(reader, operation, one[1], shown)]
        if len(plain) == 1:
            [(called, call)] = plain
            _give(
                paths, found, "replace" if operation == "update" and call.method == "PUT" else operation, called, call
            )


def _give(paths: Paths, found: Found, operation: str, called: _Called, call: Call) -> None:
    for path in (called.path, called.path.rstrip("/").rpartition("/")[0]):
        other = paths.found.get(path)
        if other is not None and other is not found:  # what the path was read as before
            other.calls = {o: c for o, c in other.calls.items() if c.route != call.route}
            if not other.calls:
                del paths.found[path]
    paths.take(found, operation, call)
    found.tails[operation] = called.tail


def _is_plain(reader: Reader, operation: str, call: Call, shown: Mapping[str, Schema]) -> bool:
    """Whether a call is of what a read shows."""
    if call.named("query", required=True):
        return False
    try:
        answer, body = object_of(reader.success(call)), object_of(reader.request(call))
        if operation == "list":
            return is_list(answer) and _alike(_entry(reader, call), shown)
    except ContractError:
        return False  # what cannot be read is told where it is read as something else
    if operation == "delete":
        return not is_object(body) or "requestBody" not in call.value
    held: dict[str, Any] = body.get("properties", {})
    return bool(held) and _alike(held, shown) and not is_list(answer)


def _entry(reader: Reader, listed: Call) -> Mapping[str, Schema]:
    return shown_of(reader, Found("", "", calls={"list": listed}))


def _alike(one: Mapping[str, Schema], other: Mapping[str, Schema]) -> bool:
    return len(one.keys() & other.keys()) * 2 > len(one)


def _parameter(word: str) -> str | None:
    return word[1:-1] if word.startswith("{") and word.endswith("}") else None
