"""What the words of an operation say of what becomes of a resource."""

from __future__ import annotations

import re
from collections.abc import Iterable

from restproof.contract.openapi.paths import Call, Found
from restproof.contract.words import snake

_KEEPS = re.compile(
    r"(?i)partial|\bmerg|\bkeep|\bkept\b|unchanged|untouched|\bonly\b|\bomit|\bleft out\b|\bremain|\bunless\b"
)
"""Words of a PUT that may speak of members that stay."""

_ENDS = re.compile(
    r"(?i)\b(cancel|archive|deactivate|disable|close|revoke|void|retire|suspend|terminate|expire|unpublish|withdraw|stop|halt|end)s?\b"
    r"|\b(des(h?abilit|activ|ativ)|inativ|inhabilit|anula|cancelar?\b|cerrar\b|encerra|archiva|arquiva|suspend[ei])"
    r"|\bd(é|e)sactiv|\bannul|\barchiv(er|ier)|\bcl(ô|o)tur|\bdeaktivier|\bsperr|\bstornier|\bk(ü|ue)ndig|\bdisattiv|\bdisabilit"
)
_REMOVES = re.compile(
    r"(?i)\b(delet|remov|destroy|eras|purg|elimin|borra(?!dor)|apaga|exclu(a\b|i|í|são|sao\b)|quita|supprim|effac|retir(er|ar)|"
    r"l(ö|oe)sch|entfern|cancella(?!tion|ble))"
)
_ASIDE = re.compile(
    r"(?i)\bsoft[- ]?delet|\b(mark|flag)\w* (\S+ ){0,4}as (deleted|removed|inactive|archived)|"
    r"\bto (the )?(trash|recycle bin|archive)\b"
)
"""Words of a DELETE after which a resource is still there."""
_UNSEEN = re.compile(
    r"(?i)[^.\n]*\b((?<!not )(excluded|filtered( out)?|hidden|omitted|removed) from"
    r"(?! (the |our )?(data|db|disk|stor|table))|(?!not found)(no longer|not|never)( be)? "
    r"(accessible|appear|available|found|included|listed|returned|seen|show[ns]?|visible))\b[^.\n]*"
)
_UNREAD = re.compile(r"(?i)\b(api|fetch\w*|gets?|operations|quer(y|ies)|reads?|requests|responses|retriev\w*)\b")
"""Words of a DELETE by which no list holds any more what is marked as deleted; and those by which no read shows it.
What is *not found* was not there, and what is not removed from a database is there still."""

_AWAY = re.compile(
    r"(?i)\b(un|in|de|dis)?(activ|archiv|bann|block|cancel|clos|discard|enabl|abl|expir|hid|list|publish|retir|revok|"
    r"suspend|trash|visib|void|withdr[ae]w)"
)
"""Names of what is true or false by which something may no longer be shown."""

_WEBSOCKET = re.compile(
    r"(?i)^\W*web[- ]?socket\b(?!\W+(clients?|config\w*|connections|sessions?|settings?|status|subscriptions?)\b)"
    r"|\b(connect\w*|establish\w*|open\w*|start\w*|stream\w*|subscribe\w*|upgrade\w*|over|via)\b[^.\n]{0,40}"
    r"\bweb[- ]?socket\b(?!\W+(clients?|config\w*|connections|sessions?|settings?|status|subscriptions?)\b)"
)
"""Words of an operation that opens one, not of one that tells of those that are open."""
_SET_UP = r"(configured|enabled|activated|turned on|switched on|installed|licen[cs]ed|set up)"
_ITSELF = (
    r"(^|[.,;:(\n])\W*((this|the) (api|call|endpoint|feature|method|operation|path|resource|route)s? |it )?"
    r"((is|are) )?(only )?"
)
_DEPENDS = re.compile(
    rf"(?i){_ITSELF}((available|exists?|present|served|exposed|works?|supported)( only)? (if|when|where|once|unless)\b"
    rf"[^.\n]{{0,60}}\b{_SET_UP}\b|(requires|needs)\b[^.\n]{{0,60}}\bto be {_SET_UP}\b)"
)
"""Words of an operation that a service may not have, not of a part of it (a filter, an order)."""

_PUT = r"(assigned|available|given|present|set|uploaded)"
_LACKS = re.compile(
    r"(?i)\b(if|where|when|unless) (there (is|are|was|were) (an?|any|none|one)|"
    r"(an?|it|one|that|the|there|this)\b[^.\n]{0,40}?\b(exists?|"
    rf"(has|have) (an?|any|it|none|one|some|(been )?{_PUT})|(is|are|was|were) (none|{_PUT})))\b"
)
_LOGS_IN = re.compile(
    r"(?i)\W*(((the|an?) )?(account|admin|api|customer|member|user)s? )?((log|sign)s? ?(in|on)|authenticates?)\b"
)


