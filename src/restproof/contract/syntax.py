"""How the query of a list is spelled: its filters and its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from restproof.contract.urls import Query
from restproof.frozen import frozen

_FIELD = "{field}"


@frozen
class SortKey:
    """One field that a list is sorted by, and which way."""

    field: str
    descending: bool = False


@frozen
class QuerySyntax:
    """``filter`` holds ``{name}``. ``sort``: the parameter of the field to sort by, which ``ascending`` and
    ``descending`` spell (with ``{field}``), or whose way the parameter ``direction`` tells, by the two words.
    With ``{field}`` in ``sort`` itself there is one parameter for each field (``order[name]``), which holds the word.
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
    def sorts_by_name(self) -> bool:
        """Whether the field stands in the name of the parameter that sorts by it."""
        return _FIELD in self.sort

    def sorted_by(self, field: str) -> str:
        """The parameter that sorts by a field."""
        return self.sort.replace(_FIELD, field)

    def order_parameters(self, sortable: Iterable[str]) -> frozenset[str]:
        """The parameters that say how a list is sorted, which can be sorted by the fields ``sortable``."""
        if self.sorts_by_name:
            return frozenset(map(self.sorted_by, sortable))
        return frozenset({self.sort, self.direction or self.sort})

    def asks_for_order(self, name: str) -> bool:
        """Whether a parameter names a field to sort by, be there such a one or not."""
        before, field, after = self.sort.partition(_FIELD)
        return name == self.sort or (bool(field) and name.startswith(before) and name.endswith(after))

    def order(self, keys: Sequence[SortKey]) -> Query:
        """The query that sorts by ``keys``, the first of them first."""
        between = self.between or ""
        ways = [self.descending if key.descending else self.ascending for key in keys]
        if self.sorts_by_name:
            return tuple((self.sorted_by(key.field), way) for key, way in zip(keys, ways, strict=True))
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
        if self.sorts_by_name:
            return self._keys_by_name(query, sortable)
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

    def _keys_by_name(self, query: Mapping[str, str], sortable: Iterable[str]) -> tuple[SortKey, ...] | None:
        known = {self.sorted_by(field): field for field in sortable}
        ways = {self.ascending: False, self.descending: True}
        asked = [(known.get(name), ways.get(way)) for name, way in query.items() if self.asks_for_order(name)]
        keys = tuple(SortKey(field, down) for field, down in asked if field is not None and down is not None)
        return keys if len(keys) == len(asked) else None
