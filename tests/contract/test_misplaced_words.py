"""A word that the language has, and not where it stands: the error says where it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.language import language_schema
from restproof.contract.load import check

WHOLE, RESOURCE, OPERATION = "the contract as a whole", "a resource", "an operation"
_SCHEMA = language_schema()
WORDS = {
    WHOLE: {*_SCHEMA["properties"]},
    RESOURCE: {*_SCHEMA["$defs"]["resource"]["properties"]},
    OPERATION: {*_SCHEMA["$defs"]["way"]["anyOf"][1]["properties"]},
}
FORMS = {
    WHOLE: "contract: x\n{}: {{}}\nresources:\n  item: {{path: /items, schema: item.json}}\n",
    RESOURCE: "contract: x\nresources:\n  item:\n    path: /items\n    schema: item.json\n    {}: {{}}\n",
    OPERATION: "contract: x\nresources:\n  item: {{path: /i, schema: item.json, operations: {{list: {{{}: {{}}}}}}}}\n",
}


def told(folder: Path, level: str, word: str) -> tuple[str, str]:
    """What is wrong with the word at the level, and the hint."""
    (folder / "item.json").write_text('{"type": "object", "properties": {"id": {"type": "integer"}}}')
    (folder / "contract.yaml").write_text(FORMS[level].format(word))
    return next((e.message, e.hint or "") for e in check(folder) if f"'{word}'" in e.message)


@pytest.mark.parametrize("level", FORMS)
def test_each_word_of_another_level_is_said_to_be_one(tmp_path: Path, level: str) -> None:
    others = {word for words in WORDS.values() for word in words} - WORDS[level]
    assert others
    for word in others:
        message, hint = told(tmp_path, level, word)
        assert message.startswith(f"unknown word '{word}'")
        assert {name for name in WORDS if name in hint.replace("'operations' of a resource", "")} == {
            name for name, words in WORDS.items() if word in words
        }


def test_the_hint_says_where_to_write_it(tmp_path: Path) -> None:
    _, hint = told(tmp_path, WHOLE, "conditional")
    assert hint.startswith("'conditional' is a word of a resource, inside of 'resources'")


def test_a_misspelt_word_is_still_guessed(tmp_path: Path) -> None:
    assert told(tmp_path, RESOURCE, "uniqe")[1] == "did you mean 'unique'?"