_CASED = re.compile(
    r"(?i)\b((?P<cased>upper|lower)[- ]?cased|(chang|convert|fold|keep|kept|normali[sz]|sav|stor|transform|turn)\w*\s+"
    r"(\w+\s+){0,3}?(as|in|into|to)\s+(all[- ])?(?P<case>upper|lower)[- ]?case)\b"
)
_ASKED = re.compile(r"(?i)\b(must|should|shall|has to|have to|expected|please|unless|if|when|may|can)\b")
"""Words that a text is kept in one case; and those by which that is the client's part, or not always so."""
_NOT = re.compile(r"(?i)(\b(not|never|no longer|without( being)?)|n't)\s+(\w+\s+){0,2}$")
_VERB = r"\b(is|are|was|were|gets?|becomes?|has|have|stays?|remains?)\b"
_ELSE = re.compile(rf"(?i)\b(but|while|whereas|then)\b|{_VERB}.*{_VERB}")
"""What ends with the opposite; and what speaks of something else between a member and what is said behind it."""


def case_of(name: str, texts: Iterable[str]) -> str:
    """The normal form of a member that the words of operations say is kept in one case: ``uppercase``, ``lowercase``,
    or nothing."""
    sentences = (s for text in texts for s in re.split(r"[.;\n]", text) if not _ASKED.search(s))
    told = (m for s in sentences for m in _CASED.finditer(s) if not _NOT.search(s[: m.start()]) and _is_of(name, m))
    return next((f"{(m['cased'] or m['case']).lower()}case" for m in told), "")


def _is_of(name: str, said: re.Match[str]) -> bool:
    """Whether it is this member of which a sentence says something: it stands within, before it with nothing else
    between, or right behind it."""
    named = rf"(?<!\w){re.escape(name)}(?!\w)"
    *_, between = re.split(named, said.string[: said.start()])
    is_before = between != said.string[: said.start()] and not _ELSE.search(between)
    behind = rf"(\s*:.*|\s+(the\s+)?[\"'`]?){named}"
    return bool(is_before or re.search(named, said[0]) or re.match(behind, said.string[said.end() :]))


def may_be_none(read: Call) -> str:
    """Why a read may well show no representation, although all is right: it opens a WebSocket, or its words say that
    there is something only where the service is set up so. Empty where nothing says that."""
    schemes = read.value.get("schemes")
    over_ws = isinstance(schemes, list) and bool(schemes) and {*map(str, schemes)} <= {"ws", "wss"}
    title = str(read.value.get("summary") or read.value.get("description") or "")
    answers = read.value.get("responses")
    if over_ws or (isinstance(answers, dict) and "101" in map(str, answers)) or _WEBSOCKET.search(title):
        return "it opens a WebSocket"
    return "its words say that it depends on how the service is set up" if _DEPENDS.search(words_of(read)) else ""


def says_it_may_lack(read: Call) -> bool:
    """Whether the words of a read say that there is something only where somebody has put it (an icon, a photo)."""
    return bool(_LACKS.search(words_of(read)))


def says_it_logs_in(post: Call) -> bool:
    """Whether the words of a POST say that it is a log-in."""
    titles = (snake(str(post.value.get(word) or "")).replace("_", " ") for word in ("summary", "operationId"))
    return any(map(_LOGS_IN.match, titles))


def says_it_keeps(put: Call) -> bool:
    """Whether the words of a PUT may speak of members that stay."""
    return bool(_KEEPS.search(words_of(put)))


def says_it_replaces(found: Found) -> bool:
    """Whether the words of a PUT say that it replaces the resource, so that nothing stays of what a body leaves out."""
    said = words_of(found.calls["replace"])
    name = re.escape(found.name).replace("_", r"[ _-]?")
    of_it = rf"(?:{name}|resource|object|record|representation|item|entry|document|entity)"
    whole = r"(?:(?:the|an?|this|one|single|all|of|entire|whole|full|complete|existing) )+"
    after = r"(?= *(?:$|[.,;:(\n]|(?:with|by|in full|as a whole|completely|entirely)\b))"
    replaces = rf"(?i)\b(?:replaces? {whole}|overwrites? (?:{whole})?){of_it}{after}"
    return bool(re.search(replaces, said)) and not _KEEPS.search(said)


def words_of(call: Call) -> str:
    """The summary and the description of an operation."""
    return "\n".join(str(call.value.get(word) or "") for word in ("summary", "description"))


def takes_away(name: str) -> bool:
    """Whether a member is named as one by which an item may be there no longer for those who read or list."""
    words = snake(name).replace("_", " ")
    return any(said.search(words) for said in (_REMOVES, _ENDS, _AWAY))


def says_it_stays(delete: Call) -> bool:
    """Whether the words of a DELETE say that it only ends the resource, or puts it aside: a booking that is cancelled,
    an account that is closed may be read and listed still."""
    summary, name = (snake(str(delete.value.get(word) or "")).replace("_", " ") for word in ("summary", "operationId"))
    if _ENDS.search(summary):
        name = re.sub(r"^delete\W", "", name)  # the method, which says no more
    title = f"{summary} {name}"
    whole = f"{title}\n{delete.value.get('description') or ''}"
    ends = bool(_ENDS.search(title) and not _REMOVES.search(title))
    return ends or bool(_ASIDE.search(whole) and not _UNSEEN.search(whole))


def may_be_read_still(delete: Call) -> bool:
    """Whether the words of a DELETE say of lists alone that they no longer show what it marks as deleted."""
    said = words_of(delete)
    unseen = _UNSEEN.search(said) if _ASIDE.search(said) else None
    return unseen is not None and not _UNREAD.search(unseen[0])
