"""A contract's digest follows what it promises, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.digest import _plain, digest
from restproof.contract.load import load

CONTRACT = (
    "contract: c\nstatuses: {deleted: [200, 204]}\nresources:\n  a: {path: /as, schema: a.json, unique: [name]}\n"
)
PROPERTIES = '{"id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "maxLength": 9}}'
SCHEMA = f'{{"type": "object", "required": ["name"], "properties": {PROPERTIES}}}'


def of(folder: Path, contract: str = CONTRACT, schema: str = SCHEMA) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "contract.yaml").write_text(contract)
    (folder / "a.json").write_text(schema)
    return digest(load(folder))


def test_the_place_the_layout_and_comments_have_no_part_in_it(tmp_path: Path) -> None:
    first = of(tmp_path / "one")
    assert first == of(tmp_path / "two", "# a comment\n\n" + CONTRACT, SCHEMA.replace(", ", ",\n  "))


@pytest.mark.parametrize(
    ("contract", "schema"),
    [
        (CONTRACT.replace("unique: [name]", "unique: []"), SCHEMA),
        (CONTRACT.replace("200, 204", "204"), SCHEMA),
        (CONTRACT.replace("/as", "/a"), SCHEMA),
        (CONTRACT, SCHEMA.replace("9", "10")),
        (CONTRACT, SCHEMA.replace('"required": ["name"], ', "")),
    ],
    ids=["unique", "status", "path", "bound", "required"],
)
def test_every_change_of_a_promise_changes_it(tmp_path: Path, contract: str, schema: str) -> None:
    assert of(tmp_path / "one") != of(tmp_path / "two", contract, schema)


def test_a_word_that_is_not_used_has_no_part_in_it(tmp_path: Path) -> None:
    """A version that knows more words gives the same digest."""
    of(tmp_path / "one")
    held = _plain(load(tmp_path / "one"))
    assert held["resources"]["a"].keys() >= {"name", "path", "unique"}
    assert "open" not in held["resources"]["a"]
