"""Creates that were refused: what a list that is read at the end must not hold."""

from __future__ import annotations

from restproof.engine.keep import Keeper
from restproof.engine.reply import Reply


class Creates:
    """The tokens of the cases whose creates were all refused. A token stands in what such a create held, so that an
    entry of a list that holds it was stored all the same."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._refused: dict[tuple[str, str], Reply | None] = {}
        self._others: set[tuple[str, str]] = set()

    def note(self, reply: Reply, token: str) -> None:
        """The answer to a create (or to a PUT, which may be one) of the case with this token."""
        if reply.operation not in ("create", "replace") or token.encode() not in (reply.exchange.request.body or b""):
            return
        key = reply.resource.name, token
        if 400 <= reply.status < 500:
            self._refused[key] = self._refused.get(key) or reply
        else:
            self._others.add(key)  # stored, or nobody knows

    def tally(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """What was noted: resource and token of the creates that were refused, and of those that were not."""
        return set(self._refused), set(self._others)

    def add(self, tally: tuple[set[tuple[str, str]], set[tuple[str, str]]]) -> None:
        """Take over what another worker has noted; the refusals themselves are told there."""
        refused, others = tally
        for key in refused:
            self._refused.setdefault(key, None)
        self._others |= others

    def in_vain(self, resource: str) -> dict[str, Reply | None]:
        """Token → the refusal, of each case that created nothing; ``None`` where a recording or another worker
        holds the token alone."""
        found = {t: r for (name, t), r in self._refused.items() if name == resource and (name, t) not in self._others}
        tokens: list[str] = self._keeper.recall(f"refused creates {resource}", sorted(found)) or []
        return {token: found.get(token) for token in tokens}
