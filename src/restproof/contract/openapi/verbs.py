"""Paths that are called after what they do, with the id in them: ``POST /users/create``, ``POST /users/{id}/update``,
``DELETE /users/delete/{id}``, ``GET /users/getById/{id}``, ``/getUser/{id}`` beside ``/getAllUsers``.

What is taken is what a document is plain about: a path is called after a collection and a word that names the
operation, its method fits that, and its body and its answer are of what a read shows. What has an operation by its
usual path keeps that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.openapi.answers import Reader, is_object, object_of
from restproof.contract.openapi.bodies import shown_of
from restproof.contract.openapi.constants import METHODS
from restproof.contract.openapi.entries import are_mostly_in, is_list, is_one
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.schemas import Schema
from restproof.contract.words import snake
from restproof.errors import ContractError
from restproof.frozen import frozen

_WORDS = {
    "list": "list all index getall listall findall fetchall",
    "create": "create add new insert addnew createnew save",
    "read": "get read show info view find fetch retrieve detail details single getone findone getsingle",
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


_AMBIGUOUS = ("all", "change", "detail", "details", "index", "info", "new", "patch", "read", "single", "view")
"""Words that begin the name of a thing as well: ``/change_requests``."""
_OF_WHAT = {"place": "create", "submit": "create"}
"""Words that name an operation only before what it is done to: ``/placeOrder``, and not ``/place``."""
_LONGEST = 3
"""Words of a path that name an operation: ``find all``, ``get one``."""


def operation_of(word: str) -> str | None:
    """The operation that a word of a path names (``create``, ``GetAll``, ``get-by-id``), if it does."""
    return _OPERATION.get(re.sub(r"[-_]", "", word).lower().removesuffix("byid"))


def deed_of(word: str) -> tuple[str | None, str]:
    """The operation that a word of a path names, and what it says it is done to, in the singular (``getAllUsers``,
    ``find_user_by_id``); empty where it says nothing of that."""
    if (whole := operation_of(word)) is not None:
        return whole, ""
    words = plain_word(word).split("_")
    if words[-2:] == ["by", "id"]:
        words = words[:-2]
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        deed, noun = "".join(words[:length]), "_".join(words[length:])
        operation = operation_of(deed) or _OF_WHAT.get(deed)
        if operation is not None and not (length == 1 and words[0] in _AMBIGUOUS):
            one = singular(noun)
            return ("list" if operation == "read" and one != noun else operation), one
    return None, ""


def place_of(collection: str) -> tuple[str, str]:
    """Where a collection stands, and what it is called, in the singular."""
    above, _, last = collection.rstrip("/").rpartition("/")
    operation, noun = deed_of(last)
    return above, noun if operation == "list" and noun else singular(plain_word(last))


@frozen
class _Called:
    """A path that is called after what it does: with what is called ``noun`` below ``above``, at the path ``home`` of
    its collection if it stands below one; with the id where ``parameter`` is one. ``tail``: the path below ``above``,
    with the id of a contract."""

    path: str
    above: str
    noun: str
    operation: str
    tail: str
    home: str | None = None
    parameter: str | None = None

    @classmethod
    def of(cls, path: str) -> _Called | None:
        steps = ["", *path.strip("/").split("/")]
        parameter, word, behind = _parameter(steps[-1]), steps[-1], False
        if parameter is not None:  # /users/delete/{id}
            word, above = steps[-2], steps[:-2]
        elif len(steps) > 2 and (parameter := _parameter(steps[-2])) is not None:  # /users/{id}/delete
            above, behind = steps[:-2], True
        else:
            above = steps[:-1]
        operation, noun = deed_of(word)
        if operation is None or (parameter is None) != (operation in ("list", "create")):
            return None
        over, own = place_of("/".join(above))
        is_below = len(above) > 1 and _parameter(above[-1]) is None and noun in ("", own)
        if not is_below and (behind or not noun):
            return None
        tail = [word] if parameter is None else ["{id}", word] if behind else [word, "{id}"]
        if is_below:
            home = "/".join(above)
            return cls(path, over, own, operation, "/".join((above[-1], *tail)), home, parameter)
        return cls(path, "/".join(above), noun, operation, "/".join(tail), None, parameter)


_Calls = dict[str, list[tuple[_Called, Call]]]


def take_called(paths: Paths, reader: Reader) -> None:
    """Give resources the operations whose paths are called after what they do."""
    alike: dict[tuple[str, str], list[_Called]] = {}
    for path in paths.entries:
        if (called := _Called.of(path)) is not None and not _is_of_its_own(paths, called):
            alike.setdefault((called.above, called.noun), []).append(called)
    for place, some in alike.items():
        calls = _by_operation(paths, some)
        known = [found for found in paths.found.values() if place_of(found.collection) == place]
        base = [found for found in known if "read" in found.calls and found.parameter is not None]
        if not base and (made := _made(paths, reader, known, calls)) is not None:
            base = [made]
        if len(base) == 1:
            _take(paths, reader, base[0], calls)


def _is_of_its_own(paths: Paths, called: _Called) -> bool:
    """Whether a path is that of a collection of its own, which is only called so (``/delete-jobs`` beside ``/jobs``):
    it has more than what it is called after."""
    collection = called.path if called.parameter is None else called.path.rpartition("/")[0]
    other = paths.found.get(collection) if called.home is None else None
    own = {called.operation, *(("replace",) if called.operation == "update" else ())}
    return other is not None and not other.calls.keys() <= own


def _by_operation(paths: Paths, some: list[_Called]) -> _Calls:
    found: _Calls = {}
    for called in some:
        for method in METHODS:
            if method in _BY_PATH[called.operation] and (call := paths.asked(called.path, method)) is not None:
                found.setdefault(called.operation, []).append((called, call))
    return found


def _made(paths: Paths, reader: Reader, known: list[Found], calls: _Calls) -> Found | None:
    """The resource of a collection whose read is called so as well: it has a list, and a read of what that lists."""
    lists = [(f.collection, f.calls["list"]) for f in known if f.parameter is None and "list" in f.calls]
    lists = lists or [(called.home or called.path, call) for called, call in calls.get("list", ())]
    if len(lists) != 1 or len(calls.get("read", ())) != 1:
        return None
    [(called, read)], [(home, listed)] = calls["read"], lists
    try:
        plain = not read.named("query", required=True) and is_one(object_of(reader.success(read)))
        plain = plain and is_list(reader.success(listed), called=True) and not listed.named("query", required=True)
        if not plain or not are_mostly_in(
            _entry(reader, listed), shown_of(reader, Found("", home, calls={"read": read}))
        ):
            return None
    except ContractError:
        return None  # what cannot be read is told where it is read as something else
    found = paths.found.setdefault(home, Found("", home))
    found.parameter = called.parameter
    if called.home is None:
        found.name = called.noun
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
            replaces = operation == "update" and call.method == "PUT"
            _give(paths, found, "replace" if replaces else operation, called, call)


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
            return is_list(answer, called=True) and are_mostly_in(_entry(reader, call), shown)
    except ContractError:
        return False  # what cannot be read is told where it is read as something else
    if operation == "delete":
        return not is_object(body) or "requestBody" not in call.value
    held: dict[str, Any] = body.get("properties", {})
    return bool(held) and are_mostly_in(held, shown) and not is_list(answer)


def _entry(reader: Reader, listed: Call) -> Mapping[str, Schema]:
    return shown_of(reader, Found("", "", "id", calls={"list": listed}))


def _parameter(word: str) -> str | None:
    return word[1:-1] if word.startswith("{") and word.endswith("}") else None


def names_id(name: str, noun: str) -> bool:
    """Whether a parameter, or a member of a body, is called as the id of what is called ``noun``."""
    bare = snake(name).replace("-", "_").strip("_")
    stem = re.fullmatch(r"(?:(.+)_)?(?:id|uuid)", bare)
    return stem is not None and stem[1] in (None, noun, noun.rpartition("_")[2])
