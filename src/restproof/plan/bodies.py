"""Request bodies of a resource: valid ones, drawn and enumerated, that keep the contract's own rules.

Bodies are plain JSON with symbols (``plan.symbols``): unique text holds ``{run}``, references hold ``{ref:…}``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from restproof.contract.model import Contract, Example, Never, Ordered, Resource, creates_by_put
from restproof.contract.shapes import is_nullable
from restproof.plan.candidates import accepted, sample
from restproof.plan.symbols import RUN, TOKEN_LENGTH, reference
from restproof.plan.values import value_strategy
from restproof.semantics.checker import is_valid
from restproof.semantics.state import same

Body = dict[str, Any]
_SHORT = 400


@dataclass(frozen=True)
class Bodies:
    """The valid request bodies of ``resource``."""

    contract: Contract
    resource: Resource

    @cached_property
    def unique_fields(self) -> frozenset[str]:
        """Fields that a unique key names, so that two valid bodies must differ in them."""
        return frozenset(name for key in self.resource.unique for name in key)

    @cached_property
    def writable(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.resource.shapes.create["properties"]
        return found

    @cached_property
    def changeable(self) -> Mapping[str, Mapping[str, Any]]:
        """Fields that an update may name; the client-chosen id and other immutable fields are left out."""
        return {
            n: p
            for n, p in self.resource.shapes.update["properties"].items()
            if n != self.resource.id.field and n not in self.resource.immutable
        }

    @cached_property
    def creatable(self) -> bool:
        """Whether the contract has an operation that makes the resource."""
        return self.resource.supports("create") or creates_by_put(self.resource)

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(self.resource.shapes.create.get("required", ()))

    def referable(self, name: str) -> bool:
        """Whether the run can make something that reference field ``name`` may hold."""
        to = self.contract.resources[self.resource.references[name].to]
        return to.supports("create") or to.supports("replace")

    @cached_property
    def _samples(self) -> dict[str, Any]:
        return {name: sample(schema) for name, schema in self.writable.items()}

    def plain(self, name: str, tag: str = "") -> Any:
        """One plain valid value of a field: unique text holds the token of the case and ``tag``."""
        if name in self.resource.references:
            ref = self.resource.references[name]
            return [reference(ref.to, 0)] if ref.many else reference(ref.to, 0)
        if name == self.resource.id.field:
            return self.chosen_id(tag)
        if name in self.unique_fields:
            return self.unique_value(name, tag)
        return copy.deepcopy(self._samples[name])

    def another(self, name: str) -> Any:
        """A valid value of a field that differs from the plain one; ``None`` where the schema leaves no other."""
        schema = self.writable[name]
        if name in self.resource.references:
            ref = self.resource.references[name]
            return [reference(ref.to, 1)] if ref.many else reference(ref.to, 1)
        if name in self.unique_fields:
            return self.unique_value(name, "renamed")
        plain = self.plain(name)
        others = [c.value for c in accepted(schema) if c.value is not None and not same(c.value, plain)]
        shorter = [v for v in others if len(str(v)) < _SHORT and v not in ("", [], {})]
        return (shorter or others or [None])[-1]

    def plain_change(self) -> Body:
        """A valid update of one field; empty where nothing can change."""
        names = [n for n in self.changeable if n not in self.resource.references and self.another(n) is not None]
        first = next((n for n in names if n in self.unique_fields), next(iter(names), None))
        return {first: self.another(first)} if first else {}

    def chosen_id(self, tag: str = "") -> str:
        """An id for a resource whose ids clients choose."""
        if self.resource.id.type == "uuid":
            return f"{{uuid:{sum(map(ord, tag))}}}"
        return f"{RUN}{tag}"

    def unique_value(self, name: str, tag: str = "") -> Any:
        """A value of a unique field that no other case holds, with the run's prefix where the field has room for it."""
        schema = self.writable[name]
        tail = f" {tag}" if tag else ""
        room = schema.get("maxLength")
        forms = {
            "uri": f"https://example.com/{RUN}{tag}",
            "email": f"{RUN}{tag}@example.com",
            "uuid": f"{{uuid:{sum(map(ord, tag))}}}",
            "hostname": f"{RUN}{tag}.example.com",
        }
        text = forms.get(schema.get("format", ""), f"{RUN}{tail}")
        for candidate in (text, f"{RUN}{tag}", f"{RUN}{tag}."):
            real = candidate.replace(RUN, "x" * TOKEN_LENGTH)
            if candidate.startswith("{uuid") or (is_valid(schema, real) and (room is None or len(real) <= room)):
                return candidate
        return sample(schema)

    def minimal(self, tag: str = "") -> Body:
        """The required fields only."""
        return {name: self.plain(name, tag) for name in self.required}

    def keyed(self, tag: str = "") -> Body:
        """The minimal body with the fields of the first unique key, required or not."""
        return {
            **self.minimal(tag),
            **{name: self.plain(name, tag) for key in self.resource.unique[:1] for name in key},
        }

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

    def kept_rules(self, body: Body, before: Mapping[str, Any] | None = None) -> Body:
        """``body`` without what would break a business rule on the state ``before`` (the earlier request values;
        ``None`` for a create)."""
        body = dict(body)
        state = {**(before or {}), **body}
        for rule in self.resource.rules:
            if isinstance(rule, Ordered):
                first, second = state.get(rule.first), state.get(rule.second)
                if first is None or second is None or first <= second:
                    continue
                if rule.first in body and rule.second in body:
                    body[rule.first], body[rule.second] = second, first
                else:
                    body.pop(rule.first if rule.first in body else rule.second)
            elif isinstance(rule, Never):
                if before is not None and before.get(rule.field) == rule.before and body.get(rule.field) == rule.after:
                    del body[rule.field]
            elif isinstance(rule, Example):
                members = rule.body.items()
                if all(n in state and state[n] == v for n, v in members):
                    for name in rule.body:
                        if name not in self.required:
                            body.pop(name, None)
            state = {**(before or {}), **body}
        return body

    @cached_property
    def valid(self) -> st.SearchStrategy[Body]:
        """Valid create bodies: any subset of the optional fields."""
        fields = {name: self._field(name) for name in self.writable if self._drawable(name)}
        needed = {n: s for n, s in fields.items() if n in self.required}
        optional = {n: s for n, s in fields.items() if n not in self.required}
        return st.fixed_dictionaries(needed, optional=optional).map(self.kept_rules)

    @cached_property
    def changes(self) -> st.SearchStrategy[Body]:
        """Valid update bodies: one to four of the changeable fields. Apply ``kept_rules`` with the state that they
        meet."""
        fields = {name: self._field(name) for name in self.changeable if self._drawable(name)}
        if not fields:
            return st.just({})
        names = sorted(fields)

        def chosen(some: list[str]) -> st.SearchStrategy[Body]:
            return st.fixed_dictionaries({n: fields[n] for n in some})

        return st.lists(st.sampled_from(names), min_size=1, max_size=min(4, len(names)), unique=True).flatmap(chosen)

    def _drawable(self, name: str) -> bool:
        if name == self.resource.id.field:
            return self.resource.id.chosen_by == "client" and not self.resource.supports("replace")
        return name not in self.resource.references or self.referable(name)

    def _field(self, name: str) -> st.SearchStrategy[Any]:
        schema = self.writable[name]
        if name == self.resource.id.field:
            return st.just(self.chosen_id())
        if name in self.resource.references:
            ref = self.resource.references[name]
            ids = [reference(ref.to, 0), reference(ref.to, 1)]
            if ref.many:
                return st.lists(st.sampled_from(ids), unique=True, max_size=2)
            return st.sampled_from([*ids, None] if is_nullable(schema) else ids)
        if name in self.unique_fields:
            return self._unique(name, schema)
        return value_strategy(schema)

    def _unique(self, name: str, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        plain = self.unique_value(name)
        if not isinstance(plain, str) or not plain.startswith(RUN) or ("pattern" in schema and not _free(schema)):
            return st.just(plain) if RUN in str(plain) or "{uuid" in str(plain) else value_strategy(schema)
        if "format" in schema:
            return st.just(plain)
        room = min(schema.get("maxLength", 80), 80) - TOKEN_LENGTH - 2  # for the blank and the letter at the end
        if room < 1:
            return st.just(plain)
        # A blank at an end, or one more, makes another name; what follows the token is plausible text.
        return value_strategy({"type": "string", "maxLength": room}).map(lambda text: f"{RUN} {text}x")


def _free(schema: Mapping[str, Any]) -> bool:
    """Whether the pattern leaves room for text beside the token: it is met by the token and by what follows it."""
    return is_valid(schema, "x" * TOKEN_LENGTH + " Zürich (2)'")
