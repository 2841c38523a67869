"""The HTML report as a browser shows it: accessible, on a phone too, by keyboard, on paper, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build
from tests.record.realistic_run import only, realistic, surfaced
from tests.report import chromium
from tests.report.chromium import UNFOLD, opened, playwright

from restproof.compare.diff import Judged, compare
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.report.formats import render

axe = pytest.importorskip("axe_core_python.sync_playwright")
expect = playwright.expect

SHOWN = ("company", "office", "department", "program", "project_type")
"""Enough resources for every section and outcome of the page; axe looks at each element of it."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(chromium.CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a faulty run that is compared with a good one, with throttling and all its sections."""
    folder: Path = tmp_path_factory.mktemp("page")
    good = read(build.write(folder / "good", *only(SHOWN, realistic(repeats=1, per_item=3, faults=False))))
    *events, footer = surfaced(only(SHOWN, realistic(repeats=1, per_item=3)))
    wait = {"event": "note", "kind": "throttle", "message": "429: waited 0.4 s", "started": 1.5}
    run = read(build.write(folder / "run.jsonl.gz", *events, wait, footer))
    comparison = compare(Judged(good, judge(good)), Judged(run, judge(run)))
    (folder / "index.html").write_text(render(run, judge(run), "html", comparison), encoding="utf-8")
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium.browser() as found:
        yield found


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page = opened(browser, address)
    yield page
    page.context.close()


