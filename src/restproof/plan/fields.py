"""The request fields of a resource: what a client may send, and what a unique key asks of them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import WRITES, Contract, Resource, creates_by_put
from restproof.contract.pairs import pairs
from restproof.contract.quotas import Quota
from restproof.contract.rules import Belongs, BusinessRule
from restproof.contract.shapes import SOMETIMES, types_of
from restproof.contract.values import is_unknown, listed, sent_fields
from restproof.frozen import frozen
from restproof.plan.candidates import sample
from restproof.plan.cases import Body
from restproof.plan.marking import form_of, marked_text
from restproof.plan.room import limits, room_for_many
from restproof.plan.spans import Span, spans_of
from restproof.plan.symbols import RUN, uuid_of, valid_with_token
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import ROOMY, capacity
from restproof.semantics.initial import absent_value
from restproof.semantics.validate import Refusal, Validation

_ROOMY_PARENT = 100
"""So many entries find room under a parent that the run shares."""
_MANY = 2_000
"""Values of a field that are enough where those of others hardly matter."""


@frozen
class RequestFields:
    """The fields that requests for ``resource`` may hold."""

    contract: Contract
    resource: Resource

    @cached_property
    def validation(self) -> Validation:
        """What the contract refuses of the fields of a request."""
        return Validation(self.resource)

    def refusals(self, operation: str, fields: Mapping[str, Any]) -> list[Refusal]:
        """What the schema has against the fields of a request, symbols resolved, and the contract does not let pass."""
        problems = self.validation.problems(operation, fields)
        found = [*self.validation.unknown(problems), *self.validation.values(operation, problems, fields)]
        return [r for r in found if not self.resource.status(r.case).accepted]

    @cached_property
    def writable(self) -> Mapping[str, Mapping[str, Any]]:
        """Field → schema of all that a create may hold."""
        return sent_fields(self._creating)

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
        return self._after_create("update")

    @cached_property
    def replaceable(self) -> Mapping[str, Mapping[str, Any]]:
        """Fields that a replace may name, in the same way."""
        return self._after_create("replace")

    @property
    def movable(self) -> Mapping[str, Mapping[str, Any]]:
        """Fields that what takes the resource from state to state may name: an update, else a replace."""
        return self.changeable if self.resource.supports("update") else self.replaceable

    def _after_create(self, operation: str) -> Mapping[str, Mapping[str, Any]]:
        never = (self.resource.id.field, self.resource.id.follows, *self.resource.immutable)
        return {n: p for n, p in sent_fields(self.resource.shapes.request(operation)).items() if n not in never}

    @cached_property
    def settable(self) -> Mapping[str, Mapping[str, Any]]:
        """Field → schema of all that any request may hold: as a create has it, where that may hold it."""
        asked = [self.resource.shapes.request(o)["properties"] for o in WRITES]
        unsent = {n: p for side in asked for n, p in side.items() if is_unknown(p)}
        others = {**unsent, **self.replaceable, **self.changeable}
        return {**self.writable, **{n: p for n, p in others.items() if n not in self.writable}}

    def may_hold(self, operation: str, name: str, value: Any) -> bool:
        """Whether the operation's requests may hold the field with this value: with any at all, if no request may hold
        the value, as where a symbol stands for a number."""
        sides = {"create": self.writable, "update": self.changeable, "replace": self.replaceable}
        own = sides[operation].get(name)
        if own is None or is_valid(own, value):
            return own is not None
        return not any(name in side and is_valid(side[name], value) for side in sides.values())

    def suits_both(self, name: str, value: Any) -> bool:
        """Whether a create and an update may hold the value, as far as each knows the field."""
        return all(is_valid(known[name], value) for known in (self.writable, self.changeable) if name in known)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that a create must hold."""
        return tuple(self._creating.get("required", ()))

    def left_out(self, operation: str, body: Mapping[str, Any], spare: int = 0) -> tuple[str, ...]:
        """What an update, or a replace with a schema of its own, must hold besides ``body``: its required members, and
        any others up to the least number of them and ``spare`` more."""
        shape = self.resource.shapes.request(operation)
        if operation not in self.resource.directions:
            return ()
        # Whether an update may lack what its schema requires can be open: it is sent with all of that.
        said = self.resource.directions[operation].get("required", ())
        needed = [n for n in said if n in shape["properties"] and n not in body]
        spared = {*body, *needed, *self.ruled, *self.resource.references}
        free = [n for n in shape["properties"] if n in self.settable and n not in spared]
        least = shape.get("minProperties", 0)
        lacking = least + (spare if least else 0) - len(body) - len(needed)
        return (*needed, *free[: max(0, lacking)])

    @cached_property
    def defaults(self) -> Body:
        """What the fields are that a create leaves out, or cannot hold, as far as the schema says."""
        later = {n: self.first_value(n) for n in self.settable if n not in self.writable}
        said = {n: p["default"] for n, p in self.writable.items() if "default" in p and not p.get(SOMETIMES)}
        return {**{n: v for n, v in later.items() if v is not None}, **said}

    def first_value(self, name: str) -> Any:
        """What a field is at first that no create can hold: the default in what responses show of it; ``None`` where
        the schema does not say."""
        shown = (self.resource.shapes.response["properties"], self.resource.properties)
        return next((found[name]["default"] for found in shown if "default" in found.get(name, {})), None)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """Fields that a create gives once and for all, and that every replace repeats."""
        if not self.resource.supports("replace"):
            return ()
        replaceable = self.resource.shapes.replace["properties"].keys() & self.writable.keys()
        return tuple(n for n in self.resource.immutable if n in replaceable and n != self.resource.id.field)

    @cached_property
    def ruled(self) -> frozenset[str]:
        """Fields that a business rule speaks of."""
        return frozenset(name for rule in self.resource.rules for name in rule.fields)

    @cached_property
    def weighed(self) -> frozenset[str]:
        """Fields whose values a business rule looks at: none of them has room for the token of the case."""
        return frozenset(name for rule in self.resource.rules for name in rule.weighed)

    @cached_property
    def kept_rules(self) -> tuple[BusinessRule, ...]:
        """The rules that bodies meant to be valid keep: the contract's, and where it leaves open which there are, those
        that names suggest. Nothing is asserted of the latter."""
        rules = self.resource.rules
        if "rules" not in self.resource.open:
            return rules
        spoken = {frozenset(rule.fields) for rule in rules}
        return (*rules, *(o for o in pairs(self.settable) if frozenset(o.fields) not in spoken))

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
        return resource.id.chosen_by == "client" and by_post


