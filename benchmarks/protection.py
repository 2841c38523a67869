"""What the guard (whose is it?), the ledger and the hiding of secrets cost the client: CPU per request and requests.

    python benchmarks/protection.py [PROFILE]

Everything is measured in one live run of the bundled contract against its embedded sandbox: the CPU time of the thread
inside each part, without what the requests of a look and the clock itself cost, beside the CPU time of the whole
process (imports, plan, judging, recording and reports included).
"""

from __future__ import annotations

import functools
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.installed import is_installed, main_of

from restproof.cli.main import run
from restproof.record.reader import read
from restproof.wire import message
from restproof.wire.ownership import Ownership
from restproof.wire.redact import Redactor
from restproof.wire.session import Session
from restproof.wire.standin import StandIns

SPENT: dict[str, float] = defaultdict(float)
CALLS: Counter[str] = Counter()
_RUNNING: list[str] = []
PARTS: tuple[tuple[object, str, str], ...] = (
    (Ownership, "before", "guard"),
    (Ownership, "again", "guard"),
    (Ownership, "after", "guard"),
    (Redactor, "exchanged", "credentials"),
    (Redactor, "request", "credentials"),
    (Redactor, "response", "credentials"),
    (Redactor, "text", "credentials"),
    (Redactor, "data", "credentials"),
    (StandIns, "event", "secret members"),
    (Session, "send", "sending"),
    # What an answer holds is parsed once, for the guard and the suites.
    (message, "loads", "parsing"),
)


def timed(kind: object, method: str, part: str) -> None:
    """Has each call of ``method`` count for ``part`` alone: for no part that it is called in."""
    inner: Callable[..., Any] = getattr(kind, method)

    @functools.wraps(inner)
    def outer(*arguments: Any, **options: Any) -> Any:
        if _RUNNING and _RUNNING[-1] == part:
            return inner(*arguments, **options)
        began = time.thread_time()
        _RUNNING.append(part)
        try:
            return inner(*arguments, **options)
        finally:
            _RUNNING.pop()
            spent = time.thread_time() - began
            SPENT[part] += spent
            CALLS[part] += 1
            if _RUNNING:
                SPENT[_RUNNING[-1]] -= spent

    setattr(kind, method, outer)


def clock_costs() -> float:
    """The seconds that a part counts for each call though it does nothing: the clock is no cheap one."""

    class Idle:
        def work(self) -> None:
            pass

    timed(Idle, "work", "idle")
    for _ in range(10_000):
        Idle().work()
    return SPENT.pop("idle") / CALLS.pop("idle")


def main(profile: str) -> int:
    for kind, method, part in PARTS:
        timed(kind, method, part)
    idle = clock_costs()
    with tempfile.TemporaryDirectory() as folder:
        code = run(["run", "-q", "--profile", profile, "--workers", "1", "--out", folder])
        whole = time.process_time()
        recorded = read(Path(folder) / "run.jsonl.gz")
    setups = Counter(e.setup for e in recorded.exchanges)
    looks = setups["guard"]
    others = len(recorded.exchanges) - looks - setups["cleanup"]
    print(f"{len(recorded.exchanges):,} requests, {looks} of them looks: {looks / others:.1%} more than without")
    for part in ("guard", "credentials", "secret members"):
        spent = SPENT[part] - idle * CALLS[part]
        each = spent / len(recorded.exchanges)
        print(f"{part:16} {1e6 * each:5.0f} µs of CPU per request, {spent / whole:.1%} of the client's")
    print(f"{'in all':16} {1e6 * whole / len(recorded.exchanges):5.0f} µs of CPU per request")
    return code


if __name__ == "__main__":
    raise SystemExit(main(*(sys.argv[1:] or ["ci"])) if is_installed() else main_of(__file__))
