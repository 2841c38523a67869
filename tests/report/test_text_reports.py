"""JSON, JUnit, Markdown and the closing lines: what machines and terminals get."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import synthetic_run as build

from restproof.errors import ConfigurationError
from restproof.oracle.verdict import judge
from restproof.report.terminal import closing_lines
from restproof.report.write import FILES, render, write_all
from restproof.run.model import Run
from restproof.run.reader import read

DESIGNED = {
    "format",
    "verdict",
    "complete",
    "selection",
    "contract",
    "target",
    "profile",
    "seed",
    "duration_s",
    "requests",
    "counts",
    "results",
}


def test_the_summary_keeps_its_published_schema(faulty_run: Run, clean_run: Run) -> None:
    schema = json.loads(resources.files("restproof.report").joinpath("summary.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for run in (faulty_run, clean_run):
        found = json.loads(render(run, judge(run), "json"))
        jsonschema.validate(found, schema)
        assert set(found) == DESIGNED
        assert sum(found["counts"].values()) == len(found["results"])


def test_the_summary_tells_each_result(faulty_run: Run) -> None:
    found = json.loads(render(faulty_run, judge(faulty_run), "json"))
    assert found["verdict"] == "not conforming"
    row = next(r for r in found["results"] if r["requirement"] == "update.only-named" and r["resource"] == "office")
    assert row == {
        "requirement": "update.only-named",
        "level": "must",
        "resource": "office",
        "operation": "update",
        "outcome": "fail",
        "cases": 4,
        "message": "A partial update changes a field it did not name",
    }


def test_junit_counts_what_it_holds(faulty_run: Run) -> None:
    verdict = judge(faulty_run)
    root = ET.fromstring(render(faulty_run, verdict, "junit"))
    (suite,) = root.findall("testsuite")
    cases = suite.findall("testcase")
    assert len(cases) == int(suite.attrib["tests"]) == len(verdict.results)
    assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"]) == verdict.counts["fail"]
    assert len(suite.findall("testcase/skipped")) == int(suite.attrib["skipped"])
    properties = {p.attrib["name"]: p.attrib["value"] for p in suite.findall("properties/property")}
    assert properties["seed"] == "4711"
    assert {"target", "contract", "profile"} <= set(properties)
    assert {c.attrib["classname"] for c in cases} >= {"office", "rfi"}


def test_junit_follows_the_order_and_names_of_jenkins(faulty_run: Run) -> None:
    root = ET.fromstring(render(faulty_run, judge(faulty_run), "junit"))
    allowed = {
        "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
        "testsuite": {
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
        },
        "testcase": {"name", "assertions", "time", "classname", "status", "class", "file", "line", "group"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"type", "message"},
        "property": {"name", "value"},
        "properties": set(),
    }
    for element in root.iter():
        assert set(element.attrib) <= allowed[element.tag]
    assert root[0][0].tag == "properties"


def test_text_that_no_xml_holds_does_not_break_junit(tmp_path: Path) -> None:
    of = build.item("input.type", "office", "create")
    found = build.finding(of, message="bad \x00 \ud800 \ufffe ]]> <b>")
    run = read(build.write(tmp_path / "run", *build.small(of, found, build.outcome(of, "fail"))))
    failure = ET.fromstring(render(run, judge(run), "junit")).find(".//failure")
    assert failure is not None
    assert failure.attrib["message"] == "bad \\u0000 \\ud800 \\ufffe ]]> <b>"


def test_markdown_holds_no_markup_of_the_server(faulty_run: Run) -> None:
    text = render(faulty_run, judge(faulty_run), "markdown")
    assert text.startswith("# ❌ Construction projects: not conforming")
    assert "<script" not in text.replace("\\<script", "")
    assert "| 11 |" in text


def test_markdown_says_that_nothing_failed_and_what_narrowed_the_run(tmp_path: Path) -> None:
    of = build.item("create.answers-created", "office", "create")
    head = build.header(selection={"only": ["create.*"], "read_only": True})
    run = read(build.write(tmp_path / "run", *build.small(of, build.outcome(of), head=head)))
    text = render(run, judge(run), "markdown")
    assert "Nothing failed." in text
    assert "conforming (incomplete)" in text
    assert "`create.*`" in text


def test_an_unknown_format_names_the_known_ones(clean_run: Run) -> None:
    with pytest.raises(ConfigurationError, match="pdf") as caught:
        render(clean_run, judge(clean_run), "pdf")
    assert "junit" in str(caught.value)


def test_every_report_is_written_even_of_a_run_that_was_killed(faulty: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(faulty.read_bytes()[:200_000])
    write_all(cut, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(FILES.values())
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["complete"] is False


def test_the_closing_lines_tell_causes_not_rows(faulty_run: Run) -> None:
    lines = closing_lines(judge(faulty_run), Path("reports/x/index.html"))
    assert lines[0] == "NOT CONFORMING"
    assert "11 fail" in lines[1]
    assert len([line for line in lines if line.startswith("  ")]) == len(judge(faulty_run).causes)
    assert lines[-1] == "Report: reports/x/index.html"


def test_the_closing_lines_fit_a_screen(tmp_path: Path) -> None:
    items = [build.item(f"house.rule-{n}", "office", "create") for n in range(40)]
    events = [
        e for of in items for e in (of, build.finding(of, message="long " * 80 + "\x1b[31m"), build.outcome(of, "fail"))
    ]
    run = read(build.write(tmp_path / "run", *build.small(*events)))
    lines = closing_lines(judge(run), Path("index.html"))
    assert len(lines) <= 24
    assert "  and 25 more" in lines
    assert all(len(line) <= 160 and "\x1b" not in line for line in lines)
