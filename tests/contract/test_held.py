"""References in objects, at other places and as URLs: bodies have them so, and everything else the bare id."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.contract.envelope import Envelope
from restproof.contract.held import Held

OWNER = Held("owner", "/owner/id")
AUTHOR = Held("author", "/relationships/author/data/id", {"type": "people"})
TAGS = Held("tags", "/relationships/tags/data/*/id", {"type": "tags"})
URL = Held("shop", url="/api/shops/{id}/", number=True)


@pytest.mark.parametrize(
    ("held", "fields", "body"),
    [
        (OWNER, {"n": 1, "owner": 5}, {"n": 1, "owner": {"id": 5}}),
        (OWNER, {"owner": None}, {"owner": None}),
        (OWNER, {"owner": {"x": 1}}, {"owner": {"id": {"x": 1}}}),
        (AUTHOR, {"author": "7"}, {"relationships": {"author": {"data": {"type": "people", "id": "7"}}}}),
        (AUTHOR, {"author": None}, {"relationships": {"author": {"data": None}}}),
        (TAGS, {"tags": ["1"]}, {"relationships": {"tags": {"data": [{"type": "tags", "id": "1"}]}}}),
        (TAGS, {"tags": []}, {"relationships": {"tags": {"data": []}}}),
        (Held("lines", "/lines/*/of"), {"lines": [3, 4]}, {"lines": [{"of": 3}, {"of": 4}]}),
        (Held("parent_id", "/parent"), {"parent_id": 3}, {"parent": 3}),
        (URL, {"shop": 5}, {"shop": "/api/shops/5/"}),
        (URL, {"shop": "5"}, {"shop": "5"}),
        (URL, {"shop": None}, {"shop": None}),
        (Held("of", "/of/href", url="/x/{id}"), {"of": "a b"}, {"of": {"href": "/x/a%20b"}}),
    ],
)
def test_a_reference_is_put_where_bodies_have_it_and_taken_from_there(held: Held, fields: Any, body: Any) -> None:
    envelope = Envelope(held=(held,))
    assert envelope.requested(fields, {}) == body
    assert envelope.taken(body) == fields
    assert envelope.shown(body) == fields


def test_several_stand_in_one_member_beside_the_fields() -> None:
    envelope = Envelope(request="data", response="data", fields="attributes", beside=("id",), held=(AUTHOR, TAGS))
    fields = {"id": "9", "name": "x", "author": "7", "tags": ["1"]}
    body = envelope.requested(fields, {})
    assert body["data"].keys() == {"id", "attributes", "relationships"}
    assert body["data"]["attributes"] == {"name": "x"}
    assert envelope.taken(body) == fields
    assert list(envelope.strangers(body, ())) == []
    assert envelope.within("/author") == "/relationships/author/data/id"


def test_one_may_stand_in_the_member_that_holds_the_fields() -> None:
    """As in ``{"id": "9", "fields": {"summary": "x", "project": {"id": "7"}}}``."""
    held = (Held("project_id", "/fields/project/id"), Held("label_ids", "/fields/labels/*/id"))
    envelope = Envelope(fields="fields", beside=("id",), held=held)
    fields = {"id": "9", "summary": "x", "project_id": "7", "label_ids": ["1"]}
    body = envelope.requested(fields, {})
    assert body == {"id": "9", "fields": {"summary": "x", "project": {"id": "7"}, "labels": [{"id": "1"}]}}
    assert envelope.taken(body) == envelope.shown(body) == fields
    assert list(envelope.strangers(body, ())) == []
    assert envelope.within("/project_id") == "/fields/project/id"


def test_an_answer_without_the_fields_shows_what_stands_beside_them() -> None:
    envelope = Envelope(fields="fields", beside=("id",))
    assert envelope.shown({"id": "9", "self": "/x/9"}) is None
    assert envelope.shown({"id": "9", "self": "/x/9"}, in_part=True) == {"id": "9", "self": "/x/9"}


@pytest.mark.parametrize(
    ("url", "id"), [("http://h/api/shops/5/", 5), ("/api/shops/5/", 5), ("/other/5", "/other/5"), (5, 5)]
)
def test_a_url_is_read_whatever_host_it_names_and_nothing_else_is(url: Any, id: Any) -> None:
    assert Envelope(held=(URL,)).shown({"shop": url}) == {"shop": id}


def test_what_an_answer_shows_of_the_referent_besides_is_no_field() -> None:
    assert Envelope(held=(OWNER,)).shown({"owner": {"id": 5, "name": "x"}}) == {"owner": 5}
    assert Envelope(held=(AUTHOR,)).shown({"relationships": {}, "name": "x"}) == {"name": "x"}
