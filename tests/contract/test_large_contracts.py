"""A contract of thousands of resources is read, and in time: what is sound is not looked through word by word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract import document, language
from restproof.contract.document import Problems, read_yaml
from restproof.errors import ContractError

from .mistakes import HEAD, expect, problems


def written(folder: Path, text: str) -> Path:
    (folder / "some.yaml").write_text(text, encoding="utf-8")
    return folder / "some.yaml"


def test_what_is_written_out_may_be_of_any_size_and_what_aliases_multiply_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_LARGEST", 50)
    found = Problems()
    assert read_yaml(written(tmp_path, "- 1\n" * 60), found).value == [1] * 60
    assert not found.errors
    many = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b]\n"
    with pytest.raises(ContractError, match="too large once its aliases are followed"):
        read_yaml(written(tmp_path, many), found)


def test_a_sound_contract_is_found_so_by_the_quick_validator_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any) -> Callable[..., Any]:
        raise AssertionError("the exact validator was asked")

    monkeypatch.setattr(language, "Draft202012Validator", none)
    assert problems(tmp_path, HEAD) == []


@pytest.mark.parametrize("blank", ["\\x1c", "\\x1f", "\\x85", "\\ufeff", "\\u2003"])
def test_a_blank_in_a_path_is_told_also_where_validators_differ_on_what_is_one(blank: str, tmp_path: Path) -> None:
    text = HEAD.replace("path: /items", f'path: "/it{blank}ems"')
    if blank == "\\ufeff":  # no blank to the exact validator, whose word counts
        assert problems(tmp_path, text) == []
    else:
        expect(problems(tmp_path, text), "contract.yaml:5", "'path' in resource 'item'", None)
