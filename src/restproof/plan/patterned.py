"""Texts that Hypothesis writes from a pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from restproof.contract.patterns import may_be_whole

if TYPE_CHECKING:
    from hypothesis import strategies as st


def texts_of(pattern: str, compiled: re.Pattern[str]) -> st.SearchStrategy[str]:
    """Texts that match ``pattern``: of printable ASCII, which every server keeps, or where none of that does, of what
    else can be printed; nothing at all where none does either."""
    from hypothesis import strategies as st  # it takes its time to load: only for who draws
    from hypothesis.errors import InvalidArgument

    printed = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
    for alphabet in (st.characters(min_codepoint=32, max_codepoint=126), printed):
        texts = st.from_regex(compiled, fullmatch=may_be_whole(pattern), alphabet=alphabet)
        try:
            texts.validate()
        except InvalidArgument:
            continue  # the pattern asks for a character that is none of these
        return texts
    return st.nothing()
