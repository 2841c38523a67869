"""An error names the page that tells more, and the page is there."""

from __future__ import annotations

import inspect
from importlib.util import find_spec
from pathlib import Path

import pytest

import restproof.errors
from restproof.cli.main import run
from restproof.cli.pages import _OF_KINDS, _OF_PARTS, page_of
from restproof.errors import Interrupted, RestproofError, WorkerError

ROOT = Path(__file__).parents[2]


def test_every_error_of_a_user_has_a_page_that_is_there() -> None:
    for kind in vars(restproof.errors).values():
        if inspect.isclass(kind) and issubclass(kind, RestproofError) and kind is not RestproofError:
            found = page_of(kind(2) if kind is Interrupted else kind("wrong"))
            assert (found is None) == (kind in (Interrupted, WorkerError)), kind
            assert found is None or (ROOT / found).is_file(), kind
    for page in {*_OF_PARTS.values(), *(page for _, page in _OF_KINDS)}:
        assert (ROOT / "docs" / f"{page}.md").is_file(), page


@pytest.mark.parametrize("part", _OF_PARTS)
def test_every_part_that_has_a_page_is_a_module_which_finds_errors(part: str) -> None:
    spec = find_spec(part)
    assert spec is not None
    folder = Path(str(spec.origin)).parent
    files = folder.rglob("*.py") if Path(str(spec.origin)).name == "__init__.py" else [Path(str(spec.origin))]
    assert any("Error(" in file.read_text(encoding="utf-8") for file in files), part


@pytest.mark.parametrize(
    ("command", "page"),
    [
        (("report", "restproof.toml"), "docs/run-file.md"),
        (("judge", "absent.har"), "docs/traffic.md"),
        (("lint", "absent"), "docs/contract.md"),
        (("lint",), "docs/contract.md"),
        (("import", "openapi", "absent.yaml"), "docs/documents.md"),
        (("explain", "nothing-of-the-kind"), "docs/glossary.md"),
        (("run", "--target", "absent"), "docs/running.md"),
        (("run", "--target", "here"), "docs/credentials.md"),
        (("run", "--fault", "absent"), "docs/sandbox.md"),
        (("fleet", "run"), "docs/fleet.md"),
        (("run", "--deviations", "absent.yaml"), "docs/summary.md"),
    ],
)
def test_a_command_that_fails_names_it_last(
    command: tuple[str, ...],
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if command == ("lint",):
        (tmp_path / "contracts" / "broken").mkdir(parents=True)
        (tmp_path / "contracts" / "broken" / "contract.yaml").write_text("contract: broken\nresorces: {}\n")
        (tmp_path / "restproof.toml").write_text('contract = "contracts/broken"\n')
    else:
        (tmp_path / "restproof.toml").write_text(
            '[targets.here]\nbase_url = "http://127.0.0.1:9"\n[targets.here.credentials]\nfull = {comand = "x"}\n'
            if "here" in command
            else "[targets]\n"
        )
    assert run(command) in (2, 3)
    assert capsys.readouterr().err.rstrip().splitlines()[-1] == f"  more: {page}"
