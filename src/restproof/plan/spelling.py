"""How the plain texts of a resource's fields are spelt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.contract.words import is_designation
from restproof.frozen import frozen
from restproof.plan.fields import UniqueKeys
from restproof.plan.words import PLAIN_PHRASES, PLAIN_WORDS
from restproof.semantics.checker import is_valid

_WORD = "^[a-z0-9]*$"


@frozen
class Spelling(UniqueKeys):
    """Which fields are given phrases, and which a word."""

    @cached_property
    def designations(self) -> frozenset[str]:
        """The fields whose plain values are a word in small letters, since it is open which rules there are: by what
        such a field holds, things are called elsewhere, too."""
        if "rules" not in self.resource.open:
            return frozenset()
        named = ((n, s) for n, s in self.settable.items() if is_designation(n, s))
        return frozenset(n for n, s in named if is_valid(s, PLAIN_WORDS[0]) and self.suits_both(n, PLAIN_WORDS[0]))

    def spelt(self, name: str) -> Mapping[str, Any]:
        """The schema of the plain values of a field."""
        schema = self.settable[name]
        return {**schema, "pattern": _WORD} if name in self.designations else schema

    def phrases(self, name: str) -> tuple[str, ...]:
        """The plain texts for a field."""
        return PLAIN_WORDS if name in self.designations else PLAIN_PHRASES
