"""How the plain texts of a resource's fields are spelt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.contract.values import AS_A_WORD
from restproof.frozen import frozen
from restproof.plan.fields import UniqueKeys
from restproof.plan.words import PLAIN_PHRASES, PLAIN_WORDS

_WORD = "^[a-z0-9]*$"


@frozen
class Spelling(UniqueKeys):
    """Which fields are given phrases, and which a word."""

    def is_word(self, name: str) -> bool:
        """Whether plain texts of the field are a word in small letters: others were refused."""
        return AS_A_WORD in self.settable[name]

    @cached_property
    def spelt(self) -> Mapping[str, Mapping[str, Any]]:
        """Field → the schema of its plain values."""
        return {n: {**s, "pattern": _WORD} if self.is_word(n) else s for n, s in self.settable.items()}

    @cached_property
    def marking(self) -> Mapping[str, Mapping[str, Any]]:
        """The same of the fields that a create may hold."""
        return {name: self.spelt[name] for name in self.writable}

    def phrases(self, name: str) -> tuple[str, ...]:
        """The plain texts for a field."""
        return PLAIN_WORDS if self.is_word(name) else PLAIN_PHRASES
