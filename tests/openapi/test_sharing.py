"""What stands in several places of a document is read once and written once, and is the same when it is read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restproof.cli.updating import save, update_of
from restproof.contract.load import check, load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.sharing import FILE, shared, whole
from restproof.contract.openapi.written import MEMORY, write
from restproof.contract.schemas import SchemaFolder

ADDRESS: dict[str, Any] = {
    "type": "object",
    "required": ["street"],
    "properties": {
        "street": {"type": "string", "maxLength": 80},
        "town": {"type": "string", "maxLength": 60},
        "country": {"enum": ["AT", "CH", "DE", "IT"]},
        "floor": {"type": "integer", "minimum": -3, "maximum": 200},
    },
}
OK = {"description": "it is there"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def served(schemas: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A document of one resource for each of the names, which are those of its schemas."""
    paths: dict[str, Any] = {}
    for name in names:
        content = {"application/json": {"schema": ref(name)}}
        many = {"application/json": {"schema": {"type": "array", "items": ref(name)}}}
        body = {"required": True, "content": content}
        at = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
        paths[f"/{name.lower()}s"] = {
            "get": {"responses": {"200": {**OK, "content": many}}},
            "post": {"requestBody": body, "responses": {"201": {**OK, "content": content}}},
        }
        paths[f"/{name.lower()}s/{{id}}"] = {
            "get": {"parameters": at, "responses": {"200": {**OK, "content": content}}},
            "patch": {"parameters": at, "requestBody": body, "responses": {"200": {**OK, "content": content}}},
        }
    info = {"title": "shared", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def thing(number: int, **more: Any) -> dict[str, Any]:
    """A resource of its own, with what all of them hold."""
    own = {"id": {"type": "integer", "readOnly": True}, f"name_{number}": {"type": "string", "maxLength": 20 + number}}
    return {"type": "object", "required": [f"name_{number}"], "properties": {**own, **more}}


def shop(town: int = 60) -> dict[str, Any]:
    """Two resources that hold one and the same address."""
    said = {**ADDRESS, "properties": {**ADDRESS["properties"], "town": {"type": "string", "maxLength": town}}}
    schemas = {
        "Address": said,
        "Order": thing(1, to=ref("Address")),
        "Customer": thing(2, home=ref("Address"), work=ref("Address")),
    }
    return served(schemas, ["Order", "Customer"])


def brought(folder: Path, document: dict[str, Any]) -> Path:
    """The folder of the contract that is written of a document."""
    (folder / "shop.json").write_text(json.dumps(document), encoding="utf-8")
    return write(imported(folder / "shop.json", "shop"), folder / "shop", "shop.json").parent


def edited(file: Path, **changes: Any) -> None:
    said = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**said, **changes}), encoding="utf-8")


def test_a_component_that_several_hold_is_written_once_by_its_name(tmp_path: Path) -> None:
    folder = brought(tmp_path, shop())
    assert json.loads((folder / FILE).read_text(encoding="utf-8"))["$defs"].keys() == {"Address"}
    texts = [f.read_text(encoding="utf-8") for f in sorted(folder.glob("*.json")) if f.name not in (FILE, MEMORY)]
    assert not any("street" in text for text in texts)
    assert any(f"{FILE}#/$defs/Address" in text for text in texts)
    found = load(folder)
    for resource, field in (("order", "to"), ("customer", "home"), ("customer", "work")):
        assert set(found.resources[resource].properties[field]["properties"]) == {"street", "town", "country", "floor"}


def test_what_one_alone_holds_stands_where_it_is(tmp_path: Path) -> None:
    document = served({"Address": ADDRESS, "Order": thing(1, to=ref("Address"))}, ["Order"])
    assert not (brought(tmp_path, document) / FILE).exists()


def linked(number: int) -> dict[str, Any]:
    """So many resources, each with four others inside."""
    names = [f"R{n}" for n in range(number)]
    return served(
        {
            n: thing(at, **{f"part_{i}": ref(names[(at * 7 + i * i + 1) % number]) for i in range(4)})
            for at, n in enumerate(names)
        },
        names,
    )


def test_what_is_written_and_read_again_grows_with_the_document_and_not_with_its_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = [0]
    plain = SchemaFolder._inline

    def counted(*said: Any) -> Any:
        looked[0] += 1
        return plain(*said)

    monkeypatch.setattr(SchemaFolder, "_inline", counted)
    sizes, counts = [], []
    for number in (15, 30):
        (tmp_path / str(number)).mkdir()
        folder = brought(tmp_path / str(number), linked(number))
        looked[0] = 0
        assert check(folder) == []
        counts.append(looked[0])
        written = sum(f.stat().st_size for f in folder.glob("*.json") if f.name != MEMORY)
        sizes.append(written / (tmp_path / str(number) / "shop.json").stat().st_size)
    assert counts[1] <= 2.2 * counts[0], counts
    assert counts[1] < 30 * 200, counts
    assert max(sizes) < 4, sizes


leaves = st.sampled_from(
    [
        {"type": "string", "maxLength": 9},
        {"type": "integer", "default": 1},
        {"type": "boolean", "default": True},
        {"enum": [1, True, "1", None]},
        ADDRESS,
        {**ADDRESS, "readOnly": True},
        {**ADDRESS, "x-restproof-null": "open"},
        {"type": "object", "properties": {"default": ADDRESS, "$ref": {"type": "string"}}, "examples": [{"$ref": "x"}]},
        {"oneOf": [ADDRESS, {"type": "null"}]},
        {"oneOf": [ADDRESS, thing(5)], "discriminator": {"propertyName": "street"}},
        False,
    ]
)
nested = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(
            lambda members: {"type": "object", "properties": members, "additionalProperties": False},
            st.dictionaries(st.sampled_from(["a", "b/c", "items", "a~ %"]), inner.filter(bool), min_size=1, max_size=3),
        ),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=12,
)
files = st.dictionaries(
    st.sampled_from(["a.json", "b.json", "c-request.json"]),
    st.builds(lambda s: {"type": "object", "properties": {"x": s}}, nested),
)


