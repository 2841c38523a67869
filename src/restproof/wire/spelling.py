"""How an id is spelt says nothing: an answer, a list and a request may write the same one in several ways."""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBER = re.compile(r"0*(\d+?)(?:\.0*)?")
_UUID = re.compile("[0-9a-f-]{32,36}")


@lru_cache(4096)  # a list shows the same ones again and again
def spelt(id: str) -> str:
    """An id as it is compared with those of a list, which may spell it otherwise than the answer to a create: in
    capitals, in braces, without dashes, with zeros."""
    if number := _NUMBER.fullmatch(id):
        return number[1]
    text = id.strip("{} ").casefold().removeprefix("urn:uuid:")
    return text.replace("-", "") if _UUID.fullmatch(text) else text