@frozen
class UniqueKeys(RequestFields):
    """Which fields tell two instances apart."""

    @cached_property
    def unique_fields(self) -> frozenset[str]:
        """Fields that a unique key names, so that two valid bodies must differ in them."""
        return frozenset(name for key in self.resource.unique for name in key)

    @cached_property
    def varied_fields(self) -> frozenset[str]:
        """Texts that differ from body to body because the contract leaves open what is unique: each may be. No conflict
        is expected of them."""
        if "unique" not in self.resource.open:
            return frozenset()
        kept_out = {self.resource.id.field, *self.resource.references, *self.resource.secret}
        spared = kept_out | self.ruled | self.unique_fields
        return frozenset(n for n, s in self.writable.items() if n not in spared and (_may_vary(s) or _is_code(s)))

    def _roomy(self, name: str) -> bool:
        """Whether a field of a unique key has as many values as a run may need."""
        if name in self.resource.references or name not in self.settable:
            return False
        if name == self.resource.id.field:
            return not self.ids_are_few
        schema = self.settable[name]
        return with_token(schema, "renamed") is not None or capacity(schema) >= ROOMY

    @cached_property
    def ids_are_few(self) -> bool:
        """Whether clients choose ids of which there are so few, as of codes of languages, that one may well name what
        is there already."""
        identity, schema = self.resource.id, self.id_schema
        if identity.chosen_by == "server" or identity.type == "uuid" or identity.field in self.resource.references:
            return False
        return not valid_with_token(schema, RUN) and capacity(schema) < ROOMY

    @cached_property
    def spans(self) -> Mapping[str, Span]:
        """The pairs of fields that are the begin and the end of a span, by each field of it, where it is open which
        rules there are: of two that overlap, the second may be refused."""
        is_open = "rules" in self.resource.open
        return spans_of(self.kept_rules, self.writable) if is_open else {}

    @cached_property
    def distinguishing_fields(self) -> frozenset[str]:
        """Fields that make unique keys unique: of each key those that have many values, where it has such, and that no
        rule compares, where it has such; the varied ones, and spans."""
        found = {*self.varied_fields, *self.spans}
        compared = {n for rule in self.resource.rules if rule.compares for n in rule.fields}
        for key in self.resource.unique:
            roomy = [n for n in key if self._roomy(n)]
            found.update([n for n in roomy if n not in compared] or roomy or key)
        for quota in (q for q in self.resource.quotas if not found & {*q.per}):
            apart = [n for n in quota.per if self._has_many(n)]
            found.update(([n for n in apart if n not in compared] or apart)[:1])
        return frozenset(found)

    def _has_many(self, name: str) -> bool:
        """Whether a field by which entries count together has so many values that each body can have its own."""
        if name in self.resource.references or name not in self.writable:
            return False
        return self._roomy(name) or capacity(self.writable[name]) >= _MANY

    @cached_property
    def fresh_references(self) -> frozenset[str]:
        """References that make a unique key unique because no other field of it can: each body names a referent of its
        own. Where the contract leaves open what is unique, and no text tells bodies apart, that may well be one: a
        booking, a membership."""
        id = self.resource.id.field  # which may be that of what it stands for: a member by the id of a user
        is_chosen = self.resource.id.chosen_by != "server" and id in self.resource.references
        found = {id} if is_chosen and self.referable(id) else set[str]()
        told_apart = any(_may_vary(self.writable[n]) for n in self.varied_fields)  # a short code is hardly what does it
        if "unique" in self.resource.open and not self.resource.unique and not told_apart:
            found.update([n for n in self._named_by_creates if n in self.required][:1] or self._named_by_creates[:1])
        for key in self.resource.unique:
            if not any(map(self._roomy, key)):
                named = [n for n in key if n in self.resource.references and self.referable(n)]
                others = [n for n in named if self.resource.references[n].to != self.resource.name]
                found.update([n for n in others if n not in self.tied][:1] or others[:1])
        for quota in (q for q in self.resource.quotas if not (found | self.distinguishing_fields) & {*q.per}):
            found.update([n for n in self._named_by_creates if n in quota.per and n not in self.tied][:1])
        return frozenset(found)

    @cached_property
    def shared_quotas(self) -> tuple[Quota, ...]:
        """The quotas that bodies of a run use up together, since they cannot differ in what counts apart."""
        apart = self.fresh_references | self.distinguishing_fields
        return tuple(q for q in self.resource.quotas if not apart & {*q.per} and not self._is_roomy(q))

    def may_use_up(self, operation: str, body: Any) -> bool:
        """Whether a valid request may be one too many for a quota: where bodies use one up together, and where one
        leaves out what it counts by, for which the server may have the same value each time."""
        if operation not in WRITES:
            return False
        if self.shared_quotas or operation == "update" or not isinstance(body, Mapping):
            return bool(self.shared_quotas)
        return any(name not in body for name in self.counted_by)

    @cached_property
    def counted_by(self) -> tuple[str, ...]:
        """The fields by which quotas count and of which nobody knows what they are where a create leaves them out."""
        named = dict.fromkeys(n for quota in self.resource.quotas for n in quota.per if n in self.writable)
        return tuple(n for n in named if not self._is_null_if_absent(n, self.writable[n]))

    def _is_null_if_absent(self, name: str, schema: Mapping[str, Any]) -> bool:
        try:
            return absent_value(self.resource, name, schema) is None
        except KeyError:
            return False

    def _is_roomy(self, quota: Quota) -> bool:
        """Whether the run says itself how much there may be, in a parent that it makes."""
        if quota.told_by is None or not self.contract.resources[quota.told_by[0]].creatable:
            return False
        schema = self.contract.resources[quota.told_by[0]].shapes.create["properties"].get(quota.told_by[1], {})
        return bool((room_for_many(schema) or 0) >= _ROOMY_PARENT * self._largest_amount(quota))

    def _largest_amount(self, quota: Quota) -> float:
        """How much one entry counts at most."""
        return float(self.settable.get(quota.of, {}).get("maximum", 1)) if quota.of else 1.0

    @cached_property
    def telling_fields(self) -> frozenset[str]:
        """The fields that say how much there may be below the resource."""
        said = self.contract.quota_fields.get(self.resource.name, frozenset())
        return said | limits(self.contract, self.resource, self.writable)

    @cached_property
    def tied(self) -> frozenset[str]:
        """References that go together with another one."""
        return frozenset(n for rule in self.resource.rules if isinstance(rule, Belongs) for n in rule.fields)

    @property
    def _named_by_creates(self) -> list[str]:
        """The references of a create to one of another kind, which the run can make."""
        references = {n: r for n, r in self.resource.references.items() if n in self.writable and not r.many}
        return [n for n, r in references.items() if r.to != self.resource.name and self.referable(n)]

    @cached_property
    def values_may_run_out(self) -> bool:
        """Whether a unique key, or what clients choose ids of, has so few values that a run may use them up."""
        return self.ids_are_few or any(
            not self.fresh_references & set(k) and not any(map(self._roomy, k)) for k in self.resource.unique
        )


