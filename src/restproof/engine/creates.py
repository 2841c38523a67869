"""Creates that were refused: what a list that is read at the end must not hold. And those that are of no use."""

from __future__ import annotations

from collections import Counter

from restproof.contract.model import WRITES
from restproof.engine.failure import NotTested
from restproof.engine.keep import Keeper
from restproof.engine.reply import Reply


class Unnamed:
    """The resources of which the first create that succeeds leads to no id, each with why that is nobody's failure. No
    other one is sent: it would have to be found in a list and taken away, and not all bodies show whose they are."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._why: dict[str, str] = {}
        """By resource, empty where a create has led to an id."""
        self._asked: Counter[str] = Counter()

    def note(self, reply: Reply) -> None:
        """The answer to a request."""
        if reply.operation == "create" and reply.ok and not reply.is_under_way:
            self._why.setdefault(reply.resource.name, reply.unnamed)

    def check(self, name: str, by: str) -> None:
        """Raises ``NotTested`` where no create of the resource ``name`` is sent. ``by``: the case or set-up for which
        it would be."""
        place = f"unnamed {name} {by}"
        self._asked[place] += 1
        why = self._keeper.recall(f"{place} {self._asked[place]}", self._why.get(name) or None)
        if why is not None:
            raise NotTested(why)


class Creates:
    """The tokens of the cases whose creates were all refused. A token stands in what such a create held, so that an
    entry of a list that holds it was stored all the same."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._refused: dict[tuple[str, str], Reply | None] = {}
        self._others: set[tuple[str, str]] = set()

    def note(self, reply: Reply, token: str) -> None:
        """The answer to a write of the case with this token. A PUT may be a create; an update shows that what holds the
        token was stored by it, perhaps in an instance that another case has created."""
        if reply.operation not in WRITES or token.encode() not in (reply.exchange.request.body or b""):
            return
        key = reply.resource.name, token
        if 400 <= reply.status < 500:
            if reply.operation != "update":
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
