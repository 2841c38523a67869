"""Schema files: found beside the contract or under ``schemas/``, checked, and with every ``$ref`` written out.

No reader downstream ever sees a ``$ref``, a boolean property schema or ``$defs``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
from jsonschema import Draft202012Validator

from restproof.contract.bounds import out_of_bounds
from restproof.contract.conditions import NEVER
from restproof.contract.discriminator import told_apart
from restproof.contract.document import Document, Problems, Route, note_file, read_json, read_yaml
from restproof.contract.formats import NAMES
from restproof.contract.functions import project
from restproof.contract.hints import closest, near
from restproof.contract.inner import LISTS, MAPS, SINGLE
from restproof.contract.merging import merged
from restproof.contract.patterns import is_expression
from restproof.contract.texts import whole
from restproof.contract.validator import Validator
from restproof.contract.values import read_values
from restproof.errors import ContractError, Place
from restproof.frozen import frozen
from restproof.pointer import Nothing, follow

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated", "$comment"}
)
_PLAIN = frozenset(
    {
        "$schema",
        "$id",
        "$ref",
        "$vocabulary",
        "type",
        "enum",
        "const",
        "required",
        "dependentRequired",
        "format",
        "pattern",
    }
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"}
    | {"minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"}
    | {"contentEncoding", "contentMediaType", "contentSchema"}
)
_KEYWORDS = _ANNOTATIONS | MAPS | LISTS | SINGLE | _PLAIN
_UNREADABLE = ("$dynamicRef", "$dynamicAnchor", "$anchor", "$recursiveRef", "$recursiveAnchor")
_NEAR = 0.8
"""How like a known word an unknown one must be to be a slip: JSON Schema allows words and formats of one's own."""
_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_COUNTS = frozenset(
    f"{bound}{what}" for bound in ("min", "max") for what in ("Length", "Items", "Properties", "Contains")
)
"""Keywords whose value is a number of things, which may be written as 5.0."""


@frozen
class SchemaSource:
    """A schema with its ``$ref`` written out, and where its parts stand."""

    schema: Mapping[str, Any]
    document: Document
    at: Route = ()

    def place(self, *route: str | int) -> Place:
        return self.document.place((*self.at, *route))


class _Link(NamedTuple):
    """A reference that is being followed: where it leads, and whether it is all that the one before it leads to."""

    step: str
    at: Route
    is_alias: bool = False


_Chain = tuple[_Link, ...]
_PARTS = frozenset({"anyOf", "oneOf", "if", "then", "else", "dependentSchemas"})
"""Keywords under which a schema speaks of some objects alone."""
_LEVELS = 3
"""How often a schema that stands inside itself is written out; what is nested deeper may be anything."""


_COPY = "a copy of it may stand there; links lead to what is in {}"


def _folders(contract: Path) -> tuple[Path, ...]:
    """Beside a contract, and ``schemas/NAME/`` next to the ``contracts/`` folder around it."""
    here = contract.parent
    return here, *(above.parent / "schemas" / here.name for above in here.parents if above.name == "contracts")


