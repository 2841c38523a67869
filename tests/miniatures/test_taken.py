"""What a server has deleted where it should have refused is no excuse to speak against its other answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.kinds_parents import HEADER, Accounts, kinds
from tests.miniatures.server import Answer, Row

from restproof.wire.message import Request


class Careless(Accounts):
    """Deletes an order whatever account is named, and where none is."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        id = path.removeprefix("/orders/")
        if request.method == "DELETE" and request.header(HEADER) is None and id.isdecimal():
            self.account = self.owners.get(int(id), 0)
            return self.do_delete("/orders", id)
        return super().answer(request, path, query)


def test_what_was_deleted_against_a_rule_serves_no_later_case(tmp_path: Path) -> None:
    kind = next(kinds())
    found = bench.run(Careless(), kind.contract, kind.schemas, tmp_path, only=("input", "read"), profile="ci")
    assert {r.item for r in found.results if r.outcome in ("fail", "error", "blocked")} == {
        "input.parent[order-delete]"
    }


def test_a_create_that_is_never_refused_is_told_once(tmp_path: Path) -> None:
    """Whether it is refused is one case, and what becomes of who was first another."""
    contract, schemas = item(unique=["title"])
    found = bench.run(Items(), contract, schemas, tmp_path, only=("conflict.duplicate",), profile="ci")
    [told] = [finding for result in found.results for finding in result.findings]
    assert "is accepted (201)" in told.message


class OfThePlain(Items):
    """Finds what is taken among open items alone."""

    UNIQUE = ("title",)

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        whole, self.rows[path] = (
            self.rows[path],
            {k: r for k, r in self.rows[path].items() if r.get("open") is not False},
        )
        try:
            super().unique(path, fields, row)
        finally:
            self.rows[path] = whole


def test_a_create_that_is_refused_beside_a_plain_item_alone_is_told(tmp_path: Path) -> None:
    contract, schemas = item(unique=["title"])
    found = bench.run(OfThePlain(), contract, schemas, tmp_path, only=("conflict.duplicate",), profile="ci")
    [told] = [finding for result in found.results for finding in result.findings]
    assert (told.case, "is accepted (201)" in told.message) == ("conflict.duplicate[item-create]#2", True)
