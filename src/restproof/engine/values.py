"""Tokens and unique values: what a run gives out once."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from restproof.engine.instance import About
from restproof.engine.keep import Keeper
from restproof.plan.bodies import Bodies
from restproof.plan.spans import Span, bound_of
from restproof.plan.symbols import token
from restproof.semantics.distinct import nth


class Values:
    """Gives out what no other case may have. ``first``: the number before the first one of this worker; ``bodies``:
    those of each resource, by its name."""

    def __init__(self, prefix: str, first: int, keeper: Keeper, bodies: Mapping[str, Bodies]) -> None:
        self.prefix = prefix
        self._first = first
        self._keeper = keeper
        self._bodies = bodies
        self._tokens = 0
        self._further: Counter[str] = Counter()
        self._unique: dict[tuple[str, str, str, str], Any] = {}
        self._next: dict[tuple[str, str], int] = {}
        self._spans: dict[tuple[str, Span, str, str], int] = {}

    def next_token(self) -> str:
        """A token that no other case of the run has."""
        self._tokens += 1
        return token(self.prefix, self._first + self._tokens)

    def setup_token(self, setup: str) -> str:
        """The token of a shared set-up."""
        found: str = self._keeper.recall_or_make(f"token {setup}", self.next_token)
        return found

    def another_token(self, about: About) -> str:
        """A further token for a case or a shared set-up."""
        _, case, setup = about
        who = case or setup or ""
        self._further[who] += 1
        return self.setup_token(f"{case or setup} {self._further[who]}")

    def unique(self, name: str, field: str, token: str, tag: str) -> Any:
        """The value that a ``{unique:…}`` symbol stands for in the case with ``token``: the next of the field's values
        that was not given out yet."""
        key = (name, field, token, tag)
        if key not in self._unique:
            bodies = self._bodies[name]
            schema = bodies.id_schema if field == bodies.resource.id.field else bodies.writable[field]

            def following() -> Any:
                if (span := bodies.spans.get(field)) is not None:
                    number = self._spans.setdefault(
                        (name, span, token, tag), self.start + self._first + len(self._spans)
                    )
                    return bound_of(span, field, schema, number, datetime.now(UTC))
                number = self._next.get((name, field), self.start + self._first)
                self._next[name, field] = number + 1
                return nth(schema, number)

            self._unique[key] = self._keeper.recall_or_make(f"unique {name}.{field} {token} {tag}", following)
        return self._unique[key]

    @property
    def start(self) -> int:
        """The number of the first unique value of the run."""
        return zlib.crc32(self.prefix.encode())
