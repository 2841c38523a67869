"""A standard that contracts share: what it says holds under their own words, and is told with its own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.cli.lint import written_out
from restproof.contract.load import check, load
from restproof.contract.openapi.export import document as exported
from restproof.errors import ContractError

STANDARD = """\
auth: bearer
statuses: {invalid: 422, conflict: 409}
paging: {style: page, max: 100}
errors: problem.json
policies: [limit.*]
deviations: known.yaml
"""
CONTRACT = """\
contract: notes
extends: ../standard.yaml
statuses: {conflict: 400}
resources:
  note: {path: /notes, schema: note.json}
"""
NOTE = '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "title": {"type": "string"}}}'


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A folder with a contract, beside a house standard."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (tmp_path / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    (tmp_path / "problem.json").write_text('{"type": "object", "required": ["title"]}', encoding="utf-8")
    (tmp_path / "known.yaml").write_text("", encoding="utf-8")
    (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "note.json").write_text(NOTE, encoding="utf-8")
    return folder


def test_what_a_standard_says_holds_under_the_words_of_the_contract(service: Path) -> None:
    contract = load(service)
    assert 422 in contract.status("invalid")
    assert 409 not in contract.status("conflict")
    assert (contract.auth.scheme, contract.resources["note"].paging.max) == ("bearer", 100)
    assert contract.errors == {"type": "object", "required": ["title"]}
    assert contract.deviations == service.parent.resolve() / "known.yaml"


def test_a_standard_may_extend_another(service: Path) -> None:
    standard = service.parent / "standard.yaml"
    standard.write_text("extends: more/of.yaml\nauth: none\n", encoding="utf-8")
    (service.parent / "more").mkdir()
    (service.parent / "more" / "of.yaml").write_text("statuses: {invalid: 400}\nauth: basic\n", encoding="utf-8")
    contract = load(service)
    assert (400 in contract.status("invalid"), contract.auth.scheme) == (True, "none")


@pytest.mark.parametrize(
    ("standard", "line", "said"),
    [
        ("auth: none\nstatuses: {invalid: 4222}\n", 2, "'invalid' in 'statuses' is 4222"),
        ("auth: none\nresources: {}\n", 2, "a standard has no 'resources'"),
        ("auth: none\n\npagging: {}\n", 3, "unknown word 'pagging'"),
        ("errors: absent.json\n", 1, "there is no schema file 'absent.json'"),
        ("deviations: absent.yaml\n", 1, "there is no file of deviations 'absent.yaml'"),
        ("extends: notes/contract.yaml\n", 1, "'notes/contract.yaml' extends itself"),
        ("extends: [a]\n", 1, "'extends' at the top of the contract is a list"),
        ("a: [\n", 2, "this is not YAML"),
        ("- a\n", 1, "a contract is a mapping"),
    ],
)
def test_what_is_wrong_with_a_standard_is_told_with_its_place(
    service: Path, standard: str, line: int, said: str
) -> None:
    (service.parent / "standard.yaml").write_text(standard, encoding="utf-8")
    problem = check(service)[0]
    assert said in problem.message
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == (service.parent.resolve() / "standard.yaml", line)


def test_a_standard_that_is_not_there_is_told_by_the_contract(service: Path) -> None:
    (service.parent / "standard.yaml").unlink()
    with pytest.raises(ContractError, match=r"there is no standard '\.\./standard\.yaml'") as told:
        load(service)
    assert told.value.place is not None
    assert (told.value.place.file.name, told.value.place.line) == ("contract.yaml", 2)


def test_an_export_holds_what_the_standard_says(service: Path) -> None:
    words = exported(load(service))["x-restproof"]["contract"]
    assert (words["paging"]["max"], words["statuses"]) == (100, {"invalid": 422, "conflict": 400})
    assert not {"extends", "deviations"} & set(words)


def test_a_contract_can_be_written_out_with_its_standard(service: Path) -> None:
    words = written_out(service)
    assert words.startswith("contract: notes\n")
    assert "invalid: 422" in words
    assert "extends" not in words
