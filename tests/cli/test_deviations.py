from __future__ import annotations

from pathlib import Path

import pytest

from restproof.bundle import bundled_dir
from restproof.deviations import KEYS, load_deviations
from restproof.engine.register import load as load_register
from restproof.errors import ConfigurationError

ONE = """\
# known
- requirement: create.location
  resource: note
  owner: team-a
  reason: "not before 2.0"
  expires: 2027-01-31
  evidence: no
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deviations.yaml"


def test_every_value_is_a_text_and_what_is_absent_is_none(path: Path) -> None:
    path.write_text(ONE)
    assert load_deviations(path) == [
        {
            "requirement": "create.location",
            "resource": "note",
            "operation": None,
            "field": None,
            "kind": None,
            "expected": None,
            "actual": None,
            "issue": None,
            "owner": "team-a",
            "reason": "not before 2.0",
            "expires": "2027-01-31",
            "evidence": "no",
            "since": None,
            "shows": None,
        }
    ]


def test_the_documentation_shows_a_file_that_can_be_read(path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "summary.md").read_text(encoding="utf-8")
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0])
    first, second = load_deviations(path)
    assert (first["expires"], second["shows"]) == ("2027-03-31", "sometimes")
    assert set(first) == set(KEYS)
    known = load_register(bundled_dir() / "suites" / "requirements.yaml")
    assert {first["requirement"], second["requirement"]} <= known.keys()


def test_an_empty_file_declares_nothing(path: Path) -> None:
    path.write_text("# none\n")
    assert load_deviations(path) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (ONE.replace("owner:", "ownr:"), 4, r"unknown key 'ownr' \(did you mean 'owner'\?\)"),
        (ONE.replace("  owner: team-a\n", ""), 2, "a deviation needs 'owner'"),
        (ONE.replace("team-a", '""'), 2, "a deviation needs 'owner'"),
        (ONE.replace("2027-01-31", "soon"), 6, "expires must be a day"),
        (ONE.replace("2027-01-31", "2027-02-30"), 6, "expires must be a day"),
        (ONE.replace("note", "[note]"), 3, "resource must be a text"),
        (
            ONE.replace("evidence: no", "shows: now and then"),
            7,
            "shows must be always or sometimes, not 'now and then'",
        ),
        (ONE + ONE, 9, "the same deviation as in line 2"),
        ("a: 1\n", 1, "is a list"),
        ("- a\n", 1, "is a mapping"),
        ("- [\n", 2, "not valid YAML"),
    ],
)
def test_every_error_names_its_line(path: Path, text: str, line: int, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as error:
        load_deviations(path)
    assert str(error.value.place) == f"{path}:{line}"


def test_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_deviations(path)
