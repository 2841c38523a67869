"""A list whose entries have no id: equal ones are two all the same, and none may be lost between pages."""

from __future__ import annotations

from pathlib import Path

from tests.generated.running import run
from tests.openapi.honest import Json, Refused, Request, Service, serving

from restproof.contract.load import check

CONTRACT = Path(__file__).parent / "contracts" / "hours"
HOURS = [{"day": day, "open": time} for day, time in (("mon", "09"), ("mon", "09"), ("tue", "08"), ("wed", "10"))]


def _list(service: Service, request: Request) -> tuple[int, Json]:
    entries = [h for h in HOURS if request.query.get("day", h["day"]) == h["day"]]
    order = request.query.get("sort", "")
    if order:
        entries = sorted(entries, key=lambda h: h["open"], reverse=order.startswith("-"))
    numbers = [request.query.get("page", "1"), request.query.get("per_page", "2")]
    if not all(n.isascii() and n.isdecimal() and 0 < len(n) < 9 and int(n) for n in numbers) or int(numbers[1]) > 4:
        raise Refused(400, "page or per_page is wrong")
    page, size = map(int, numbers)
    start = (page - 1) * size + ("page-skips-one" in service.faults and page > 1)
    return 200, entries[start : start + size]


def test_entries_without_an_id_are_a_list_all_the_same(tmp_path: Path) -> None:
    with serving(Service({("GET", "/hours"): _list})) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


def test_one_that_is_lost_between_pages_is_missed(tmp_path: Path) -> None:
    with serving(Service({("GET", "/hours"): _list}, frozenset({"page-skips-one"}))) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url, "--only", "list.pages-partition")
    assert told.requirements("fail") == {"list.pages-partition"}


def test_what_has_no_id_is_only_listed(tmp_path: Path) -> None:
    (tmp_path / "hour.json").write_text('{"type": "object", "properties": {"day": {}}}', encoding="utf-8")
    text = "{contract: c, resources: {hour: {path: /hours, schema: hour.json, id: none, operations: [list, read]}}}"
    (tmp_path / "contract.yaml").write_text(text, encoding="utf-8")
    (problem,) = check(tmp_path)
    assert "can only be listed" in problem.message
