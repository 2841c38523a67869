"""GETs that do something: ``/server/restart``, ``/users/{id}/delete``, ``/logout``. HTTP calls them safe, so that a run
sends reads as often as it likes; what a document says to act all the same is never sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.openapi.constants import METHODS
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.words import snake

ACTS = "by its words it does something, though it is a GET: it is not sent"

_VERBS = (
    "activate|approve|cancel|clear|deactivate|delete|destroy|disable|enable|erase|execute|flush|invoke|kill|log_?off|"
    "log_?out|pause|purge|reboot|rebuild|regenerate|reindex|reject|reload|remove|resend|restart|resume|revoke|"
    "shut_?down|sign_?off|sign_?out|suspend|terminate|unsubscribe|wipe"
)
_THINGS_TOO = (
    "confirm|create|deploy|publish|refresh|reset|restore|retry|rollback|run|send|start|stop|submit|sync|trigger|undo|"
    "update|upgrade"
)
"""Words of which some name a thing as well: a stop of the bus, the start of a trip."""
_OF_IT = "all|an?|any|each|every|everything|given|one|specified|the|this|your"
_OF_A_THING = (
    "at|by|date|details|for|from|history|in|info|list|of|on|options|page|point|position|request|settings|state|stats|"
    "status|time|until"
)
_IT = rf"(?:{_OF_IT}|(?!(?:{_OF_A_THING})s?\b)(?:[a-z]+_[a-z]+|[a-z]+s))"
_SAID = rf"\W*(?:{_VERBS}|{_THINGS_TOO})(?:_(?:{_OF_IT})|(?:s|es)_{_IT})(?:_|$)"
_SAYS = re.compile(_SAID.replace("_", "[ _-]"))
"""``Stop the server``, ``Restarts all jobs``."""
_BEGINS = re.compile(rf"\W*(?:{_THINGS_TOO})(?:s|es)?\b(?!\W+(?:{_OF_A_THING})s?\b)")
_READS = re.compile(
    r"\W*(?:all|an?|check|count|describe|determine|display|download|fetch|find|get|give|is|list|look|obtain|preview|"
    r"query|querie|read|retrieve|return|see|search|show|tell|the|view|whether)(?:s|es)?\b"
)


def acts(path: str, entry: Mapping[str, Any], has: Callable[[str], object]) -> bool:
    """Whether the GET of a path does something by its words, or by what the path is called. Nothing says so where
    another method is there for that, nor does the name where what is below the path is called after it. ``has``:
    whether the document has a path of such a form."""
    steps = path.strip("/").split("/")
    named = [step for step in steps if not step.startswith("{")]
    above = path.rstrip("/").rpartition("/")[0]
    beside = f"{path.rstrip('/')}/{{}}" if named and steps[-1] == named[-1] else above
    if not named or any(m in entry for m in METHODS if m != "get"):
        return False
    value = entry["get"] if isinstance(entry["get"], dict) else {}
    said = (str(value.get(word) or "").strip() for word in ("summary", "description"))
    title = snake(next(filter(None, said), "")).replace("_", " ")
    if _READS.match(title):
        return False
    if _SAYS.match(title) or (beside and has(beside)):
        return bool(_SAYS.match(title))
    return _is_called_so(plain_word(named[-1]), title, is_last=steps[-1] == named[-1])


def _is_called_so(word: str, title: str, *, is_last: bool) -> bool:
    """Whether a word of a path is that of an act: the verb alone, or with what it is done to where no words tell more
    (``deleteEverything``; ``cancel_reasons`` are things)."""
    if re.fullmatch(_VERBS, word):
        return True
    if is_last and re.fullmatch(_THINGS_TOO, word):
        return not title or bool(_BEGINS.match(title))
    behind = re.fullmatch(rf"(?:{_VERBS})_(.+)", word)
    return behind is not None and not title and singular(behind[1]) == behind[1]
