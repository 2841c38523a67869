"""A changed document comes into an edited contract, and every edit stays."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from restproof.cli.main import restproof
from restproof.contract.load import check, load
from restproof.contract.openapi.threeway import MISSING, Change, applied, merged
from restproof.contract.openapi.written import MEMORY

from .test_document import DOCUMENT

Edit = Callable[[dict[str, Any]], None]


def told(folder: Path, document: dict[str, Any], *more: str) -> Result:
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    command = ["import", "openapi", str(folder / "api.json"), "--out", str(folder / "shop"), *more]
    return CliRunner().invoke(restproof, command)


def with_note(document: dict[str, Any]) -> None:
    """A member more, a resource more, and a status less."""
    items = document["paths"]["/items"]
    for schema in (items["get"]["responses"]["200"], items["post"]["responses"]["201"], items["post"]["requestBody"]):
        content = schema["content"]["application/json"]
        inner = content["schema"].get("items", content["schema"])
        inner["properties"] = {**inner["properties"], "note": {"type": "string", "maxLength": 9}}
    document["paths"]["/carts"] = copy.deepcopy(items)
    document["paths"]["/carts/{id}"] = copy.deepcopy(document["paths"]["/items/{id}"])
    del items["post"]["responses"]["400"]


@pytest.fixture
def changed() -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    with_note(document)
    return document


def test_what_has_changed_comes_in_and_every_edit_stays(changed: dict[str, Any], tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    file = tmp_path / "shop" / "contract.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("    # unique: [name]\n", "    unique: [name]  # said Jo\n")
    assert "said Jo" in text
    file.write_text(text.replace("open: [unique, rules]", "open: [rules]"), encoding="utf-8")
    result = told(tmp_path, changed, "--update")
    assert result.exit_code == 0, result.output
    found = load(tmp_path / "shop")
    assert found.resources["item"].unique == (("name",),)
    assert found.resources["item"].open == ("rules",)
    assert "note" in found.resources["item"].properties
    assert "cart" in found.resources
    assert "unique: [name]  # said Jo" in file.read_text(encoding="utf-8")
    assert "+ item.json: properties.note: {maxLength: 9" in result.output.replace("type: string, ", "")
    assert "+ cart: {path: /carts" in result.output


def test_an_update_without_a_change_writes_nothing(tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    before = (tmp_path / "shop" / "contract.yaml").read_bytes()
    assert "0 changes taken, 0 places" in told(tmp_path, DOCUMENT, "--update").output
    assert (tmp_path / "shop" / "contract.yaml").read_bytes() == before


def test_where_both_have_changed_the_edit_stays_and_is_shown(changed: dict[str, Any], tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    schema = tmp_path / "shop" / "item.json"
    mine = json.loads(schema.read_text(encoding="utf-8"))
    mine["properties"]["name"]["maxLength"] = 40
    schema.write_text(json.dumps(mine), encoding="utf-8")
    changed["paths"]["/items"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["name"] = {
        "type": "string",
        "maxLength": 60,
    }
    result = told(tmp_path, changed, "--update")
    assert load(tmp_path / "shop").resources["item"].properties["name"]["maxLength"] == 40
    assert "! item.json: properties.name.maxLength: you have 40, and it stays; the document says 60" in result.output


def test_a_dry_run_tells_and_writes_nothing(changed: dict[str, Any], tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    before = {f.name: f.read_bytes() for f in (tmp_path / "shop").iterdir()}
    assert "+ cart: " in told(tmp_path, changed, "--update", "--dry-run").output
    assert {f.name: f.read_bytes() for f in (tmp_path / "shop").iterdir()} == before


def test_a_check_fails_where_the_document_has_changed_and_writes_nothing(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    told(tmp_path, DOCUMENT)
    before = {f.name: f.read_bytes() for f in (tmp_path / "shop").iterdir()}
    assert told(tmp_path, DOCUMENT, "--check").exit_code == 0
    result = told(tmp_path, changed, "--check")
    assert result.exit_code == 1
    assert "+ cart: " in result.output
    assert {f.name: f.read_bytes() for f in (tmp_path / "shop").iterdir()} == before
    told(tmp_path, changed, "--update")
    assert told(tmp_path, changed, "--check").exit_code == 0


def test_a_check_fails_where_an_edit_stands_against_the_document_until_that_was_seen(tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    file = tmp_path / "shop" / "item.json"
    item = json.loads(file.read_text(encoding="utf-8"))
    item["properties"]["name"]["maxLength"] = 40
    file.write_text(json.dumps(item), encoding="utf-8")
    assert told(tmp_path, DOCUMENT, "--check").exit_code == 0, "an edit is no change of the document"
    changed = copy.deepcopy(DOCUMENT)
    sent = changed["paths"]["/items"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    sent["properties"] = {**sent["properties"], "name": {"type": "string", "maxLength": 60}}
    assert told(tmp_path, changed, "--check").exit_code == 1
    told(tmp_path, changed, "--update")
    assert told(tmp_path, changed, "--check").exit_code == 0


def test_what_does_not_fit_together_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    file = tmp_path / "shop" / "contract.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("    # unique: [name]", "    unique: [name]"))
    before = file.read_bytes()
    document = copy.deepcopy(DOCUMENT)
    text = json.dumps(document).replace('"name"', '"title"').replace('"title": "id"', '"name": "id"')
    result = told(tmp_path, json.loads(text), "--update")
    assert result.exit_code == 2
    assert "restproof-update-" not in result.stderr
    assert "do not fit together" in result.output
    assert file.read_bytes() == before


def test_a_contract_whose_import_is_not_known_loses_nothing(changed: dict[str, Any], tmp_path: Path) -> None:
    told(tmp_path, DOCUMENT)
    (tmp_path / "shop" / MEMORY).unlink()
    result = told(tmp_path, changed, "--update")
    assert "is not known" in result.output
    assert result.exit_code == 0, result.output
    assert "cart" in load(tmp_path / "shop").resources
    assert check(tmp_path / "shop" / "contract.yaml") == []


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "kind", "value"),
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, "taken", 2),
        ({"a": 1}, {"a": 1}, {}, "taken", MISSING),
        ({}, {}, {"a": 2}, "taken", 2),
        ({"a": 1}, {"a": 3}, {"a": 2}, "kept", 2),
        ({"a": 1}, {}, {"a": 2}, "kept", 2),
        ({"a": 1}, {"a": 3}, {}, "kept", MISSING),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, {"a": ["x", "y", "w"]}, "taken", ["y", "z", "w"]),
        ({"a": 1}, {"a": 1}, {"a": True}, "taken", True),
        (MISSING, {"a": 3}, {"a": 2}, "kept", 2),
    ],
)
def test_of_three_sides_the_edit_wins(base: Any, mine: Any, theirs: Any, kind: str, value: Any) -> None:
    (change,) = merged(base, mine, theirs)
    assert (change.kind, change.route, change.value) == (kind, ("a",), value)


@pytest.mark.parametrize(
    ("base", "mine", "theirs"), [({"a": 1}, {"a": 3}, {"a": 1}), ({"a": 1}, {}, {"a": 1}), ({}, {"b": 1}, {})]
)
def test_what_the_document_still_says_changes_nothing(base: Any, mine: Any, theirs: Any) -> None:
    assert list(merged(base, mine, theirs)) == []


def test_changes_are_applied_at_their_places() -> None:
    changes = [
        Change("taken", ("a", "b"), 1, 2),
        Change("taken", ("a", "c"), 1, MISSING),
        Change("kept", ("d",), 1, 2),
        Change("taken", ("e", "f"), MISSING, [1]),
    ]
    value = {"a": {"b": 1, "c": 1}, "d": 1}
    assert applied(value, changes) == {"a": {"b": 2}, "d": 1, "e": {"f": [1]}}
    assert yaml.safe_dump(value) == "a:\n  b: 1\n  c: 1\nd: 1\n"