@pytest.mark.parametrize(("scheme", "asked"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_the_page_is_accessible_with_all_of_it_unfolded(
    browser: Any, address: str, scheme: str, asked: Mapping[str, Any]
) -> None:
    """The dark scheme has other colours, and nothing else of its own."""
    page = opened(browser, address, color_scheme=scheme)
    page.evaluate(UNFOLD)
    page.locator("#exchanges").scroll_into_view_if_needed()
    page.locator("#cases .case > summary").first.click()
    expect(page.locator("#cases .shot").first).to_be_visible()
    found = axe.Axe().run(page, options={"resultTypes": ["violations"], **asked})["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []


@pytest.mark.parametrize("width", [375, 1100, 1200])
def test_what_is_said_of_the_run_stays_in_its_card(browser: Any, address: str, width: int) -> None:
    page = opened(browser, address, width)
    page.evaluate("document.querySelector('.facts .wide dd').firstChild.data = 'A title of many words '.repeat(5)")
    facts = page.locator(".facts")
    room, held = (facts.evaluate(f"node => node.{of}Width") for of in ("client", "scroll"))
    assert held <= room
    card = facts.evaluate("node => node.closest('section').getBoundingClientRect().right")
    assert facts.evaluate("node => node.getBoundingClientRect().right") <= card


@pytest.mark.parametrize("width", [375, 768])
def test_the_page_never_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    page = opened(browser, address, width)
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_screen_tells_verdict_changes_outcomes_causes_and_the_whole_matrix(page: Any) -> None:
    for part in ("#verdict", ".facts", ".since", ".tally", ".broken", ".matrix"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 900
        assert box["x"] + box["width"] <= 1440


def test_what_changed_since_the_earlier_run_opens_on_the_first_screen(page: Any) -> None:
    page.click(".delta.new summary")
    expect(page.locator(".delta.new li").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".delta.new li").first).not_to_be_visible()


def test_without_javascript_verdict_matrix_and_failures_are_there_and_unfold(browser: Any, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    for part in ("#verdict", ".matrix", ".broken", ".cause mark"):
        expect(page.locator(part).first).to_be_visible()
    expect(page.locator("#search")).not_to_be_visible()
    cause = page.locator(".cause").nth(1)
    cause.locator("summary").first.click()
    expect(cause.locator("mark").first).to_be_visible()
    expect(page.get_by_text("need JavaScript")).to_be_visible()


def test_search_chips_and_what_is_open_are_kept_in_the_address(browser: Any, page: Any) -> None:
    page.click(".chip.f")
    expect(page.locator(".req:visible")).to_have_count(5)
    page.keyboard.press("/")
    page.keyboard.type("only-named")
    expect(page.locator(".req:visible")).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("2 of 25 shown")
    page.click(".req:visible > summary")
    page.wait_for_url(lambda url: "q=only-named&" in url and "at=" in url)
    again = opened(browser, page.url)
    expect(again.locator(".req:visible")).to_have_count(1)
    expect(again.locator("#search")).to_have_value("only-named")
    expect(again.locator(".chip.f")).to_have_attribute("aria-pressed", "true")
    expect(again.locator("#r-update\\.only-named .telling")).to_be_visible()
    again.keyboard.press("Escape")
    expect(again.locator(".req:visible")).to_have_count(19)


def test_a_link_to_one_failure_opens_it(browser: Any, address: str, page: Any) -> None:
    name = page.locator(".cause").nth(2).get_attribute("id")
    told_late = "ResizeObserver = class { observe() {} }"
    linked = opened(browser, f"{address}#{name}", script=told_late)
    expect(linked.locator(".cause").nth(2).locator(".statement")).to_be_visible()
    filters, cause = (at.bounding_box() for at in (linked.locator(".filters"), linked.locator(".cause").nth(2)))
    assert cause["y"] >= filters["y"] + filters["height"]
    linked.wait_for_url(f"{address}#{name}")


def test_failed_only_leaves_the_failures(page: Any) -> None:
    page.keyboard.press("f")
    expect(page.locator("#failed")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".req:visible")).to_have_count(5)
    page.click("#clear")
    expect(page.locator(".req:visible")).to_have_count(19)


def test_new_failures_can_be_told_from_those_that_still_fail(page: Any) -> None:
    page.get_by_role("button", name="still failing").click()
    expect(page.locator(".cause:visible")).to_have_count(0)
    page.get_by_role("button", name="new failing").click()
    expect(page.locator(".cause:visible")).to_have_count(5)


def test_the_page_can_be_walked_by_keyboard(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator(".cause").nth(1)
    assert second.locator("summary").first.evaluate("e => e === document.activeElement")
    page.keyboard.press("ArrowRight")
    expect(second.locator(".statement")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(second.locator(".statement")).not_to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("every case kept the rule")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("every case kept the rule")).not_to_be_visible()


def test_a_cell_of_the_matrix_leads_to_what_is_behind_it(page: Any) -> None:
    page.focus(".matrix a[href='#at-office-read']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#at-office-update .tokens")).to_be_visible()
    page.click("#at-office-update li a")
    expect(page.locator(".cause[id^='f-update.only-named'] .statement")).to_be_visible()


def test_the_other_failing_cases_of_a_cause_unpack_beside_it(page: Any) -> None:
    cause = page.locator(".cause[id^='f-update.only-named']")
    cause.evaluate("e => e.open = true")
    cause.locator(".further summary").first.click()
    cause.locator(".case > summary").first.click()
    expect(cause.locator(".case mark").first).to_have_text('"city": null,')
    assert cause.locator(".case .again dt").all_text_contents() == ["curl", "again", "pytest", "link"]


def test_an_exchange_is_found_and_its_case_can_be_linked_to(browser: Any, page: Any) -> None:
    page.fill("#search", "delete.is-gone[office-delete]#2")
    expect(page.locator("#cases .case")).to_have_count(1)
    page.click("#cases .case > summary")
    link = page.locator("#cases .again div").last.locator("code").inner_text()
    linked = opened(browser, link)
    expect(linked.locator("#cases .case[open] .shot")).to_have_count(1)
    assert "</script>" in linked.locator("#cases pre").last.inner_text()


def test_what_reproduces_a_failure_is_copied(browser: Any, address: str) -> None:
    page = opened(browser, address, permissions=["clipboard-read", "clipboard-write"])
    lines = page.locator(".cause[open] .again > div")
    assert lines.locator("dt").all_text_contents() == ["curl", "again", "pytest", "seed"]
    for number in range(lines.count()):
        line = lines.nth(number)
        line.locator("button").click()
        expect(line.locator("button")).to_have_text("copied")
        assert page.evaluate("navigator.clipboard.readText()") == line.locator("code").inner_text()


def test_on_paper_every_cause_is_unfolded_and_no_button_is_left(page: Any) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(page.locator(".cause .statement").nth(n).is_visible() for n in range(5))
    for gone in (".bar", ".filters", ".again button", "#exchanges"):
        expect(page.locator(gone).first).not_to_be_visible()
    assert page.pdf(format="A4")[:4] == b"%PDF"


def test_the_theme_can_be_switched(browser: Any, address: str) -> None:
    page = opened(browser, address, color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
