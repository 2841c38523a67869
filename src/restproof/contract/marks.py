"""Words of a contract that were seen and are not promised: the marks that ``restproof learn`` leaves behind them.

A mark is a comment, so that whoever promises the word deletes it and need not keep a second place in step:
``unknown_field: ignored  # seen 2026-11-28, not promised; promised: [2xx, 4xx]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from restproof.contract.document import Document, Route, read_text
from restproof.contract.model import Learned

MARK = re.compile(r"#[^#]*\bseen (?P<day>\d{4}-\d\d-\d\d), not promised(?:; promised: (?P<promised>[^#]*))?")
"""The mark of a line. ``promised``: what the contract said before, statuses of the case or fields of the word."""


def marked(document: Document, value: Any) -> tuple[Learned, ...]:
    """The marked words of a contract. ``document``: its file, with the line of every member; ``value``: what the
    contract says in full."""
    days = {number: found for number, line in _lines(document) if (found := MARK.search(line))}
    routes: dict[int, Route] = {}
    for route, line in document.lines.items():
        if route and line in days and (line not in routes or len(route) < len(routes[line])):
            routes[line] = route
    return tuple(_learned(route, days[line], value) for line, route in sorted(routes.items()))


def _lines(document: Document) -> Iterator[tuple[int, str]]:
    text = read_text(document.file)
    if "not promised" in text:
        yield from enumerate(text.splitlines(), 1)


def _learned(route: Route, found: re.Match[str], value: Any) -> Learned:
    """A marked word. Of a list or a mapping of fields, the fields are those that it speaks of, and did not before."""
    said = value
    for step in route:
        said = said.get(step) if isinstance(said, dict) else None
    resource = str(route[1]) if route[0] == "resources" and len(route) > 1 else None
    names = tuple(map(str, route[2:] if resource is not None else route))
    fields: tuple[str, ...] = ()
    if names[:1] in (("normalized",), ("defaults",), ("references",), ("filters",)):
        fields = names[1:2]
    elif resource is not None and names[:1] in (("touched",), ("immutable",)):
        before = re.findall(r"[^\s,\[\]]+", found["promised"] or "")
        fields = tuple(n for n in map(str, said or ()) if n not in before)
    statuses = tuple(re.findall(r"[2-5](?:\d\d|xx)", found["promised"] or ""))
    return Learned(resource, ".".join(names), found["day"], fields, statuses)
