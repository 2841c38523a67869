"""What is asked for in an unusual way: an update of an item by POST, a create that names the id which it chooses, and
the list of a collection where another path than its own, below it, is called so: a search by POST, ``/cars/list``."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from restproof.contract.address import Address
from restproof.contract.openapi.answers import Reader, is_object
from restproof.contract.openapi.elsewhere import shown
from restproof.contract.openapi.entries import is_list
from restproof.contract.openapi.identity import id_member
from restproof.contract.openapi.pages import PAGING
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.schemas import Schema
from restproof.contract.openapi.verbs import names_id, place_of
from restproof.contract.openapi.wording import says_it_logs_in
from restproof.contract.secrecy import is_password, looks_secret
from restproof.contract.shapes import types_of
from restproof.contract.words import referred
from restproof.errors import ContractError

_ASSIGNS = "it puts there what is made elsewhere: its body names it, and it is shown as that"
_LOGS_IN = "by its words it is a log-in, and only somebody's password is right there"
_CHANGES = re.compile(r"(?i)\b(updat|chang|modif|edit|patch)")
_SEARCHES = ("search", "_search", "query", "find", "filter", "list")
_ALL = ("list", "all")
_PLAIN = {"string", "integer", "number", "boolean", "null"}


def take_posts(paths: Paths, reader: Reader) -> None:
    """Give the resources of a document the operations that it has for them by POST, where these are plain."""
    for found in paths.found.values():
        if "read" in found.calls and not {"update", "replace"} & found.calls.keys():
            _take_update(paths, found)
        if "read" in found.calls and found.parameter is not None:
            _take_chosen(paths, reader, found)
        if "list" not in found.calls:
            _take_search(paths, reader, found)
        if "list" not in found.calls:
            _take_listing(paths, reader, found)


def leave_assigned(paths: Paths, reader: Reader) -> None:
    """Leave out the creates of a document that make nothing: the body must name one of another resource, and what is
    answered is that one (``POST /users/{id}/issues`` of an ``issueId``)."""
    by_name = {found.name: found for found in paths.found.values()}
    for found in paths.found.values():
        call = found.calls.get("create")
        if call is None or call.method != "POST":
            continue
        answers = set(shown(paths, call))
        with suppress(ContractError):  # what cannot be read is told where it is read as a body
            for name in reader.request(call).get("required", ()):
                other = by_name.get(referred(str(name))[0])
                if other is None or other is found:
                    continue
                made = [other.calls[o] for o in ("create", "read") if o in other.calls]
                is_that = bool(answers) and answers == {n for one in made for n in shown(paths, one)}
                if is_that and _identifies(other, reader.success(call)):
                    found.leave("create")
                    paths.left_out.append((f"POST {call.route[1]}: {_ASSIGNS}", call.route))
                    break


def leave_log_ins(paths: Paths, reader: Reader) -> None:
    """Leave out the creates of a document that are log-ins by their words, with a password in the body: whatever a run
    makes up is refused there."""
    for found in paths.found.values():
        call = found.calls.get("create")
        if call is None or call.method != "POST" or not says_it_logs_in(call):
            continue
        with suppress(ContractError):  # what cannot be read is told where it is read as a body
            asked: dict[str, Schema] = reader.request(call).get("properties", {})
            if any(looks_secret(name) or is_password(schema) for name, schema in asked.items()):
                found.leave("create")
                paths.left_out.append((f"POST {call.route[1]}: {_LOGS_IN}", call.route))


def _identifies(found: Found, answer: Schema) -> bool:
    """Whether an answer shows which one of a resource it is about, in itself or in a member: what only says how a
    request went may be the answer to all of them."""
    parts = [answer, answer.get("items", {}), *answer.get("properties", {}).values()]
    return any(is_object(part) and id_member(found, part["properties"]) for part in parts)


def _take_update(paths: Paths, found: Found) -> None:
    """A POST to an item that is said to change it, and answers what a read shows, is its update."""
    call = paths.asked(paths.constants.filled(str(found.calls["read"].route[1])), "post")
    if call is None or found.calls["read"].address or "requestBody" not in call.value:
        return
    shows = set(shown(paths, call))
    if says_it_changes(call) and shows and shows <= set(shown(paths, found.calls["read"])):
        paths.take(found, "update", call)


def _take_chosen(paths: Paths, reader: Reader, found: Found) -> None:
    """A create that names the id which it chooses: by a required parameter of its query that is called so, or as a POST
    to the path of the item which is documented to make one and whose body need not hold the id as well."""
    noun = place_of(found.collection)[1]
    if (create := found.calls.get("create")) is not None:
        asked = [name for name in create.named("query", required=True) if names_id(name, noun)]
        if create.method == "POST" and len(asked) == 1:
            found.calls["create"], found.chooses = replace(create, address=Address("query", asked[0])), True
        return
    call = paths.asked(paths.constants.filled(str(found.calls["read"].route[1])), "post")
    if call is None or found.calls["read"].address or any(c.route == call.route for c in found.calls.values()):
        return
    try:
        needed = set(reader.request(call).get("required", ()))
        plain = 201 in reader.codes(call, "2") and not any(names_id(n, noun) or n == found.parameter for n in needed)
    except ContractError:
        return  # what cannot be read is told where it is read as a body
    if plain:
        found.chooses = True
        found.tails["create"] = f"{found.collection.rstrip('/').rpartition('/')[2]}/{{id}}".lstrip("/")
        paths.take(found, "create", call)


def says_it_changes(call: Call) -> bool:
    """Whether the words of an operation say that it changes something."""
    words = [str(call.value.get(word) or "") for word in ("operationId", "summary", "description")]
    return any(_CHANGES.search(text) for text in words)


def _take_listing(paths: Paths, reader: Reader, found: Found) -> None:
    """A GET below a collection that is called its list, and answers entries of the collection's kind without being
    asked for anything, is that."""
    own = {name for call in found.calls.values() for name in shown(paths, call)}
    for word in _ALL:
        call = paths.asked(f"{found.collection.rstrip('/')}/{word}", "get")
        if call is None or call.named("query", required=True) or not own & set(shown(paths, call)):
            continue
        try:
            plain = is_list(reader.success(call))
        except ContractError:
            continue  # what cannot be read is told where it is read as something else
        if plain:
            paths.take(found, "list", call)
            return


def _take_search(paths: Paths, reader: Reader, found: Found) -> None:
    """A POST below a collection that is called a search, needs nothing and answers entries of the collection's kind is
    its list. What its body may hold stands for parameters of the list."""
    own = {name for call in found.calls.values() for name in shown(paths, call)}
    for word in _SEARCHES:
        call = paths.asked(f"{found.collection.rstrip('/')}/{word}", "post")
        if call is None or not own & set(shown(paths, call)):
            continue
        try:
            listed = searched(reader, call)
        except ContractError:
            continue  # what cannot be read is told where it is read as something else
        if listed is not None:
            paths.take(found, "list", listed)
            return


def searched(reader: Reader, call: Call) -> Call | None:
    """A list that is asked for by POST and needs nothing, with what its body may hold as parameters; ``None`` where a
    call is no such list. Raises ``ContractError``."""
    body = reader.request(call)
    plain = is_list(reader.success(call)) and "request" not in reader.media_of(call)
    in_url = call.named("query", required=True).keys() | (call.named("query").keys() & PAGING)
    if not plain or in_url or body.get("required"):
        return None
    asked: dict[str, Any] = body.get("properties", {})
    told = [{"name": n, "in": "query", "schema": s} for n, s in asked.items() if types_of(s) <= _PLAIN]
    return Call(call.method, call.value, call.route, [*call.parameters, *told])
