"""Items that do not stand below their collection: ``/dogs/{id}/visits`` or ``/me/visits`` has the list,
``/visits/{id}`` one of them; or ``/visits`` the list, and ``/visit/{id}`` one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.openapi.constants import PARAMETER, shape_of
from restproof.contract.openapi.entries import BESIDE_ONE
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.words import snake
from restproof.errors import ContractError

_OF_CALLER = frozenset({"account", "current_user", "me", "my", "myself", "self", "user"})
"""Words of paths that stand for whoever asks."""
_OF_ALL = "what can be made is listed at {}, which is the list of it"


def join_items(paths: Paths) -> None:
    """Make one resource of a collection that has no items, below a parent or what stands for the caller, and of items
    elsewhere that no collection has: where both paths end alike and both show the same named schema, and where just one
    of each does. Items that have a list and no create are joined with a collection that has both, where what it stands
    below can be had. An item names no parent that its list does not: nothing would tell which one it is."""
    lists = [f for f in paths.found.values() if f.parameter is None and _is_below(f) and not f.single]
    items = [f for f in paths.found.values() if f.calls and f.parameter and "create" not in f.calls]
    items.sort(key=lambda one: one.collection.count("/"))  # parents first: what is below them names those
    for one in items:
        needed = {"list", "create"} if "list" in one.calls else set()
        fitting = [f for f in lists if _ends_alike(f, one) and _schemas(paths, f) & _schemas(paths, one)]
        fitting = [f for f in fitting if _parents(paths, one.collection) <= _parents(paths, f.collection)]
        fitting = [f for f in fitting if needed <= f.calls.keys() and not (needed and _is_below_given(paths, f))]
        rivals = [f for f in items if f is not one and fitting and _ends_alike(f, one)]
        if len(fitting) == 1 and not rivals:
            _join(paths, fitting[0], one)


def _is_below(found: Found) -> bool:
    """Whether a collection stands below a parent, or below what stands for the caller."""
    return "{" in found.collection or snake(_last(_parted(found.collection)[0])).replace("-", "_") in _OF_CALLER


def join_plurals(paths: Paths) -> None:
    """Give a resource whose path is one word in the singular the list, and the create where it has none, of the path
    beside it that has the word in the plural, where both show the same named schema."""
    for many in list(paths.found.values()):
        above, word = _parted(many.collection)
        alone = f"{above}/{singular(word)}"
        one = paths.found.get(alone) or paths.found.get(f"{alone}/")
        if one is None or one is many or many.parameter or one.parameter is None or "list" in one.calls:
            continue
        if "list" in many.calls and _schemas(paths, many) & _schemas(paths, one):
            one.calls = {**many.calls, **one.calls}
            for where, methods in many.other.items():
                one.other.setdefault(where, []).extend(methods)
            del paths.found[many.collection]


def _parents(paths: Paths, path: str) -> set[str]:
    """What the parameters of a path are ids of: the collections of these, or the shapes of their paths where the
    document has none."""
    ahead = [path[: match.start()].rstrip("/") for match in PARAMETER.finditer(path)]
    return {known.collection if (known := paths.resource_behind(p)) else shape_of(p) for p in ahead}


def _is_below_given(paths: Paths, found: Found) -> bool:
    """Whether a collection stands below a parent that nothing of the document makes."""
    above = paths.found.get(paths.has(found.collection.rpartition("/{")[0]) or "")
    return "{" in found.collection and (above is None or "create" not in above.calls)


def join_singulars(paths: Paths) -> None:
    """Give a collection that has no create the one at the path beside it that has its word in the singular, and nothing
    else, where both show the same named schema: ``POST /vehicle`` beside ``/vehicles/{id}``."""
    for found in paths.found.values():
        above, word = _parted(found.collection)
        alone = f"{above}/{singular(word)}"
        if "create" in found.calls or found.parameter is None or singular(word) == word or alone in paths.found:
            continue
        call = paths.asked(alone, "post")
        if call is not None and _schemas(paths, found) & {*shown(paths, call)}:
            found.tails["create"] = str(call.route[1])[len(above) + 1 :]
            paths.take(found, "create", call)


def _join(paths: Paths, found: Found, items: Found) -> None:
    found.items = items.collection
    found.parameter = items.parameter
    if (whole := items.calls.pop("list", None)) is not None:
        paths.left_out.append((f"{whole.method} {whole.route[1]}: {_OF_ALL.format(found.collection)}", whole.route))
    found.calls |= items.calls
    for where, methods in items.other.items():
        found.other.setdefault(where, []).extend(methods)
    name = singular(plain_word(_last(found.collection)))
    if not found.name and name[:1].isalpha() and name not in {f.name for f in paths.found.values()}:
        found.name = name
    del paths.found[items.collection]


def _ends_alike(found: Found, items: Found) -> bool:
    slashes = {str(c.route[1]).endswith("/") for f in (found, items) for c in f.calls.values()}
    return _last(found.collection) == _last(items.collection) and len(slashes) == 1


def _last(path: str) -> str:
    return _parted(path)[1]


def _parted(path: str) -> tuple[str, str]:
    above, _, word = path.rstrip("/").rpartition("/")
    return above, word


def has_below(paths: Paths, items: Found) -> bool:
    """Whether something else stands below one of the items."""
    start = f"{PARAMETER.sub('{}', items.items or items.collection).rstrip('/')}/{{}}"
    others = (f for f in paths.found.values() if f is not items)
    return any(PARAMETER.sub("{}", other.collection).startswith(start) for other in others)


def _schemas(paths: Paths, found: Found) -> set[str]:
    """The named schemas that the successful answers of a resource show, themselves or as entries of a list."""
    return {name for call in found.calls.values() for name in shown(paths, call)}


def shown(paths: Paths, call: Call) -> Iterator[str]:
    """The named schemas that the successful answers of an operation show, themselves or as entries of a list."""
    route = (*call.route, "responses")
    try:
        for status, answer in paths.source.mapping(call.value.get("responses", {}), route).items():
            if str(status).startswith("2"):
                content = paths.source.mapping(answer, (*route, status)).get("content")
                for media in content.values() if isinstance(content, Mapping) else ():
                    schema = media.get("schema") if isinstance(media, Mapping) else None
                    yield from _named(schema)
                    if isinstance(schema, Mapping) and "$ref" in schema:
                        yield from _named(paths.source.mapping(schema, route))
    except ContractError:
        return  # what cannot be read is told where the answer is read


def _named(schema: Any) -> Iterator[str]:
    """The names that a schema refers to: itself, as its entries, as those of a member, or as the one member that is an
    object where all others say how the request went (``{success, data}``)."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        yield from _named(schema.get("items"))
        members = schema.get("properties")
        members = members if isinstance(members, Mapping) else {}
        for member in members.values():
            yield from _named(member.get("items") if isinstance(member, Mapping) else None)
        held = [m for n, m in members.items() if not BESIDE_ONE.fullmatch(str(n))]
        if len(held) == 1 and isinstance(held[0], Mapping) and isinstance(held[0].get("$ref"), str):
            yield held[0]["$ref"]
