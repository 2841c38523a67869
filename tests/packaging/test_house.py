"""What holds for the repository as a whole."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import restproof
import restproof.suite
from restproof.engine.paging import SubjectLists
from restproof.engine.requests import Requests
from restproof.plan.bodies import Bodies
from restproof.suite import Ground, Instance, Reply, Subject

ROOT = Path(__file__).parents[2]
SERVED = ROOT / "tests" / "frameworks" / "services"
"""Programs in processes of their own, with what ``requirements.txt`` beside them has one environment install."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def distributions(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!; \[]", text)[0].lower().replace("_", "-") for text in requirements}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def imports(path: Path) -> dict[str, set[str]]:
    """Module → the names that a file takes from it; none for ``import module``."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name: set() for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


def foreign(*folders: str) -> set[str]:
    """The top-level modules that the files import and neither Python nor the project has."""
    found = {name for path in modules(*folders) if path.parent != SERVED for name in imported(path)}
    own = {path.stem for path in modules(*folders)} | {"restproof", "tests", "suites", "benchmarks"}
    own.add("_typeshed")  # of type checkers, which bring it
    return found - set(sys.stdlib_module_names) - own


def test_every_import_is_a_declared_dependency() -> None:
    extras = [text for name, texts in PROJECT["optional-dependencies"].items() if name != "dev" for text in texts]
    declared = distributions(PROJECT["dependencies"] + extras)
    for module in foreign("src", "suites"):
        assert {n.lower().replace("_", "-") for n in packages_distributions()[module]} & declared, module


def test_the_tests_need_no_more_than_the_development_extra() -> None:
    declared = distributions([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
    for module in foreign("tests"):
        assert {n.lower().replace("_", "-") for n in packages_distributions()[module]} & declared, module


@pytest.mark.parametrize("path", list(modules("suites")), ids=lambda p: p.name)
def test_a_suite_imports_the_public_surface_only(path: Path) -> None:
    """Authors rest on ``restproof.suite``; whatever lies behind it may move."""
    taken = imports(path)
    assert [name for name in taken if name.startswith("restproof") and name.split(".")[1:2] != ["suite"]] == []
    for name in (n for n in taken if n.startswith("restproof")):
        assert taken[name] <= set(importlib.import_module(name).__all__), name
    assert "subject.world" not in path.read_text(encoding="utf-8")  # what a worker shares is behind the surface


def test_the_public_surface_is_documented() -> None:
    page = (ROOT / "docs/own-rules.md").read_text(encoding="utf-8")
    for file in sorted((ROOT / "src/restproof/suite").glob("*.py")):
        name = "restproof.suite" if file.stem == "__init__" else f"restproof.suite.{file.stem}"
        module = importlib.import_module(name)
        assert module.__doc__
        if file.stem not in ("__init__", "must"):
            assert f"``suite.{file.stem}``" in (restproof.suite.__doc__ or "")
            assert f"| `{name}` |" in page
        for word in module.__all__:
            value = getattr(module, word)
            if inspect.isfunction(value) or inspect.isclass(value):
                assert inspect.getdoc(value), f"{name}.{word}"


@pytest.mark.parametrize("held", [Subject, SubjectLists, Requests, Reply, Instance, Ground, Bodies])
def test_what_a_test_is_given_is_documented(held: type) -> None:
    for name in (n for n in dir(held) if not n.startswith("_")):
        member = inspect.getattr_static(held, name)
        function = getattr(member, "func", None) or getattr(member, "fget", None) or member
        assert not callable(function) or inspect.getdoc(function), name


LINES, CHAPTER, METHODS, FUNCTION = 400, 300, 25, 60
"""The most lines of a module and of a suite, methods of a class, and lines of a function."""


def too_large(path: Path) -> Iterator[str]:
    """What of a module is beyond the limits: its name, or with a colon that of a class or function in it."""
    name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    if len(text.splitlines()) > (CHAPTER if name.startswith("suites") else LINES):
        yield name
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION:
                yield f"{name}:{node.name}"
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            if len(methods) > METHODS:
                yield f"{name}:{node.name}"


def test_what_is_large_is_said_to_read_better_so() -> None:
    """No module, class or function grows beyond the limits without a line in the architecture, and none stays there."""
    said = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Limits of the house")[2]
    exceptions = set(re.findall(r"^\| `([^`]+)` \|", said, re.MULTILINE))
    assert {large for path in modules("src", "suites") for large in too_large(path)} == exceptions


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_no_module_of_tests_is_long(folder: str) -> None:
    assert [large for path in modules(folder) for large in too_large(path) if ":" not in large] == []


@pytest.mark.parametrize("path", list(modules("src", "suites")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_code_knows_the_bundled_contract(path: Path) -> None:
    """What is true of one API belongs into its contract and its schemas."""
    words = re.findall(r"(?i)procore|\brfis?\b|project_stage", path.read_text(encoding="utf-8"))
    assert words == []


def test_the_changelog_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in text or f"## {restproof.__version__}" in text


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -q tox && .venv/bin/tox"
    assert f"    {command}\n" in (ROOT / "README.md").read_text()
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_readme_starts_with_one_line_to_run() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/restproof run"
    assert f"    {command}\n" in (ROOT / "README.md").read_text()
