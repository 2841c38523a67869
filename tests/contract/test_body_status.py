"""What the body of an answer says of whether the request succeeded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.bodystatus import BodyStatus
from restproof.contract.load import check
from restproof.wire.message import Response, told_by_body

BY_CODE = BodyStatus.of({"at": "code", "success": [0, 200], "statuses": {"40400": 404}})
BY_WORD = BodyStatus.of({"at": "ok", "success": True, "code": "/error/code", "statuses": {"none": 404}, "other": 422})
BY_ERROR = BodyStatus.of({"at": "error", "success": "absent"})


@pytest.mark.parametrize(
    ("promised", "document", "status"),
    [
        (BY_CODE, {"code": 0}, None),
        (BY_CODE, {"code": 200}, None),
        (BY_CODE, {"code": False}, 400),
        (BY_CODE, {"code": 40400}, 404),
        (BY_CODE, {}, 400),
        (BY_WORD, {"ok": True, "error": {"code": "none"}}, None),
        (BY_WORD, {"ok": 1}, 422),
        (BY_WORD, {"ok": False, "error": {"code": "none"}}, 404),
        (BY_ERROR, {"error": None}, None),
        (BY_ERROR, {"error": "no"}, 400),
    ],
)
def test_the_body_tells_the_status(promised: BodyStatus, document: Any, status: int | None) -> None:
    assert promised.status(document) == status


@pytest.mark.parametrize("promised", [BY_CODE, BY_WORD, BY_ERROR])
def test_what_a_server_says_reads_the_same(promised: BodyStatus) -> None:
    assert promised.status(promised.succeeded({"id": 1})) is None
    for status in {*promised.statuses.values(), promised.other}:
        failed = promised.failed({"message": "no"}, status)
        assert failed is not None
        assert promised.status(failed) == status
    assert promised.failed({}, 405) is None


def test_it_stands_in_the_object_that_holds_it() -> None:
    assert BY_WORD.members("") == {"ok", "error"}
    assert BY_WORD.members("/error") == {"code"}
    assert not BY_WORD.members("/data")


def test_only_a_status_line_of_success_is_passed_over() -> None:
    body = b'{"code": 40400}'
    assert told_by_body(Response(200, "OK", (), body), BY_CODE) == Response(404, "OK", (), body, line=200)
    assert told_by_body(Response(500, "", (), body), BY_CODE).status == 500
    assert told_by_body(Response(200, "", (), b"[1]"), BY_CODE).status == 200
    assert told_by_body(Response(204, "", (), b""), BY_CODE).status == 204


def test_a_bare_list_cannot_say_it(tmp_path: Path) -> None:
    text = "contract: c\nbody_status: {at: code, success: 0}\nresources:\n  item: {path: /items, schema: item.json}\n"
    (tmp_path / "contract.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "item.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer"}}}', encoding="utf-8"
    )
    assert any("a list here is a bare array" in str(problem) for problem in check(tmp_path))
