"""Walks through lists that clean-up makes once for all ledgers: several workers have written to the same lists."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from restproof.contract.model import Resource
from restproof.wire.failure import NotSent
from restproof.wire.message import Headers
from restproof.wire.session import Session
from restproof.wire.walk import ListUnreadable, listed

_List = tuple[str, str, Headers, str | None]
"""Resource, request target and headers of a list, and the credential that asks for it."""


class _Walked(NamedTuple):
    """What a walk that began at ``began`` has shown, or why it has shown nothing."""

    began: float
    entries: Sequence[Mapping[str, Any]] = ()
    failed: NotSent | ListUnreadable | None = None


class Walks:
    """Sends through ``session``. Safe to use from several threads: who asks for a list that another one is just walking
    through waits for that walk."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._since = time.monotonic()
        self._known: dict[_List, _Walked] = {}
        self._locks: dict[_List, threading.Lock] = {}
        self._lock = threading.Lock()

    def begin_anew(self) -> None:
        """What was walked through until now serves nobody any more: something may have been deleted since."""
        self._since = time.monotonic()

    def entries(
        self, resource: Resource, collection: str, headers: Headers, credential: str | None, *, since: float = 0.0
    ) -> Sequence[Mapping[str, Any]]:
        """What the list holds, by a walk that began at ``since`` or later (of ``time.monotonic``), and after
        :meth:`begin_anew`. Raises ``NotSent`` and ``ListUnreadable``."""
        key = resource.name, collection, headers, credential
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            known = self._known.get(key)
            if known is None or known.began < max(since, self._since):
                known = self._known[key] = self._walked(resource, collection, headers, credential)
        if known.failed is not None:
            raise known.failed
        return known.entries

    def _walked(self, resource: Resource, collection: str, headers: Headers, credential: str | None) -> _Walked:
        began = time.monotonic()
        try:
            found = list(listed(self.session, resource, collection, headers=headers, credential=credential))
        except (NotSent, ListUnreadable) as reason:
            return _Walked(began, failed=reason)
        return _Walked(began, found)
