"""Why a refusal of a list or a read says nothing: what it would have had to ask for is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from restproof.contract.words import snake
from restproof.engine.reply import Reply, refusal_of
from restproof.oracle.finding import few
from restproof.plan.parameters import guessed

_OF_WHAT_IS_ASKED = {"list": (400, 404, 422), "read": (400, 422)}
"""Statuses that speak of what a query says: a list may be that of something which is not there."""
_OF_WHAT_IS_MISSING = (400, 422)
_OF_PROBLEMS = frozenset(
    {"type", "title", "status", "detail", "instance", "code", "message", "error", "errors", "name"}
)
"""Members of an error's body that are called so whatever it speaks of (RFC 9457 §3.1)."""


def may_be_asked_amiss(reply: Reply) -> str:
    """Why a refusal of a list or a read says nothing: it holds a text which nobody knows to be right, or lacks a
    parameter which it may need. Empty where it says something."""
    if reply.operation not in ("list", "read"):
        return ""
    named = few(guessed(reply.resource.operation(reply.operation))) if "rules" in reply.resource.open else ""
    if named and reply.status in _OF_WHAT_IS_ASKED[reply.operation]:
        return f"the {reply} was refused ({refusal_of(reply)}), and no value is known to be a right {named}"
    return _may_lack(reply)


def _may_lack(reply: Reply) -> str:
    """Why the refusal of a list says nothing: it names a parameter that was not sent, and which the list may need."""
    if reply.operation != "list" or reply.status not in _OF_WHAT_IS_MISSING:
        return ""
    sent = {name for name, _ in reply.exchange.request.query}
    unsent = [name for name in reply.resource.may_need if name not in sent]
    missing = [name for name in unsent if _is_named(name, reply)]
    if not missing:
        return ""
    hint = f"say a value in operations: {{list: {{query: {{{missing[0]}: …}}}}}}, or the parent that it names"
    return f"the list was refused ({refusal_of(reply)}), and it may need {few(missing)}: {hint}"


def _is_named(name: str, reply: Reply) -> bool:
    """Whether a refusal speaks of a parameter, by its name in any spelling of its words."""
    response = reply.exchange.response
    plain = (response.body or b"").decode(errors="replace") if response and reply.json is None else reply.json
    alone = re.compile(rf"(?<![\w]){re.escape(name)}(?![\w])")
    spelled = snake(name)
    return any(alone.search(text) or spelled in map(snake, re.findall(r"\w+", text)) for text in _said(plain))


def _said(body: Any) -> Iterator[str]:
    """Every text of a body, and the names of its members but for those that say nothing."""
    if isinstance(body, str):
        yield body
    for name, inner in body.items() if isinstance(body, dict) else ():
        if name not in _OF_PROBLEMS:
            yield str(name)
        if name != "type":
            yield from _said(inner)
    for inner in body if isinstance(body, list) else ():
        yield from _said(inner)
