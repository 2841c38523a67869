"""Request bodies of a resource: valid ones, drawn and enumerated, that keep the contract's own rules.

Bodies are plain JSON with symbols (``plan.symbols``): unique text holds ``{run}``, references hold ``{ref:…}``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from restproof.contract.forms import is_sayable
from restproof.contract.shapes import NEEDED, same, types_of
from restproof.frozen import frozen
from restproof.plan.belonging import USUAL, may_build_on
from restproof.plan.candidates import accepted
from restproof.plan.cases import Body
from restproof.plan.field_values import FieldValues
from restproof.plan.rules import freed, keep
from restproof.plan.ruling import Keeping
from restproof.plan.symbols import RUN, reference
from restproof.semantics.checker import is_valid
from restproof.semantics.inner import steps_of

if TYPE_CHECKING:
    from hypothesis import strategies as st


@frozen
class Bodies(FieldValues):
    """The valid request bodies of ``resource``."""

    def minimal(self, tag: str = "") -> Body:
        """The required fields, those that a later replace has to repeat, those that say how much there may be below,
        those by which quotas count, and those that are needed under a condition that only words tell. Where none is
        required, and rules are open, nobody may have written down which are: then every field."""
        if not tag:
            return {n: copy.deepcopy(v) if isinstance(v, dict | list) else v for n, v in self._minimal.items()}
        return self._telling(tag)

    def bare(self) -> Body:
        """The minimal body without what only tells whose it is."""
        return self._smallest("")

    @cached_property
    def _minimal(self) -> Body:
        return self._telling("")

    def _telling(self, tag: str) -> Body:
        """The smallest body; where no text marks it, and it holds nothing, what others have made may be just like
        it."""
        return self._smallest(tag) or (self._one_field(tag) if self.token_field is None else {})

    def _smallest(self, tag: str) -> Body:
        if not self.required and "rules" in self.resource.open:
            return self.full(tag)
        telling = [n for n in self.writable if n in self.telling_fields]
        told = [n for n, schema in self.writable.items() if schema.get(NEEDED) == "open"]
        own = [*self.fixed, *telling, *told, *self.counted_by, *([self.resource.id.field] if self.names_id else [])]
        body = self.adjusted_to_rules({name: self.plain(name, tag) for name in dict.fromkeys([*self.required, *own])})
        return body or (self._one_field(tag) if self.resource.operation("create").media.is_form else {})

    def without(self, name: str, body: Body) -> Body:
        """The body of a create without a field, which is not told from no body at all where it is a form and nothing
        is left: there with another field."""
        left = {n: v for n, v in body.items() if n != name}
        return left or (self._one_field("", name) if self.resource.operation("create").media.is_form else {})

    def _one_field(self, tag: str, but: str = "") -> Body:
        """A field that none has to be sent, for what is no body without any; nothing where none can be sent alone.
        ``but``: not that one."""
        form = self.resource.operation("create").media
        for name, schema in sorted(self.writable.items(), key=lambda field: bool(field[1].get("writeOnly"))):
            if name in self.resource.references or name in self.unique_fields or name in (but, self.resource.id.field):
                continue
            body = {name: self.plain(name, tag)}
            whole = {"type": "object", "properties": {name: schema}}
            if self.adjusted_to_rules(body) == body and is_sayable(body, whole, form.nested):
                return body
        return {}

    def lying(self, key: str = USUAL, tag: str = "", *, whole: bool = False) -> Body:
        """The minimal body, or a ``whole`` one with every field but for those by which it could not be made before
        itself; its references that say what it lies in (``Contract.ties``) name the instance of that key."""
        ties = self.contract.ties.get(self.resource.name, {})
        outer = {name: reference(to, key) for name, to in ties.items()}
        body = self.full(tag) if whole else self.minimal(tag)
        if left := self._going_round & body.keys():
            body = self.adjusted_to_rules({n: v for n, v in body.items() if n not in left})
        return self.adjusted_to_rules({**body, **outer}, fixed=outer) if outer else body

    @cached_property
    def _going_round(self) -> frozenset[str]:
        """The fields that name what may name this resource itself, where a create may leave them out."""
        named = {name: reference.to for name, reference in self.resource.references.items()}
        inner = [(steps_of(place)[0], to) for place, to in self.resource.inner_references.items()]
        optional = [(name, to) for name, to in (*named.items(), *inner) if name not in self.required]
        return frozenset(n for n, to in optional if may_build_on(self.contract, to, self.resource.name))

    def keyed(self, tag: str = "", key: int = 0) -> Body:
        """The minimal body with the fields of one unique key (the first, or that with the number), required or
        not."""
        names = [name for found in self.resource.unique[key : key + 1] for name in found]
        return {**self.minimal(tag), **{name: self.plain(name, tag) for name in names}}

    def with_field(self, name: str, value: Any, tag: str = "") -> Body:
        """The minimal body with ``name`` set to ``value``, and where that is valid with what the rules ask for
        besides."""
        body = {**self.minimal(tag), name: value}
        if not self.kept_rules:
            return body
        return self.adjusted_to_rules(body, fixed={name: value}) if is_valid(self.settable[name], value) else body

    def full(self, tag: str = "") -> Body:
        """Every field that a request may hold, with a plain value; in a state that forbids no update of them, where
        there is one."""
        body = {
            name: self.plain(name, tag)
            for name in self.writable
            if name not in self.resource.references or (self.referable(name) and name not in self._used_up)
        }
        if self.resource.id.field in body and self.resource.id.chosen_by == "server":
            del body[self.resource.id.field]
        whole = self.adjusted_to_rules({n: v for n, v in body.items() if v is not None})
        free = freed(self, whole)
        return free if self.adjusted_to_rules(free) == free else whole

    @cached_property
    def _used_up(self) -> frozenset[str]:
        """The references to one of the same kind that only one instance may have: shared ones would soon be used up."""
        alone = {key[0] for key in self.resource.unique if len(key) == 1} - {*self.required} - self.fresh_references
        return frozenset(n for n in alone & {*self.resource.references} if self._names_its_own(n))

    def _names_its_own(self, name: str) -> bool:
        reference = self.resource.references[name]
        return reference.to == self.resource.name and not reference.many

    def plain_change(self) -> Body:
        """A valid update of one field; empty where nothing can change."""
        names = [n for n in self.changeable if n not in self.resource.references and self.another(n) is not None]
        names.sort(key=lambda n: n not in self.unique_fields)
        changes = (self.adjusted_to_rules({n: self.another(n)}, self.minimal()) for n in names)
        return next((change for change in changes if change), {})

    def whole_change(self) -> Body:
        """A valid update of one field, with what every update must hold."""
        change = self.plain_change()
        return {**change, **{n: self.plain(n) for n in self.left_out("update", change)}}

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
        return self.adjusted_to_rules({n: v for n, v in others.items() if v is not None}, self.full())

    def every_change(self) -> Body:
        """A valid update of all fields that can change, references apart: for requests that must have no effect, where
        each might have one."""
        change = {**self.other_values(), **self.plain_change()}
        return change if self.adjusted_to_rules(change, self.minimal()) == change else self.plain_change()

    def adjusted_to_rules(
        self, body: Body, before: Mapping[str, Any] | None = None, *, fixed: Mapping[str, Any] = MappingProxyType({})
    ) -> Body:
        """``body`` without what would break a business rule on the state ``before`` (the earlier request values;
        ``None`` for a create). ``fixed``: members whose values stay as they are."""
        if not self.kept_rules:
            return {**body, **fixed}
        return keep(self, {**body, **fixed}, Keeping({**self.defaults, **(before or {})}, before is None, fixed))

    @cached_property
    def valid(self) -> st.SearchStrategy[Body]:
        """Valid create bodies: any subset of the optional fields."""
        from hypothesis import strategies as st  # takes its time: only for who draws

        fields = {name: self.field(name) for name in self.writable if self.drawable(name)}
        always = {*self.required, *self.counted_by, *([self.resource.id.field] if self.names_id else ())}
        needed = {n: s for n, s in fields.items() if n in always}
        optional = {n: s for n, s in fields.items() if n not in always}
        return st.fixed_dictionaries(needed, optional=optional).map(self.adjusted_to_rules)

    @cached_property
    def changes(self) -> st.SearchStrategy[Body]:
        """Valid update bodies: one to four of the changeable fields. Apply ``adjusted_to_rules`` with the state
        that they meet."""
        from hypothesis import strategies as st

        fields = {name: self.field(name, "changed") for name in self.changeable if self.drawable(name)}
        if not fields:
            return st.just({})
        names = sorted(fields)

        def chosen(some: list[str]) -> st.SearchStrategy[Body]:
            return st.fixed_dictionaries({n: fields[n] for n in some})

        return st.lists(st.sampled_from(names), min_size=1, max_size=min(4, len(names)), unique=True).flatmap(chosen)


def unmarked(all_bodies: Iterable[Bodies]) -> Iterator[tuple[str, str]]:
    """The resources whose creates can hold no token, and what proves then that one is of the run. ``all_bodies``: those
    of each resource."""
    for bodies in all_bodies:
        resource = bodies.resource
        if resource.creatable and bodies.token_field is None and RUN not in str(bodies.marked(bodies.minimal(), RUN)):
            if resource.supports("list"):
                yield resource.name, "an id that the list did not hold before, with what was sent, proves whose it is"
            else:
                yield resource.name, "and without a list nothing proves whose it is: none is changed or deleted"
