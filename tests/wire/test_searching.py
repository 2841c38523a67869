"""A list that is asked for by POST: its criteria leave in the body, and it is no write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import check, load
from restproof.wire.message import Request
from restproof.wire.searching import Searches, asked_for

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "size": {"type": "integer"},
        "open": {"type": "boolean"},
        "code": {"type": "string"},
    },
}
CONTRACT = """
contract: c
resources:
  shop: {path: /shops, operations: [], id: {type: integer}}
  item:
    path: /items
    schema: item.json
    parent: {shop: shop_id}
    operations: {list: {method: POST, path: /items/search, query: {lang: en}}, create: , read: }
    envelope: {list: items}
    paging: {style: page, size: /page/size, page: /page/number}
    query: {filter: "/where/{name}"}
    sort: [size]
    filters: {size: equals, open: equals, code: equals}
"""
QUERY = (("lang", "en"), ("shop_id", "7"), ("/page/number", "2"), ("/page/size", "x"), ("sort", "-size"))
WHERE = (("/where/size", "5"), ("/where/open", "true"), ("/where/code", "5"), ("strange", "1"))


def write(folder: Path, text: str) -> Path:
    (folder / "contract.yaml").write_text(text, encoding="utf-8")
    (folder / "item.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    return folder


def test_criteria_leave_in_the_body_and_read_the_same(tmp_path: Path) -> None:
    contract = load(write(tmp_path, CONTRACT))
    request = Request("POST", "/items/search", (*QUERY, *WHERE))
    sent = Searches(contract).leaving(request)
    assert sent.query == QUERY[:2]
    assert json.loads(sent.body or b"") == {
        "page": {"number": 2, "size": "x"},
        "sort": "-size",
        "where": {"size": 5, "open": True, "code": "5"},
        "strange": "1",
    }
    assert sorted(asked_for(contract.resources["item"], sent)) == sorted(request.query)


@pytest.mark.parametrize(
    ("media", "sent"),
    [
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("application/x-www-form-urlencoded", None),  # criteria are JSON, whatever bodies are
    ],
)
def test_criteria_are_of_the_media_type_of_requests(media: str, sent: str | None, tmp_path: Path) -> None:
    text = CONTRACT.replace("    path: /items\n", f"    path: /items\n    media: {{request: {media}}}\n")
    contract = load(write(tmp_path, text))
    assert Searches(contract).leaving(Request("POST", "/items/search")).header("Content-Type") == sent


def test_only_a_list_by_post_is_none_that_writes(tmp_path: Path) -> None:
    searches = Searches(load(write(tmp_path, CONTRACT)))
    assert not searches.may_change(Request("POST", "/items/search"))
    assert searches.may_change(Request("POST", "/items/search", headers=(("X-HTTP-Method-Override", "DELETE"),)))
    assert searches.may_change(Request("POST", "/items"))
    assert searches.may_change(Request("PUT", "/items/search"))
    assert searches.leaving(Request("POST", "/items", (("a", "b"),))).body is None


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("{style: page,", "{links: true, style: page,", "no URL leads to a page"),
        ("method: POST,", "method: PUT,", "a list by PUT"),
        ("{shop: shop_id}", "{shop: {name: shop_id, in: body}}", "names 'shop' in its body"),
    ],
)
def test_what_a_search_cannot_be_is_told_with_its_line(before: str, after: str, message: str, tmp_path: Path) -> None:
    problems = [str(problem) for problem in check(write(tmp_path, CONTRACT.replace(before, after)))]
    assert any(message in problem and "contract.yaml:9" in problem for problem in problems)


def test_a_token_in_a_header_field_leaves_there_and_reads_the_same(tmp_path: Path) -> None:
    paging = "    paging: {style: token, token: X-Continue, token_in: header, next_header: X-Next}\n"
    text = CONTRACT.replace("    paging: {style: page, size: /page/size, page: /page/number}\n", paging)
    contract = load(
        write(tmp_path, text.replace("list: {method: POST, path: /items/search, query: {lang: en}}", "list:"))
    )
    request = Request("GET", "/items", (("shop_id", "7"), ("X-Continue", "+a/b=")))
    sent = Searches(contract).leaving(request)
    assert (sent.query, sent.header("X-Continue")) == ((("shop_id", "7"),), "+a/b=")
    assert sorted(asked_for(contract.resources["item"], sent)) == sorted(request.query)
    cut = Request("GET", "/items", (("X-Continue", "a\r\nb"),))
    assert Searches(contract).leaving(cut) == cut
    searched = Searches(load(write(tmp_path, text))).leaving(Request("POST", "/items/search", request.query))
    assert (searched.body, searched.header("X-Continue")) == (b"{}", "+a/b=")


@pytest.mark.parametrize("said", ["token_in: header", "token: a b, token_in: header"])
def test_a_token_without_a_header_field_is_told(said: str, tmp_path: Path) -> None:
    paging = f"    paging: {{style: token, {said}, next_header: X-Next}}\n"
    text = CONTRACT.replace("    paging: {style: page, size: /page/size, page: /page/number}\n", paging)
    assert any("no header field of a request" in e.message for e in check(write(tmp_path, text)))