@settings(deadline=None)
@given(files)
def test_what_is_shared_is_whole_again(schemas: dict[str, Any]) -> None:
    written = json.loads(json.dumps(shared(schemas, {frozenset(ADDRESS["properties"]): "Addr/ess 1"})))
    assert json.dumps(whole(written), sort_keys=True) == json.dumps(schemas, sort_keys=True)


@settings(deadline=None)
@given(files)
def test_what_is_shared_is_read_as_if_it_were_not(
    tmp_path_factory: pytest.TempPathFactory, schemas: dict[str, Any]
) -> None:
    read = []
    for contents in (schemas, shared(schemas, {})):
        folder = tmp_path_factory.mktemp("read")
        said = {"path": "/x", "operations": ["list"], "id": "none"}
        resources = {f"r{n}": {**said, "path": f"/{n}", "schema": file} for n, file in enumerate(schemas)}
        (folder / "contract.yaml").write_text(json.dumps({"contract": "x", "resources": resources}), encoding="utf-8")
        for file, schema in contents.items():
            (folder / file).write_text(json.dumps(schema), encoding="utf-8")
        problems = sorted({p.message for p in check(folder)})  # of what is shared one line tells all
        read.append(problems or [json.dumps(r.schema, sort_keys=True, default=dict) for r in load(folder)])
    assert read[0] == read[1]


def test_a_name_that_is_in_use_is_given_to_no_other() -> None:
    new, old = (
        {"type": "object", "properties": dict.fromkeys(names, ADDRESS["properties"]["town"])}
        for names in (["one", "two", "three"], ["four", "five", "six"])
    )
    schemas = {
        file: {"type": "object", "properties": {"at": s, "to": s}} for file, s in (("a.json", new), ("b.json", old))
    }
    written = shared(schemas, {}, before={"at": old})
    assert written[FILE]["$defs"] == {"at": old, "at-2": new}
    assert whole(written) == schemas


def test_an_edit_of_what_is_shared_stays_and_the_rest_of_it_follows_the_document(tmp_path: Path) -> None:
    folder = brought(tmp_path, shop())
    said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    said["$defs"]["Address"]["properties"]["street"]["maxLength"] = 33
    edited(folder / FILE, **said)
    (tmp_path / "shop.json").write_text(json.dumps(shop(town=50)), encoding="utf-8")
    found = imported(tmp_path / "shop.json", "shop")
    update = update_of(found, folder)
    assert save(update, found, folder) == []
    properties = load(folder).resources["customer"].properties["work"]["properties"]
    assert (properties["street"]["maxLength"], properties["town"]["maxLength"]) == (33, 50)
    assert json.loads((folder / FILE).read_text(encoding="utf-8"))["$defs"].keys() == {"Address"}
    assert not update_of(found, folder).texts


def test_schemas_that_were_written_whole_keep_their_edits_when_they_come_to_share(tmp_path: Path) -> None:
    folder = brought(tmp_path, shop())
    kept = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    for name, schema in whole(kept["schemas"]).items():
        (folder / name).write_text(json.dumps(schema), encoding="utf-8")
    edited(folder / MEMORY, schemas=whole(kept["schemas"]))
    (folder / FILE).unlink()
    order = folder / "order.json"
    text = order.read_text(encoding="utf-8")
    order.write_text(text.replace('"maxLength": 80', '"maxLength": 8'), encoding="utf-8")
    assert not update_of(imported(tmp_path / "shop.json", "shop"), folder).texts
    (tmp_path / "shop.json").write_text(json.dumps(shop(town=50)), encoding="utf-8")
    found = imported(tmp_path / "shop.json", "shop")
    assert save(update_of(found, folder), found, folder) == []
    read = load(folder).resources
    assert read["order"].properties["to"]["properties"]["street"]["maxLength"] == 8
    assert read["customer"].properties["home"]["properties"]["street"]["maxLength"] == 80
    assert {read["order"].properties["to"]["properties"]["town"]["maxLength"]} == {50}
    assert (folder / FILE).exists()


def test_what_other_files_of_the_folder_refer_to_keeps_its_name(tmp_path: Path) -> None:
    folder = brought(tmp_path, shop())
    own = {"type": "object", "properties": {"at": {"$ref": f"{FILE}#/$defs/Address"}}}
    (folder / "mine.json").write_text(json.dumps(own), encoding="utf-8")
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    mine = "resources:\n  mine: {path: /mine, schema: mine.json, operations: [list], id: none}\n"
    contract.write_text(text.replace("resources:\n", mine), encoding="utf-8")
    assert check(folder) == []
    (tmp_path / "shop.json").write_text(json.dumps(shop(town=50)), encoding="utf-8")
    found = imported(tmp_path / "shop.json", "shop")
    assert save(update_of(found, folder), found, folder) == []
    read = load(folder).resources
    assert read["mine"].properties["at"]["properties"]["town"]["maxLength"] == 60
    assert read["order"].properties["to"]["properties"]["town"]["maxLength"] == 50
