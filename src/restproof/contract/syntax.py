"""How the query of a list is spelled: its filters and its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class SortKey:
    """One field that a list is sorted by, and which way."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class QuerySyntax:
    """``filter`` holds ``{name}``. ``sort``: the parameter of the field to sort by, which ``ascending`` and
    ``descending`` spell (with ``{field}``), or whose way the parameter ``direction`` tells, by the two words.
    ``between``: what stands between several fields, ``None`` where a list is sorted by one alone. ``collation``: the
    order of texts (``code-points``, ``utf-16``, ``no-case``), ``None`` where the contract does not say.
    """

    filter: str = "{name}"
    sort: str = "sort"
    ascending: str = "{field}"
    descending: str = "-{field}"
    direction: str | None = None
    between: str | None = None
    collation: str | None = None

    def named(self, filter: str) -> str:
        """The parameter of a filter."""
        return self.filter.replace("{name}", filter)

    @property
    def order_parameters(self) -> frozenset[str]:
        """The parameters that say how a list is sorted."""
        return frozenset({self.sort, self.direction or self.sort})

    def order(self, keys: Sequence[SortKey]) -> tuple[tuple[str, str], ...]:
        """The query that sorts by ``keys``, the first of them first."""
        between = self.between or ""
        ways = [self.descending if key.descending else self.ascending for key in keys]
        if self.direction:
            named = between.join(key.field for key in keys)
            return ((self.sort, named), (self.direction, between.join(ways)))
        spelled = (way.replace("{field}", key.field) for way, key in zip(ways, keys, strict=True))
        return ((self.sort, between.join(spelled)),)

    def spellings(self, field: str) -> dict[str, SortKey]:
        """What the parameter of the order may hold for one field, where no other one tells the way."""
        if self.direction:
            return {field: SortKey(field)}
        return {
            self.descending.replace("{field}", field): SortKey(field, descending=True),
            self.ascending.replace("{field}", field): SortKey(field),
        }

    def keys(self, query: Mapping[str, str], sortable: Iterable[str]) -> tuple[SortKey, ...] | None:
        """What a query sorts by: nothing where it asks for no order, ``None`` where it asks for one that there is not.
        A way that is not said is up."""
        text, way = query.get(self.sort), query.get(self.direction or "", "")
        if not text:
            return ()
        known = {spelling: key for field in sortable for spelling, key in self.spellings(field).items()}
        found = [known.get(one) for one in (text.split(self.between) if self.between else [text])]
        ways = (way.split(self.between) if self.between else [way]) if way else []
        if None in found or len(ways) > len(found) or not set(ways) <= {self.ascending, self.descending}:
            return None
        pairs = zip_longest((key for key in found if key), ways, fillvalue=None)
        return tuple(SortKey(key.field, key.descending or way == self.descending) for key, way in pairs if key)
