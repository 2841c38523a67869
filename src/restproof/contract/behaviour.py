"""How a resource behaves over several requests: the words of a contract that name fields of its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.contract.business import RulesReader, is_symbolic
from restproof.contract.document import Route
from restproof.contract.fields import Fields, FieldsReader
from restproof.contract.held import EACH, Held
from restproof.contract.hints import near
from restproof.contract.locations import ENTRIES, field_of
from restproof.contract.media import TOKEN
from restproof.contract.model import Default, DerivedAlternative, Id, Reference, Resource
from restproof.contract.normal import Form
from restproof.contract.parents import parents_said
from restproof.contract.queries import QueryReader
from restproof.contract.rules import Belongs
from restproof.contract.shapes import types_of
from restproof.contract.validator import Validator
from restproof.contract.values import VALUES
from restproof.contract.versions import CHANGES, Version, version_of
from restproof.contract.wrapping import wrappers

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SYMBOL = re.compile(r"\{(run|ref:[^{}]*)\}")
_MOMENTS = ("date", "date-time", "time")
_ORDERED = frozenset({"string", "number", "integer", "boolean"})


class BehaviourReader(FieldsReader):
    """Reads uniqueness, derivation, references, rules, sorting and filters of one resource."""

    def __init__(self, raw: Mapping[str, Any], fields: Fields, route: Route, id: Id, whole: Mapping[str, Any]) -> None:
        """``whole``: what the contract says besides, its resources among it."""
        super().__init__(raw, fields, route)
        self.id, self.whole = id, whole
        self.resources: Mapping[str, Any] = whole["resources"]

    def read(self) -> dict[str, Any]:
        """The keyword arguments of ``Resource`` that are about behaviour."""
        names = {
            "touched": self.names("touched", self.fields.readable),
            "always_touched": self.always_touched(),
            "volatile": self.names("volatile", self.fields.readable),
            "lenient": self.names("lenient", self.fields.known),
            "create_only": self.names("create_only", self.fields.writable),
            "unlisted": self.names("unlisted", self.fields.readable),
            "unordered": self.names("unordered", self.fields.readable),
            "secret": self.names("secret", self.fields.known),
            "public": self.names("public", self._is_member),
        }
        if self.version is not None and self.version.root not in names["volatile"]:
            names["volatile"] += (self.version.root,)
        self.check_values()
        references, reads_as, derived = self.references(), self.reads_as(), self.derived()
        shown = {r.reads_as for r in references.values()} | set(reads_as.values())
        moving = (
            {re.split(r"[.\[]", place)[0] for place in shown}
            | set(derived)
            | set(names["touched"])
            | set(names["volatile"])
        )
        return {
            **names,
            "unique": self.unique(),
            "unique_by": self.unique_by(),
            "made_defaults": self.made_defaults(),
            "normalized": self.normalized(),
            "unique_scope": self.raw.get("unique_scope", "parent"),
            "derived": derived,
            "touched_resolution": float(self.raw.get("touched_resolution", 1)),
            "immutable": self.immutable(moving),
            "references": references,
            "inner_references": self.inner_references(),
            "reads_as": reads_as,
            **RulesReader(self.raw, self.fields, self.route).read(
                tuple(Belongs(name, ref.beside) for name, ref in references.items() if ref.beside)
            ),
            **QueryReader(self.raw, self.fields, self.route, self.whole.get("query", {})).read(),
        }

    def _is_member(self, name: str, route: Route, word: str) -> bool:
        """Whether it is a field, or a member of bodies that holds what is listed, read or sent."""
        return name in wrappers(self.fields.resource, self.raw, self.whole) or self.fields.known(name, route, word)

    def names(self, word: str, check: Any) -> tuple[str, ...]:
        said = self.raw.get(word, ())
        for index, name in enumerate(said):
            check(name, (*self.route, word, name if isinstance(said, dict) else index), word)
        return tuple(said)

    def always_touched(self) -> tuple[str, ...]:
        said = self.raw.get("touched", ())
        return tuple(n for n, when in said.items() if when == "always") if isinstance(said, dict) else ()

    def made_defaults(self) -> dict[str, Default]:
        """By field, what the server makes of one that a create leaves out."""
        found = {}
        for name, said in self.raw.get("defaults", {}).items():
            route = ("defaults", name)
            if not self.fields.writable(name, (*self.route, *route), "defaults"):
                continue
            if "default" in self.fields.properties[name]:
                self.problem(f"the schema of '{name}' has a default", *route, hint="leave one of the two out")
            if isinstance(said, dict) and "value" in said:
                found[name] = Default("value", value=said["value"])
            elif isinstance(said, dict):
                self.fields.known(said["copy"], (*self.route, *route, "copy"), "defaults")
                found[name] = Default("copy", said["copy"])
            else:
                found[name] = Default(said)
        return found

    def conditional(self, operations: tuple[str, ...]) -> dict[str, Any]:
        """Entity-tags, the writes for which ``If-Match`` counts, and those that want it, which needs a strong tag that
        a read shows."""
        said = self.raw.get("conditional", {})
        tag, wanted = said.get("etag", False), said.get("required", False)
        if wanted and (tag is not True or "read" not in operations):
            hint = "say etag: true beside it, and offer the read"
            self.problem("a required If-Match names the tag of a read, which is none here", "conditional", hint=hint)
        named = CHANGES if wanted is True else wanted or ()
        required = tuple(o for o in named if o in operations)
        counts = said.get("match", CHANGES)
        for operation in required:
            if operation not in counts:
                self.problem(f"'{operation}' wants an If-Match that does not count for it", "conditional", "match")
        matched = tuple(o for o in counts if o in operations) if tag else ()
        if self.version is not None and "read" not in operations:
            hint = "offer the read, or leave the version to the schemas of update and replace"
            self.problem("a write names the version that a read shows, which is none here", "conditional", hint=hint)
        return {"etag": bool(tag), "weak_etag": tag == "weak", "preconditions": required, "matched": matched} | {
            "version": self.version
        }

    @cached_property
    def version(self) -> Version | None:
        """How writes name the state that they change, where it is not by an entity-tag."""
        said = self.raw.get("conditional", {}).get("version")
        if said is None:
            return None
        found = version_of(said)
        route: Route = ("conditional", "version")
        if self.fields.located(found.field, (*self.route, *route), "version"):
            schema = self.fields.properties.get(found.root, {})
            if not schema.get("readOnly") and isinstance(self.raw.get("schema"), str):
                hint = f'mark it in the schema: "{found.root}": {{"readOnly": true, …}}; a write names it all the same'
                self.problem(f"the version '{found.root}' is the server's to set", *route, hint=hint)
        if found.place == "header" and not TOKEN.fullmatch(found.name):
            self.problem(f"no header has the name '{found.name}'", *route, hint="say name: and that of the header")
        return found

    def unique(self) -> tuple[tuple[str, ...], ...]:
        groups = []
        for index, said in enumerate(self.raw.get("unique", ())):
            groups.append(_members(said))
            for name in groups[-1]:
                self.fields.writable(name, (*self.route, "unique", index), "unique")
        return tuple(groups)

    def unique_by(self) -> dict[str, tuple[Form, ...]]:
        """By member of a unique key, the forms in which its values are compared."""
        found: dict[str, tuple[Form, ...]] = {}
        for index, said in enumerate(self.raw.get("unique", ())):
            if not isinstance(said, dict) or "by" not in said:
                continue
            forms = (said["by"],) if isinstance(said["by"], str) else tuple(said["by"])
            texts = [n for n in _members(said) if "string" in types_of(self.fields.properties.get(n, {}))]
            if not texts:
                self.problem("'by' says how texts are compared, and none stands here", "unique", index, hint="drop it")
            for name in texts:
                if found.setdefault(name, forms) != forms:
                    hint = "say the same in both keys"
                    self.problem(f"'{name}' is compared in two ways", "unique", index, hint=hint)
        return found

    def check_values(self) -> None:
        """Every listed value is one that the schema allows, of a field that requests hold."""
        for place in self.raw.get("values", {}):
            route = (*self.route, "values", place)
            if not self.fields.located(place, route, "values", requested=True):
                continue
            schema = self.fields.at(place)
            wrong = [v for v in schema.get(VALUES, ()) if not Validator(dict(schema)).is_valid(v)]
            if wrong:
                hint = "list values that requests can hold"
                self.problem(f"the schema of '{place}' does not allow {wrong[0]!r}", "values", place, hint=hint)

    def normalized(self) -> dict[str, tuple[Form, ...]]:
        """By place, the forms in which the server keeps values."""
        found: dict[str, tuple[Form, ...]] = {}
        for place, said in self.raw.get("normalized", {}).items():
            route = (*self.route, "normalized", place)
            if not self.fields.located(place, route, "normalized"):
                continue
            name = field_of(self.fields.properties, place)
            if name == self.id.field or name in self.raw.get("references", {}):
                self.problem(f"'{name}' is an id, which has no other form", "normalized", place, hint="leave it out")
            forms = (said,) if isinstance(said, str | dict) else tuple(said)
            # By which number a text is sorted and compared (decimal) may be said of what the server sets as well.
            set_too = all(isinstance(form, dict) for form in forms)
            (self.fields.readable if set_too else self.fields.writable)(name, route, "normalized")
            kinds = types_of(self.fields.at(place))
            for form in forms:
                fits = {"string"} if isinstance(form, str) else {"string", "number", "integer"}
                if not kinds & fits:
                    what = "texts" if isinstance(form, str) else "numbers, or texts that are some"
                    hint = "name a field that holds them"
                    self.problem(f"'{place}' holds no {what}, which this is a form of", "normalized", place, hint=hint)
            as_text = "string" in kinds and not kinds & {"number", "integer"}
            found[place] = tuple(f if isinstance(f, str) else {**f, "text": f.get("text", as_text)} for f in forms)
        return found

    def immutable(self, moving: set[str]) -> tuple[str, ...]:
        stays = () if self.id.changes or not self.id.field else (self.id.field,)
        if "immutable" in self.raw:
            said = self.names("immutable", self.fields.readable)
            return said if self.id.field in said else (*stays, *said)
        set_by_server = [n for n, p in self.fields.properties.items() if p.get("readOnly") and n not in moving]
        return tuple(dict.fromkeys((*stays, *set_by_server)))

    def derived(self) -> dict[str, tuple[DerivedAlternative, ...]]:
        said = self.raw.get("derived", {})
        if isinstance(said, list):
            self.names("derived", self.fields.readable)
            return dict.fromkeys(said, ())
        found = {}
        for name, how in said.items():
            self.fields.readable(name, (*self.route, "derived", name), "derived")
            alternatives = []
            for index, one in enumerate([{"template": how}] if isinstance(how, str) else how):
                route: Route = (
                    (*self.route, "derived", name) if isinstance(how, str) else (*self.route, "derived", name, index)
                )
                for field in (*one.get("when", ()), *_PLACEHOLDER.findall(one["template"])):
                    self.fields.known(field, route, "derived")
                alternatives.append(DerivedAlternative(one["template"], tuple(one.get("when", ()))))
            if alternatives and alternatives[-1].when:
                self.problem(
                    f"the last template of '{name}' has a 'when'",
                    "derived",
                    name,
                    hint="end with one that always holds",
                )
            found[name] = tuple(alternatives)
        return found

    def inner_references(self) -> dict[str, str]:
        """By place in a request field, the resource whose id stands there."""
        found = {}
        for place, said in self.raw.get("references", {}).items():
            if not is_inner(place):
                continue
            if said["to"] not in self.resources:
                message = f"'{place}' refers to an unknown resource '{said['to']}'"
                self.problem(message, "references", place, "to", hint=near(said["to"], self.resources))
            elif self.fields.located(place, (*self.route, "references", place), "references", requested=True):
                found[place] = str(said["to"])
            for word in ("reads_as", "on_delete", "within", "place", "with", "url"):
                if word in said:
                    hint = "only of a field that is itself a reference more can be said"
                    self.problem(f"'{word}' of a reference inside a field", "references", place, word, hint=hint)
        return found

    def held(self) -> tuple[Held, ...]:
        """The references that bodies hold otherwise than by their bare id."""
        found = []
        for name, said in self.raw.get("references", {}).items():
            place, schema = said.get("place", ""), self.fields.properties.get(name, {})
            if is_inner(name) or not said.keys() & {"place", "with", "url"}:
                continue
            route, kinds = ("references", name), types_of(schema)
            inner = schema.get("items", {}) if "array" in kinds else schema
            own: Any = self.resources.get(said["to"], {}).get("id", {})
            slashes = isinstance(own, Mapping) and own.get("slashes", False)
            one = Held(name, place, said.get("with", {}), said.get("url", ""), "integer" in types_of(inner), slashes)
            self.naming(name, one)
            if place and "type" in schema and (f"/{EACH}" in place) != ("array" in kinds):
                hint = f"write '{place}/{EACH}/id' of an array of objects, and no {EACH} of one id"
                self.problem(f"the schema of '{name}' and its place differ in how many there are", *route, hint=hint)
            if one.root != name and one.root in self.fields.properties:
                hint = "give the reference the name of that member, or take the member out of the schema"
                self.problem(f"'{name}' stands inside of '{one.root}', which is a field too", *route, hint=hint)
            if place and "reads_as" in said:
                hint = "leave one of the two out"
                self.problem(f"the place of '{name}' is where a response shows it, too", *route, "reads_as", hint=hint)
            if "with" in said and not place:
                self.problem(f"'with' says what stands beside '{name}'", *route, "with", hint="say where: place: /…/id")
            found.append(one)
        return tuple(found)

    def naming(self, name: str, held: Held) -> None:
        """What stands for the id of a reference names no other resources than those above both."""
        above = {p.resource for p in parents_said(self.raw, self.raw["path"])}
        for other in held.named.above if held.named else ():
            if other not in above:
                hint = near(other, above) or "write {id} for the id; any other name is a parent"
                self.problem(
                    f"'{other}' in what stands for '{name}' is no parent", "references", name, "url", hint=hint
                )

    def references(self) -> dict[str, Reference]:
        found = {}
        for name, said in self.raw.get("references", {}).items():
            route = ("references", name)
            if is_inner(name):
                continue
            if not self.fields.writable(name, (*self.route, *route), "references"):
                continue
            if said["to"] not in self.resources:
                message = f"'{name}' refers to an unknown resource '{said['to']}'"
                self.problem(message, *route, "to", hint=near(said["to"], self.resources))
            reads_as = said.get("reads_as", name)
            if reads_as == "none":
                reads_as = ""
            elif "reads_as" in said:
                self.fields.located(reads_as, (*self.route, *route, "reads_as"), "reads_as")
            elif self.fields.properties[name].get("writeOnly"):
                hint = "say where a response shows it (reads_as: office.id), or reads_as: none"
                self.problem(f"the reference '{name}' is writeOnly, so no response shows it", *route, hint=hint)
            many = "array" in types_of(self.fields.properties[name]) and "type" in self.fields.properties[name]
            words = {word: said[word] for word in ("on_delete", "within") if word in said}
            self.lies_in(name, said)
            found[name] = Reference(name, said["to"], reads_as, many, **words)
        return found

    def lies_in(self, name: str, said: Mapping[str, Any]) -> None:
        """Where a reference has to lie in what another one names, that is a reference to what it may lie in."""
        within, known = said.get("within", "parents"), self.raw["references"]
        if within in ("parents", "anywhere"):
            return
        outer = known.get(within, {}).get("to")
        if outer is None or is_inner(within) or within == name:
            hint = near(within, ("parents", "anywhere", *known)) or "say parents, anywhere, or the reference beside it"
            self.problem(f"'{within}' is no reference beside '{name}'", "references", name, "within", hint=hint)
            return
        lies = self.resources.get(said["to"], {})
        above = {p.resource for p in parents_said(lies, lies.get("path", ""))}
        named = {ref.get("to") for place, ref in lies.get("references", {}).items() if not is_inner(place)}
        if outer not in above | named:
            hint = f"'{said['to']}' has neither '{outer}' as its parent nor a reference to it"
            self.problem(
                f"nothing says in which '{outer}' a '{said['to']}' lies", "references", name, "within", hint=hint
            )

    def reads_as(self) -> dict[str, str]:
        said: Mapping[str, str] = self.raw.get("reads_as", {})
        for name, place in said.items():
            route = (*self.route, "reads_as", name)
            if self.fields.writable(name, route, "reads_as"):
                self.fields.located(place, route, "reads_as")
            if name in self.raw.get("references", {}):
                self.problem(f"'{name}' is a reference", "reads_as", name, hint="say reads_as inside 'references'")
        return dict(said)

    def check_defaults(self, resource: Resource) -> None:
        """Every value that the server gives a field is one that responses may show."""
        for name, made in resource.made_defaults.items():
            if made.made == "value" and not Validator(resource.shown_property(name)).is_valid(made.value):
                message = f"the schema of '{name}' does not allow {made.value!r}"
                self.problem(message, "defaults", name, hint="correct one of the two")

    def check_examples(self, resource: Resource) -> None:
        """Every example is a body that a create takes; members that hold a symbol are not looked at."""
        if not resource.examples:
            return
        validator = Validator(dict(resource.shapes.create))
        for index, body in enumerate(resource.examples):
            for error in validator.iter_errors(body):
                if error.absolute_path and is_symbolic(body[error.absolute_path[0]]):
                    continue
                where = "/".join(str(step) for step in error.absolute_path)
                message = (
                    f"example {index + 1} is not valid" + (f" at '{where}'" if where else "") + f": {error.message}"
                )
                self.problem(
                    message, "examples", index, *error.absolute_path, hint="an example is a body that a create accepts"
                )


def is_inner(place: str) -> bool:
    """Whether a reference stands inside of a field: in a member of an object, or of the entries of an array."""
    return "." in place or place.endswith(ENTRIES)


def _members(said: Any) -> tuple[str, ...]:
    """The members of a unique key, as a contract names them."""
    if isinstance(said, dict):
        said = said["field"] if "field" in said else said["fields"]
    return (said,) if isinstance(said, str) else tuple(said)
