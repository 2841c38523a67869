"""SARIF, JUnit and the badge: what other tools read, held against their own grammars."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from tests.record import synthetic_run as build

from restproof.oracle.results import STALE
from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report import formats
from restproof.report.allure import STATUSES
from restproof.report.formats import render, render_files
from restproof.report.sarif import fingerprint
from restproof.report.story import see_again

FORMATS = Path(__file__).parent / "formats"
NASTY = "a \x00 \x1b[31m \ud800 \ufffe ]]> <b>&amp; \u202e {{7*7}} [x](javascript:1)"


def told(run: RecordedRun) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render(run, judge(run), "sarif"))
    return log


def results(run: RecordedRun) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(run)["runs"][0]["results"]
    return found


def nasty(folder: Path) -> RecordedRun:
    """A run in which every text of the server, and of the contract, is as bad as it can be."""
    of = build.item("input.type", "office", "create")
    other = build.item("read.is-safe", "office", "read")
    sample = build.case(of, 0, body={"name": NASTY})
    url = "http://[17/offices?page=2"
    sent = build.exchange(1, of, sample, url=url, sent={"name": NASTY}, got={"name": NASTY})
    found = build.finding(of, sample, 1, message=NASTY, expected=NASTY, actual=NASTY, kind=NASTY)
    broken = build.outcome(other, "error", reason=NASTY)
    head = build.header(target={"name": NASTY}, contract={"name": NASTY, "resources": {}, "file": "a b/ü.yaml"})
    path = build.write(
        folder / "run", *build.small(of, other, sample, sent, found, build.outcome(of, "fail"), broken, head=head)
    )
    return read(path)


# ----------------------------------------------------------------------------------------------------------- SARIF


def test_sarif_keeps_to_the_standard(faulty_run: RecordedRun, clean_run: RecordedRun, tmp_path: Path) -> None:
    schema = json.loads((FORMATS / "sarif-2.1.0-subset.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for run in (faulty_run, clean_run, nasty(tmp_path), replace(faulty_run, footer=None)):
        validator.validate(told(run))
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": []}]})


def test_each_failure_is_a_result_and_each_deviation_a_suppressed_one(faulty_run: RecordedRun) -> None:
    verdict = judge(faulty_run)
    found = results(faulty_run)
    assert len(found) == verdict.counts["fail"] + verdict.counts["deviation"]
    suppressed = [r for r in found if "suppressions" in r]
    assert len(suppressed) == verdict.counts["deviation"] == 1
    assert "planned with the new validator" in suppressed[0]["suppressions"][0]["justification"]


def test_each_result_has_its_rule_with_its_help(faulty_run: RecordedRun) -> None:
    rules = told(faulty_run)["runs"][0]["tool"]["driver"]["rules"]
    for result in results(faulty_run):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == rules[result["ruleIndex"]]["defaultConfiguration"]["level"]
    rule = next(r for r in rules if r["id"] == "delete.answers")
    assert rule["helpUri"] == "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.5"
    assert "Source: RFC 9110 §9.3.5" in rule["help"]["text"]
    assert next(r for r in rules if r["id"] == "error.names-field")["defaultConfiguration"] == {"level": "warning"}


def test_a_result_points_at_its_resource_in_the_contract(tmp_path: Path) -> None:
    of, whole = build.item("input.type", "office", "create"), build.item("auth.missing")
    contract = {"name": "c", "file": "contracts/c/contract.yaml", "lines": {"office": 17}}
    events = [e for i in (of, whole) for e in (i, build.finding(i), build.outcome(i, "fail"))]
    run = read(build.write(tmp_path / "run", *build.small(*events, head=build.header(contract=contract))))
    first, second = (r["locations"][0] for r in results(run))
    assert first["physicalLocation"] == {
        "artifactLocation": {"uri": "contracts/c/contract.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 17},
    }
    assert first["logicalLocations"][0]["fullyQualifiedName"] == "office.create"
    assert second["physicalLocation"]["region"] == {"startLine": 1}


def test_fingerprints_stay_from_run_to_run_and_tell_results_apart(faulty_run: RecordedRun) -> None:
    other = replace(faulty_run, header=replace(faulty_run.header, seed=9, started="2027-01-02T00:00:00Z"))
    prints = [r["partialFingerprints"]["restproofResult/v1"] for r in results(faulty_run)]
    assert len(set(prints)) == len(prints)
    assert set(prints) <= {r["partialFingerprints"]["restproofResult/v1"] for r in results(other)}
    # What viewers have stored must be found again: the recipe is part of the format.
    result = next(r for r in judge(faulty_run).results if r.item == "update.only-named[office-update]")
    assert fingerprint(result) == "5f10990f802de0e196e925e3cf8125b6"


def test_each_stale_deviation_has_a_fingerprint_of_its_own(tmp_path: Path) -> None:
    said = {"owner": "a", "reason": "b", "expires": "2027-01-01"}
    declared = [{"requirement": rule, **said, "field": f} for rule in ("x.one", "x.two") for f in (None, "name")]
    run = read(build.write(tmp_path / "run", *build.small(head=build.header(deviations=declared))))
    assert len({r["partialFingerprints"]["restproofResult/v1"] for r in results(run)}) == 4
    assert len({entry["fingerprint"] for entry in json.loads(render(run, judge(run), "gitlab"))}) == 4
    files = render_files(run, judge(run), "allure")
    assert len({json.loads(text)["historyId"] for name, text in files.items() if name.endswith("-result.json")}) == 4


def test_the_request_and_its_answer_travel_along_cut_short(tmp_path: Path) -> None:
    of = build.item("input.type", "office", "create")
    sample = build.case(of)
    sent = build.exchange(1, of, sample, sent={"a": 1}, got={"long": "x" * 5000}, status=500)
    events = build.small(of, sample, sent, build.finding(of, sample, 1), build.outcome(of, "fail"))
    (result,) = results(read(build.write(tmp_path / "run", *events)))
    assert result["webRequest"]["method"] == "POST"
    assert result["webRequest"]["headers"]["Authorization"] == "Bearer [redacted]"
    assert result["webResponse"]["statusCode"] == 500
    assert len(result["webResponse"]["body"]["text"]) == 1001


def test_an_error_of_the_suite_is_a_notification_and_no_result(tmp_path: Path) -> None:
    of = build.item("input.type", "office", "create")
    run = read(build.write(tmp_path / "run", *build.small(of, build.outcome(of, "error", reason="boom"))))
    (invocation,) = told(run)["runs"][0]["invocations"]
    assert results(run) == []
    assert invocation["executionSuccessful"] is False
    assert "boom" in invocation["toolExecutionNotifications"][0]["message"]["text"]


# ----------------------------------------------------------------------------------------------------------- JUnit


def test_junit_keeps_to_the_schema_of_jenkins(faulty_run: RecordedRun, clean_run: RecordedRun, tmp_path: Path) -> None:
    schema = xmlschema.XMLSchema(FORMATS / "junit-10.xsd")
    for run in (faulty_run, clean_run, nasty(tmp_path)):
        schema.validate(render(run, judge(run), "junit"))
    assert not schema.is_valid("<testsuites><testsuite name='x'/></testsuites>")


def test_a_failure_tells_the_rule_what_was_found_and_how_to_see_it_again(faulty_run: RecordedRun) -> None:
    root = ET.fromstring(render(faulty_run, judge(faulty_run), "junit"))
    case = next(c for c in root.iter("testcase") if c.attrib["name"] == "update.only-named[office-update]")
    assert (case.findtext("failure") or "").splitlines() == [
        "an update changes nothing that it does not name (must; RFC 5789 §2)",
        "update.only-named[office-update]#2: A partial update changes a field it did not name "
        '(expected "Springfield", got null)',
        "update.only-named[office-update]#3: A partial update changes a field it did not name "
        '(expected "Springfield", got null)',
        "See it again: restproof run contracts/procore --target staging --profile ci --seed 4711 "
        "--case 'update.only-named[office-update]'",
    ]


def test_what_is_seen_again_without_a_case_names_none(faulty_run: RecordedRun) -> None:
    result = next(r for r in judge(faulty_run).results if r.outcome == "fail")
    header = faulty_run.header
    traffic = replace(header, target=replace(header.target, kind="traffic"), selection={"traffic": "a day.har"})
    told = "See it again: restproof judge 'a day.har' --contract contracts/procore"
    assert see_again(replace(faulty_run, header=traffic), result) == told
    assert see_again(faulty_run, replace(result, requirement=STALE)) == ""


def test_a_skipped_testcase_says_its_outcome_once(faulty_run: RecordedRun) -> None:
    root = ET.fromstring(render(faulty_run, judge(faulty_run), "junit"))
    reasons = {e.attrib["message"] for e in root.iter("skipped")}
    assert "blocked: no shared rfi could be created" in reasons
    assert not any(reason.startswith("blocked: blocked") for reason in reasons)


# ----------------------------------------------------------------------------------------------------------- badge


def badge(run: RecordedRun) -> ET.Element:
    return ET.fromstring(render(run, judge(run), "badge"))


def test_the_badge_says_in_words_what_it_shows(faulty_run: RecordedRun, clean_run: RecordedRun) -> None:
    svg = "{http://www.w3.org/2000/svg}"
    for run, told in ((faulty_run, "not conforming, 1,011 pass, 11 fail"), (clean_run, "conforming, 348 pass")):
        root = badge(run)
        assert root.attrib["aria-label"] == f"restproof: {told}"
        assert root.findtext(f"{svg}title") == f"restproof: {told}"
        shown = [t.text for t in root.iter(f"{svg}text")]
        assert shown == ["restproof", told.replace(",", " ·", 1)]


def test_the_badge_of_a_narrowed_run_says_so(tmp_path: Path) -> None:
    of = build.item("create.answers-created", "office", "create")
    head = build.header(selection={"only": ["create"]})
    run = read(build.write(tmp_path / "run", *build.small(of, build.outcome(of), head=head)))
    assert badge(run).attrib["aria-label"] == "restproof: conforming (incomplete), 1 pass"


@pytest.mark.parametrize("format", [f.name for f in formats.FORMATS.values() if not f.folder])
def test_nothing_that_a_server_says_breaks_a_format(tmp_path: Path, format: str) -> None:
    run = nasty(tmp_path)
    text = render(run, judge(run), format)
    text.encode("utf-8")
    assert not {"\x00", "\x1b", "\u202e"} & set(text)


def test_annotations_are_commands_that_nothing_breaks_out_of(faulty_run: RecordedRun) -> None:
    verdict = judge(faulty_run)
    lines = render(faulty_run, verdict, "github").splitlines()
    assert all(re.fullmatch(r"::(error|warning|notice) [^:]*::.*", line) for line in lines)
    errors = [line for line in lines if line.startswith("::error ")]
    binding = [c for c in verdict.causes if c.level != "should"]
    assert len(errors) == min(len(binding), 10)
    assert binding[0].requirement in errors[0]
    assert lines[-1].startswith(f"::notice title=restproof::{verdict.verdict}: ")


def test_the_code_quality_report_has_an_entry_for_each_failure(faulty_run: RecordedRun) -> None:
    verdict = judge(faulty_run)
    entries = json.loads(render(faulty_run, verdict, "gitlab"))
    assert len(entries) == verdict.counts["fail"]
    assert len({e["fingerprint"] for e in entries}) == len(entries)
    for entry in entries:
        assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1


def test_a_spreadsheet_has_a_row_for_each_result_and_takes_none_for_a_formula(
    faulty_run: RecordedRun, tmp_path: Path
) -> None:
    verdict = judge(faulty_run)
    rows = list(csv.DictReader(render(faulty_run, verdict, "csv").splitlines()))
    assert [(r["requirement"], r["outcome"]) for r in rows] == [(r.requirement, r.outcome) for r in verdict.results]
    item = build.item("input.type", "office", "create")
    formula = build.outcome(item, "error", reason='=HYPERLINK("http://127.0.0.1","a, \n b")')
    run = read(build.write(tmp_path / "run", *build.small(item, formula)))
    (row,) = csv.DictReader(render(run, judge(run), "csv").splitlines())
    assert row["message"] == '\'=HYPERLINK("http://127.0.0.1","a, b")'


# ---------------------------------------------------------------------------------------------------------- Allure

KEYS = {"uuid", "historyId", "fullName", "name", "status", "stage", "start", "stop", "description", "labels", "links"}
"""Of Allure 2's TestResult (allure-model); ``statusDetails`` and ``attachments`` where there is something to say."""


