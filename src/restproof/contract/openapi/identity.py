"""What identifies a resource, as its answers and the paths of its items show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from restproof.contract.impossible import nothing_fits
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.keywords import NARROWER
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.schemas import Schema, Schemas
from restproof.contract.openapi.values_by_name import GUESSED
from restproof.contract.shapes import types_of
from restproof.contract.words import referred, snake
from restproof.pointer import step

_NAMES_IT = ("slug", "code", "key", "handle", "uuid")
_ANY = ("id", "uuid", "_id")
"""Members that any parameter may mean."""
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_IDS = frozenset({"id", "uuid", "guid", "pk", "key", "identifier", "ref", "reference", "no", "number"})
"""Words by which a parameter is called as an id."""
_OF_ANYTHING = re.compile(r"(object|item|entity|record|resource|instance|element)_?(id|pk|uuid)")
"""Parameters, in snake case, that are called so for every resource: a member of that name is the id of something else,
which the resource is about."""
_MADE = re.compile(r"(created|generated|inserted|last_insert(ed)?|new)_(id|uuid)")
"""Names, in snake case, of the id of what was made just now."""
_TELLS_APART = re.compile(
    r"(?:.*_)?(?:slug|code|key|handle|u?uid|guid|sid|secret|token|hash|identifier|reference|number)"
)
"""Names of members by which one item may be told from another as well as by its name."""
_OF_ALL = ("document", "doc", "record", "entry", "entity", "object", "resource", "public", "global", "unique")
"""What an id is called after that is any record's own, beside the number that a database has for it."""


def id_member(
    found: Found,
    shown: Mapping[str, Schema],
    changing: Collection[str] = (),
    paths: Collection[str] = (),
    made: Collection[str] = (),
) -> str | None:
    """The member of an answer that the parameter of an item's path names; ``None`` where none plainly is.
    ``changing``: members that an update may hold, of which one that is only called ``name`` is none; nor is it where
    the server sets another one that may be meant, which a create (``made``) does not hold. ``paths``: members that are
    said to hold more than an id."""
    parameter = found.parameter or "id"
    bare = snake(parameter)
    tail = re.sub(rf"^{re.escape(found.name)}_?", "", bare)
    wanted = [parameter, tail, bare, "id", f"{found.name}_id", f"id_{found.name}", "uuid", "_id"]
    is_plain = _OF_ANYTHING.fullmatch(bare) and not bare.startswith(found.name)
    wanted = [*(["id"] if is_plain else []), *_told(found, bare, shown), *wanted]
    by_name = {snake(n): n for n in reversed(list(shown))}
    if bare.endswith("_name"):
        stem = bare.removesuffix("_name")
        # ``id`` is then the path that ends with the name, as Azure has it.
        wanted.insert(0 if f"_{found.name}".endswith(f"_{stem}") else len(wanted), "name")
        wanted.append(stem)
    elif bare == found.name:
        set_by_server = [n for n, s in shown.items() if snake(n) in _NAMES_IT and s.get("readOnly")]
        wanted += set_by_server if len(set_by_server) == 1 else []
        others = [n for n in shown if n not in {*made, *changing} and _TELLS_APART.fullmatch(snake(n))]
        wanted += ["name"] if "name" not in changing and not others else []
    if bare.endswith("_or_id"):
        wanted.insert(0, "id")
    for name in wanted:
        member = name if name in shown else by_name.get(snake(name)) if name else None
        if member is None or (member in paths and _may_be_path(shown[member])):
            continue
        if snake(member) in _ANY and _is_of_another_form(found, bare, shown[member]):
            continue
        if types_of(shown[member]) & {"string", "integer", "number"}:
            return _public(found, member, shown, {*made, *changing})
    return None


def _public(found: Found, member: str, shown: Mapping[str, Schema], sent: Collection[str]) -> str:
    """The text by which the public knows an item whose ``member`` is the number of its row, where the parameter is a
    text and just one member that no request holds is called as a record's own id (``documentId``); else ``member``."""
    asked = [place["schema"] for place in _places(found) if isinstance(place.get("schema"), dict)]
    if id_type(shown[member]) != "integer" or not asked or any(s.get("type") != "string" for s in asked):
        return member
    own = [f"{word}_{end}" for word in (*_OF_ALL, found.name) for end in ("id", "uid", "uuid")]
    own += ["uuid", "guid"] if all(id_type(s) == "uuid" for s in asked) else []
    texts = [n for n, s in shown.items() if snake(n) in own and n not in sent and types_of(s) == {"string"}]
    return texts[0] if len(texts) == 1 else member


