"""What a user's own code (hooks, suites, applications) may say by mistake: the secrets that this process knows.

Whatever restproof says itself holds none. An exception of somebody's function holds whatever it was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

REDACTED = "[redacted]"
"""What stands in place of a secret, here and in all that a run leaves."""
SHORTEST = 6
"""Characters of a credential from which on it is looked for everywhere. A shorter one is likely to be a part of the
data too; it is hidden where it is all that a header holds."""


class Untold:
    """Hides secrets in texts: those of the configuration, and what the session with a target knows besides."""

    def __init__(self) -> None:
        self._secrets: list[str] = []
        self._hide: Callable[[str], str] | None = None

    def configured(self, secrets: Iterable[str]) -> None:
        """From now on, hide these, and nothing that was hidden before."""
        self._secrets = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)
        self._hide = None

    def in_session(self, hide: Callable[[str], str]) -> None:
        """From now on, hide by ``hide``, too: it knows what was obtained, and each spelling."""
        self._hide = hide

    def text(self, text: str) -> str:
        """``text`` without the secrets."""
        for secret in self._secrets:
            text = re.sub(re.escape(secret), REDACTED, text, flags=re.IGNORECASE)
        return text if self._hide is None else self._hide(text)


UNTOLD = Untold()
