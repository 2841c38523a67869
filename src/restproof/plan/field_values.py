"""Plain values of a resource's request fields: one that says something, and another one."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from restproof.contract.locations import ENTRIES
from restproof.contract.normal import normal
from restproof.contract.shapes import is_nullable, same, type_of, types_of
from restproof.contract.words import is_soft_reference
from restproof.frozen import frozen
from restproof.plan.candidates import accepted, sample
from restproof.plan.fields import varied_text, with_token
from restproof.plan.marking import markable_fields, marked_inside, marked_text, with_mark
from restproof.plan.room import room_for_many
from restproof.plan.spelling import Spelling
from restproof.plan.symbols import RUN, TOKEN_LENGTH, reference, unique, uuid_of, valid_with_token
from restproof.plan.words import PLAIN_NUMBERS, PLAIN_WORDS
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import capacity
from restproof.semantics.initial import with_defaults
from restproof.semantics.inner import replaced, steps_of
from restproof.semantics.normal import is_sure
from restproof.semantics.patch import merged, merges

if TYPE_CHECKING:
    from hypothesis import strategies as st

_SHORT = 400
_SILENT: tuple[Any, ...] = (None, "", [])


def _is_any_text(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of texts, or of arrays of them, and says of none what fits."""
    inner = schema.get("items", {}) if types_of(schema) == {"array"} else schema
    return types_of(inner) == {"string"} and not {"enum", "const", "format", "pattern", "examples"} & inner.keys()