def _places(found: Found) -> Iterator[Schema]:
    """The parameter of an item's path, as each operation has it."""
    for call in found.calls.values():
        if place := call.named("path").get(str(found.parameter)):
            yield place


def _told(found: Found, bare: str, shown: Mapping[str, Schema]) -> list[str]:
    """The member that the words of a parameter name, which is itself called after the resource alone (``Database name``
    of ``{database}``), or in short (``The name of the repository`` of ``{repo}``)."""
    if not f"_{found.name}".endswith(f"_{bare}"):
        return []
    said = {text for call in found.calls.values() for text in _words_of(call, str(found.parameter))}
    forms = ("{0}_{1}", "{1}_of_{0}[a-z]*", "{1}_of_(?:the|a|an)_{0}[a-z]*", "{0}_s_{1}")
    whole = {n: "|".join(forms).format(re.escape(bare), re.escape(snake(n))) for n in shown}
    return [n for n, form in whole.items() if any(re.fullmatch(form, text) for text in said)]


def _words_of(call: Call, parameter: str) -> list[str]:
    """What an operation says of a parameter of its path, and the parameter's schema, in words of a name: the first
    sentence of each."""
    place = call.named("path").get(parameter, {})
    schema = place.get("schema")
    texts = (of.get("description") for of in (place, schema if isinstance(schema, dict) else {}))
    plain = (
        re.sub(r"[^a-z0-9]+", "_", re.split(r"\.\s", text)[0].lower()).strip("_")
        for text in texts
        if isinstance(text, str)
    )
    return [re.sub(r"^((?:the|a|an|unique)_)+", "", text) for text in plain]


def _is_of_another_form(found: Found, bare: str, shown: Schema) -> bool:
    """Whether a number or a UUID is hardly what a parameter names that is a text like any other, and is called neither
    as an id nor after the resource (``{crn}`` of a collection)."""
    is_called = bare in found.name or found.name in bare or not _IDS.isdisjoint(bare.split("_"))
    asked = [place.get("schema") for place in _places(found)]
    plain = [s for s in asked if isinstance(s, dict) and s.get("type") == "string" and "format" not in s]
    return not is_called and bool(plain) and len(plain) == len(asked) and id_type(shown) != "string"


def _may_be_path(schema: Schema) -> bool:
    """Whether a member may be a path where others of its name are: a number is none, nor a UUID."""
    return "string" in types_of(schema) and "format" not in schema


def tells_id(reader: Reader, found: Found, told: Shaped, member: str) -> bool:
    """Whether the documented answer to a create leads to the id: by a member, or by Location."""
    create = found.calls["create"]
    if create.method == "POST" and "location" in reader.headers(create, "2"):
        return True
    if create.method != "POST" or not told.created:
        return bool(reader.success(create))
    return bool(_telling(found, member, told.created))


def given_id(paths: Paths, schemas: Schemas, found: Found) -> str:
    """The type of the ids of a resource that is only there as a parent, as some path's parameter has it."""
    start = found.collection.rstrip("/")
    below = (other for other in paths.found.values() if other.collection.startswith(start))
    for call in (call for other in below for call in other.calls.values()):
        parameter = call.named("path").get(str(found.parameter))
        if parameter is not None:
            return id_type(schemas.of(parameter.get("schema"), (*call.route, "parameters")))
    return "string"


def creates_by_put(reader: Reader, found: Found) -> bool:
    """Whether a PUT is documented to create what is not there."""
    return "replace" in found.calls and 201 in reader.codes(found.calls["replace"], "2")


def may_create_by_put(reader: Reader, found: Found) -> bool:
    """Whether a PUT is documented to change what is there and to create as well, beside a create by POST: tools write
    both of each PUT, and most that have ids of their own making know no other."""
    by_post = "create" in found.calls and found.calls["create"].method == "POST" and not found.chooses
    return by_post and creates_by_put(reader, found) and len(reader.codes(found.calls["replace"], "2")) > 1


def _telling(found: Found, member: str, created: Schema) -> str | None:
    """The member of the answer to a create that holds the id: the id itself, or what is called as the path's parameter
    or after the resource (``ruleId`` of achievement rules), or as that of what was made (``insertedId``)."""
    shown: Mapping[str, Schema] = created.get("properties", {})
    for name in (member, str(found.parameter)):
        if name in shown:
            return name
    named = [n for n, s in shown.items() if f"_{found.name}".endswith(f"_{referred(n)[0] or ' '}") and _is_plain(s)]
    named = named or [n for n, s in shown.items() if _MADE.fullmatch(snake(n)) and _is_plain(s)]
    return named[0] if len(named) == 1 else None