class SchemaFolder:
    """The schemas of one contract, each read once."""

    def __init__(self, contract: Path, problems: Problems, formats: Collection[str] = ()) -> None:
        """``formats``: the names that the contract gives to formats of its own."""
        self.contract = contract
        self.problems = problems
        self.formats = formats
        self._documents: dict[Path, Document | None] = {}
        self._sound: dict[Path, bool] = {}
        self._sources: dict[Path, SchemaSource] = {}
        self._followed: dict[tuple[int, str], tuple[Document, dict[str, Any]]] = {}
        """What references lead to, by the document and the pointer, where it is the same from everywhere."""
        self._found: dict[tuple[Path, str], Path] = {}
        """Files that are there, by the file that names them and the name."""
        self._cuts = 0

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """Where a schema file is looked up: beside the contract, then ``schemas/NAME/`` next to the ``contracts/``
        folder around it.
        """
        return _folders(self.contract)

    def find(self, name: str, place: Place) -> Path | None:
        """The file of that name, or ``None`` after noting that it is missing."""
        # What a standard names lies beside the standard.
        key = place.file, name
        if key in self._found:
            return self._found[key]
        folders = tuple(dict.fromkeys((place.file.absolute().parent, *self.folders)))
        for folder in folders:
            if (folder / name).is_file():
                if not self._stays(folder / name, place.file):
                    self.problems.add(f"'{name}' is a link that leaves the project", place, _COPY.format(project()))
                    return None
                return self._found.setdefault(key, folder / name)
        there = [f.name for folder in folders if folder.is_dir() for f in folder.glob("*.json")]
        looked = " and ".join(str(f) for f in folders)
        self.problems.add(f"there is no schema file '{name}'", place, near(name, there) or f"looked in {looked}")
        return None

    def _stays(self, file: Path, named_by: Path) -> bool:
        """Whether a file, which may be a link, is of the project, or where the files of the contract lead. What stands
        elsewhere the run would send and tell, for a contract that somebody else has written."""
        roots = (file.parent.resolve(), named_by.resolve().parent, *_folders(self.contract.resolve()), project())
        return any(file.resolve().is_relative_to(root) for root in roots)

    def load(self, name: str, place: Place) -> SchemaSource | None:
        """The schema of a file, or ``None`` after noting why not."""
        file = self.find(name, place)
        if file is None or file in self._sources:
            return self._sources[file] if file else None
        document = self._read(file)
        found = self.check(document) if document else None
        if found is not None:
            self._sources[file] = found
        return found

    def values(self, name: str, place: Place) -> list[Any]:
        """The values that a file lists; none after noting that it is missing or holds none."""
        file = self.find(name, place)
        if file is not None:
            note_file(file)
        try:
            found = read_values(file.read_text(encoding="utf-8")) if file else []
        except ValueError as error:
            self.problems.add(f"'{name}' cannot be read: {error}", place, "a JSON array, or one text a line, in UTF-8")
            return []
        if file and not found:
            self.problems.add(f"'{name}' lists no value", place, "write a JSON array, or one text a line")
        return found

    def check(self, document: Document, at: Route = ()) -> SchemaSource | None:
        """Check a schema against the metaschema and write its ``$ref`` out; ``None`` after noting what is wrong."""
        before = len(self.problems)
        value = document.value
        for step in at:
            value = value[step]
        root = document
        if at:
            lines = {r[len(at) :]: n for r, n in document.lines.items() if r[: len(at)] == at}
            root = Document(document.file, value, lines)
        if not isinstance(value, dict):
            self.problems.add("a schema must be an object", document.place(at), 'start with {"type": "object"}')
            return None
        self._metaschema(root)
        if len(self.problems) > before:
            return None
        schema = self._inline(value, root, (), (_Link(f"{root.file.name}#", ()),))
        if len(self.problems) > before or not isinstance(schema, dict):
            return None
        return SchemaSource(schema, root)

    def _read(self, file: Path) -> Document | None:
        if file not in self._documents:
            try:
                read = read_yaml if file.suffix in (".yaml", ".yml") else read_json
                self._documents[file] = read(file, self.problems)
            except ContractError as error:
                self.problems.add(error.message, error.place or Place(file), error.hint)
                self._documents[file] = None
        return self._documents[file]

    def _is_sound(self, document: Document) -> bool:
        """Whether another file of the folder is a valid schema; looked at once."""
        if document.file not in self._sound:
            before = len(self.problems)
            self._metaschema(document)
            self._sound[document.file] = len(self.problems) == before
        return self._sound[document.file]

    def _metaschema(self, document: Document) -> None:
        dialect = document.value.get("$schema", DIALECT) if isinstance(document.value, dict) else DIALECT
        if dialect != DIALECT:
            hint = f'write "$schema": "{DIALECT}", or leave it out'
            self.problems.add("only JSON Schema 2020-12 is understood", document.place(("$schema",)), hint)
            return
        # The quick validator finds most schemas sound; of the others the exact one tells where they are not.
        if isinstance(document.value, dict) and _is_surely_sound(document.value):
            return
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(document.value):
            route = tuple(error.absolute_path)
            where = "/".join(str(step) for step in route) or "the top"
            message = f"not a valid JSON Schema: at {where}, {error.message}"
            self.problems.add(
                message, document.place(route), "see the JSON Schema 2020-12 specification for this keyword"
            )

    def _inline(self, schema: Any, document: Document, route: Route, chain: _Chain) -> Any:
        """``schema`` without ``$ref``. ``chain`` holds the references that are being followed."""
        if not isinstance(schema, dict):
            return schema
        self._words(schema, document, route)
        written: dict[str, Any] = {}
        for word, value in schema.items():
            here = (*route, word)
            if word in ("$ref", "$defs", "$id"):
                continue
            if word in MAPS:
                written[word] = {n: self._schema(s, document, (*here, n), chain) for n, s in value.items()}
            elif word in LISTS:
                found = [self._schema(s, document, (*here, i), chain) for i, s in enumerate(value)]
                written[word] = found if word == "prefixItems" else self._met(word, found, document, here)
            elif word in SINGLE:
                written[word] = self._inline(value, document, here, chain)
            else:
                written[word] = whole(value) if word in _COUNTS else value
        for word in ("items", "contains"):
            if written.get(word) is True:
                written[word] = {}
        if isinstance(schema.get("discriminator"), dict):
            written.update(told_apart(schema, written))
        written = merged(written)
        if "$ref" in schema:
            target = self._follow(schema["$ref"], document, (*route, "$ref"), chain)
            clash = [w for w in written if w in target and w not in _ANNOTATIONS and written[w] != target[w]]
            if clash:
                message = f"'{clash[0]}' stands beside a $ref whose target says something else of it"
                self.problems.add(
                    message, document.place((*route, clash[0])), "write the schema out here instead of the $ref"
                )
            if not written and "$schema" not in target:
                return target
            written = {**{w: v for w, v in target.items() if w != "$schema"}, **written}
        return written

    def _met(self, word: str, schemas: list[Any], document: Document, route: Route) -> list[Any]:
        """Those of the schemas of ``allOf``, ``anyOf`` or ``oneOf`` that some value keeps: ``false`` is none, and an
        alternative less. Notes it where nothing is left."""
        left = [s for s in schemas if s is not False]
        if len(left) < len(schemas) and (word == "allOf" or not left):
            message = f"no value is allowed here: '{word}' is false"
            self.problems.add(message, document.place(route), "remove it, or say what it holds")
        return left or [{}]

    def _schema(self, schema: Any, document: Document, route: Route, chain: _Chain) -> Any:
        if schema is True:
            return {}
        if schema is False and route[-2] == "properties" and not _PARTS.isdisjoint(map(str, route[:-2])):
            return dict(NEVER)  # an alternative, or a condition, without a member that others have
        if schema is False and route[-2] == "properties":
            message = f"the property '{route[-1]}' is false: nothing can ever be there"
            self.problems.add(message, document.place(route), "remove it, or say what it holds")
            return {}
        return self._inline(schema, document, route, chain)

    def _follow(self, ref: str, document: Document, route: Route, chain: _Chain) -> dict[str, Any]:
        place = partial(document.place, route)
        name, _, pointer = ref.partition("#")
        target: Document | None = document
        if name and (":" in name or "/" in name or "\\" in name):
            self.problems.add(
                f"$ref '{ref}' leaves the folder", place(), "refer to #/$defs/... or to a file of the same folder"
            )
            return {}
        if name:
            file = document.file.parent / name
            if file not in self._documents and not file.is_file():
                others = [f.name for f in document.file.parent.glob("*.json")]
                self.problems.add(
                    f"$ref names no file: '{name}'", place(), near(name, others) or f"looked in {file.parent}"
                )
                return {}
            if not self._stays(file, document.file):
                self.problems.add(f"$ref '{ref}' is a link that leaves the project", place(), _COPY.format(project()))
                return {}
            target = self._read(file)
        if target is None:
            return {}
        step = f"{target.file.name}#{pointer}"
        link = _Link(step, (), chain[-1].at == route[:-1] and len(chain) > 1)
        before = [at for at, known in enumerate(chain) if known.step == step]
        if before and all(known.is_alias for known in (*chain[before[-1] + 1 :], link)):
            cycle = " → ".join(known.step.removesuffix("#") for known in (*chain[before[-1] :], link))
            self.problems.add(f"$ref goes round in a circle: {cycle}", place(), "say what it is in one of these places")
            return {}
        if len(chain) - len({known.step for known in chain}) >= _LEVELS or len(before) > _LEVELS:
            self._cuts += 1
            return {}
        if (id(target), pointer) in self._followed:
            return self._followed[id(target), pointer][1]
        if pointer and not pointer.startswith("/"):
            self.problems.add(f"$ref '{ref}' uses an anchor", place(), "refer by path: #/$defs/NAME")
            return {}
        try:
            value, at = follow(target.value, pointer)
        except Nothing as error:
            hint = near(error.step, error.known) or "check the path"
            self.problems.add(f"$ref '{ref}' names nothing: there is no '{error.step}'", place(), hint)
            return {}
        if target is not document and not self._is_sound(target):
            return {}
        cuts, noted = self._cuts, len(self.problems)
        inlined = self._inline(value, target, at, (*chain, link._replace(at=at)))
        found = inlined if isinstance(inlined, dict) else {}
        if self._cuts == cuts and len(self.problems) == noted:
            # Nothing of it is cut short, so it is the same wherever the reference stands.
            self._followed[id(target), pointer] = target, found
        return found

    def _words(self, schema: Mapping[str, Any], document: Document, route: Route) -> None:
        """What the metaschema lets pass: misspelt keywords, bounds the wrong way round, patterns that are no
        expressions.
        """
        add = self.problems.add
        for word in (word for word in schema if word not in _KEYWORDS):
            if word in _UNREADABLE:
                add(f"'{word}' is not supported", document.place((*route, word)), "refer by path: #/$defs/NAME")
            elif not word.startswith("x-") and (guess := closest(word, _KEYWORDS, _NEAR)):
                message = f"'{word}' is no keyword of JSON Schema"
                add(message, document.place((*route, word)), f"did you mean '{guess}'?")
        if schema.get("readOnly") is True and schema.get("writeOnly") is True:
            hint = "keep readOnly for what the server sets, writeOnly for what only requests hold"
            add("a property cannot be both readOnly and writeOnly", document.place((*route, "writeOnly")), hint)
        for low, high in _BOUNDS:
            if _is_number(schema.get(low)) and _is_number(schema.get(high)) and schema[low] > schema[high]:
                message = f"'{low}' ({schema[low]}) is above '{high}' ({schema[high]})"
                add(message, document.place((*route, low)), "no value can keep both: correct one")
        if "enum" in schema and not any(_fits(schema, value) for value in schema["enum"]):
            hint = "list a value of the type, or drop 'enum'"
            add("no value is allowed here", document.place((*route, "enum")), hint)
        if "pattern" in schema and not is_expression(schema["pattern"]):
            place = document.place((*route, "pattern"))
            add("'pattern' is no regular expression", place, "check its brackets and escapes")
        for word, message, hint in out_of_bounds(schema):
            add(message, document.place((*route, word)), hint)
        named = schema.get("format")
        guess = closest(named, NAMES, _NEAR) if isinstance(named, str) else None
        if guess and named not in NAMES and named not in self.formats:
            hint = f"did you mean '{guess}'? one of your own stands under 'formats' at the top of the contract"
            add(f"the format '{named}' is not known", document.place((*route, "format")), hint)


def _is_surely_sound(schema: Mapping[str, Any]) -> bool:
    try:
        return bool(jsonschema_rs.meta.is_valid({"$schema": DIALECT, **schema}))
    except ValueError:  # a text in it is no Unicode
        return False


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a listed value keeps the plain keywords beside it."""
    beside = {word: said for word, said in schema.items() if word in _PLAIN - {"enum", "$ref", "$schema", "$id"}}
    return bool(Validator(beside).is_valid(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
