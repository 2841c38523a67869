"""The reference of the language is complete and its examples are the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from restproof.contract.language import language_schema
from restproof.contract.load import DEFAULT_ORDER, STATUS_DEFAULTS

TEXT = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
LANGUAGE = language_schema()


def said_default(case: str) -> str:
    [row] = [r for r in TEXT.splitlines() if r.startswith("|") and f"`{case}`" in r.split("|")[1]]
    return row.split("|")[3].strip()


@pytest.mark.parametrize("case", STATUS_DEFAULTS)
def test_every_status_case_is_explained_with_its_default(case: str) -> None:
    parts = [f"= {p}" if p in STATUS_DEFAULTS else str(p) for p in STATUS_DEFAULTS[case]]
    assert said_default(case).replace(",", "") == " or ".join(parts)


def words() -> list[str]:
    definitions = LANGUAGE["$defs"]
    blocks = [LANGUAGE["properties"], definitions["resource"]["properties"], definitions["paging"]["properties"]]
    return sorted({word for block in blocks for word in block})


@pytest.mark.parametrize("word", words())
def test_every_word_is_explained(word: str) -> None:
    assert re.search(rf"(^|[\s{{`]){word}(:|`)", TEXT, re.MULTILINE), word


def test_the_order_is_the_default_order() -> None:
    [row] = [r for r in TEXT.splitlines() if r.startswith("order: ")]
    assert tuple(yaml.safe_load(row)["order"]) == DEFAULT_ORDER
    assert tuple(LANGUAGE["properties"]["order"]["default"]) == DEFAULT_ORDER


def test_every_word_of_the_language_describes_itself_to_editors() -> None:
    for block in (
        LANGUAGE["properties"],
        LANGUAGE["$defs"]["resource"]["properties"],
        LANGUAGE["$defs"]["paging"]["properties"],
    ):
        for word, schema in block.items():
            target = LANGUAGE["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
            assert schema.get("description") or target.get("description"), word
