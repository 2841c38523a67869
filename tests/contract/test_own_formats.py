"""Formats that functions of the project know: what they say counts, and only those of the project are run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import check, load
from restproof.contract.openapi.export import document as exported
from restproof.contract.openapi.imported import imported
from restproof.plan.candidates import accepted, refused, sample
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import capacity, nth
from restproof.semantics.doubt import doubt

CODES = """
def is_code(text):
    return len(text) == 6 and text.isdigit() and text[-1] == str(sum(map(int, text[:5])) % 10)

def code(number):
    body = f"{number % 100000:05d}" if number < 100000 else f"{number % 99991:05d}"
    return body + str(sum(map(int, body)) % 10)

def late(text):
    if text == "000022":
        raise LookupError("out of numbers")
    return is_code(text)

def twice(number):
    return "000000"

def number(number):
    return number

is_nothing = None
"""
SCHEMA = {
    "type": "object",
    "required": ["code"],
    "properties": {"id": {"type": "integer", "readOnly": True}, "code": {"type": "string", "format": "code"}},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "restproof.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contract(folder: Path, said: str, python: str = CODES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "codes.py").write_text(python, encoding="utf-8")
    (folder / "item.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    resources = "resources: {item: {path: /items, schema: item.json, unique: [code]}}\n"
    (folder / "contract.yaml").write_text(f"contract: codes\nformats:\n  code: {said}\n{resources}", encoding="utf-8")
    return folder


BOTH = '{check: "codes.py:is_code", make: "codes.py:code"}'


def test_what_is_made_is_right_and_what_is_wrong_is_told(project: Path) -> None:
    item = load(contract(project / "api", BOTH)).resources["item"]
    code = item.properties["code"]
    assert sample(code) == "000000"
    assert all(is_valid(code, c.value) for c in accepted(code))
    assert {c.note for c in refused(code)} >= {"another last character", "cut short"}
    assert capacity(code) > 2**30
    assert nth(code, 99_999) == "999995"
    assert not doubt(item, "create", {"code": "123455"})
    assert doubt(item, "create", {"code": "123456"})


def test_examples_do_where_nothing_is_made(project: Path) -> None:
    code = load(contract(project, '{check: "codes.py:is_code", examples: ["000011"]}')).resources["item"]
    assert sample(code.properties["code"]) == "000011"
    assert not is_valid(code.properties["code"], "000012")


def test_a_format_may_be_called_nearly_as_a_known_one(project: Path) -> None:
    folder = contract(project, "{examples: [PT15M]}")
    for file in ("contract.yaml", "item.json"):
        told = (folder / file).read_text(encoding="utf-8").replace("code", "iso-duration")
        (folder / file).write_text(told, encoding="utf-8")
    assert sample(load(folder).resources["item"].properties["iso-duration"]) == "PT15M"
    (folder / "item.json").write_text(json.dumps(SCHEMA).replace('"format": "code"', '"format": "durations"'))
    undeclared = next(problem for problem in check(folder) if "'durations' is not known" in problem.message)
    assert "one of your own stands under 'formats' at the top of the contract" in str(undeclared.hint)


def test_a_document_brings_no_python_along(project: Path) -> None:
    document = exported(load(contract(project / "api", BOTH)))
    words = document["x-restproof"]["contract"]["formats"]
    assert list(words["code"]) == ["examples"]
    words["code"]["check"] = "codes.py:is_code"
    (project / "api.json").write_text(json.dumps(document), encoding="utf-8")
    assert list(imported(project / "api.json", "again").contract["formats"]["code"]) == ["examples"]


@pytest.mark.parametrize(
    ("said", "told", "line"),
    [
        (BOTH.replace("is_code", "is_cod"), "'codes.py' has no function 'is_cod'", 3),
        (BOTH.replace("is_code", "is_nothing"), "has no function 'is_nothing'", 3),
        (BOTH.replace("codes.py", "code.py"), "there is no file 'code.py'", 3),
        ('{check: "codes.py:is_code"}', "nothing says how the format 'code' is made", 3),
        ('{make: "codes.py:code"}', "'code' in 'formats'", 3),
        ('{check: "../codes.py:is_code"}', "'check'", 3),
        ('{check: "codes.py:is_code", examples: ["000012"]}', "'000012' is no 'code', says its check", 3),
        (BOTH.replace("is_code", "late"), "late('000022') of the format 'code' raised LookupError: out of numbers", 11),
        (BOTH.replace(":code", ":twice"), "gives one text twice", 3),
        (BOTH.replace(":code", ":number"), "number(0) of the format 'code' gave 0", 0),
    ],
)
def test_what_is_wrong_is_told_with_its_line(project: Path, said: str, told: str, line: int) -> None:
    first = check(contract(project, said))[0]
    assert told in first.message
    assert first.place is not None
    assert (first.place.line or 0) == line


def test_a_file_that_cannot_be_read_is_told(project: Path) -> None:
    first = check(contract(project, BOTH, "def is_code(text):\n    return (\n"))[0]
    assert "the format 'code' cannot be read: SyntaxError" in first.message


def test_nothing_is_run_but_what_is_of_the_project(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    ran = outside / "ran"
    elsewhere = contract(outside / "api", BOTH, f"open({str(ran)!r}, 'w')\n{CODES}")
    inside = contract(project / "api", BOTH)
    (inside / "codes.py").unlink()
    (inside / "codes.py").symlink_to(elsewhere / "codes.py")
    for folder in (elsewhere, inside):
        assert "is not of this project" in check(folder)[0].message
    assert not ran.exists()
