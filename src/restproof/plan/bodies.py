"""Request bodies of a resource: valid ones, drawn and enumerated, that keep the contract's own rules.

Bodies are plain JSON with symbols (``plan.symbols``): unique text holds ``{run}``, references hold ``{ref:…}``.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from restproof.contract.model import Contract, Example, Never, Ordered, Resource, creates_by_put
from restproof.contract.shapes import is_nullable, type_of, types_of
from restproof.plan.candidates import accepted, sample
from restproof.plan.symbols import RUN, TOKEN_LENGTH, reference, unique, uuid_of
from restproof.plan.values import value_strategy
from restproof.plan.words import PLAIN_NUMBERS, PLAIN_PHRASES
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import ROOMY, capacity
from restproof.semantics.state import same
from restproof.semantics.validate import Refusal, Validation

Body = dict[str, Any]
_SHORT = 400


@dataclass(frozen=True)
class Bodies:
    """The valid request bodies of ``resource``."""

    contract: Contract
    resource: Resource

    @cached_property
    def validation(self) -> Validation:
        """What the contract refuses of the fields of a request."""
        return Validation(self.resource)

    def refusals(self, operation: str, fields: Mapping[str, Any]) -> list[Refusal]:
        """What the schema has against the fields of a request, symbols resolved, and the contract does not let pass."""
        problems = self.validation.problems(operation, fields)
        found = [*self.validation.unknown(problems), *self.validation.values(problems, fields)]
        return [r for r in found if not self.resource.status(r.case).accepted]

    @cached_property
    def unique_fields(self) -> frozenset[str]:
        """Fields that a unique key names, so that two valid bodies must differ in them."""
        return frozenset(name for key in self.resource.unique for name in key)

    @cached_property
    def writable(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self._creating["properties"]
        return found

    @property
    def _creating(self) -> Mapping[str, Any]:
        """The shape of what makes the resource: where only PUT does, that of every PUT."""
        shapes = self.resource.shapes
        only_put = not self.resource.supports("create") and creates_by_put(self.resource)
        return shapes.replace if only_put else shapes.create

    @cached_property
    def changeable(self) -> Mapping[str, Mapping[str, Any]]:
        """Fields that an update may name; the client-chosen id and other immutable fields are left out, and the field
        that the id follows: its update would move the resource."""
        return {
            n: p
            for n, p in self.resource.shapes.update["properties"].items()
            if n not in (self.resource.id.field, self.resource.id.follows, *self.resource.immutable)
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(self._creating.get("required", ()))

    def referable(self, name: str) -> bool:
        """Whether the run can make something that reference field ``name`` may hold."""
        to = self.contract.resources[self.resource.references[name].to]
        return to.supports("create") or to.supports("replace")

    @cached_property
    def id_schema(self) -> Mapping[str, Any]:
        """What every id of the resource is."""
        identity = self.resource.id
        said = {k: v for k, v in self.resource.properties.get(identity.field, {}).items() if k != "readOnly"}
        bound = {"type": "integer", "minimum": 1} if identity.type == "integer" else {"type": "string", "minLength": 1}
        if identity.type == "string" and identity.pattern:
            bound["allOf"] = [{"pattern": f"^(?:{identity.pattern})$"}]
        return {**bound, **said}

    @cached_property
    def names_id(self) -> bool:
        """Whether a create holds the id that the client chose: where it goes to the collection."""
        resource = self.resource
        by_post = resource.supports("create") and resource.method("create") == "POST"
        return resource.id.chosen_by == "client" and by_post and not resource.supports("replace")

    def _roomy(self, name: str) -> bool:
        """Whether a field of a unique key has as many values as a run may need."""
        if name in self.resource.references or name not in self.writable:
            return False
        schema = self.writable[name]
        is_id = name == self.resource.id.field
        return is_id or self._with_token(schema, "renamed") is not None or capacity(schema) >= ROOMY

    @cached_property
    def telling(self) -> frozenset[str]:
        """Fields that make unique keys unique: of each key those that have many values, where it has such, and that no
        rule compares, where it has such."""
        found: set[str] = set()
        compared = {n for rule in self.resource.rules if isinstance(rule, Ordered) for n in (rule.first, rule.second)}
        for key in self.resource.unique:
            roomy = [n for n in key if self._roomy(n)]
            found.update([n for n in roomy if n not in compared] or roomy or key)
        return frozenset(found)

    @cached_property
    def ruled(self) -> frozenset[str]:
        """Fields that a business rule speaks of."""
        found: set[str] = set()
        for rule in self.resource.rules:
            if isinstance(rule, Ordered):
                found |= {rule.first, rule.second}
            elif isinstance(rule, Never):
                found.add(rule.field)
            elif isinstance(rule, Example):
                found |= rule.body.keys()
        return frozenset(found)

    @cached_property
    def fresh_references(self) -> frozenset[str]:
        """References that make a unique key unique because no other field of it can: each body names a referent of its
        own."""
        found: set[str] = set()
        for key in self.resource.unique:
            if not any(map(self._roomy, key)):
                named = [n for n in key if n in self.resource.references and self.referable(n)]
                found.update([n for n in named if self.resource.references[n].to != self.resource.name][:1])
        return frozenset(found)

    @cached_property
    def crowded(self) -> bool:
        """Whether a unique key has so few values that a run may use them up."""
        return any(not self.fresh_references & set(k) and not any(map(self._roomy, k)) for k in self.resource.unique)

    @cached_property
    def _samples(self) -> dict[str, Any]:
        """A plain value of each field; neighbours differ where the schema lets them, so that a mix-up shows."""
        found: dict[str, Any] = {}
        for at, (name, schema) in enumerate(self.writable.items()):
            usual = sample(schema)
            options = self._options(name, usual)
            # Texts take turns; of what else there is, each field has a value of its own as long as there is one.
            if usual in PLAIN_PHRASES and options:
                turn = options[at % len(options)]
            else:
                turn = options[0] if options and type_of(usual) in ("integer", "number") else usual
            unlike = (v for v in (turn, *options) if not any(same(v, other) for other in found.values()))
            found[name] = next(unlike, turn)
        return found

    def _options(self, name: str, usual: Any) -> list[Any]:
        """Other plain values of a field, of the type of its usual one."""
        schema = self.writable[name]
        if usual in PLAIN_PHRASES:
            return [p for p in PLAIN_PHRASES if is_valid(schema, p)]
        if isinstance(usual, bool) or usual is None or "examples" in schema:
            return []
        void: tuple[Any, ...] = (schema.get("default"), 0, "", [], {})
        valid = (c.value for c in accepted(schema) if type_of(c.value) == type_of(usual))
        ordinary = PLAIN_NUMBERS if isinstance(usual, int | float) else ()
        values = [*(n for n in ordinary if is_valid(schema, n)), *valid]
        return [v for v in values if len(str(v)) < _SHORT and not any(same(v, u) for u in void)]

    @cached_property
    def _others(self) -> dict[str, Any]:
        found = {}
        for name, plain in self._samples.items():
            valid = accepted(self.writable[name])
            others = [c.value for c in valid if c.value is not None and not same(c.value, plain)]
            shorter = [v for v in others if len(str(v)) < _SHORT and v not in ("", [], {})]
            found[name] = (shorter or others or [None])[-1]
        return found

    def plain(self, name: str, tag: str = "") -> Any:
        """One plain valid value of a field: unique text holds the token of the case and ``tag``."""
        if name in self.resource.references:
            ref = self.resource.references[name]
            if name in self.fresh_references:
                return [reference(ref.to, f"own{tag}")] if ref.many else reference(ref.to, f"own{tag}")
            # Two where there is room: the order of an array, and what is left of it, show only then.
            room = self.writable[name].get("maxItems", 2) if name in self.writable else 2
            return [reference(ref.to, n) for n in range(min(room, 2))] if ref.many else reference(ref.to, 0)
        if name == self.resource.id.field:
            return self.chosen_id(tag)
        if name in self.telling:
            return self.unique_value(name, tag)
        return copy.deepcopy(self._samples[name])

    def another(self, name: str) -> Any:
        """A valid value of a field that differs from the plain one; ``None`` where the schema leaves no other."""
        if name in self.resource.references:
            if name in self.fresh_references:
                return self.plain(name, "renamed")
            ref = self.resource.references[name]
            return [reference(ref.to, 1)] if ref.many else reference(ref.to, 1)
        if name in self.telling:
            return self.unique_value(name, "renamed")
        return copy.deepcopy(self._others[name])

    def plain_change(self) -> Body:
        """A valid update of one field; empty where nothing can change."""
        names = [n for n in self.changeable if n not in self.resource.references and self.another(n) is not None]
        names.sort(key=lambda n: n not in self.unique_fields)
        changes = (self.kept_rules({n: self.another(n)}, self.minimal()) for n in names)
        return next((change for change in changes if change), {})

    def unusual(self) -> Body:
        """Booleans and enumerations that a create may leave out, with a value that is not their default: what is
        hidden, closed or archived is there all the same."""
        kept, found = {*self.required, *self.unique_fields}, dict[str, Any]()
        for name, schema in self.writable.items():
            if name not in kept and ("enum" in schema or "boolean" in types_of(schema)):
                values = [c.value for c in accepted(schema) if c.value is not None]
                found.update([(name, v) for v in values if not same(v, self.defaults.get(name))][-1:])
        return found

    def other_values(self) -> Body:
        """A valid update of every field that can change, references apart, of what was made with the full body."""
        names = [n for n in self.changeable if n not in self.resource.references and n not in self.unique_fields]
        others = {n: self.another(n) for n in names}
        return self.kept_rules({n: v for n, v in others.items() if v is not None}, self.full())

    def every_change(self) -> Body:
        """A valid update of all fields that can change, references apart: for requests that must have no effect, where
        each might have one."""
        change = {**self.other_values(), **self.plain_change()}
        return change if self.kept_rules(change, self.minimal()) == change else self.plain_change()

    def chosen_id(self, tag: str = "") -> str:
        """An id for a resource whose ids clients choose."""
        if self.resource.id.type == "uuid":
            return uuid_of(tag)
        text = f"{RUN}{tag}"
        right = is_valid(self.id_schema, text.replace(RUN, "x" * TOKEN_LENGTH))
        return text if right else unique(self.resource.name, self.resource.id.field, tag)

    def unique_value(self, name: str, tag: str = "") -> Any:
        """A value of a unique field that no other case holds, with the run's prefix where the field has room for it; a
        sample where the schema leaves no two values."""
        schema = self.writable[name]
        text = self._with_token(schema, tag)
        if text is not None:
            return text
        return unique(self.resource.name, name, tag) if capacity(schema) > 1 else sample(schema)

    def _with_token(self, schema: Mapping[str, Any], tag: str) -> str | None:
        forms = {
            "uri": f"https://example.com/{RUN}{tag}",
            "email": f"{RUN}{tag}@example.com",
            "uuid": uuid_of(tag),
            "hostname": f"{RUN}{tag}.example.com",
        }
        text = forms.get(schema.get("format", ""), f"{RUN} {tag}" if tag else RUN)
        for candidate in (text, f"{RUN}{tag}", f"{RUN}{tag}."):
            if candidate.startswith("{uuid") or is_valid(schema, candidate.replace(RUN, "x" * TOKEN_LENGTH)):
                return candidate
        return None

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """Fields that a create gives once and for all, and that every replace repeats."""
        if not self.resource.supports("replace"):
            return ()
        replaceable = self.resource.shapes.replace["properties"].keys() & self.writable.keys()
        return tuple(n for n in self.resource.immutable if n in replaceable and n != self.resource.id.field)

    def minimal(self, tag: str = "") -> Body:
        """The required fields, and those that a later replace has to repeat."""
        own = [*self.fixed, *([self.resource.id.field] if self.names_id else [])]
        return self.kept_rules({name: self.plain(name, tag) for name in dict.fromkeys([*self.required, *own])})

    def keyed(self, tag: str = "", key: int = 0) -> Body:
        """The minimal body with the fields of one unique key (the first, or that with the number), required or
        not."""
        names = [name for found in self.resource.unique[key : key + 1] for name in found]
        return {**self.minimal(tag), **{name: self.plain(name, tag) for name in names}}

    def with_field(self, name: str, value: Any, tag: str = "") -> Body:
        """The minimal body with ``name`` set to ``value``."""
        return {**self.minimal(tag), name: value}

    def full(self, tag: str = "") -> Body:
        """Every field that a request may hold, with a plain value."""
        body = {
            name: self.plain(name, tag)
            for name in self.writable
            if name not in self.resource.references or self.referable(name)
        }
        if self.resource.id.field in body and self.resource.id.chosen_by == "server":
            del body[self.resource.id.field]
        return self.kept_rules({n: v for n, v in body.items() if v is not None})

    def kept_rules(
        self, body: Body, before: Mapping[str, Any] | None = None, *, fixed: Mapping[str, Any] = MappingProxyType({})
    ) -> Body:
        """``body`` without what would break a business rule on the state ``before`` (the earlier request values;
        ``None`` for a create). ``fixed``: members whose values stay as they are."""
        body = {**body, **fixed}
        stored = {**self.defaults, **(before or {})}
        kept = (*(() if before is not None else self.required), *fixed)
        for rule in self.resource.rules:
            state = {**stored, **body}
            if isinstance(rule, Ordered) and self.telling & {rule.first, rule.second}:
                body = self._beside_unknown(rule, body, kept)
            elif isinstance(rule, Ordered) and not _in_order(rule, state):
                body = self._ordered(rule, body, stored, kept, fixed)
            elif isinstance(rule, Never):
                moved = same(stored.get(rule.field), rule.before) and same(body.get(rule.field), rule.after)
                if moved and before is not None:
                    del body[rule.field]
            elif isinstance(rule, Example) and all(n in state and same(state[n], v) for n, v in rule.body.items()):
                free = [n for n in rule.body if n in body and n not in kept]
                for name in free:
                    del body[name]
                if not free:
                    body.update({n: self.another(n) for n in list(rule.body)[:1]})
        return body

    def _beside_unknown(self, rule: Ordered, body: Body, kept: Collection[str]) -> Body:
        """``body`` where one of the two is known only when it is sent: the other is left out, or the same."""
        known, unknown = sorted((rule.first, rule.second), key=lambda n: n in self.telling)
        if known not in body or known in self.telling:
            return body
        if known in kept and unknown in body:
            return {**body, known: body[unknown]}
        return {n: v for n, v in body.items() if n != known}

    def _ordered(
        self,
        rule: Ordered,
        body: Body,
        stored: Mapping[str, Any],
        kept: Collection[str],
        fixed: Mapping[str, Any],
    ) -> Body:
        """``body`` with as little changed as keeps the rule: the two values swapped, one or both left out, or both
        the same."""
        one, two = rule.first, rule.second
        tries = [{**body, one: body[two], two: body[one]}] if one in body and two in body else []
        tries += [{n: v for n, v in body.items() if n not in gone} for gone in ({two}, {one}, {one, two})]
        tries += [{**body, one: value, two: value} for value in (body.get(one), body.get(two)) if value is not None]
        tries += [{**body, one: sample(self.writable[one]), two: sample(self.writable[two])}]
        for found in tries:
            valid = all(is_valid(self.writable[n], found[n]) for n in (one, two) if found.get(n) is not None)
            stays = all(same(found.get(n), v) for n, v in fixed.items())
            if valid and stays and _in_order(rule, {**stored, **found}) and all(n in found for n in kept if n in body):
                return found
        return body

    @cached_property
    def defaults(self) -> Body:
        """What the fields are that a create leaves out, as far as the schema says."""
        return {n: p["default"] for n, p in self.writable.items() if "default" in p}

    @cached_property
    def valid(self) -> st.SearchStrategy[Body]:
        """Valid create bodies: any subset of the optional fields."""
        fields = {name: self._field(name) for name in self.writable if self._drawable(name)}
        always = {*self.required, *([self.resource.id.field] if self.names_id else ())}
        needed = {n: s for n, s in fields.items() if n in always}
        optional = {n: s for n, s in fields.items() if n not in always}
        return st.fixed_dictionaries(needed, optional=optional).map(self.kept_rules)

    @cached_property
    def changes(self) -> st.SearchStrategy[Body]:
        """Valid update bodies: one to four of the changeable fields. Apply ``kept_rules`` with the state that they
        meet."""
        fields = {name: self._field(name, "changed") for name in self.changeable if self._drawable(name)}
        if not fields:
            return st.just({})
        names = sorted(fields)

        def chosen(some: list[str]) -> st.SearchStrategy[Body]:
            return st.fixed_dictionaries({n: fields[n] for n in some})

        return st.lists(st.sampled_from(names), min_size=1, max_size=min(4, len(names)), unique=True).flatmap(chosen)

    def _drawable(self, name: str) -> bool:
        if name == self.resource.id.field:
            return self.names_id or name in self.required
        return name not in self.resource.references or self.referable(name)

    def _field(self, name: str, tag: str = "") -> st.SearchStrategy[Any]:
        schema = self.writable[name]
        if name == self.resource.id.field:
            return st.just(self.chosen_id())
        if name in self.resource.references:
            if name in self.fresh_references:
                return st.just(self.plain(name, tag))
            ref = self.resource.references[name]
            ids = [reference(ref.to, 0), reference(ref.to, 1)]
            if ref.many:
                least, most = min(schema.get("minItems", 0), 2), min(schema.get("maxItems", 2), 2)
                return st.lists(st.sampled_from(ids), unique=True, min_size=least, max_size=most)
            return st.sampled_from([*ids, None] if is_nullable(schema) else ids)
        if name in self.telling:
            return self._unique(name, schema, tag)
        return value_strategy(schema)

    def _unique(self, name: str, schema: Mapping[str, Any], tag: str) -> st.SearchStrategy[Any]:
        plain = self.unique_value(name, tag)
        bound = {"format", "pattern", "anyOf", "oneOf", "allOf"} & schema.keys()
        if not isinstance(plain, str) or not plain.startswith(RUN) or (bound and not _free(schema)):
            return st.just(plain)
        room = min(schema.get("maxLength", 80), 80) - TOKEN_LENGTH - 2  # for the blank and the letter at the end
        if room < 1:
            return st.just(plain)
        # A blank at an end, or one more, makes another name; what follows the token is plausible text.
        return value_strategy({"type": "string", "maxLength": room}).map(lambda text: f"{RUN} {text}{tag[:1] or 'x'}")


def _in_order(rule: Ordered, state: Mapping[str, Any]) -> bool:
    """Whether a state is known to keep the rule. Of a symbol nothing is known."""
    first, second = state.get(rule.first), state.get(rule.second)
    if first is None or second is None:
        return True
    if any(isinstance(v, str) and v.startswith("{") for v in (first, second)):
        return False
    return bool(first <= second)


def _free(schema: Mapping[str, Any]) -> bool:
    """Whether the schema leaves room for text beside the token: it is met by the token and by what follows it."""
    return is_valid(schema, "x" * TOKEN_LENGTH + " Zürich (2)'")
