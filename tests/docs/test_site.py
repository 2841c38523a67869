"""The documentation site has every page, and its generated pages say what the code says; the tutorial leads there."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.examples.test_examples import MENDED, MISTAKE, served

import restproof
from restproof.cli.main import COMMANDS, run
from restproof.engine.register import load
from restproof.sandbox.faults import catalogue
from restproof.session.options import OPTIONS

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    spec = spec_from_file_location("reference", ROOT / "docs" / "site" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, str] = module.pages()
    return found


def named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list | dict):
        for inner in nav if isinstance(nav, list) else nav.values():
            yield from named(inner)


def test_the_site_leads_to_each_page_once(pages: dict[str, str]) -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    there = [p.name for p in (ROOT / "docs").glob("*.md")]
    assert sorted(named(site["nav"])) == sorted([*there, *pages])


def test_the_command_line_is_told_whole(pages: dict[str, str]) -> None:
    text = pages["reference/command-line.md"]
    assert {name for name in COMMANDS if f"\n## restproof {name}\n" in text} == set(COMMANDS)
    assert {o.flag for o in OPTIONS if o.positional or f"`--{o.flag}" in text} == {o.flag for o in OPTIONS}
    assert "\n## restproof import openapi\n" in text


def test_each_rule_stands_with_the_faults_that_prove_it(pages: dict[str, str]) -> None:
    rows = dict(re.findall(r"^\| `([\w.-]+)` \| (.*)$", pages["reference/register.md"], re.M))
    assert set(rows) == set(load(ROOT / "suites" / "requirements.yaml"))
    for fault in catalogue().values():
        assert f"`{fault.name}`" in rows[fault.requirement]


def test_each_word_of_the_language_is_told(pages: dict[str, str]) -> None:
    schema = json.loads((ROOT / "src" / "restproof" / "contract" / "contract.schema.json").read_text())
    words = [
        *schema["properties"],
        *schema["$defs"]["resource"]["properties"],
        *schema["$defs"]["paging"]["properties"],
    ]
    for word in words:
        assert f"\n| `{word}` | " in pages["reference/language.md"], word


def test_each_public_name_is_told(pages: dict[str, str]) -> None:
    for name in set(restproof.__all__) - {"__version__"} | {"must", "for_each", "restproof_target"}:
        assert f"\n### {name}\n" in pages["reference/python.md"], name


def test_no_cell_of_a_table_breaks_it(pages: dict[str, str]) -> None:
    for text in pages.values():
        widths = 0
        for line in text.splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not (cells and widths) or cells == widths, line
            widths = cells


# -------------------------------------------------------------------------------------------------------- the tutorial

FILES = {m[1]: m[2] for m in re.finditer(r"^```\w+ (\S+/\S+|\S+\.toml)\n(.*?)^```", TUTORIAL, re.M | re.S)}
STEPS = [(m[1], m[2].splitlines()) for m in re.finditer(r"^\$ restproof (.*)\n((?:(?!\$|```).*\n)*)", TUTORIAL, re.M)]
WHOLE = bool(os.environ.get("TUTORIAL"))


def test_the_tutorial_leads_to_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its commands in order, of which whole runs are of one rule unless TUTORIAL is set; the mistake is mended when it
    says so."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    source = (ROOT / "examples" / "bookshelf" / "server.py").read_text()
    before, after = re.findall(r"^```python (?:before|after)\n(.*?)\n```", TUTORIAL, re.M | re.S)
    assert (before.strip(), after.strip()) == (MISTAKE, MENDED)
    monkeypatch.chdir(tmp_path)
    assert [command.split()[0] for command, _ in STEPS] == ["lint", "run", "explain", "run", "run", "run"]
    with served(source) as faulty, served(source.replace(before, after)) as mended:
        for number, (command, told) in enumerate(STEPS):
            at = faulty if number < 4 else mended
            (tmp_path / "restproof.toml").write_text(FILES["restproof.toml"].replace("http://127.0.0.1:8000", at))
            words = shlex.split(command)
            narrowed = words[0] == "run" and not WHOLE and "--only" not in words
            if narrowed and number != 3:
                continue  # that the sandbox and the mended service conform, other tests see
            ended = run(
                [*words, *(["-q"] if words[0] == "run" else []), *(["--only", "input.bounds"] if narrowed else [])]
            )
            said = capsys.readouterr().out
            assert ended == (1 if any("NOT CONFORMING" in line for line in told) else 0), said
            for line in told:
                assert line.strip() in said, said
