"""Things of which there may be few, or so much together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import ITEM, Items, Kind, item, of, schema
from tests.miniatures.server import Refused, Row

MOST = 6


def kinds() -> Iterator[Kind]:
    yield from _few()
    yield from _together()


class Few(Items):
    """There is room for six, whoever asks."""

    most = MOST

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if row is None and len(self.rows[path]) >= self.most:
            raise Refused(409, "there is no room left")


class Forgetful(Few):
    def changed(self, path: str, row: Row, fields: Row) -> None:
        pass


def _few() -> Iterator[Kind]:
    words: dict[str, Any] = {"rules": [{"at_most": MOST}], "statuses": {"over_quota": 409}}
    yield Kind("there is room for six", *item(ITEM, **words), Few, Forgetful, ("update",))

    class VeryFew(Few):
        """There is room for four, and the list can be sorted."""

        most = 4

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            order, rows = query.get("sort", ""), super().listed(path, query)
            name = order.removeprefix("-")
            return sorted(rows, key=lambda row: row[name], reverse=name != order) if name in ("title", "id") else rows

    class VeryForgetful(VeryFew, Forgetful): ...

    words = {**words, "rules": [{"at_most": VeryFew.most}], "sort": ["title", "id"]}
    yield Kind("there is room for four", *item(ITEM, **words), VeryFew, VeryForgetful, ("list", "update"))


def _together() -> Iterator[Kind]:
    day = {"type": "string", "format": "date"}
    entry = schema("hours", day=day, hours={"type": "integer", "minimum": 1, "maximum": 24})

    class Hours(of(entry)):  # type: ignore[misc]
        """A day has 24 hours; one that is not named is today."""

        def made(self, path: str, fields: Row) -> Row:
            row: Row = super().made(path, {"day": "2026-11-29", **fields})
            return row

        def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
            named = {"day": "2026-11-29", **{n: v for n, v in state.items() if v is not None}}
            others = [r for r in self.rows[path].values() if r is not row and r["day"] == named["day"]]
            if self.looks(row) and named["hours"] + sum(r["hours"] for r in others) > 24:
                raise Refused(422, "a day has 24 hours", "hours")

        def looks(self, row: Row | None) -> bool:
            return True

    class Once(Hours):
        """An update is not looked at."""

        def looks(self, row: Row | None) -> bool:
            return row is None

    words: Mapping[str, Any] = {
        "rules": [{"at_most": 24, "of": "hours", "per": "day"}],
        "defaults": {"day": "today"},
        "statuses": {"rule": 422},
    }
    yield Kind("a day has 24 hours, after an update too", *item(entry, **words), Hours, Once, ("quota",))
