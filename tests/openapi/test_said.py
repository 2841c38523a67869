"""What an exported document says of each word of a contract, and what only ``x-restproof`` holds."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from restproof.cli.main import restproof
from restproof.contract.language import language_schema
from restproof.contract.load import load
from restproof.contract.openapi.export import document
from restproof.contract.openapi.expressible import OF_CONTRACT, OF_RESOURCE, unsaid
from restproof.contract.openapi.round_trip import EXTENSION
from restproof.errors import RestproofError

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "tests/kill/contracts/policies"


def test_no_word_of_the_language_is_forgotten() -> None:
    language = language_schema()
    assert OF_CONTRACT.keys() == language["properties"].keys()
    assert OF_RESOURCE.keys() == language["$defs"]["resource"]["properties"].keys()


def own_words(folder: Path) -> str:
    """What the document of a contract says without ``x-restproof``."""
    return json.dumps({n: v for n, v in document(load(folder)).items() if n != EXTENSION}, sort_keys=True, default=str)


def without_each(raw: dict[str, Any]) -> Iterator[tuple[dict[str, bool], str, dict[str, Any]]]:
    """The table that a word stands in, the word, and the contract without it."""
    for word in raw.keys() - {"contract", "resources"}:
        yield OF_CONTRACT, word, {n: v for n, v in raw.items() if n != word}
    for name, resource in raw["resources"].items():
        for word in resource:
            left = copy.deepcopy(raw)
            del left["resources"][name][word]
            yield OF_RESOURCE, word, left


def test_what_is_called_unsaid_changes_no_document(tmp_path: Path) -> None:
    scratch = tmp_path / "policies"
    shutil.copytree(POLICIES, scratch)
    raw = yaml.safe_load((POLICIES / "contract.yaml").read_text(encoding="utf-8"))
    whole, tried = own_words(POLICIES), set()
    for table, word, left in without_each(raw):
        (scratch / "contract.yaml").write_text(yaml.safe_dump(left, sort_keys=False), encoding="utf-8")
        try:
            said = own_words(scratch)
        except RestproofError:
            continue  # there is no contract without it
        assert said == whole or table[word], word
        tried.add(word)
    assert {"immutable", "latency_budget", "secret"} <= tried


def test_whoever_exports_is_told_what_openapi_has_no_words_for(tmp_path: Path) -> None:
    told = CliRunner().invoke(restproof, ["export", "openapi", str(POLICIES), "--out", str(tmp_path / "api.json")])
    words = unsaid(json.loads((tmp_path / "api.json").read_text(encoding="utf-8")))
    assert "immutable" in words
    assert f"OpenAPI has no words for {', '.join(words)}: they stand in x-restproof" in told.output
