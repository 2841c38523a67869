"""Values that go into bodies together: which of several fields, and how each holds the token of its case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from restproof.contract.shapes import types_of
from restproof.plan.scalars import Candidate
from restproof.plan.symbols import RUN, TOKEN_LENGTH, valid_with_token

_DECIDING = frozenset({"enum", "const", "format", "pattern", "oneOf", "anyOf", "not"})
"""Words by which the values of two fields may hang together: a state and a country, a beginning and an end."""
_LARGE = 4096
"""Characters from which a text is better sent later: what it makes is taken away at once."""


def spread(
    columns: Mapping[str, Sequence[Candidate]], fields: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Candidate]]:
    """The values of each field in an order by which the first bodies hold as many kinds of texts as they can: where
    several fields are plain texts, each kind is tried of one of them before any is tried of a second one."""
    found = {name: _telling_first(column) for name, column in columns.items()}
    # Null comes behind the texts: other rules tell of it as well.
    left = {n: sorted(c, key=lambda c: c.value is None) for n, c in found.items() if _is_plain(fields[n])}
    found |= {name: [] for name in left}
    tried: Counter[str] = Counter()
    while any(left.values()):
        for name, column in left.items():
            if column:
                best = min(column, key=lambda c: (tried[c.note], not found[name] and _is_large(c)))
                column.remove(best)
                found[name].append(best)
                tried[best.note] += 1
    return found


def _telling_first(column: Sequence[Candidate]) -> list[Candidate]:
    """The values of one field. A text as long as can be, of characters of several bytes, comes first, and the one of
    plain characters last, of which it tells as well."""
    longest = [c for c in column if c.keyword == "maxLength" and isinstance(c.value, str) and not _is_large(c)]
    first = [c for c in longest if not c.value.isascii()]
    last = [c for c in longest if c not in first] if first else []
    return [*first, *(c for c in column if c not in (*first, *last)), *last]


def _is_plain(schema: Mapping[str, Any]) -> bool:
    return types_of(schema) - {"null"} == {"string"} and not _DECIDING & schema.keys()


def _is_large(candidate: Candidate) -> bool:
    return isinstance(candidate.value, str) and len(candidate.value) > _LARGE


def with_token(candidate: Candidate, schema: Mapping[str, Any], short_too: bool) -> Candidate | None:
    """The candidate with the token of the case in front, of the same length; a value too short for it is tried on
    update only."""
    value = candidate.value
    if not isinstance(value, str):
        return candidate if value is None else None
    if candidate.keyword in ("minLength", "maxLength"):
        if len(value) <= TOKEN_LENGTH:
            return candidate if short_too and value else None
        forms = [RUN + value[TOKEN_LENGTH:]]
    else:
        # Where the schema wants a form (an address), the token is the beginning of its first word.
        forms = [f"{RUN} {value}", f"{RUN}{value}"]
    fitting = [text for text in forms if valid_with_token(schema, text)]
    return Candidate(candidate.keyword, candidate.note, fitting[0]) if fitting else None
