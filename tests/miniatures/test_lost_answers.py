"""A server that ends a kept connection when it has done what was asked, and before it says so: the request comes again,
and meets what it did the first time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Refused, Row

from restproof.wire.failure import TransportError
from restproof.wire.message import Request


class Losing(Items):
    """Loses the answer to every third write, and carries it out."""

    UNIQUE: tuple[str, ...] = ("title",)

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.lost: Request | None = None

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        found = super().__call__(request)
        if request.writes and request != self.lost:
            self.writes += 1
            if self.writes % 3 == 0:
                self.lost = request
                raise TransportError(bench.LOST)
        self.lost = None
        return found


class Doubling(Losing):
    """Any title may come again: a create that comes again makes another item."""

    UNIQUE = ()


class Storing(Losing):
    """Stores what it refuses."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        try:
            return super().valid(path, fields, row)
        except Refused:
            if row is None:
                made = self.made(path, fields)
                self.rows[path][made["id"]] = made
            raise


class Keeping(Losing):
    """Deletes nothing, and says that there is nothing."""

    def do_delete(self, path: str, id: str) -> Any:
        raise Refused(404, "there is none")


class Twofold(Losing):
    """Takes a title twice."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        return


def failing(server: Items, folder: Path, words: Mapping[str, Any]) -> dict[str, str]:
    verdict = bench.run(server, *item(**words), folder, profile="ci")
    return {r.requirement: r.message for r in verdict.results if r.outcome in ("fail", "error", "blocked")}


UNIQUE: Mapping[str, Any] = {"unique": ["title"]}


@pytest.mark.parametrize(("server", "words"), [(Losing, UNIQUE), (Doubling, {})])
def test_an_answer_that_was_lost_is_no_fault_of_the_next_one(
    server: type[Items], words: Mapping[str, Any], tmp_path: Path
) -> None:
    assert failing(server(), tmp_path, words) == {}


@pytest.mark.parametrize(
    ("server", "requirement"),
    [
        (Storing, "create.failed-leaves-nothing"),
        (Keeping, "delete."),
        (Twofold, "conflict.duplicate"),
        (Twofold, "conflict.rename"),
    ],
)
def test_what_is_wrong_besides_is_told(server: type[Items], requirement: str, tmp_path: Path) -> None:
    assert any(told.startswith(requirement) for told in failing(server(), tmp_path, UNIQUE))
