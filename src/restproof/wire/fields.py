"""The header fields of a request as they leave, and as they are written down. Most requests have those of others, and
what is made of them is made once."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from urllib3 import HTTPHeaderDict
from urllib3.util import SKIP_HEADER

from restproof.wire.message import USUAL_HEADERS, Headers

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SAID = re.compile(rf"(?:{TOKEN}: [ -~]*\r\n)*")
_ADDED_BY_URLLIB3 = frozenset({"user-agent", "accept-encoding", "host"})


class Fields(HTTPHeaderDict):
    """The header fields of one request, which nobody changes once something was made of them."""

    @cached_property
    def sent(self) -> Headers:
        """Those that leave."""
        return tuple([(name, value) for name, value in self.iteritems() if value != SKIP_HEADER])

    @cached_property
    def written(self) -> str | None:
        """As they are written down; ``None`` where something else is done with them."""
        names = {name.lower() for name in self}
        if "transfer-encoding" in names or not {"accept-encoding", "user-agent"} <= names:
            return None
        found = "".join([f"{name}: {value}\r\n" for name, value in self.sent])
        return found if _SAID.fullmatch(found) and found.count("\r\n") == sum(1 for _ in self.iteritems()) else None


@lru_cache(1024)
def fields_of(own: Headers, presented: Headers, length: int | None) -> Fields:
    """The header fields of a request that brings its ``own`` and shows its credential by those ``presented``; a value
    ``""`` is a field that must not leave. ``length``: that of its body."""
    fields = Fields()
    named = set()
    for name, value in own:
        key = name.lower()
        named.add(key)
        if value:
            fields.add(name, value)
        elif key in _ADDED_BY_URLLIB3:
            fields.add(name, SKIP_HEADER)
    for name, value in (*USUAL_HEADERS.items(), *presented):
        if name.lower() not in named:
            fields[name] = value
    if length is not None:
        if "content-type" not in named:
            fields["Content-Type"] = "application/json"
        if "content-length" not in named:
            fields["Content-Length"] = str(length)
    return fields
