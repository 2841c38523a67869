"""JSON:API and HAL without a proxy: a server that keeps both, its broken twin, and what presets stand for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.generated.running import run

from restproof.cli.main import restproof
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.contract.presets import PRESETS, expanded

from .conventions import conventions

CONTRACT = Path(__file__).parent / "contracts" / "envelopes"
TWINS = {"read-no-list": "read.answers-ok", "wrong-link": "create.unique-id", "plain": "protocol.content-type"}
"""What the server does wrong: the rule that tells of it."""
SCHEMA = '{"type": "object", "properties": {"id": {"type": "string", "readOnly": true}, "title": {"type": "string"}}}'


def with_preset(folder: Path, more: str) -> Contract:
    """A small contract of articles, with these words on top."""
    (folder / "article.json").write_text(SCHEMA, encoding="utf-8")
    resource = "resources:\n  article: {path: /blog/articles, schema: article.json}\n"
    (folder / "contract.yaml").write_text(f"contract: c\n{more}\n{resource}", encoding="utf-8")
    return load(folder)


@pytest.mark.slow
def test_a_server_that_keeps_the_conventions_is_not_blamed(tmp_path: Path) -> None:
    with conventions() as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
def test_each_mistake_of_its_broken_twin_is_caught(tmp_path: Path) -> None:
    only = [f"--only={rule}" for rule in TWINS.values()]
    with conventions(*TWINS) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url, *only)
    assert set(TWINS.values()) <= told.requirements("fail")


def test_a_preset_says_a_whole_convention(tmp_path: Path) -> None:
    article = with_preset(tmp_path, "preset: json-api").resources["article"]
    assert article.envelope.constants == {"/data/type": "articles", "/data/id": "{id}"}
    assert (article.envelope.fields, article.media.request) == ("attributes", "application/vnd.api+json")


def test_the_contract_goes_before_its_preset(tmp_path: Path) -> None:
    more = "preset: django-rest-framework\npaging: {max: 50}\nstatuses: {invalid: 422}\nquery: {sort: order}"
    contract = with_preset(tmp_path, more)
    article = contract.resources["article"]
    assert (article.paging.size, article.paging.max, article.paging.total_field) == ("page_size", 50, "count")
    assert 422 in contract.status("invalid")
    assert 400 not in contract.status("invalid")
    assert article.query.sort == "order"


def test_pages_of_another_style_stand_alone(tmp_path: Path) -> None:
    article = with_preset(tmp_path, "preset: django-rest-framework\npaging: {style: offset}").resources["article"]
    assert (article.paging.style, article.paging.total_field) == ("offset", None)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_what_a_preset_stands_for_can_be_written_out(name: str, tmp_path: Path) -> None:
    short = with_preset(tmp_path, f"preset: {name}")
    told = CliRunner().invoke(restproof, ["lint", str(tmp_path), "--expand"])
    assert told.exit_code == 0
    words = told.output.rpartition(str(tmp_path))[0]
    (tmp_path / "contract.yaml").write_text(words, encoding="utf-8")
    assert "preset" not in words
    assert load(tmp_path).resources["article"].envelope == short.resources["article"].envelope
    assert load(tmp_path).statuses == short.statuses


def test_a_contract_without_a_preset_stays_as_it_is() -> None:
    said = {"contract": "c", "resources": {}}
    assert expanded(said) == said
