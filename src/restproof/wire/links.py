"""The ``Link`` header (RFC 8288 §3): the one reader of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINK = re.compile(r'<([^>]*)>((?:"(?:[^"\\]|\\.)*"|[^",])*)')
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')


def link_targets(lines: Iterable[str]) -> dict[str, str]:
    """Relation type → target, of all ``Link`` lines of an answer; the first of a type counts.

    Names of parameters and relation types are the same in any case, one ``rel`` may hold several types and only the
    first ``rel`` of a link counts (RFC 8288 §3.3).
    """
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(lines)):
        said = [quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters) if name.lower() == "rel"]
        for relation in " ".join(said[:1]).lower().split():
            found.setdefault(relation, target)
    return found
