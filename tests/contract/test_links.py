"""A schema file that is a link leads to what is of the project, and nowhere else: what stands there would be sent and
told."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.errors import ContractError

CONTRACT = "contract: shop\nresources: {item: {path: /items, schema: item.json}}"
SCHEMA = '{"type": "object", "properties": {"id": {}, "owner": {"$ref": "owner.json"}}}'
OWNER = '{"const": "a secret of somebody"}'


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "project" / "api"
    made.mkdir(parents=True)
    (made / "contract.yaml").write_text(CONTRACT)
    (made / "item.json").write_text(SCHEMA)
    monkeypatch.chdir(made.parent)
    return made


def linked(api: Path, where: Path) -> None:
    where.write_text(OWNER)
    (api / "owner.json").symlink_to(where)


def test_a_reference_by_a_link_that_leaves_the_project_is_refused(api: Path, tmp_path: Path) -> None:
    linked(api, tmp_path / "owner.json")
    with pytest.raises(ContractError, match=r"\$ref 'owner.json' is a link that leaves the project") as told:
        load(api)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("words", ["schema: item.json", "schema: item.json, values: {owner: owner.json}"])
def test_what_the_contract_names_itself_leads_nowhere_else_either(api: Path, tmp_path: Path, words: str) -> None:
    (api / "contract.yaml").write_text(CONTRACT.replace("schema: item.json", words))
    name = "owner.json" if "values" in words else "item.json"
    (tmp_path / name).write_text('["a secret of somebody"]' if "values" in words else OWNER)
    (api / "item.json").write_text('{"type": "object", "properties": {"id": {}, "owner": {"type": "string"}}}')
    (api / name).unlink(missing_ok=True)
    (api / name).symlink_to(tmp_path / name)
    with pytest.raises(ContractError, match=rf"'{name}' is a link that leaves the project") as told:
        load(api)
    assert "secret" not in str(told.value)


def test_a_link_within_the_project_is_followed(api: Path) -> None:
    (api.parent / "shared").mkdir()
    linked(api, api.parent / "shared" / "owner.json")
    assert load(api).resources["item"].properties["owner"]["const"] == "a secret of somebody"


def test_files_that_are_all_links_to_one_place_are_read(
    api: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some installers lay out what they install."""
    (api / "owner.json").write_text(OWNER)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in api.iterdir():
        (elsewhere / file.name).symlink_to(file)
    monkeypatch.chdir(elsewhere)
    assert load(elsewhere).resources["item"].properties["owner"]["const"] == "a secret of somebody"


def test_so_are_those_whose_schemas_lie_beside_the_folder_of_contracts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "contracts/shop/contract.yaml": CONTRACT,
        "schemas/shop/item.json": SCHEMA,
        "schemas/shop/owner.json": OWNER,
    }
    for part, text in files.items():
        for folder in ("kept", "installed"):
            (tmp_path / folder / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kept" / part).write_text(text)
        (tmp_path / "installed" / part).symlink_to(tmp_path / "kept" / part)
    monkeypatch.chdir(tmp_path / "installed")
    found = load(tmp_path / "installed" / "contracts" / "shop").resources["item"]
    assert found.properties["owner"]["const"] == "a secret of somebody"
