"""JSON, JUnit, Markdown and the closing lines: what machines and terminals get."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from tests.record import synthetic_run as build

from restproof.compare.diff import Judged, compare
from restproof.errors import ConfigurationError
from restproof.oracle.proof import Unproven
from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.formats import FORMATS, USUAL, render
from restproof.report.terminal import closing_lines
from restproof.report.write import write_all

DESIGNED = {
    "format",
    "verdict",
    "complete",
    "unproven",
    "left",
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


def test_the_summary_keeps_its_published_schema(faulty_run: RecordedRun, clean_run: RecordedRun) -> None:
    schema = json.loads(resources.files("restproof.report").joinpath("summary.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for run in (faulty_run, clean_run):
        found = json.loads(render(run, judge(run), "json"))
        jsonschema.validate(found, schema)
        assert set(found) == DESIGNED
        assert sum(found["counts"].values()) == len(found["results"])


def test_the_summary_tells_each_result(faulty_run: RecordedRun) -> None:
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


def test_junit_counts_what_it_holds(faulty_run: RecordedRun) -> None:
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


def test_junit_follows_the_order_and_names_of_jenkins(faulty_run: RecordedRun) -> None:
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


def test_markdown_holds_no_markup_of_the_server(faulty_run: RecordedRun) -> None:
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


def test_an_unknown_format_names_the_known_ones(clean_run: RecordedRun) -> None:
    with pytest.raises(ConfigurationError, match="pdf") as caught:
        render(clean_run, judge(clean_run), "pdf")
    assert "junit" in str(caught.value)


def test_every_report_is_written_even_of_a_run_that_was_killed(faulty: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(faulty.read_bytes()[:200_000])
    write_all(cut, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(FORMATS[f].file for f in USUAL)
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["complete"] is False


def test_the_closing_lines_tell_causes_not_rows(faulty_run: RecordedRun) -> None:
    lines = closing_lines(judge(faulty_run), Path("reports/x/index.html"))
    assert lines[0] == "NOT CONFORMING"
    assert "11 fail" in lines[1]
    assert lines[2].startswith("  the server failed 20 times: ")
    assert len([line for line in lines[3:] if line.startswith("  ")]) == len(judge(faulty_run).causes)
    assert lines[-1] == "Report: reports/x/index.html"


def rows(lines: list[str], columns: int) -> int:
    """How many rows of a terminal the lines take."""
    return sum(max(1, -(-len(line) // columns)) for line in lines)


@pytest.mark.parametrize("columns", [80, 120, 160])
@pytest.mark.parametrize("word", ["fail", "error"])
def test_the_closing_lines_fit_a_screen(tmp_path: Path, columns: int, word: str) -> None:
    rules = [{"id": f"house.rule-{n}", "level": "should", "statement": "s"} for n in range(40)]
    items = [build.item(rule["id"], "office", "create") for rule in rules]
    events = [e for of in items for e in (of, build.finding(of, message="long " * 80 + "\x1b[31m"))]
    broken = build.item("house.broken", "office", "create")
    events += [broken, build.outcome(broken, word, reason="why " * 90), *(build.outcome(of, "fail") for of in items)]
    head = build.header(requirements=rules, deviations=[{"requirement": "x.y"}] if word == "fail" else [])
    run = read(build.write(tmp_path / "run", *build.small(*events, head=head)))
    old = read(build.write(tmp_path / "old", *build.small(head=build.header(profile="smoke"))))
    comparison = replace(compare(Judged(old, judge(old)), Judged(run, judge(run))), shapes=("shape " * 60,) * 40)
    lines = closing_lines(
        judge(run), Path("/home/someone/a/project/reports/20261123T202531Z/index.html"), comparison, columns
    )
    assert rows(lines, columns) < 24
    assert any(line.endswith("more causes") for line in lines)
    assert all("\x1b" not in line for line in lines)


def test_the_closing_lines_name_the_number_of_causes_that_they_leave_out(tmp_path: Path) -> None:
    items = [build.item(f"house.rule-{n}", "office", "create") for n in range(40)]
    events = [e for of in items for e in (of, build.finding(of), build.outcome(of, "fail"))]
    run = read(build.write(tmp_path / "run", *build.small(*events)))
    verdict = judge(run)
    assert "  and 25 more causes" in closing_lines(verdict, Path("index.html"))
    unproven = tuple(Unproven("office", f"act {n}", f"not tested: reason {n}") for n in range(9))
    unmet = left = tuple(f"line {n}" for n in range(9))
    crowded = replace(verdict, unproven=unproven, unmet=unmet, left=left, server_errors="the server failed once")
    comparison = replace(compare(Judged(run, verdict), Judged(run, verdict)), shapes=left)
    assert "  and 40 more causes" in closing_lines(crowded, Path("index.html"), comparison)


def test_a_5xx_is_on_the_first_screen_of_every_report_however_much_else_failed(tmp_path: Path) -> None:
    rules = [{"id": f"house.rule-{n}", "level": "must", "statement": "s", "damage": "data"} for n in range(40)]
    rules.append({"id": "house.mild", "level": "should", "statement": "s"})
    items = [build.item(rule["id"], "office", "create") for rule in rules]
    events = [e for of in items[:-1] for e in (of, build.finding(of, kind="lost"), build.outcome(of, "fail"))]
    crash = [build.exchange(n, items[-1], status=500) for n in range(1, 4)]
    unsaid = [build.exchange(4, items[0], status=502), build.exchange(5, items[0], status=501)]
    events += [items[-1], *crash, *unsaid, build.finding(items[-1], actual="500", n=1)]
    run = read(
        build.write(
            tmp_path / "run",
            *build.small(*events, build.outcome(items[-1], "fail"), head=build.header(requirements=rules)),
        )
    )
    verdict = judge(run)
    assert verdict.causes[-1].requirement == "house.mild"
    lines = closing_lines(verdict, Path("index.html"))
    assert lines[2] == "  the server failed 4 times: 500 to office create (3), 502 to office create"
    assert any("house.mild: Office create answers 500 to 3 of 5 requests" in line for line in lines[:24])
    told = render(run, verdict, "markdown")
    assert "**The server failed 4 times: 500 to office create (3), 502 to office create.**" in told
    assert "nswers 500 to 3 of 5 requests" in told
    first_screen = render(run, verdict, "html").partition('id="failures"')[0]
    assert "The server failed 4 times" in first_screen
    assert "nswers 500 to 3 of 5 requests" in first_screen


def test_an_unknown_method_and_a_limit_that_is_kept_are_no_failure_of_the_server(tmp_path: Path) -> None:
    of = build.item("create.answers-created", "office", "create")
    limited = build.exchange(2, of, status=503)
    limited["response"]["headers"].append(["Retry-After", "2"])
    events = build.small(of, build.exchange(1, of, status=501), limited, build.outcome(of))
    assert judge(read(build.write(tmp_path / "run", *events))).server_errors == ""


def test_the_closing_lines_say_why_nothing_was_judged(tmp_path: Path) -> None:
    one, two = build.item("create.answers-created", "office", "create"), build.item("read.answers-ok", "office", "read")
    broke = [one, two, build.outcome(one, "error", reason="the suite broke"), build.outcome(two)]
    run = read(build.write(tmp_path / "run", *build.small(*broke)))
    assert "  error: the suite broke (1 result)" in closing_lines(judge(run), Path("index.html"))
    stuck = [
        one,
        two,
        build.outcome(one, "blocked", reason="no office"),
        build.outcome(two, "blocked", reason="no office"),
    ]
    run = read(build.write(tmp_path / "other", *build.small(*stuck)))
    assert "  blocked: no office (2 results)" in closing_lines(judge(run), Path("index.html"))


def test_beside_a_failure_it_is_told_what_was_not_seen_to_work(tmp_path: Path) -> None:
    one, two = build.item("create.answers-created", "office", "create"), build.item("read.answers-ok", "office", "read")
    events = [one, two, build.finding(one), build.outcome(one, "fail")]
    events.append(build.outcome(two, "not tested", reason="a valid body was refused"))
    run = read(build.write(tmp_path / "run", *build.small(*events)))
    lines = closing_lines(judge(run), Path("index.html"))
    assert lines[0].startswith("NOT CONFORMING")
    assert "in part" not in lines[0]
    assert [line for line in lines if "not proven" in line] == [
        "  not proven: office read: not tested: a valid body was refused"
    ]


def test_what_was_blocked_without_a_failure_is_told(tmp_path: Path) -> None:
    one, two = build.item("create.answers-created", "office", "create"), build.item("read.answers-ok", "office", "read")
    ended = [one, two, build.outcome(one), build.outcome(two, "blocked", reason="set-up: no office")]
    run = read(build.write(tmp_path / "run", *build.small(*ended)))
    assert "  blocked: set-up: no office (1 result)" in closing_lines(judge(run), Path("index.html"))
    assert "- blocked: set-up: no office (1 result)" in render(run, judge(run), "markdown")


def test_the_closing_lines_tell_in_one_line_what_changed(faulty_run: RecordedRun, clean_run: RecordedRun) -> None:
    old, new = Judged(clean_run, judge(clean_run)), Judged(faulty_run, judge(faulty_run))
    lines = closing_lines(new.verdict, Path("index.html"), compare(old, new))
    assert lines[-2].startswith("Since 2026-11-23 20:25 UTC (conforming): 11 new failures")
    assert not any(line.startswith("Since") for line in closing_lines(new.verdict, Path("index.html")))


def test_what_clean_up_left_is_told_everywhere(clean_run: RecordedRun) -> None:
    assert clean_run.footer is not None
    left = tuple(f"office /offices/{n}: 409 (DELETE https://x.test/offices/{n})" for n in range(30))
    run = replace(clean_run, footer=replace(clean_run.footer, left=left))
    verdict = judge(run)
    assert json.loads(render(run, verdict, "json"))["left"] == list(left)
    text = render(run, verdict, "markdown")
    assert "## Left on the target" in text
    assert text.count("DELETE https") == 20
    assert "and 10 more" in text
    lines = closing_lines(verdict, Path("index.html"))
    assert sum("left on the target" in line for line in lines) == 3
    assert any("27 more left there" in line for line in lines)
    assert "DELETE https://x.test/offices/29" in render(run, verdict, "html")
