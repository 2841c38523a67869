"""Which contract a command means."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.bundle import bundled_dir, find_contract
from restproof.errors import ConfigurationError


def contract(root: Path, name: str) -> Path:
    folder = root / "contracts" / name
    folder.mkdir(parents=True)
    file = folder / "contract.yaml"
    file.write_text("contract: x\nresources: {a: {path: /a, operations: []}}\n")
    return file


def test_without_a_word_it_is_the_bundled_default(tmp_path: Path) -> None:
    name = (bundled_dir() / "contracts" / "default").read_text().strip()
    assert find_contract(None, None, tmp_path) == bundled_dir() / "contracts" / name / "contract.yaml"


def test_the_only_own_contract_comes_before_the_bundled_one(tmp_path: Path) -> None:
    own = contract(tmp_path, "shop")
    assert find_contract(None, None, tmp_path) == own


def test_the_configured_one_comes_before_that_and_the_argument_first(tmp_path: Path) -> None:
    shop, other = contract(tmp_path, "shop"), contract(tmp_path, "other")
    assert find_contract(None, "contracts/shop", tmp_path) == shop
    assert find_contract("contracts/other", "contracts/shop", tmp_path) == other
    assert find_contract(str(other), None, tmp_path) == other
    assert find_contract("shop", None, tmp_path) == shop


def test_a_bundled_contract_goes_by_its_name(tmp_path: Path) -> None:
    bundled = bundled_dir() / "contracts" / "procore" / "contract.yaml"
    assert find_contract("procore", None, tmp_path) == bundled
    own = contract(tmp_path, "procore")
    assert find_contract("procore", None, tmp_path) == own


def test_of_several_own_contracts_one_must_be_named(tmp_path: Path) -> None:
    shop, _ = contract(tmp_path, "shop"), contract(tmp_path, "other")
    with pytest.raises(ConfigurationError, match="several contracts: other, shop"):
        find_contract(None, None, tmp_path)
    (tmp_path / "contracts" / "default").write_text("shop\n")
    assert find_contract(None, None, tmp_path) == shop
    (tmp_path / "contracts" / "default").write_text("shpo\n")
    with pytest.raises(ConfigurationError, match="no contract 'shpo'"):
        find_contract(None, None, tmp_path)


@pytest.mark.parametrize(("argument", "configured"), [("nope", None), (None, "nope")])
def test_a_contract_that_is_not_there_is_an_error_that_lists_what_is(
    tmp_path: Path, argument: str | None, configured: str | None
) -> None:
    with pytest.raises(ConfigurationError, match="no contract 'nope'") as caught:
        find_contract(argument, configured, tmp_path)
    assert "procore" in (caught.value.hint or "")
