"""Ids inside of a member, and ids of which bodies hold the whole name: everything else speaks of the bare id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.envelope import Envelope, Standing
from restproof.contract.fullnames import FullName
from restproof.contract.inside import Inside, put_back, with_own
from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.contract.normal import normal
from restproof.engine.completing import as_sent

METADATA = Inside("metadata.name", repeated=True)
LABELLED: Any = {"metadata.name": "web", "metadata": {"labels": {}}, "size": 1}
BELOW = FullName("projects/{project}/books/{id}", field="name")


def own(name: Any, *needed: str, **properties: Any) -> dict[str, Any]:
    """A schema with a name, and these properties, in ``metadata``."""
    metadata = {"type": "object", "required": [*needed], "properties": {"name": name, **properties}}
    return {"type": "object", "required": ["metadata"], "properties": {"metadata": metadata, "size": {}}}


@pytest.mark.parametrize(
    ("inside", "fields", "body"),
    [
        (METADATA, LABELLED, {"metadata": {"name": "web", "labels": {}}, "size": 1}),
        (METADATA, {"metadata": None, "size": 1}, {"metadata": None, "size": 1}),
        (METADATA, {"size": 1}, {"size": 1}),
        (Inside("metadata.name", gone=1, gone_sent=1), {"metadata.name": "web"}, {"metadata": {"name": "web"}}),
        (Inside("a.b.id", gone=1, gone_sent=1), {"a.b.id": 7, "a": {"c": 1}}, {"a": {"c": 1, "b": {"id": 7}}}),
        (Inside("a.b.id", gone=2, gone_sent=2), {"a.b.id": 7}, {"a": {"b": {"id": 7}}}),
    ],
)
def test_an_id_is_put_into_its_member_and_taken_from_there(inside: Inside, fields: Any, body: Any) -> None:
    envelope = Envelope(inside=inside)
    assert envelope.requested(fields, {}) == body
    assert envelope.taken(body) == envelope.shown(body) == fields


def test_the_member_stands_among_the_fields_or_beside_them() -> None:
    envelope = Envelope(fields="fields", beside=("sys",), inside=Inside("sys.id"))
    body = {"sys": {"id": "7", "type": "x"}, "fields": {"title": "t"}}
    assert envelope.shown(body) == {"sys.id": "7", "sys": {"type": "x"}, "title": "t"}
    assert envelope.answered(envelope.shown(body)) == body
    assert envelope.within("/sys.id") == "/sys/id"
    assert Envelope(fields="fields", inside=METADATA).within("/metadata.name") == "/fields/metadata/name"


def test_a_change_that_holds_the_member_holds_the_id_in_it() -> None:
    envelope = Envelope(inside=METADATA)
    assert envelope.requested({"metadata": {"labels": {}}}, {}, "web") == {"metadata": {"labels": {}, "name": "web"}}
    assert envelope.requested({"size": 2}, {}, "web") == {"size": 2}
    unrepeated = Envelope(inside=Inside("metadata.name"))
    assert unrepeated.requested({"metadata": {"labels": {}}}, {}, "web") == {"metadata": {"labels": {}}}


def test_what_is_no_member_goes_without_the_id() -> None:
    assert Envelope(inside=METADATA).requested({"metadata.name": "web", "metadata": 5}, {}) == {"metadata": 5}


def test_a_schema_has_the_id_as_a_field_of_its_own_and_can_be_put_back() -> None:
    whole = own({}, "name", "zone", zone={})
    parted, gone = with_own(whole, "metadata.name")
    assert parted["properties"].keys() == {"metadata.name", "metadata", "size"}
    assert (parted["required"], gone) == (["metadata", "metadata.name"], 0)
    assert parted["properties"]["metadata"]["required"] == ["zone"]
    put = put_back(parted, "metadata.name")
    assert sorted(put["properties"]["metadata"]["required"]) == ["name", "zone"]
    assert put["required"] == ["metadata"]


def test_a_member_that_holds_the_id_alone_is_gone() -> None:
    parted, gone = with_own(own({}, "name"), "metadata.name")
    assert (parted["properties"].keys(), parted["required"], gone) == ({"metadata.name", "size"}, ["metadata.name"], 1)
    assert put_back(parted, "metadata.name") == {
        **own({}, "name"),
        "properties": {"size": {}, "metadata": own({}, "name")["properties"]["metadata"]},
    }


def test_a_body_that_names_the_id_holds_the_member() -> None:
    assert METADATA.settled({"metadata.name": "web"}) == {"metadata.name": "web", "metadata": {}}
    assert METADATA.settled({"metadata.name": "web", "metadata": 5}) == {"metadata": 5}
    assert METADATA.settled({"metadata": {"labels": {}}}) == {"metadata": {"labels": {}}}
    assert METADATA.implies("metadata", {"metadata.name": "web"}, {"metadata": {}})
    assert not METADATA.implies("metadata", {"metadata.name": "web"}, {"metadata": {"required": ["zone"]}})
    assert not METADATA.implies("metadata", {}, {"metadata": {}})
    assert not METADATA.implies("size", {"metadata.name": "web"}, {"size": {}})


def test_what_the_member_is_the_id_is_too() -> None:
    schema = {"type": "object", "properties": {"sys": {**own({})["properties"]["metadata"], "readOnly": True}}}
    assert with_own(schema, "sys.name")[0]["properties"]["sys.name"] == {"readOnly": True}


@pytest.mark.parametrize(
    ("name", "shown", "id"),
    [
        (FullName("shelves/{id}"), "shelves/7", "7"),
        (FullName("shelves/{id}", number=True), "shelves/7", 7),
        (FullName("shelves/{id}"), "//library.example.com/shelves/7", "7"),
        (FullName("shelves/{id}"), "bookshelves/7", None),
        (FullName("shelves/{id}"), "shelves/7/books/8", None),
        (FullName("shelves/{id}"), "7", None),
        (FullName("shelves/{id}"), 7, None),
        (FullName("files/{id}", slashes=True), "files/docs/a.txt", "docs/a.txt"),
        (FullName("shelves/{id}"), "shelves/a%20b", "a%20b"),
        (FullName("/api/books/{id}"), "https://example.com/api/books/a%20b?x=1", "a b"),
        (FullName("/api/books/{id}.json"), "/v2/api/books/7.json", "7"),
        (FullName("https://example.com/books/{id}", number=True), "/books/7", 7),
        (FullName("/book?id={id}", number=True), "/book?id=7", 7),
        (FullName("/api/books/{id}"), "http://[x/api/books/7", None),
        (BELOW, "projects/p/books/7", "7"),
        (BELOW, "books/7", None),
    ],
)
def test_an_id_is_read_from_a_whole_name_and_from_nothing_else(name: FullName, shown: Any, id: Any) -> None:
    assert name.id_in(shown) == id


def test_a_name_is_made_of_an_id_and_those_of_its_parents() -> None:
    assert BELOW.of("7", {"project": 5}) == "projects/5/books/7"
    assert BELOW.of("7", {}) == "7"
    assert BELOW.of(None, {"project": 5}) is None
    assert FullName("/api/books/{id}", number=True).of("7", {}) == "7"
    assert FullName("/api/books/{id}").of("a b", {}) == "/api/books/a%20b"


def test_bodies_hold_the_name_and_everything_else_the_id() -> None:
    envelope = Envelope(list="books", constants={"/name": "{id}"}, named=BELOW)
    entry = {"name": "projects/5/books/7", "title": "x"}
    assert envelope.requested({"title": "x"}, {}, "7", {"project": 5}) == {"title": "x", "name": "projects/5/books/7"}
    assert list(envelope.missing_constants(entry, "7")) == []
    assert envelope.shown(entry) == {"name": "7", "title": "x"}
    assert envelope.answered({"name": "7", "title": "x"}, Standing(above={"project": 5})) == entry
    assert envelope.listed({"books": [entry]}) == [{"name": "7", "title": "x"}]
    assert list(envelope.mistaken_names(entry, listed=False)) == []
    bare: Any = {"books": [{"name": "7"}, entry, {"name": "shelves/7"}]}
    assert list(envelope.mistaken_names(bare, listed=True)) == [("7", "/books/0/name"), ("shelves/7", "/books/2/name")]


def test_the_whole_name_may_stand_inside_of_a_member() -> None:
    envelope = Envelope(inside=Inside("meta.href"), named=FullName("/api/books/{id}", number=True, field="meta.href"))
    assert envelope.shown({"meta": {"href": "http://h/api/books/7"}}) == {"meta.href": 7, "meta": {}}
    assert envelope.answered({"meta.href": 7}) == {"meta": {"href": "/api/books/7"}}
    assert list(envelope.mistaken_names({"meta": {"href": 7}}, listed=False)) == [(7, "/meta/href")]


def written(folder: Path, id: Any, schema: Any, **words: Any) -> Path:
    item = {"path": "/shops/{shop}/items", "schema": "item.json", "id": id, **words}
    resources = {"shop": {"path": "/shops", "operations": []}, "item": item}
    (folder / "contract.yaml").write_text(yaml.safe_dump({"contract": "x", "resources": resources}))
    (folder / "item.json").write_text(json.dumps(schema))
    return folder


def contract(folder: Path, id: Any, schema: Any, **words: Any) -> Contract:
    return load(written(folder, id, schema, **words))


def test_a_contract_names_the_way_to_an_id(tmp_path: Path) -> None:
    schema = own({"type": "string"}, "name", labels={"type": "object"})
    item = contract(
        tmp_path,
        {"field": "metadata.name"},
        schema,
        unique=["metadata.name"],
        sort=["metadata.name"],
        examples=[{"metadata": {"name": "web", "labels": {}}}],
    ).resources["item"]
    assert (item.id.field, item.id.chosen_by, item.id.type) == ("metadata.name", "client", "string")
    assert item.envelope.inside == METADATA
    assert item.shapes.create["required"] == ["metadata", "metadata.name"]
    assert item.examples == ({"metadata.name": "web", "metadata": {"labels": {}}},)


def test_a_field_whose_name_has_a_dot_is_a_plain_one(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"metadata.name": {"type": "string"}, **own({})["properties"]}}
    assert contract(tmp_path, {"field": "metadata.name"}, schema).resources["item"].envelope.inside is None


def test_what_a_change_must_hold_of_an_id_inside_is_that_of_what_is_changed(tmp_path: Path) -> None:
    schema = own({"type": "string"}, "name", labels={"type": "object"})
    item = contract(tmp_path, {"field": "metadata.name"}, schema).resources["item"]
    shown = {"metadata.name": "web", "metadata": {"labels": {}}}
    assert as_sent(item, ("metadata.name", "metadata", "size"), shown) == shown


def test_a_plain_field_whose_name_has_a_dot_has_a_normal_form(tmp_path: Path) -> None:
    text = {"type": "string"}
    schema = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "odata.tag": text}}
    item = contract(tmp_path, {}, schema, normalized={"odata.tag": "lowercase"}).resources["item"]
    assert normal(item.properties["odata.tag"], "One") == "one"


def test_a_whole_name_may_be_said_for_all_resources(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string", "readOnly": True}}}
    folder = written(tmp_path, {}, schema)
    whole = yaml.safe_load((folder / "contract.yaml").read_text())
    whole["id"] = {"field": "name", "url": "{collection}/{id}"}
    (folder / "contract.yaml").write_text(yaml.safe_dump(whole))
    assert load(folder).resources["item"].id.url == "items/{id}"


@pytest.mark.parametrize(
    ("id", "words", "told"),
    [
        ({"field": "metadata.nam"}, {}, "'id' names an unknown field 'metadata.nam'"),
        ({"field": "metadata.name", "url": "shelves/{shelf}/{id}"}, {}, "'shelf' in the name of one is no parent"),
        (
            {"field": "metadata.name", "url": "items/{id}", "link": "/self"},
            {},
            "an id that stands in its field is at the end of no link",
        ),
        (
            {"field": "metadata.name"},
            {"normalized": {"metadata.name": "lowercase"}},
            "'metadata.name' is an id, which has no other form",
        ),
        (
            {"field": "metadata.name"},
            {"references": {"near": {"to": "item", "url": "malls/{mall}/items/{id}"}}},
            "'mall' in what stands for 'near' is no parent",
        ),
    ],
)
def test_what_leads_to_no_id_is_told(tmp_path: Path, id: Any, words: Any, told: str) -> None:
    schema = own({"type": "string"}, "name")
    schema["properties"]["near"] = {"type": "string"}
    problems = [str(problem) for problem in check(written(tmp_path, id, schema, **words))]
    assert [told in problem for problem in problems] == [True], problems
