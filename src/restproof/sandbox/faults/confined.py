"""A fault kept to one field: the step is taken twice, as the server takes it and as the fault does, and only what the
fault makes of that field counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.errors import ConfigurationError
from restproof.sandbox.call import Call
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

Advice = Callable[..., Any]


def confined(step: str, field: str, advice: Advice) -> Advice:
    """The advice on a step, kept to a field. Raises ``ConfigurationError`` for a step that knows no fields."""
    if step not in _BY_STEP:
        raise ConfigurationError(
            f"a fault of the step '{step}' cannot be kept to the field '{field}'", hint="name the resource alone"
        )
    return _BY_STEP[step](field, advice)


def _in_state(field: str, advice: Advice) -> Advice:
    """Of a state, or of what is shown of one, only the field is as the fault has it."""

    def kept(inner: Advice, *arguments: Any) -> dict[str, Any]:
        altered: Mapping[str, Any] = advice(inner, *arguments)
        state: dict[str, Any] = {n: v for n, v in inner(*arguments).items() if n != field}
        return {**state, field: altered[field]} if field in altered else state

    return kept


def _in_refusals(field: str, advice: Advice) -> Advice:
    """Of the reasons to refuse, only those of the field are as the fault has them."""

    def kept(inner: Advice, call: Call, *arguments: Any) -> list[Refusal]:
        before = call.problems
        honest: list[Refusal] = inner(call, *arguments)
        altered: list[Refusal] = advice(inner, call, *arguments)
        call.problems = [p for p in before if p in call.problems or _head(p.field) != field]
        return [r for r in honest if _head(r.field) != field] + [r for r in altered if _head(r.field) == field]

    return kept


def _in_fields(field: str, advice: Advice) -> Advice:
    """Of what a request holds, only the field is changed before the step itself is taken."""

    def kept(inner: Advice, call: Call) -> None:
        before = call.fields

        def after(call: Call) -> None:
            if before is not None and call.fields is not None:
                rest = {n: v for n, v in before.items() if n != field}
                call.fields = {**rest, field: call.fields[field]} if field in call.fields else rest
            inner(call)

        advice(after, call)

    return kept


def _in_filters(field: str, advice: Advice) -> Advice:
    def kept(inner: Advice, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        hit = any(_head(wanted.field) == field for wanted, _ in query.filters)
        found: list[Entry] = advice(inner, call, query, entries) if hit else inner(call, query, entries)
        return found

    return kept


def _in_order(field: str, advice: Advice) -> Advice:
    def kept(inner: Advice, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        hit = any(_head(key.field) == field for key in query.order)
        found: list[Entry] = advice(inner, call, query, entries) if hit else inner(call, query, entries)
        return found

    return kept


def _head(path: str | None) -> str | None:
    """The field that a path such as ``office.name`` or ``ids[0]`` begins with."""
    return None if path is None else path.partition(".")[0].partition("[")[0]


_BY_STEP: dict[str, Callable[[str, Advice], Advice]] = {
    **dict.fromkeys(("next_state", "represent"), _in_state),
    **dict.fromkeys(
        ("unknown_fields", "invalid_values", "broken_rules", "dangling_references", "duplicates"), _in_refusals
    ),
    "check_fields": _in_fields,
    "filtered": _in_filters,
    "sorted": _in_order,
}
