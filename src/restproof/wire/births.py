"""When was it made? What a create is answered with that was made long before the run began has been there before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Resource
from restproof.contract.rules import instant
from restproof.contract.words import snake
from restproof.wire.message import Response
from restproof.wire.waiting import http_date

_DONE = r"(created?|creation|made|inserted|insertion|registered)"
_OF_BIRTH = re.compile(rf"{_DONE}(_(at|on|date|time|date_?time|time_?stamp|utc))*|(date|time|time_?stamp)_{_DONE}")
"""Names, in snake case, of the moment at which something was made."""
_LONG = 300.0
"""Seconds by which the clocks of a server and of its database may differ, and a slow answer may be late."""


class Births:
    """Takes the answers to creates. A server may mean anything by such a name: it is believed where another create of
    the run was answered with the moment of its answer before."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], float] = {}
        """Resource and member → the first such moment, as Unix time."""

    def is_earlier(self, resource: Resource, shown: Mapping[str, Any], response: Response) -> bool:
        """Whether what is ``shown`` was made long before the first that the run has made."""
        known = [(name, moment, self._first.get((resource.name, name))) for name, moment in _moments(resource, shown)]
        now = http_date(response.header("Date") or "")
        for name, moment, first in known:
            if first is None and now is not None and abs(now - moment) <= _LONG:
                self._first[resource.name, name] = moment
        return any(first is not None and first - moment > _LONG for _, moment, first in known)


def _moments(resource: Resource, shown: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The moments that the server itself has set, as Unix time. One without a zone may be any of a day, and one before
    1970 stands for none (``0001-01-01T00:00:00Z``)."""
    for name, value in shown.items():
        is_told = isinstance(value, str) and name not in resource.shapes.create["properties"]
        if is_told and _OF_BIRTH.fullmatch(snake(name)) and FORMATS["date-time"].check(value):
            moment = instant(value).timestamp()
            if moment > 0:
                yield name, moment
