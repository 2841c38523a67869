"""A list that is asked for by POST: its criteria leave in the body, and it is no write."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from restproof.contract.load import check, load
from restproof.wire.message import Request
from restproof.wire.searching import Searches, asked_for, named_by

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


def test_a_field_and_its_way_leave_as_the_entries_of_an_array(tmp_path: Path) -> None:
    order = 'query: {filter: "/where/{name}", sort: /sort/0, direction: /sort/1}'
    contract = load(write(tmp_path, CONTRACT.replace('query: {filter: "/where/{name}"}', order)))
    query = (("/sort/0", "size"), ("/sort/1", "desc"))
    sent = Searches(contract).leaving(Request("POST", "/items/search", query))
    assert json.loads(sent.body or b"") == {"sort": ["size", "desc"]}
    assert asked_for(contract.resources["item"], sent) == query


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


PLAIN = CONTRACT.replace("list: {method: POST, path: /items/search, query: {lang: en}}", "list: ")
PAGED = "    paging: {style: page, size: /page/size, page: /page/number}\n"
FILTER = '    query: {filter: "/where/{name}"}\n'
IN_ONE = (
    '    paging: {style: offset, offset: "filter#/skip", size: "filter#/limit"}\n',
    '    query: {filter: "filter#/where/{name}", sort: "sort#/0", direction: "sort#/1"}\n',
)


def packed_by(folder: Path, paging: str, query: str, more: str = "") -> Searches:
    text = PLAIN.replace(PAGED, paging).replace(FILTER, query).replace("code: equals}", f"code: equals{more}}}")
    return Searches(load(write(folder, text)))


def back(searches: Searches, folder: Path, sent: Request) -> list[tuple[str, str]]:
    return sorted(asked_for(load(folder).resources["item"], sent))


def test_what_stands_in_the_json_of_a_parameter_leaves_there_and_reads_the_same(tmp_path: Path) -> None:
    searches = packed_by(tmp_path, *IN_ONE, more=', "size/in": {field: size, by: in}')
    asked = (
        *(("shop_id", "7"), ("filter#/skip", "25"), ("filter#/limit", "x"), ("sort#/0", "size"), ("sort#/1", "desc")),
        *(("filter#/where/size/in", "5,6"), ("filter#/where/open", "true"), ("filter#/where/code", "5"), ("a", "1")),
    )
    sent = searches.leaving(Request("GET", "/items", asked))
    assert dict(sent.query) == {
        "shop_id": "7",
        "filter": '{"skip":25,"limit":"x","where":{"size":{"in":[5,6]},"open":true,"code":"5"}}',
        "sort": '["size","desc"]',
        "a": "1",
    }
    assert back(searches, tmp_path, sent) == sorted(asked)


def test_one_name_may_stand_for_a_value_and_for_what_is_inside_of_it(tmp_path: Path) -> None:
    """``{"where":{"size":5}}``, and ``{"where":{"size":{"gte":5}}}``."""
    searches = packed_by(tmp_path, *IN_ONE, more=', "size/gte": {field: size, by: gte}')
    for name in ("filter#/where/size", "filter#/where/size/gte"):
        sent = searches.leaving(Request("GET", "/items", ((name, "5"),)))
        assert back(searches, tmp_path, sent) == [(name, "5")]


def test_what_is_no_json_stays_as_it_is(tmp_path: Path) -> None:
    searches = packed_by(tmp_path, *IN_ONE)
    assert back(searches, tmp_path, Request("GET", "/items", (("filter", "{"),))) == [("filter", "{")]


SPANS = [
    ('last: "range#/1", offset: "range#/0"', "/items?range=%5B50%2C74%5D", None),
    ("offset: _start, end: _end", "/items?_start=50&_end=75", None),
    ("offset: _start, last: _last, first: 1", "/items?_start=50&_last=74", None),
    ('range: "items={first}-{last}"', "/items", "items=50-74"),
    ('range: "{first}-{last}"', "/items", "50-74"),
]


@pytest.mark.parametrize(("words", "target", "header"), SPANS)
def test_a_page_is_asked_for_by_its_first_and_its_last_entry(
    words: str, target: str, header: str | None, tmp_path: Path
) -> None:
    searches = packed_by(tmp_path, f"    paging: {{style: offset, {words}}}\n", "")
    paging = load(tmp_path).resources["item"].paging
    asked = ((paging.offset, "50"), (paging.size, "25"))
    for method in ("GET", "HEAD"):
        sent = searches.leaving(Request(method, "/items", asked))
        assert (sent.target, sent.header("Range")) == (target, header)
        assert back(searches, tmp_path, sent) == sorted(asked)


@pytest.mark.parametrize("words", [words for words, *_ in SPANS])
@pytest.mark.parametrize("wrong", [("-1", "5"), ("abc", "5"), ("0", "0"), ("0", "abc"), ("0", "-5")])
def test_a_page_that_is_none_reads_as_none(words: str, wrong: tuple[str, str], tmp_path: Path) -> None:
    searches = packed_by(tmp_path, f"    paging: {{style: offset, {words}}}\n", "")
    paging = load(tmp_path).resources["item"].paging
    asked = ((paging.offset, wrong[0]), (paging.size, wrong[1]))
    read = dict(back(searches, tmp_path, searches.leaving(Request("GET", "/items", asked))))
    numbers = all(v.isdecimal() for v in read.values())
    assert not (numbers and set(read) == {paging.offset, paging.size} and int(read[paging.size]) > 0)


@pytest.mark.parametrize("words", [words for words, *_ in SPANS])
def test_a_filter_may_be_called_as_sizes_and_offsets_mostly_are(words: str, tmp_path: Path) -> None:
    query = "    query: {filter: '{name}'}\n"
    more = ", limit: {field: size, by: lte}, offset: {field: size, by: gte}"
    searches = packed_by(tmp_path, f"    paging: {{style: offset, {words}}}\n", query, more=more)
    asked = (("limit", "5"), ("offset", "3"))
    sent = searches.leaving(Request("GET", "/items", asked))
    assert (sent.query, sent.header("Range"), back(searches, tmp_path, sent)) == (asked, None, [*asked])


@pytest.mark.parametrize(
    ("range", "page"),
    [
        ("items=50-74", ["50", "25"]),
        ("items=50-", ["50"]),
        ("items=-1-8", ["-1", "10"]),
        ("items=-5", None),
        ("items=0-4,9-9", None),
        ("bytes=0-4", None),
    ],
)
def test_what_is_no_one_range_of_entries_is_no_page(range: str, page: list[str] | None, tmp_path: Path) -> None:
    """RFC 9110 §14.1: the last entries, several ranges, and those of another unit, which is to be passed over."""
    searches = packed_by(tmp_path, '    paging: {style: offset, range: "items={first}-{last}"}\n', "")
    found = back(searches, tmp_path, Request("GET", "/items", headers=(("Range", range),)))
    assert found == [("Range", range)] if page is None else [value for _, value in found] == page


def test_a_fraction_is_a_number_in_json(tmp_path: Path) -> None:
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "price": {"type": "number"}}}  # type: ignore[dict-item]
    text = PLAIN.replace(PAGED, IN_ONE[0]).replace(FILTER, IN_ONE[1])
    more = 'code: equals, price: equals, "price/in": {field: price, by: in}}'
    folder = write(tmp_path, text.replace("code: equals}", more))
    (folder / "item.json").write_text(json.dumps(schema), encoding="utf-8")
    searches = Searches(load(folder))
    for name, text, value in (("", "2.5", 2.5), ("/in", "2.5,3", {"in": [2.5, 3]}), ("", "2.x", "2.x")):
        sent = searches.leaving(Request("GET", "/items", ((f"filter#/where/price{name}", text),)))
        assert json.loads(dict(sent.query)["filter"]) == {"where": {"price": value}}
        assert back(searches, tmp_path, sent) == [(f"filter#/where/price{name}", text)]


@pytest.mark.parametrize(
    ("paging", "message"),
    [
        ("style: page, last: to", "'last' is about entries that are counted"),
        ("style: offset, last: to, end: until", "both 'last' and 'end' say where a page ends"),
        ("style: offset, last: to, size: limit", "both 'last' and 'size' say where a page ends"),
        ('style: offset, range: "i={first}-{last}", offset: skip', "both 'range' and 'offset' say where a page begins"),
        ('style: offset, range: "items={first}-{last}", links: true', "no URL leads to a page that a header"),
    ],
)
def test_what_ends_a_page_is_said_once(paging: str, message: str, tmp_path: Path) -> None:
    text = PLAIN.replace(PAGED, f"    paging: {{{paging}}}\n")
    problems = [str(problem) for problem in check(write(tmp_path, text))]
    assert any(message in problem and "contract.yaml:11" in problem for problem in problems)


@pytest.mark.parametrize(
    ("usual", "own", "found"),
    [
        ("size: count, all: -1", "last: to", (False, "to")),
        ("last: to", "size: count", (True, None)),
        ("last: to, max: 9", "max: 5", (False, "to")),
        ("size: count", "all: -1", (True, None)),
    ],
)
def test_one_list_may_end_its_pages_in_another_way_than_all(
    usual: str, own: str, found: tuple[bool, str | None], tmp_path: Path
) -> None:
    text = PLAIN.replace(PAGED, f"    paging: {{{own}}}\n")
    text = text.replace("resources:", f"paging: {{style: offset, {usual}}}\nresources:")
    paging = load(write(tmp_path, text)).resources["item"].paging
    assert (paging.size == "count", paging.last) == found


def test_a_list_by_post_has_no_json_in_its_query(tmp_path: Path) -> None:
    text = CONTRACT.replace(FILTER, '    query: {filter: "where#/{name}"}\n')
    problems = [str(problem) for problem in check(write(tmp_path, text))]
    assert any("asked for by POST has no JSON in its query" in problem for problem in problems)


def test_where_pages_are_ranges_a_part_is_206_and_one_behind_the_end_416(tmp_path: Path) -> None:
    packed_by(tmp_path, '    paging: {style: offset, range: "items={first}-{last}"}\n', "")
    item = load(tmp_path).resources["item"]
    assert 206 in item.status("listed", "list")
    assert 416 in item.status("past_the_end", "list")
    assert 200 in item.status("bad_page", "list")
    said = PLAIN.replace(PAGED, '    paging: {style: offset, range: "i={first}-{last}"}\n    statuses: {listed: 206}\n')
    assert 200 not in load(write(tmp_path, said)).resources["item"].status("listed", "list")


PACKED = """
contract: c
resources:
  item:
    path: /items
    schema: item.json
    operations: [list, create, read]
    paging: {style: offset, offset: "range#/0", last: "range#/1", links: true}
    query: {filter: "filter#/{name}", sort: "order#/0"}
    sort: [size]
    filters: {size: equals}
"""


def test_the_link_to_a_page_says_what_a_request_for_it_does(tmp_path: Path) -> None:
    """A server puts what it links to into the same parameter of which a request is made."""
    contract = load(write(tmp_path, PACKED))
    item = contract.resources["item"]
    query = (("range#/0", "4"), (item.paging.size, "2"), ("order#/0", "size"), ("filter#/size", "5"))
    sent = Searches(contract).leaving(Request("GET", "/items", query))
    assert {name for name, _ in sent.query} == {"range", "order", "filter"}
    assert sorted(named_by(item, f"https://a.example/items?{urlencode(sent.query)}")) == sorted(query)
