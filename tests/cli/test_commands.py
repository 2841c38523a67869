from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from restproof.bundle import bundled_dir
from restproof.cli.init import FILES
from restproof.cli.main import run
from restproof.contract.load import check, load
from restproof.record.writer import Writer
from restproof.sandbox.faults import catalogue

REGISTER = """\
- id: shop.price-whole
  level: must
  statement: a price is a whole number of cents
  sources: [contract]
- id: shop.price-shown
  level: policy
  statement: a list shows prices
  sources: ["RFC 9110 §15.3.1"]
  depends_on: [shop.price-whole, list.answers-ok]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# ------------------------------------------------------------------------------------------------------------ lint


def test_the_bundled_contract_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint"]) == 0
    assert "sound" in capsys.readouterr().out


def test_every_problem_of_a_contract_is_printed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.yaml").write_text(
        "contract: bad\nresources:\n  a: {path: /a, schema: none.json}\n  b: {path: /b, schema: no.json}\n"
    )
    assert run(["lint", "bad.yaml"]) == 2
    err = capsys.readouterr().err
    assert "bad.yaml:3: " in err
    assert "bad.yaml:4: " in err
    assert err.endswith("2 problems\n  more: docs/contract.md\n")


def test_a_rule_that_there_is_not_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "item.json").write_text('{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}}}')
    text = "contract: c\npolicies: [update.touches]\nresources:\n  item: {path: /items, schema: item.json}\n"
    (here / "c.yaml").write_text(text)
    assert run(["lint", "c.yaml"]) == 2
    assert "'update.touches', and there is none\n  did you mean 'update.touches-updated-at'?" in capsys.readouterr().err
    assert run(["run", "c.yaml"]) == 2
    (here / "c.yaml").write_text(text.replace("update.touches", "condtional.*"))
    assert run(["lint", "c.yaml"]) == 2
    assert "did you mean 'conditional.*'?" in capsys.readouterr().err
    (here / "c.yaml").write_text(text.replace("update.touches", "conditional.*"))
    assert run(["lint", "c.yaml"]) == 0


def test_a_contract_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "nothing"]) == 2
    assert "there is no contract 'nothing'" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------------ init


def test_init_writes_an_example_that_lints_clean(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    assert check(here / "contracts/example") == []
    assert set(load(here / "contracts/example").resources) == {"note"}
    bundled = {p.name for p in (bundled_dir() / "suites").iterdir()}
    assert not bundled & {p.name for p in (here / "suites").glob("*.py")}
    assert run(["lint"]) == 0
    assert str(here / "contracts/example") in capsys.readouterr().out


def test_lint_tells_a_rule_that_proves_nothing_under_the_contract(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its condition names a resource that is none: a run would be *conforming* without a word of it."""
    assert run(["init"]) == 0
    suite = here / "suites/test_note.py"
    suite.write_text(suite.read_text().replace('name == "note"', 'name == "notes"'))
    assert run(["lint"]) == 0
    assert "note.title-kept: it proves nothing here" in capsys.readouterr().out
    suite.write_text(suite.read_text().replace('name == "notes"', 'nme == "notes"'))
    assert run(["lint"]) == 2
    line = next(n for n, text in enumerate(suite.read_text().splitlines(), 1) if "nme" in text)
    error = capsys.readouterr().err
    assert f"{suite}:{line}: test_a_title_is_kept_as_it_was_typed has no cases: AttributeError" in error


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('on="create"', 'on="creat"', "on names 'creat', which is no operation: did you mean 'create'?"),
        ('needs="read"', 'needs="raed"', "needs names 'raed', which is no operation: did you mean 'read'?"),
        ("@for_each(titles)", "@every_exchange(reads='header')", "reads='header': did you mean 'headers'?"),
    ],
)
def test_a_mark_that_would_leave_a_rule_untried_is_refused(
    here: Path, right: str, wrong: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init"]) == 0
    suite = here / "suites/test_note.py"
    text = suite.read_text().replace("for_each, must", "every_exchange, for_each, must")
    suite.write_text(text.replace(right, wrong))
    assert run(["lint"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(FILES))
def test_init_overwrites_nothing(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (here / name).parent.mkdir(parents=True, exist_ok=True)
    (here / name).write_text("mine")
    assert run(["init"]) == 2
    assert f"already here: {name}" in capsys.readouterr().err
    assert [str(p.relative_to(here)) for p in here.rglob("*") if p.is_file()] == [name]
    assert (here / name).read_text() == "mine"


# ----------------------------------------------------------------------------------------------------------- rules


@pytest.fixture
def register(here: Path) -> None:
    (here / "suites").mkdir()
    (here / "suites/requirements.yaml").write_text(REGISTER)


@pytest.mark.usefixtures("register")
def test_rules_lists_one_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    first, *_, price, shown = [line.split(None, 2) for line in capsys.readouterr().out.splitlines()]
    assert first[:2] == ["transport.https-only", "must"]
    assert price == ["shop.price-whole", "must", "a price is a whole number of cents"]
    assert shown == ["shop.price-shown", "policy", "a list shows prices"]


@pytest.mark.usefixtures("register")
def test_rules_shows_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "shop.price-shown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("shop.price-shown (policy)\n\n  a list shows prices\n")
    assert "depends on: shop.price-whole, list.answers-ok" in out
    assert "sources: RFC 9110 §15.3.1" in out


@pytest.mark.usefixtures("register")
def test_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--json"]) == 0
    assert [e["id"] for e in json.loads(capsys.readouterr().out)][-2:] == ["shop.price-whole", "shop.price-shown"]
    assert run(["rules", "shop.price-shown", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["depends_on"] == ["shop.price-whole", "list.answers-ok"]


@pytest.mark.usefixtures("register")
def test_an_unknown_rule_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "create.locaton"]) == 2
    assert "Did you mean 'create.location'?" in capsys.readouterr().err


def test_a_copy_of_the_bundled_register_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `restproof init` wrote it once: from the next release on it would be an old one."""
    shutil.copytree(bundled_dir() / "suites", here / "suites")
    assert run(["rules"]) == 2
    error = capsys.readouterr().err
    copied = here / "suites/requirements.yaml"
    line = copied.read_text().splitlines().index("- id: transport.https-only") + 1
    assert f"{copied}:{line}: transport.https-only is a rule of the bundled suites, as are" in error
    assert "delete from this folder what an earlier `restproof init` copied into it" in error
    assert run(["run", "--plan"]) == 2
    assert run(["lint", "procore"]) == 2


def test_rules_without_a_register_are_not_passed_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "suites").mkdir()
    (here / "suites/test_other.py").write_text("def test_something_else(): ...\n")
    assert run(["rules", "create.reads-back"]) == 0
    (here / "suites/test_own.py").write_text(FILES["suites/test_note.py"])
    assert run(["rules", "create.reads-back"]) == 2
    assert f"{here / 'suites/requirements.yaml'}: there is no register" in capsys.readouterr().err


def test_a_register_of_ones_own_rests_on_entries(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "suites").mkdir()
    (here / "suites/requirements.yaml").write_text(REGISTER.replace("list.answers-ok", "list.answers"))
    assert run(["rules"]) == 2
    assert "requirements.yaml:5: shop.price-shown depends on list.answers, which is no entry" in capsys.readouterr().err


# ----------------------------------------------------------------------------------------------------------- serve


def test_the_faults_are_listed_with_the_rule_that_each_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--list-faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(catalogue())
    for line, fault in zip(lines, catalogue().values(), strict=True):
        assert line.startswith(fault.name)
        assert f"  {fault.requirement}: " in line


def test_an_unknown_fault_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--fault", "no-such-fault"]) == 2
    assert "no fault 'no-such-fault'" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------------- report


@pytest.fixture
def recorded(here: Path) -> Path:
    """The run file of a run in which one item passed."""
    folder = here / "reports/one"
    requirement = {
        "id": "read.answers-ok",
        "level": "must",
        "binding": True,
        "statement": "a read answers 200",
        "sources": ["RFC 9110 §15.3.1"],
        "depends_on": [],
        "not_tested": None,
    }
    item = "read.answers-ok[note-read]"
    events: list[dict[str, Any]] = [
        {
            "event": "header",
            "format": 1,
            "restproof": "0.1.0",
            "contract": {"name": "notes", "title": "Notes", "path": "contract.yaml", "resources": {"note": ["read"]}},
            "target": {"name": "sandbox", "base_url": "https://127.0.0.1:1", "kind": "sandbox"},
            "profile": "ci",
            "seed": 0,
            "prefix": "rp-abc",
            "started": "2026-11-23T20:00:00Z",
            "fail_on": "must",
            "selection": {},
            "requirements": [requirement],
            "deviations": [],
        },
        {
            "event": "item",
            "item": item,
            "requirement": "read.answers-ok",
            "resource": "note",
            "operation": "read",
            "nodeid": "a",
            "cost": 1,
        },
        {"event": "case", "item": item, "case": f"{item}#1", "input": {}},
        {"event": "outcome", "item": item, "outcome": "pass", "cases": 1, "reason": None},
        {
            "event": "footer",
            "finished": "2026-11-23T20:00:01Z",
            "duration": 1.0,
            "requests": 1,
            "complete": True,
            "interrupted": None,
            "cleanup": {"deleted": 0, "left": []},
        },
    ]
    with Writer(folder / "run.jsonl.gz") as writer:
        for event in events:
            writer.write(event)
    return folder


def test_all_reports_land_beside_the_run(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(recorded)]) == 0
    names = {"index.html", "junit.xml", "summary.md", "summary.json"}
    assert {p.name for p in recorded.iterdir()} == {*names, "run.jsonl.gz"}
    assert {Path(line).name for line in capsys.readouterr().out.splitlines()} == names


def test_one_report_goes_where_it_is_sent(recorded: Path, here: Path) -> None:
    assert run(["report", str(recorded / "run.jsonl.gz"), "--format", "json", "--out", "a/b.json"]) == 0
    assert json.loads((here / "a/b.json").read_text())["counts"]["pass"] == 1


def test_a_report_goes_to_standard_output(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(recorded), "--format", "json", "--out", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == 1


def test_what_is_no_run_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "run.txt").write_text("no")
    assert run(["report", "run.txt"]) == 2
    assert "run.txt" in capsys.readouterr().err
    assert run(["report", "absent"]) == 2
