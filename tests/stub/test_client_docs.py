"""The examples of docs/client-tests.md do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "client-tests.md").read_text(encoding="utf-8"), re.S)
pytest_plugins = ["pytester"]


@pytest.mark.parametrize("number", [n for n, block in enumerate(BLOCKS) if "with restproof.stub" in block])
def test_an_example_runs(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(BLOCKS[number], f"client-tests.md block {number}", "exec"), {})


def test_the_example_of_the_fixture_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    conftest, module = (b for b in BLOCKS if "with restproof.stub" not in b)
    pytester.makeconftest(conftest)
    path = pytester.makepyfile(module)
    monkeypatch.chdir(ROOT)
    args = ("-p", "no:cacheprovider", f"--rootdir={pytester.path}", "-c", "/dev/null", str(path))
    pytester.runpytest_inprocess(*args).assert_outcomes(passed=1)