def test_allure_gets_a_file_for_each_result_and_the_exchange_that_shows_a_failure(
    faulty_run: RecordedRun, tmp_path: Path
) -> None:
    for run in (faulty_run, nasty(tmp_path)):
        verdict = judge(run)
        files = render_files(run, verdict, "allure")
        found = {r["name"]: r for n, text in files.items() if n.endswith("-result.json") for r in [json.loads(text)]}
        named = [a["source"] for r in found.values() for a in r.get("attachments", ())]
        assert {"environment.properties", *(f"{r['uuid']}-result.json" for r in found.values()), *named} == set(files)
        assert len({r["historyId"] for r in found.values()}) == len(found) == len(verdict.results)
        for result in verdict.results:
            one = found[result.item]
            assert KEYS <= one.keys() <= KEYS | {"statusDetails", "attachments"}
            assert one["status"] == STATUSES[result.outcome]
            assert ("statusDetails" in one) == (result.outcome != "pass")
            assert one["start"] <= one["stop"]
            assert result.outcome != "fail" or not result.findings[0].exchange or one["attachments"]
        assert not re.search(r"[\x00\x1b\ud800\ufffe\u202e]", "".join(files.values()))
        for line in files["environment.properties"].splitlines():
            assert re.fullmatch(r"\w+=.*", line)


def test_a_result_is_known_again_in_the_next_run_and_its_file_is_another_one(faulty_run: RecordedRun) -> None:
    again = replace(faulty_run, header=replace(faulty_run.header, started="2026-11-23T23:00:00Z"))
    one, two = (
        [json.loads(text) for name, text in render_files(run, judge(run), "allure").items() if name.endswith(".json")]
        for run in (faulty_run, again)
    )
    assert [r["historyId"] for r in one] == [r["historyId"] for r in two]
    assert not {r["uuid"] for r in one} & {r["uuid"] for r in two}