@frozen
class FieldValues(Spelling):
    """Values of one field at a time."""

    @cached_property
    def mark_field(self) -> str | None:
        """The field whose plain value holds the token of the case, where no unique text that every body has does: a
        required one where there is one."""
        always = [n for n in self.required if n in self.distinguishing_fields]
        if any(RUN in str(self._apart(n)) for n in always):
            return None
        found = [n for n in markable_fields(self.resource, self.writable) if n not in self.weighed | self.unique_fields]
        if self.names_itself:
            found = [n for n in found if "examples" not in self.writable[n]]
        return next((n for n in found if n in self.required), next(iter(found), None))

    @cached_property
    def names_itself(self) -> bool:
        """Whether the id that a client chooses holds the token of the case, so that no text needs to."""
        return self.resource.id.chosen_by == "client" and RUN in self.chosen_id()

    @cached_property
    def token_field(self) -> str | None:
        """The field that holds the token of the case in a create; ``None`` where no text has room for it."""
        always = [
            *self.required,
            *([self.resource.id.field] if self.names_id or not self.resource.supports("create") else []),
        ]
        return next((n for n in always if RUN in str(self.plain(n))), self.mark_field)

    @cached_property
    def only_mark(self) -> str | None:
        """The field without whose token nothing tells what a create has made from what others have: no list shows
        which ids there were before. ``None`` where one does, or no text has room for the token."""
        return None if self.resource.supports("list") else self.mark_field

    def marked(self, body: Any, token: str, kept: Collection[str] = ()) -> Any:
        """A create's body, its symbols resolved, with ``token`` in one of its texts wherever one has room for it.
        ``kept``: fields that stay as they are, or left out."""
        if not isinstance(body, dict):
            return body
        spared = self.weighed | self.unique_fields | {*kept}
        if self.names_itself:
            spared |= {n for n, s in self.writable.items() if "examples" in s}
        return with_mark(self.resource, self.marking, self._samples, body, token, spared)

    @cached_property
    def _samples(self) -> dict[str, Any]:
        """A plain value of each field; neighbours differ where the schema lets them, so that a mix-up shows."""
        found: dict[str, Any] = {}
        for at, (name, schema) in enumerate(self.settable.items()):
            if name in self.telling_fields and (room := room_for_many(schema)) is not None:
                found[name] = room
                continue
            usual = self._usual(name, schema)
            options = self._options(name, usual)
            # Texts take turns; of what else there is, each field has a value of its own as long as there is one.
            if usual in self.phrases(name) and options:
                turn = options[at % len(options)]
            else:
                turn = options[0] if options and type_of(usual) in ("integer", "number") else usual
            unlike = (v for v in (turn, *options) if not any(same(v, other) for other in found.values()))
            found[name] = next(unlike, turn)
        return found

    def _usual(self, name: str, schema: Mapping[str, Any]) -> Any:
        """A sample of a field: where a create and an update have schemas of their own, one that both allow. Of a field
        that every body holds, whose schema does not tell what fits, the default: it is no word for one left out."""
        usual = PLAIN_WORDS[0] if self.is_word(name) else sample(schema)
        if name in self.required and schema.get("default") not in _SILENT and _is_any_text(schema):
            usual = schema["default"]
        if self.suits_both(name, usual):
            return usual
        return next(
            (c.value for c in accepted(schema) if c.value is not None and self.suits_both(name, c.value)), usual
        )

    def _options(self, name: str, usual: Any) -> list[Any]:
        """Other plain values of a field, of the type of its usual one."""
        schema = self.settable[name]
        if usual in self.phrases(name):
            return [p for p in self.phrases(name) if self.suits_both(name, p) and is_sure(schema, p)]
        if isinstance(usual, bool) or usual is None or "examples" in schema:
            return []
        void: tuple[Any, ...] = (schema.get("default"), 0, "", [], {})
        valid = (c.value for c in accepted(schema) if type_of(c.value) == type_of(usual))
        ordinary = PLAIN_NUMBERS if isinstance(usual, int | float) else ()
        values = [*(n for n in ordinary if is_sure(schema, n)), *valid]
        right = (v for v in values if len(str(v)) < _SHORT and not any(same(v, u) for u in void))
        return [v for v in right if self.suits_both(name, v)]

    @cached_property
    def _others(self) -> dict[str, Any]:
        found = {}
        for name, plain in self._samples.items():
            valid = accepted(self.changeable.get(name, self.settable[name]))
            kept = self._kept(name, plain)
            others = [v for c in valid if (v := c.value) is not None and not same(self._kept(name, v, plain), kept)]
            shorter = [v for v in others if len(str(v)) < _SHORT and v not in ("", [], {})]
            near = [v for v in self._near(name, plain) if not same(self._kept(name, v, plain), kept)]
            found[name] = next(iter(near), (shorter or others or [None])[-1])
        return found

    def _near(self, name: str, plain: Any) -> list[Any]:
        """Other values of a field that are hardly refused where a contract does not know all rules: a number beside the
        plain one (a stock of 9 for 10, not of 9007199254740991), a phrase. Of ids there are none: one may be taken."""
        schema = self.settable[name]
        if "rules" not in self.resource.open or {"enum", "const"} & schema.keys() or is_soft_reference(name, schema):
            return []
        tries: list[Any] = []
        if type_of(plain) in ("integer", "number"):
            tries = [plain - 1, plain + 1] if plain > 1 else [plain + 1]
        elif isinstance(plain, str) and not {"pattern", "format"} & schema.keys():
            phrases = self.phrases(name)
            turn = [*self.settable].index(name) % len(phrases)
            tries = [p for p in (*phrases[turn:], *phrases[:turn]) if p != plain]
        return [v for v in tries if self.suits_both(name, v) and is_sure(schema, v)]

    def _kept(self, name: str, value: Any, before: Any = None) -> Any:
        """A value as the server keeps it where ``before`` was there: two that it keeps as one are no change."""
        schema = self.settable[name]
        if before is not None and merges(self.resource, "update"):
            value = merged(schema, before, value)
        return normal(schema, with_defaults(schema, value), unsaid="keep")

    def plain(self, name: str, tag: str = "") -> Any:
        """One plain valid value of a field: unique text holds the token of the case and ``tag``."""
        if name in self.resource.references:
            ref = self.resource.references[name]
            if name in self.fresh_references:
                return [reference(ref.to, f"own{tag}")] if ref.many else reference(ref.to, f"own{tag}")
            # Two where there is room: the order of an array, and what is left of it, show only then.
            room = self.settable[name].get("maxItems", 2) if name in self.settable else 2
            one, _ = self._two_of(name)
            return [reference(ref.to, n) for n in range(min(room, 2))] if ref.many else one
        if name == self.resource.id.field:
            return self.chosen_id(tag)
        if name in self.distinguishing_fields:
            return self._apart(name, tag)
        if name == self.mark_field:
            return self._mark(name, tag)
        return self.referring(name, copy.deepcopy(self._samples[name]))

    def _two_of(self, name: str) -> list[str]:
        """Two ids for a reference to one. Where it is open which rules there are, no two fields have one in common: who
        plays at home does not play away."""
        to, references = self.resource.references[name].to, self.resource.references
        alike = [n for n, r in references.items() if r.to == to and not r.many and n in self.settable]
        if name not in alike or "rules" not in self.resource.open or not self.referable(name):
            alike = [name]
        at = alike.index(name)
        return [reference(to, at), reference(to, at + len(alike))]

    def another(self, name: str) -> Any:
        """A valid value of a field that differs from the plain one; ``None`` where the schema leaves no other."""
        if name in self.resource.references:
            if name in self.fresh_references:
                return self.plain(name, "renamed")
            ref = self.resource.references[name]
            return [reference(ref.to, 1)] if ref.many else self._two_of(name)[1]
        if name in self.distinguishing_fields:
            return self._apart(name, "renamed")
        if name == self.mark_field and "unique" in self.resource.open:
            return self._mark(name, "renamed")
        return self.referring(name, copy.deepcopy(self._others[name]))

    def another_with_token(self, name: str) -> Any:
        """As :func:`another`, where the field holds the token of the case, or may hold it inside: one that has it too.
        ``None`` where there is no room for another text behind it."""
        if self.token_field is None and marked_inside(self.settable[name], self.plain(name)) is not None:
            return marked_inside(self.settable[name], self.another(name))
        if name != self.mark_field:
            return self.another(name)
        text = marked_text(self.spelt[name], str(self._others[name]))
        return None if text == self.plain(name) else text

    def chosen_id(self, tag: str = "") -> str:
        """An id for a resource whose ids clients choose; where it is that of what it stands for (a member by the id of
        a user), the id of one of these."""
        if self.resource.id.field in self.resource.references:
            return str(self.plain(self.resource.id.field, tag))
        if self.resource.id.type == "uuid":
            return uuid_of(tag)
        text = f"{RUN}/{tag or 'a'}" if self.resource.id.slashes else f"{RUN}{tag}"
        right = valid_with_token(self.id_schema, text)
        return text if right else unique(self.resource.name, self.resource.id.field, tag)

    def unique_value(self, name: str, tag: str = "") -> Any:
        """A value of a unique field that no other case holds, with the run's prefix where the field has room for it; a
        sample where the schema leaves no two values."""
        schema = self.settable[name]
        text = with_token(self.spelt[name], tag)
        if text is not None:
            return text
        return unique(self.resource.name, name, tag) if capacity(schema) > 1 else sample(schema)

    def _apart(self, name: str, tag: str = "") -> Any:
        """A value of a distinguishing field that no other case holds; of a varied one, one that says something."""
        if name in self.spans:
            return unique(self.resource.name, name, tag)
        if name in self.varied_fields:
            text = varied_text(self.spelt[name], str(self._samples[name]), tag)
            return text if text is not None else unique(self.resource.name, name, tag)
        return self.unique_value(name, tag)

    @cached_property
    def _marks(self) -> dict[tuple[str, str], str | None]:
        return {}

    def _mark(self, name: str, tag: str) -> str | None:
        """The plain text of the field that holds the token of the case: with ``tag`` where it may have to be unique.
        Each body asks for it."""
        if (name, tag) not in self._marks:
            self._marks[name, tag] = self._marked(name, tag)
        return self._marks[name, tag]

    def _marked(self, name: str, tag: str) -> str | None:
        text = marked_text(self.spelt[name], str(self._samples[name]))
        tagged = text.replace(RUN, f"{RUN}{tag}", 1) if text and "unique" in self.resource.open else None
        return tagged if tagged and valid_with_token(self.spelt[name], tagged) else text

    def drawable(self, name: str) -> bool:
        """Whether a drawn body may hold the field."""
        if name == self.resource.id.field:
            return self.names_id or name in self.required
        return name not in self.resource.references or self.referable(name)

    def field(self, name: str, tag: str = "") -> st.SearchStrategy[Any]:
        """Valid values of the field; unique ones are made apart by the token of the case and ``tag``."""
        from hypothesis import strategies as st  # takes its time: only for who draws

        from restproof.plan.values import value_strategy

        schema = self.changeable.get(name, self.settable[name]) if tag else self.settable[name]
        if name in self.fresh_references or self.is_word(name):
            return st.just(self.plain(name, tag))
        if name == self.resource.id.field:
            return st.just(self.chosen_id())
        if name in self.resource.references:
            ref = self.resource.references[name]
            ids = [reference(ref.to, 0), reference(ref.to, 1)] if ref.many else self._two_of(name)
            if ref.many:
                least, most = min(schema.get("minItems", 0), 2), min(schema.get("maxItems", 2), 2)
                return st.lists(st.sampled_from(ids), unique=True, min_size=least, max_size=most)
            return st.sampled_from([*ids, None] if is_nullable(schema) else ids)
        if name in self.distinguishing_fields:
            return self._with_text(self._apart(name, tag), schema, tag)
        if name == self.mark_field and not tag:
            return self._with_text(self.plain(name), schema, tag)
        return value_strategy(schema).map(lambda value: self.referring(name, value))

    def referring(self, name: str, value: Any) -> Any:
        """``value`` of a field with the symbols of shared instances for the ids that stand inside of it: one that the
        schema made up names nothing, or somebody else's. What is no valid id stays."""
        for place, to in self.resource.inner_references.items():
            field, steps = steps_of(place)
            referent = self.contract.resources[to]
            if field != name or not (referent.supports("create") or referent.supports("replace")):
                continue
            schema = _schema_at(self.settable.get(name, {}), steps)
            plain = sample(schema)

            def named(id: Any, to: str = to, schema: Mapping[str, Any] = schema, plain: Any = plain) -> Any:
                right = id is not None and is_valid(schema, id)
                return reference(to, 0 if same(id, plain) else 1) if right else id

            value = replaced(value, steps, named)
        return value

    def _with_text(self, plain: Any, schema: Mapping[str, Any], tag: str) -> st.SearchStrategy[Any]:
        """``plain``, which holds the token of the case, with plausible text behind it where the schema leaves room."""
        from hypothesis import strategies as st

        from restproof.plan.values import value_strategy

        bound = {"format", "pattern", "anyOf", "oneOf", "allOf"} & schema.keys()
        if not isinstance(plain, str) or not plain.startswith(RUN) or (bound and not _free(schema)):
            return st.just(plain)
        room = min(schema.get("maxLength", 80), 80) - TOKEN_LENGTH - 2  # for the blank and the letter at the end
        if room < 1:
            return st.just(plain)
        # A blank at an end, or one more, makes another name; what follows the token is plausible text.
        drawn = value_strategy({"type": "string", "maxLength": room}).map(lambda text: f"{RUN} {text}{tag[:1] or 'x'}")
        return drawn.filter(lambda text: valid_with_token(schema, text) and is_sure(schema, text.replace(RUN, "x")))


def _schema_at(schema: Mapping[str, Any], steps: list[str]) -> Mapping[str, Any]:
    """The schema of what stands at the end of the steps."""
    for at, step in enumerate(steps):
        for part in (p for word in ("anyOf", "oneOf") for p in schema.get(word, ())):
            found = _schema_at(part, steps[at:])
            if found:
                return found
        schema = schema.get("items", {}) if step == ENTRIES else schema.get("properties", {}).get(step, {})
    return schema


def _free(schema: Mapping[str, Any]) -> bool:
    """Whether the schema leaves room for text beside the token: it is met by the token and by what follows it."""
    return valid_with_token(schema, f"{RUN} Zürich (2)'")
