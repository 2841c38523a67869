"""JSON pointers (RFC 6901 §5): the examples of the RFC, and what names nothing."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.pointer import Nothing, follow, member, put, step, steps

DOCUMENT = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, "~1": 9}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        *(("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/m~0n", 8)),
        ("/~01", 9),
    ],
)
def test_a_pointer_names_what_the_rfc_says(pointer: str, value: Any) -> None:
    assert follow(DOCUMENT, pointer)[0] == value


@pytest.mark.parametrize("pointer", ["/nothing", "/foo/2", "/foo/-1", "/foo/x", "/a~1b/c", "/foo/²"])
def test_what_is_not_there_is_told(pointer: str) -> None:
    with pytest.raises(Nothing):
        follow(DOCUMENT, pointer)


@pytest.mark.parametrize("name", ["plain", "a/b", "m~n", "~1", "", "é"])
def test_a_step_reads_back(name: str) -> None:
    assert steps(step(name)) == [name]


def test_a_member_is_named_plainly_or_by_a_pointer() -> None:
    body = {"data": {"attributes": {"a": 1}}, "data/attributes": 2}
    assert member(body, "data") == body["data"]
    assert member(body, "/data/attributes") == {"a": 1}
    assert member(body, "data/attributes") == 2
    assert member([], "data", "none") == "none"


def test_an_entry_of_an_array_is_named_by_what_it_says() -> None:
    links = [{"rel": "self", "href": "/a"}, "odd", {"rel": ["next", "last"], "href": "/b"}]
    assert member({"links": links}, "/links/[rel=next]/href") == "/b"
    assert member({"links": links[:1]}, "/links/[rel=next]/href") is None
    assert member({"links": {"[rel=next]": 5}}, "/links/[rel=next]") == 5
    made = put({"links": links[:1]}, "/links/[rel=next]/href", "/c")
    assert made == {"links": [links[0], {"rel": "next", "href": "/c"}]}
    assert put(made, "/links/[rel=next]/href", "/d") == {"links": [links[0], {"rel": "next", "href": "/d"}]}
    assert put(None, "/links/[rel=next]/href", "/c") == {"links": [{"rel": "next", "href": "/c"}]}
