"""The HTML report: complete, small, quick, and harmless whatever a server answered."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.record import synthetic_run as build

from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.formats import render
from restproof.report.write import write_all


class Page(HTMLParser):
    """What a browser would make of the page: its elements, ids, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.marked: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self._open.append(tag)
            self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._open:
            self.marked[-1] += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def html(faulty_run: RecordedRun) -> str:
    return render(faulty_run, judge(faulty_run), "html")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_first_thing_told_is_the_verdict(page: Page) -> None:
    text = page.text
    for fact in ("Not conforming", "Construction projects", "staging", "4711", "2026-11-23 20:25 UTC", "4,112"):
        assert fact in text
    assert text.index("11 results fail") < text.index("5 causes, worst first") < text.index("Resources and operations")
    assert "1 should" in text[text.index("Outcomes") : text.index("What is broken")]


def test_nothing_outside_the_page_is_asked_for(html: str, page: Page) -> None:
    assert not [a for t, a in page.tags if t in ("link", "img", "iframe", "object", "embed", "base")]
    assert all((a.get("href") or "").startswith("#") for a in page.all("a"))
    assert not [a for _, a in page.tags if "src" in a or "style" in a or any(name.startswith("on") for name in a)]
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_admits_exactly_the_style_and_the_script_of_the_page(html: str, page: Page) -> None:
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_what_a_hostile_server_says_stays_text(html: str, page: Page) -> None:
    assert [a.get("type") for a in page.all("script")].count(None) == 1
    assert "<img" not in html
    assert "onerror=alert(2)" in page.text
    assert "{{7*7}}" in page.text
    assert "\u202e" not in html
    assert "\\u202egnp.exe" in page.text


def test_the_offending_part_is_marked(page: Page) -> None:
    assert any('"city": null' in text for text in page.marked)
    assert "500 Internal Server Error" in page.marked


def test_a_failure_tells_how_to_see_it_again(page: Page) -> None:
    text = page.text
    assert "curl -i -X PATCH 'https://staging.example.com/rest/v1.0/offices/" in text
    assert "'Authorization: Bearer '\"$RESTPROOF_FULL\"" in text
    assert "--seed 4711 --case 'update.only-named[office-update]#2'" in text
    assert "suites/test_update.py::test_it[office-update]" in text


def test_the_nearest_case_that_passes_and_its_single_difference_are_told(page: Page) -> None:
    assert "The nearest case that passes" in page.text
    assert "/body/name" in page.text


def test_every_link_leads_somewhere_and_no_name_is_used_twice(page: Page) -> None:
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    missing = {a["href"] for a in page.all("a")} - {f"#{i}" for i in ids}
    assert not missing


def test_a_name_that_the_register_does_not_hold_is_no_link(tmp_path: Path) -> None:
    of = build.item("house.rule", "office", "create")
    rule = {"id": "house.rule", "level": "must", "statement": "s", "depends_on": ["gone.rule"]}
    head = build.header(requirements=[rule], deviations=[{"requirement": "other.rule"}])
    run = read(build.write(tmp_path / "run", *build.small(of, build.outcome(of), head=head)))
    page = Page(render(run, judge(run), "html"))
    assert "gone.rule" in page.text
    assert {a["href"] for a in page.all("a")} <= {f"#{a['id']}" for _, a in page.tags if a.get("id")}


def test_every_requirement_of_the_register_is_there(page: Page, faulty_run: RecordedRun) -> None:
    for requirement in faulty_run.requirements:
        assert requirement in page.text
    assert "needs more than one connection at a time" in page.text


def test_a_conforming_run_says_that_nothing_failed(clean_run: RecordedRun) -> None:
    text = Page(render(clean_run, judge(clean_run), "html")).text
    assert "Conforming" in text
    assert "Nothing failed." in text


def test_a_usual_run_is_told_in_a_second_and_a_megabyte(faulty: Path, tmp_path: Path) -> None:
    best = 60.0
    for _ in range(2):
        began = time.process_time()
        write_all(faulty, tmp_path)
        best = min(best, time.process_time() - began)
    assert (tmp_path / "index.html").stat().st_size < 1_000_000
    # 0.6 s on the machine it was written on; the promise is one second.
    assert best < 2


def test_a_run_where_everything_fails_stays_readable(tmp_path: Path) -> None:
    events = []
    body = {"items": [{"name": "x" * 40, "n": n} for n in range(100)]}
    for number in range(400):
        of = build.item(f"house.rule-{number}", "office", "create")
        sample = build.case(of, body=body)
        events += [of, sample, build.exchange(number, of, sample, sent=body, got=body, status=500)]
        events += [build.finding(of, sample, number), build.outcome(of, "fail")]
    run = read(build.write(tmp_path / "run", *build.small(*events)))
    html = render(run, judge(run), "html")
    assert len(html) < 1_600_000
    assert "in the run file" in html
    assert "house.rule-399" in html


def test_an_empty_run_and_a_run_without_footer_are_told(tmp_path: Path) -> None:
    run = read(build.write(tmp_path / "run", build.header(contract={"name": "bare"}, requirements=[])), partial=True)
    text = Page(render(run, judge(run), "html")).text
    assert "Not judged" in text
    assert "ended without its footer" in text


def test_a_rule_about_the_whole_server_has_its_own_row(tmp_path: Path) -> None:
    of = build.item("protocol.date")
    run = read(build.write(tmp_path / "run", *build.small(of, build.finding(of), build.outcome(of, "fail"))))
    page = Page(render(run, judge(run), "html"))
    assert any(a.get("href") == "#at-server-any" for a in page.all("a"))


def test_an_exchange_that_ended_in_an_error_is_told(tmp_path: Path) -> None:
    of = build.item("input.type", "office", "create")
    sample = build.case(of)
    sent = build.exchange(1, of, sample, response=None, error="timeout", sent={"a": 1})
    run = read(
        build.write(
            tmp_path / "run", *build.small(of, sample, sent, build.finding(of, sample, 1), build.outcome(of, "fail"))
        )
    )
    assert "timeout" in Page(render(run, judge(run), "html")).text


def test_json_in_the_page_is_what_was_sent(faulty_run: RecordedRun, page: Page) -> None:
    exchange = next(e for e in faulty_run.exchanges if e.response and e.response.status == 500)
    assert isinstance(exchange.request.body, str)
    name = next(iter(json.loads(exchange.request.body)))
    assert f'"{name}"' in page.text