def _is_plain(schema: Schema) -> bool:
    return bool(types_of(schema) - {"null"}) and types_of(schema) <= {"string", "integer", "number", "null"}


def parameter_schema(schemas: Schemas, found: Found) -> Schema:
    """The schema of the parameter of an item's path; that of any text where the document says none."""
    for call in found.calls.values():
        schema = _named(schemas, call, str(found.parameter))
        if schema:
            return schema
    return {"type": "string"}


def _named(schemas: Schemas, call: Call, name: str) -> Schema:
    apart = call.address and call.address.place == "query"
    parameter = call.named("query").get(call.address.name) if call.address and apart else call.named("path").get(name)
    if parameter is None:
        return {}
    schema = schemas.of(parameter.get("schema"), (*call.route, "parameters"))
    return {**schema, "format": "uuid"} if _says_uuid(parameter, schema) else schema


def _says_uuid(parameter: Mapping[str, Any], schema: Schema) -> bool:
    """Whether a parameter that may be any text is a UUID by its words or its example (``The UUID of the mapping``):
    what asks for the id may take no other text."""
    if types_of(schema) != {"string"} or {"enum", "const", "format", "pattern"} & schema.keys():
        return False
    said = str(parameter.get("description") or schema.get("description") or "")
    shown = parameter.get("example", schema.get("example", ""))
    other = re.search(r"(?i)\b(or|either)\b", said)
    return not other and bool(re.search(r"(?i)\b(uuid|guid)\b", said) or re.fullmatch(_UUID, str(shown)))


def id_type(schema: Mapping[str, Any]) -> str:
    """``integer``, ``uuid`` or ``string``."""
    kinds = types_of(schema)
    if "string" in kinds or not kinds & {"integer", "number"}:
        return "uuid" if schema.get("format") == "uuid" else "string"
    return "integer"


def identity(
    found: Found, member: str, body: Members, given: Schema, puts: bool, created: Schema, *, joins: bool
) -> dict[str, Any]:
    """The words of a contract about the id ``member``, whose schema is made fit for one. ``given``: that of the path's
    parameter. ``puts``: a PUT of an id that is new creates. ``created``: what a create answers. ``joins``: the id is
    that of something else, which a PUT puts there."""
    properties = body.properties
    schema = {k: v for k, v in properties[member].items() if k not in ("writeOnly", "default", "examples")}
    kind = id_type(schema)
    by_post = "create" in found.calls and found.calls["create"].method == "POST" and not found.chooses
    named = member in body.schema.get("required", ()) and not schema.get("readOnly") and by_post
    plain: Schema = {"type": "integer" if kind == "integer" else "string"}
    bounds = ("format", "pattern", "minimum", "maximum", "minLength", "maxLength")
    plain |= {w: schema[w] for w in bounds if w in schema and not (NARROWER in schema and schema[w] in GUESSED)}
    if id_type(given) == kind and types_of(given) & types_of(plain):
        # An id that breaks what the path asks of one could not be asked for.
        both = {**{w: given[w] for w in bounds if w in given}, **plain}
        plain = plain if nothing_fits(both) else both
    is_either = kind == "string" and "integer" in types_of(schema) and not (named or puts)
    if is_either:
        del plain["type"]  # answers may show either, and paths hold text
    if not named:
        if not joins:
            plain["readOnly"] = True
        body.create_only = [n for n in body.create_only if n != member]
    elif {"update", "replace"} & found.calls.keys() and member not in body.create_only:
        body.create_only.append(member)  # an update that names it may move the item
    properties[member] = plain
    body.shown[member] = {k: v for k, v in plain.items() if k != "readOnly"}
    if member in body.lenient:
        body.lenient.remove(member)
    said: dict[str, Any] = {"field": member} if member != "id" else {}
    if is_either:
        said["type"] = "string"
    if kind == "string" and id_type(given) == "uuid":
        said["type"] = "uuid"  # answers show text, and no other text can be asked for
    telling = _telling(found, member, created)
    if telling is not None and telling != member:
        said["link"] = step(telling)  # the bare id ends with itself
    if found.chooses:
        said["chosen_by"] = "client"
    elif puts:
        said["chosen_by"] = "either" if by_post else "client"
    elif named:
        said["chosen_by"] = "client"
    pattern = given.get("pattern")
    if pattern and kind == "string" and said.get("chosen_by"):
        said["pattern"] = re.sub(r"^\^\(\?:(.*)\)\$$|^\^(.*)\$$", lambda m: m[1] or m[2] or "", pattern)
    return said
