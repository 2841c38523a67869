"""Fixed windows of requests per credential."""

from __future__ import annotations

import math
from dataclasses import dataclass

from restproof.contract.limits import Rate
from restproof.sandbox.call import Call, Credential

_ANONYMOUS = Credential(name="", secret="")


@dataclass
class Window:
    """One credential's current window: when it ends (Unix time) and how many requests it has seen."""

    ends: float = 0.0
    used: int = 0


class Limiter:
    """Counts requests. A request over the limit counts too, and the window ends when it would have ended anyway."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def window(self, call: Call) -> tuple[Credential, Window]:
        """The credential's window at the time of the call, begun anew where the last one is over."""
        credential = call.credential or _ANONYMOUS
        window = self._windows.setdefault(credential.name, Window())
        if call.now >= window.ends:
            # Ending on a whole second makes the reset header and Retry-After exact.
            window.ends, window.used = math.ceil(call.now + credential.window), 0
        return credential, window

    def admits(self, call: Call) -> bool:
        credential, window = self.window(call)
        window.used += 1
        return window.used <= credential.limit

    def admits_one(self, call: Call, name: str, rate: Rate) -> bool:
        """The same of one operation, by its name."""
        window = self._windows.setdefault(f"{(call.credential or _ANONYMOUS).name} {name}", Window())
        if call.now >= window.ends:
            window.ends, window.used = call.now + rate.seconds, 0
        window.used += 1
        return window.used <= rate.requests

    def retry_after(self, call: Call, name: str = "") -> int:
        """Whole seconds until the window ends, and that of the operation where it has one; at least 1."""
        own = self._windows.get(f"{(call.credential or _ANONYMOUS).name} {name}")
        ends = max(self.window(call)[1].ends, own.ends) if own else self.window(call)[1].ends
        return max(1, math.ceil(ends - call.now))
