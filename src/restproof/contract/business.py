"""The business rules of a resource, as a contract says them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from restproof.contract.conditions import named
from restproof.contract.document import Route
from restproof.contract.fields import FieldsReader
from restproof.contract.hints import near
from restproof.contract.parents import parents_said
from restproof.contract.quotas import Quota
from restproof.contract.rules import BusinessRule, Condition, Example, Frozen, Never, Ordered
from restproof.contract.shapes import types_of

_SYMBOL = re.compile(r"\{(run|ref:[^{}]*)\}")
_MOMENTS = ("date", "date-time", "time")
_KINDS = ("at_most", "ordered", "never", "refused", "frozen", "when", "then", "holds")
_OF_QUOTAS = ("of", "per", "within")
_TOGETHER = (["frozen", "when"], ["when", "then"], ["holds"])
"""Words that stand together, and may say why."""
_WITH_A_REASON = (["refused"], ["frozen"])
"""Further words beside which ``because`` may stand."""


class RulesReader(FieldsReader):
    """Reads the rules of one resource."""

    def read(self, besides: tuple[BusinessRule, ...] = ()) -> dict[str, Any]:
        """The keyword arguments of ``Resource`` that ``rules`` says; ``besides``: rules that other words say."""
        quotas = self.quotas()
        members = tuple(n for n, p in self.fields.properties.items() if not p.get("readOnly"))
        alone = [quota.alone(members) for quota in quotas]
        return {"rules": (*self.rules(), *besides, *(rule for rule in alone if rule is not None)), "quotas": quotas}

    def rules(self) -> tuple[BusinessRule, ...]:
        return tuple(rule for index, said in enumerate(self.raw.get("rules", ())) for rule in self.rule(said, index))

    def rule(self, said: Mapping[str, Any], index: int) -> list[BusinessRule]:
        """The rule of one entry; none where it is a quota, or is told as wrong."""
        words = [w for w in _KINDS if w in said]
        if words[:1] == ["at_most"]:
            return []
        mistake = _mistake(said, words)
        if mistake is not None:
            message, hint = mistake
            self.problem(message, "rules", index, hint=hint)
            return []
        if words == ["ordered"]:
            return [self.ordered(said["ordered"], index)]
        if words == ["never"]:
            return [self.never(said["never"], index)]
        if words == ["refused"]:
            return [self.example(said, index)]
        if words == ["frozen", "when"]:
            return self.frozen(said, index)
        return self.condition(said, (*self.route, "rules", index))

    def ordered(self, said: Sequence[str], index: int) -> Ordered:
        first, second = said
        sound = [self.fields.writable(n, (*self.route, "rules", index, "ordered"), "rules") for n in said]
        if all(sound):
            kinds = [types_of(self.fields.properties[n]) - {"null", "integer"} for n in (first, second)]
            moments = [self.fields.properties[n].get("format") in _MOMENTS for n in (first, second)]
            if kinds[0] != kinds[1] or moments[0] != moments[1]:
                message = f"'{first}' and '{second}' are of different types: they have no order"
                self.problem(message, "rules", index, hint="both must be numbers, both dates, or both text")
        return Ordered(first, second)

    def never(self, said: Mapping[str, Any], index: int) -> Never:
        [(name, (before, after))] = said.items()
        if self.fields.writable(name, (*self.route, "rules", index, "never"), "rules"):
            for value in (before, after):
                self.value(name, value, "rules", index, "never")
        return Never(name, before, after)

    def example(self, said: Mapping[str, Any], index: int) -> Example:
        for name, value in said["refused"].items():
            if self.fields.writable(name, (*self.route, "rules", index, "refused", name), "rules"):
                self.value(name, value, "rules", index, "refused", name)
        if "because" not in said:
            self.problem("a refused example does not say why", "rules", index, hint="add because: text")
        return Example(said["refused"], said.get("because", ""))

    def quotas(self) -> tuple[Quota, ...]:
        """How much there may be at once."""
        found = []
        for index, said in enumerate(self.raw.get("rules", ())):
            if "at_most" in said and (quota := self.quota(said, index)) is not None:
                found.append(quota)
        return tuple(found)

    def quota(self, said: Mapping[str, Any], index: int) -> Quota | None:
        route: Route = (*self.route, "rules", index)
        before = len(self.fields.problems)
        for word in (w for w in _KINDS if w in said and w not in ("at_most", "when")):
            self.problem(f"'at_most' and '{word}' are rules of their own", "rules", index, hint="an entry for each")
        per = said.get("per", [])
        per = [per] if isinstance(per, str) else per
        for name in per:
            self.fields.writable(name, (*route, "per"), "rules")
            if "array" in types_of(self.fields.properties.get(name, {})) and name in self.raw.get("references", {}):
                self.problem(f"'{name}' holds several", "rules", index, "per", hint="name a field with one value")
        of = said.get("of", "")
        if of and self.fields.writable(of, (*route, "of"), "rules"):
            self.summed(of, said, index)
        when = self.cases_of(said.get("when", {}), index)
        told_by = self.told_by(said, index)
        if len(self.fields.problems) > before:
            return None
        most = 0 if told_by else said["at_most"]
        words = {word: said[word] for word in ("within", "because") if word in said}
        return Quota(most, of, tuple(per), told_by=told_by, when=when, **words)

    def summed(self, name: str, said: Mapping[str, Any], index: int) -> None:
        """A sum is one of numbers, none of them larger than what another resource may say."""
        schema = self.fields.properties[name]
        if types_of(schema) - {"null", "integer", "number"}:
            self.problem(f"'{name}' holds no numbers, which could be summed", "rules", index, "of", hint="leave it out")
        elif isinstance(said["at_most"], str) and "maximum" not in schema:
            hint = f"say \"maximum\" in the schema of '{name}': what a run creates has to find room"
            self.problem(f"how large one '{name}' may be nothing says", "rules", index, "of", hint=hint)

    def told_by(self, said: Mapping[str, Any], index: int) -> tuple[str, str] | None:
        """The parent, and its field, that says how much there may be."""
        if not isinstance(said["at_most"], str):
            return None
        parent, _, name = said["at_most"].partition(".")
        known = {p.resource for p in parents_said(self.raw, self.raw["path"])}
        if parent not in known:
            hint = near(parent, known) or "name a parent, and its field: event.capacity"
            self.problem(f"'{parent}' is no parent", "rules", index, "at_most", hint=hint)
        elif said.get("within", "parents") == "anywhere":
            hint = "leave one of the two out"
            self.problem(f"what one {parent} says holds below it", "rules", index, "within", hint=hint)
        return parent, name

    def cases_of(self, said: Mapping[str, Any], index: int) -> dict[str, tuple[Any, ...]]:
        """Member → the values of which it has one."""
        found: dict[str, tuple[Any, ...]] = {}
        for name, how in said.items():
            found[name] = tuple(how) if isinstance(how, list) else (how,)
            self.named_values(name, how, "rules", index, "when", name)
            if self.fields.writable(name, (*self.route, "rules", index, "when", name), "rules"):
                for value in found[name]:
                    self.value(name, value, "rules", index, "when", name)
        return found

    def frozen(self, said: Mapping[str, Any], index: int) -> list[BusinessRule]:
        """Fields that never change in some states."""
        route: Route = (*self.route, "rules", index)
        sound = [self.fields.writable(name, (*route, "frozen"), "rules") for name in said["frozen"]]
        before = len(self.fields.problems)
        when = self.cases_of(said["when"], index)
        sound.append(len(self.fields.problems) == before)
        because = said.get("because", "does not change any more")
        return [Frozen(tuple(said["frozen"]), when, because)] if all(sound) else []

    def condition(self, said: Mapping[str, Any], route: Route) -> list[BusinessRule]:
        """A rule that is a JSON Schema over the state."""
        before = len(self.fields.problems)
        if "holds" in said:
            found: dict[str, Any] = dict(said["holds"])
            for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(found):
                place = self.fields.document.place((*route, "holds", *error.absolute_path))
                self.fields.problems.add(f"not a valid JSON Schema: {error.message}", place, "see JSON Schema 2020-12")
        else:
            for word in ("when", "then"):
                for name, how in said[word].items():
                    self.named_values(name, how, *route[len(self.route) :], word, name)
            when = {n: member_rule(how) for n, how in said["when"].items()}
            then = {n: member_rule(how) for n, how in said["then"].items()}
            found = {"if": together(when), "then": together(then)}
        names = named(found) if len(self.fields.problems) == before else ()
        for name in names:
            at = next((word for word in ("when", "then") if name in said.get(word, ())), "holds")
            self.fields.writable(name, (*route, at, *([name] if at != "holds" else [])), "rules")
        members = [n for n, p in self.fields.properties.items() if not p.get("readOnly")]
        because = said.get("because", "the members do not go together")
        return [Condition(found, names, tuple(members), because)] if names else []

    def named_values(self, name: str, how: Any, *route: str | int) -> None:
        """A list of values names one at least: a rule over none of them speaks of nothing, or can never be kept."""
        if how == []:
            message = f"no value is named that '{name}' would have, so that the rule speaks of nothing"
            self.problem(message, *route, hint="name a value")

    def value(self, name: str, value: Any, *route: str | int) -> None:
        if not is_symbolic(value) and not self.fields.ever(name, value):
            message = f"the schema of '{name}' does not allow {value!r}, so it is invalid before any rule looks at it"
            allowed = self.fields.properties[name].get("enum")
            guess = (
                near(value, [v for v in allowed if isinstance(v, str)]) if allowed and isinstance(value, str) else None
            )
            self.problem(message, *route, hint=guess or "a rule speaks of values that the schema allows")


def member_rule(how: Any) -> Any:
    """What a rule says of one member, as a JSON Schema; the words ``required`` and ``absent`` stay words."""
    if how in ("required", "absent") or isinstance(how, dict):
        return how
    return {"enum": how} if isinstance(how, list) else {"const": how}


def together(members: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a state in which each of the members is as it says."""
    there = [n for n, how in members.items() if how != "absent"]
    gone = [{"not": {"required": [n]}} for n, how in members.items() if how == "absent"]
    said = {n: how for n, how in members.items() if isinstance(how, dict)}
    return {"required": there, "properties": said, **({"allOf": gone} if gone else {})}


def is_symbolic(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_SYMBOL.search(value))
    return isinstance(value, list) and any(is_symbolic(entry) for entry in value)


def _mistake(said: Mapping[str, Any], words: list[str]) -> tuple[str, str] | None:
    """What is wrong with the words of an entry together, and what to do; ``None`` where they are those of a rule.
    ``words``: those that say which kind of rule it is."""
    stray = next((w for w in _OF_QUOTAS if w in said), None)
    if stray is not None:
        return f"'{stray}' says what counts, and not how much", "add at_most: and a number"
    if words in _TOGETHER:
        return None
    if len(words) != 1 or ("because" in said and words not in _WITH_A_REASON):
        possible = "ordered, never, refused (with because), at_most, frozen with when, when with then, or holds"
        return f"a rule is one of {possible}", "write each as an entry of its own"
    if words == ["frozen"]:
        never = f"what no update ever changes is immutable: [{', '.join(said['frozen'])}]"
        return "'frozen' does not say when", f"add when: {{state: closed}}; {never}"
    if words in (["when"], ["then"]):
        return "'when' and 'then' stand together", "say what follows: then: {…}"
    return None
