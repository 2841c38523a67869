"""What is told of more than one run: a comparison, a matrix, a trend; as text, Markdown, JSON and pages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from tests.record import synthetic_run as build

from restproof.compare.diff import Comparison, Judged, compare
from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun, Target
from restproof.record.reader import read
from restproof.report.changes import (
    counted,
    one_line,
    render_json_changes,
    render_markdown_changes,
    render_text,
)
from restproof.report.markdown import render_markdown
from restproof.report.matrix import Matrix, matrix, render_matrix_json, render_matrix_markdown
from restproof.report.sheets import render_changes_html, render_matrix_html, render_trend_html
from restproof.report.trend import Series, point, render_trend_json, render_trend_markdown, series

DRIFT = ("office read 200: /city is <b>new</b>\nNo regression",)


def of(run: RecordedRun) -> Judged:
    return Judged(run, judge(run))


@pytest.fixture(scope="module")
def broke(clean_run: RecordedRun, faulty_run: RecordedRun) -> Comparison:
    return compare(of(clean_run), of(faulty_run))


@pytest.fixture(scope="module")
def mended(clean_run: RecordedRun, faulty_run: RecordedRun) -> Comparison:
    return compare(of(faulty_run), of(clean_run))


@pytest.fixture(scope="module")
def three(clean_run: RecordedRun, faulty_run: RecordedRun) -> Matrix:
    production = replace(faulty_run, header=replace(faulty_run.header, target=Target("production")))
    return matrix([of(clean_run), of(faulty_run), of(production)], ["monday", "tuesday", "tuesday"])


@pytest.fixture(scope="module")
def found(clean_run: RecordedRun, faulty_run: RecordedRun) -> tuple[Series, ...]:
    later = replace(faulty_run, header=replace(faulty_run.header, started="2026-11-24T20:00:00Z"))
    other = replace(clean_run, header=replace(clean_run.header, target=Target("production")))
    return series([point("b", of(later)), point("a", of(clean_run)), point("c", of(other))])


# ------------------------------------------------------------------------------------------------------ comparison


def test_a_comparison_begins_with_whether_it_is_a_regression(broke: Comparison, mended: Comparison) -> None:
    assert render_text(broke).startswith("REGRESSION\n11 new failures, ")
    assert render_text(mended).startswith("No regression\n12 fixed, ")
    assert render_markdown_changes(broke).startswith("# ❌ Construction projects: regression\n")
    assert render_markdown_changes(mended).startswith("# ✅ Construction projects: no regression\n")


def test_changes_are_told_by_rule_with_their_places(broke: Comparison) -> None:
    text = render_text(broke)
    assert "  must   update.only-named: office update, department update\n" in text
    assert "         A partial update changes a field it did not name\n" in text
    assert "  must   read.is-safe (pass → blocked): rfi read\n" in text


def test_a_comparison_with_itself_says_that_nothing_changed(clean_run: RecordedRun) -> None:
    assert counted(compare(of(clean_run), of(clean_run))) == "nothing changed"


def test_the_line_for_a_terminal_names_the_other_run_and_what_is_not_the_same(
    clean_run: RecordedRun, faulty_run: RecordedRun
) -> None:
    other = replace(faulty_run, header=replace(faulty_run.header, seed=1, profile="deep"))
    line = one_line(compare(of(clean_run), of(other)))
    assert line.startswith("Since 2026-11-23 20:25 UTC (conforming): 11 new failures, ")
    assert line.endswith("; not the same profile, seed")
    assert "\n" not in line


def test_long_lists_are_cut_and_say_so(tmp_path: Path, clean_run: RecordedRun) -> None:
    rules = [{"id": f"house.rule-{n}", "level": "must", "statement": "s"} for n in range(40)]
    items = [build.item(f"house.rule-{n}", "office", "create") for n in range(40)]

    def ended(word: str) -> Judged:
        events = [e for i in items for e in (i, build.outcome(i, word))]
        head = build.header(requirements=rules)
        return of(read(build.write(tmp_path / word.replace(" ", "-"), *build.small(*events, head=head))))

    lost = compare(ended("pass"), ended("not tested"))
    assert "  and 28 more rules: see --format json\n" in render_text(lost)
    assert "- … and 28 more rules\n" in render_markdown_changes(lost)
    broken = compare(ended("pass"), ended("fail"))
    assert render_text(broken).count("house.rule-") == 40


def test_the_json_of_a_comparison_keeps_its_published_schema(broke: Comparison, mended: Comparison) -> None:
    schema = json.loads(resources.files("restproof.report").joinpath("comparison.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for comparison in (broke, mended):
        document = json.loads(render_json_changes(replace(comparison, shapes=DRIFT)))
        jsonschema.validate(document, schema)
        assert set(document) == set(schema["required"])
        assert document["regression"] == comparison.regression
    assert len(json.loads(render_json_changes(broke))["new_failures"]) == 11


def test_a_line_of_the_server_cannot_pass_for_a_line_of_the_comparison(broke: Comparison) -> None:
    drifted = replace(broke, shapes=DRIFT)
    assert "/city is <b>new</b> No regression\n" in render_text(drifted)
    assert "\nNo regression" not in render_markdown_changes(drifted)


# --------------------------------------------------------------------------------------------------------- summary


def test_the_summary_of_a_run_tells_what_changed(faulty_run: RecordedRun, broke: Comparison) -> None:
    text = render_markdown(faulty_run, judge(faulty_run), broke)
    assert text.index("causes of failure") < text.index("## Since 2026-11-23 20:25 UTC")
    assert "11 new failures" in text
    assert "## Since" not in render_markdown(faulty_run, judge(faulty_run))


def test_the_summary_links_to_the_report_and_to_the_clauses(faulty_run: RecordedRun) -> None:
    text = render_markdown(faulty_run, judge(faulty_run), page="https://ci.example.com/a b/index.html")
    assert "(https://ci.example.com/a%20b/index.html)" in text
    assert "[update.only-named](https://ci.example.com/a%20b/index.html#r-update.only-named)" in text
    assert "[RFC 5789 §2](https://www.rfc-editor.org/rfc/rfc5789#section-2)" in text


def test_the_summary_of_a_run_where_everything_fails_is_short(tmp_path: Path, clean_run: RecordedRun) -> None:
    rules = [{"id": f"house.rule-{n}", "level": "must", "statement": "s"} for n in range(400)]
    items = [build.item(f"house.rule-{n}", "office", "create") for n in range(400)]
    events = [e for i in items for e in (i, build.finding(i, message="x" * 3000), build.outcome(i, "fail"))]
    run = read(build.write(tmp_path / "run", *build.small(*events, head=build.header(requirements=rules))))
    text = render_markdown(run, judge(run), compare(of(clean_run), of(run)))
    assert len(text.splitlines()) <= 100
    assert len(text.encode()) < 200_000


# ---------------------------------------------------------------------------------------------------------- matrix


def test_runs_of_one_target_are_told_apart_by_their_folder(three: Matrix) -> None:
    assert [c.name for c in three.columns] == ["staging monday", "staging tuesday", "production"]


def test_rules_stand_where_the_runs_differ_first(
    three: Matrix, clean_run: RecordedRun, faulty_run: RecordedRun
) -> None:
    row = three.differing[0]
    assert (row.level, row.worst) == ("must", "fail")
    assert [cell and cell.worst for cell in row.cells] == ["pass", "fail", "fail"]
    same = matrix([of(faulty_run), of(faulty_run)], ["a", "b"])
    assert same.differing == ()
    assert {r.worst for r in same.troubled} == {"fail", "blocked", "not tested"}
    assert {r.worst for r in matrix([of(clean_run)] * 2, ["a", "b"]).quiet} == {"pass", "not applicable"}


def test_a_cell_counts_its_results(three: Matrix) -> None:
    row = next(r for r in three.rows if r.requirement == "input.type")
    cell = row.cells[1]
    assert cell is not None
    assert (cell.worst, cell.number, cell.of) == ("fail", 6, 34)
    assert dict(cell.counts) == {"fail": 6, "blocked": 1, "pass": 27}


def test_a_rule_that_one_run_does_not_know_is_absent_there(tmp_path: Path, clean_run: RecordedRun) -> None:
    it = build.item("house.rule", "office", "create")
    rule = {"id": "house.rule", "level": "must", "statement": "s"}
    head = build.header(requirements=[rule], contract={"name": "other"})
    run = read(build.write(tmp_path / "run", *build.small(it, build.outcome(it), head=head)))
    both = matrix([of(clean_run), of(run)], ["a", "b"])
    row = next(r for r in both.rows if r.requirement == "house.rule")
    assert row.cells[0] is None
    assert both.contracts == ("procore", "other")
    assert "different contracts" in render_matrix_markdown(both)
    assert "different contracts" in render_matrix_html(both)


def test_the_matrix_as_markdown_and_json(three: Matrix) -> None:
    text = render_matrix_markdown(three)
    assert "| `update.only-named` | must | ✅ 7/7 pass | ❌ 2/7 fail | ❌ 2/7 fail |" in text
    document = json.loads(render_matrix_json(three))
    assert [r["verdict"] for r in document["runs"]] == ["conforming", "not conforming", "not conforming"]
    assert len(document["requirements"]) == len(three.rows)
    assert all(len(r["results"]) == 3 for r in document["requirements"])


# ----------------------------------------------------------------------------------------------------------- trend


def test_a_trend_has_a_series_for_each_contract_and_target_the_oldest_run_first(found: tuple[Series, ...]) -> None:
    assert [(s.target, [p.name for p in s.points]) for s in found] == [("staging", ["a", "b"]), ("production", ["c"])]


def test_a_point_tells_verdict_counts_requests_and_the_median_answer(found: tuple[Series, ...]) -> None:
    last = found[0].points[-1]
    assert (last.verdict, last.counts["fail"], last.requests, last.latency_ms) == ("not conforming", 11, 4112, 3.1)


def test_the_trend_as_markdown_and_json(found: tuple[Series, ...]) -> None:
    text = render_trend_markdown(found, ["bad: it was cut"])
    assert "# procore on staging: 2 runs" in text
    assert "| 2026-11-24 20:00 UTC | ❌ not conforming | 11 | 0 | 1 | 1,011 | 4,112 | 39 s | 3.1 ms | `b` |" in text
    assert "- Not read: bad: it was cut" in text
    document = json.loads(render_trend_json(found))
    assert [p["name"] for p in document["series"][0]["runs"]] == ["a", "b"]


def test_a_run_without_answers_has_no_median(tmp_path: Path) -> None:
    run = read(build.write(tmp_path / "run", *build.small()))
    lone = series([point("x", of(run))])
    assert lone[0].points[0].latency_ms is None
    assert "| – | `x` |" in render_trend_markdown(lone)
    assert "<svg" in render_trend_html(lone)


# ----------------------------------------------------------------------------------------------------------- pages


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def pages(broke: Comparison, three: Matrix, found: tuple[Series, ...]) -> list[str]:
    return [
        render_changes_html(replace(broke, shapes=DRIFT)),
        render_matrix_html(three),
        render_trend_html(found, ["<img src=x onerror=alert(3)>: cut"]),
    ]


def test_the_pages_run_nothing_and_ask_for_nothing(pages: list[str]) -> None:
    for page in pages:
        tags = Tags(page).tags
        assert not {"script", "link", "img", "iframe", "object", "base"} & {tag for tag, _ in tags}
        assert all((a.get("href") or "#").startswith("#") for _, a in tags)
        assert not [a for _, a in tags if "src" in a or "style" in a or any(name.startswith("on") for name in a)]
        assert "url(" not in page
        assert "\u202e" not in page


def test_the_policy_of_each_page_admits_its_style_and_nothing_else(pages: list[str]) -> None:
    for page in pages:
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = next(a["content"] for t, a in Tags(page).tags if t == "meta" and "http-equiv" in a)
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_page_of_a_comparison_tells_what_is_not_the_same(clean_run: RecordedRun, faulty_run: RecordedRun) -> None:
    other = replace(faulty_run, header=replace(faulty_run.header, seed=1))
    page = render_changes_html(compare(of(clean_run), of(other)))
    assert "Not the same in both runs" in page
    assert "4711 → 1" in page
    same = render_changes_html(compare(of(clean_run), of(clean_run)))
    assert "No result has changed." in same
    assert "Not the same" not in same


def test_a_chart_says_in_words_what_it_shows(found: tuple[Series, ...]) -> None:
    page = render_trend_html(found)
    assert 'aria-label="Results by outcome in 2 runs; the last is not conforming, 11 fail"' in page
    assert "<title>2026-11-24 20:00 UTC, not conforming: 11 fail</title>" in page
    assert 'aria-label="Median answer in 2 runs: at most 3.1 ms, 3.1 ms in the last"' in page
