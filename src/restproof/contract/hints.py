"""Near misses: what a misspelt word was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that ``word`` begins, or is most like; ``None`` where none is near (``cutoff``: 0 any, 1 the
    same)."""
    by_lower = {k.lower(): k for k in known}
    begun = [k for k in by_lower if k.startswith(word.lower())] if len(word) > 3 else []
    found = begun or get_close_matches(word.lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def near(word: str, known: Iterable[str]) -> str | None:
    """``did you mean 'x'?``, else the list of what there is, else ``None``."""
    choices = list(dict.fromkeys(known))
    guess = closest(word, choices)
    if guess:
        return f"did you mean '{guess}'?"
    return f"there is: {', '.join(sorted(choices))}" if choices else None