def with_token(schema: Mapping[str, Any], tag: str) -> str | None:
    """A text of the schema that holds the token of the case and ``tag``; ``None`` where it has no room for them."""
    if listed(schema):
        return None
    forms = {
        "uri": f"https://example.com/{RUN}{tag}",
        "email": f"{RUN}{tag}@example.com",
        "uuid": uuid_of(tag),
        "hostname": f"{RUN}{tag}.example.com",
    }
    text = forms.get(form_of(schema) or "", f"{RUN} {tag}" if tag else RUN)
    for candidate in (text, f"{RUN}{tag}", f"{RUN}{tag}.", f"{RUN}{_short(tag)}"):
        if candidate.startswith("{uuid") or valid_with_token(schema, candidate):
            return candidate
    return None


def _short(tag: str) -> str:
    """A tag in two characters at most, where there is no room for more."""
    number = zlib.crc32(tag.encode())
    return tag if len(tag) < 2 else f"{_LETTERS[number % 26]}{_LETTERS[number // 26 % 26]}"


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NUMBERED = ("ipv4", "ipv6")


_TELLING = frozenset({"enum", "const", "format", "pattern", "examples", "default"})
"""Keywords by which a schema tells what a text is."""


def varied_text(schema: Mapping[str, Any], plain: str, tag: str) -> str | None:
    """``plain``, behind the token of the case and ``tag``; an address or a URI of their own where the format, or the
    example, is one. ``None`` where the schema has no room for them, or where only an example, and no pattern, tells
    what fits."""
    form = schema.get("format") or next((f for f in ("email", "uri", "uuid") if FORMATS[f].check(plain)), None)
    if form:
        return with_token({**schema, "format": form}, tag)
    if "examples" in schema and "pattern" not in schema:
        return None
    text = marked_text(schema, plain)
    tagged = text.replace(RUN, f"{RUN}{tag}", 1) if text else None
    return tagged if tagged and valid_with_token(schema, tagged) else with_token(schema, tag)


def _may_vary(schema: Mapping[str, Any]) -> bool:
    """Whether a field holds text, and nothing else, that has as many values as a run may need."""
    if types_of(schema) - {"null"} != {"string"} or {"enum", "const"} & schema.keys() or schema.get("writeOnly"):
        return False
    plain = sample(schema)
    if not isinstance(plain, str):
        return False
    is_code = "pattern" in schema or schema.get("format") in _NUMBERED
    return varied_text(schema, plain, "renamed") is not None or (is_code and capacity(schema) >= ROOMY)


def _is_code(schema: Mapping[str, Any]) -> bool:
    """Whether a field holds short text, without room for a token, of which nothing tells what fits: an ISBN, a number
    plate."""
    if types_of(schema) - {"null"} != {"string"} or schema.keys() & _TELLING or schema.get("writeOnly"):
        return False
    return isinstance(sample(schema), str) and capacity(schema) >= ROOMY
