"""Fixed windows of requests per credential."""

from __future__ import annotations

import math
from dataclasses import dataclass

from restproof.contract.limits import Rate
from restproof.sandbox.call import Call, Credential

_ANONYMOUS = Credential(name="", secret="")


@dataclass
class Window:
    """A current window of a credential: when it ends (Unix time), how many requests it has seen, and how many it
    admits."""

    ends: float = 0.0
    used: int = 0
    most: int = 0

    def admits(self) -> bool:
        """Counts a request, and says whether it is within the limit."""
        self.used += 1
        return self.used <= self.most


class Limiter:
    """Counts requests. A request over the limit counts too, and the window ends when it would have ended anyway."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def window(self, call: Call) -> tuple[Credential, Window]:
        """The credential's window at the time of the call, begun anew where the last one is over."""
        credential = call.credential or _ANONYMOUS
        window = self._windows.setdefault(credential.name, Window())
        if call.now >= window.ends:
            window.ends, window.used = call.now + credential.window, 0
        window.most = credential.limit
        return credential, window

    def admits(self, call: Call) -> bool:
        _, window = self.window(call)
        return window.admits()

    def admits_one(self, call: Call, name: str, rate: Rate) -> bool:
        """The same of one operation or resource, by its name."""
        window = self._windows.setdefault(f"{(call.credential or _ANONYMOUS).name} {name}", Window())
        if call.now >= window.ends:
            window.ends, window.used = call.now + rate.seconds, 0
        window.most = rate.requests
        return window.admits()

    def retry_after(self, call: Call, name: str = "") -> int:
        """Whole seconds until the windows end that admit no more, of the credential, of the operation and of its
        resource; at least 1."""
        who = (call.credential or _ANONYMOUS).name
        own = [self._windows.get(f"{who} {part}", Window()) for part in (name, name.partition(".")[0])]
        full = [window.ends for window in (self.window(call)[1], *own) if window.used >= window.most]
        return max(1, math.ceil(max(full, default=call.now) - call.now))
