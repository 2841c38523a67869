"""What the faults of a rule prove of it.

A fault that spoils every answer is caught by whatever looks at answers at all: it is *trivial*, and proves nothing of
the rule that names it. Which ones are is measured, not declared: a list and a create, the plainest requests that there
are, go to the sandbox with the fault and without. A rule is proven by two faults that are not trivial, or a line of
``ONE_IS_ENOUGH`` says why it has fewer.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from functools import cache

from tests.sandbox.client import Client

from restproof.sandbox.faults import Fault

from .place import contract_of, loaded

ENOUGH = 2
SLOW = 0.5
"""Seconds: an answer that takes longer differs from one that does not."""
_DRAWN = re.compile(r"\d{6,}|\b[0-9a-f]{16,}\b")
"""What differs from one sandbox to the next: ids, and digests of what holds one."""
ONE_IS_ENOUGH: dict[str, str] = {
    "transport.https-only": "one plain request to one port, and one way to fail: an answer",
    "transport.tls-valid": "a certificate that does not verify ends the run before its first request",
    "media.charset": "one request, judged by its status alone",
    "media.untyped-body": "one request, judged by its status alone",
    "robust.hostile-bytes": "below HTTP, where the sandbox itself has no steps that a fault could alter",
    "robust.no-timeout": "it judges every exchange alike, and each fault costs a whole timeout",
    "robust.latency": "it judges each operation alike, and each fault costs twenty slow answers",
}
"""Requirement → why fewer faults than ``ENOUGH`` prove it."""


def trivial(fault: Fault) -> bool:
    """Whether the answers to the plainest requests all differ from those of a server without the fault."""
    contract = contract_of(fault)
    return all(a != b for a, b in zip(_plain(contract, (fault.name,)), _honest(contract), strict=True))


def unproven(faults: Iterable[Fault], rules: Iterable[str]) -> dict[str, int]:
    """Rules with fewer faults that are not trivial than it takes, and no word why: rule → how many it has."""
    counted = Counter(fault.requirement for fault in faults if not trivial(fault))
    return {rule: counted[rule] for rule in rules if counted[rule] < ENOUGH and rule not in ONE_IS_ENOUGH}


@cache
def _honest(contract: str) -> tuple[tuple[str, bool], ...]:
    return _plain(contract, ())


def _plain(contract: str, faults: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """The answers to a list and a create, and whether each was slow."""
    client = Client(loaded(contract), faults)
    found = []
    try:
        for method, path, body in _requests(client):
            began = time.perf_counter()
            reply = client(method, path, body)
            found.append((_DRAWN.sub("…", repr(reply)), time.perf_counter() - began > SLOW))
    finally:
        client.app.close()
    return tuple(found)


def _requests(client: Client) -> tuple[tuple[str, str, object], ...]:
    if "company" in client.ids:
        body = {"company_id": client.ids["company"], "office": {"name": "North"}}
        return ("GET", "/companies", None), ("POST", "/offices", body)
    if "shelf" in client.ids:
        where = f"/shelves/{client.ids['shelf']}"
        return ("GET", f"{where}/authors", None), ("POST", f"{where}/authors", {"name": "Ada"})
    return ("GET", "/contacts", None), ("POST", "/contacts", {"name": "Ada", "email": "ada@example.com"})
