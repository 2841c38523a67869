"""What the documents show can be typed: commands have their options, blocks of code are of their language."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from restproof.cli.main import restproof

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language, where it is named, and text of each block of code."""
    for found in re.finditer(r"^( *)```([a-z]*)[^\n]*\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.M | re.S):
        yield found[2], re.sub(rf"^{found[1]}", "", found[3], flags=re.M)


def commands(page: Path) -> Iterator[str]:
    """The lines of shell that call restproof; what follows a pipe or another command is somebody else's."""
    for language, text in blocks(page):
        if language in ("", "console", "sh", "bash", "shell"):
            for line in re.sub(r"\\\n", " ", text).splitlines():
                if call := re.match(r"(?:\$ )?(?:\w+=\S+ )*(restproof .*)", line):
                    yield re.split(r" [|&;>]", call[1])[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_has_its_options(page: Path) -> None:
    for line in commands(page):
        name, *words = shlex.split(line, comments=True)[1:]
        if name.startswith("-"):
            continue
        with click.Context(restproof) as outer:
            command = restproof.get_command(outer, name)
            assert command is not None, line
            while isinstance(command, click.Group) and words and not words[0].startswith("-"):
                command = command.get_command(outer, words.pop(0))
                assert command is not None, line
            options = {
                text for p in command.params if isinstance(p, click.Option) for text in (*p.opts, *p.secondary_opts)
            }
        words = words[: words.index("--")] if "--" in words else words
        for word in words:
            if word.startswith("-") and word != "-":
                assert word.partition("=")[0] in {*options, "-h", "--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_block_is_of_its_language(page: Path) -> None:
    for language, text in blocks(page):
        match language:
            case "python":
                begun = textwrap.dedent(text).rstrip()  # a part of a function is dedented, and may begin a block
                compile(f"{begun} ...\n" if begun.endswith(":") else f"{begun}\n", str(page), "exec")
            case "toml":
                tomllib.loads(text)
            case "yaml":
                list(yaml.safe_load_all(text))
            case "json":
                json.loads(text)


def test_there_is_something_to_look_at() -> None:
    assert sum(1 for page in PAGES for _ in commands(page)) > 30
    assert {language for page in PAGES for language, _ in blocks(page)} >= {"python", "toml", "yaml", "json"}
