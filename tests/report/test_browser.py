"""The HTML report as a browser shows it: accessible, on a phone too, and without asking for anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic_run as build

from restproof.oracle.verdict import judge
from restproof.report.write import render
from restproof.run.reader import read

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_core_python.sync_playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("page")
    run = read(build.write(folder / "run.jsonl.gz", *build.realistic(repeats=1, per_item=3)))
    (folder / "index.html").write_text(render(run, judge(run), "html"), encoding="utf-8")
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        found = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def opened(browser: Any, address: str, width: int = 1440, height: int = 900, **options: Any) -> Any:
    page = browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
    page.heard = []
    page.on("request", lambda request: page.heard.append(request.url))
    page.on("dialog", lambda dialog: page.heard.append(dialog.message))
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.goto(address)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_folded_and_unfolded(browser: Any, address: str, scheme: str) -> None:
    page = opened(browser, address, color_scheme=scheme)
    for _ in range(2):
        found = axe.Axe().run(page)["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        page.evaluate(UNFOLD)


def test_a_hostile_body_runs_nothing_and_fetches_nothing(browser: Any, address: str) -> None:
    page = opened(browser, address)
    page.evaluate(UNFOLD)
    assert page.heard == [address]


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_the_page_never_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    page = opened(browser, address, width)
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_screen_tells_verdict_outcomes_statuses_and_the_whole_matrix(browser: Any, address: str) -> None:
    page = opened(browser, address)
    for part in ("#verdict", ".facts", ".tally", ".statuses", ".matrix"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 900


def test_without_javascript_everything_is_there_and_unfolds(browser: Any, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    assert not page.locator("#search").is_visible()
    cause = page.locator(".cause").nth(1)
    cause.locator("summary").first.click()
    assert cause.locator("mark").first.is_visible()


def test_search_and_chips_narrow_the_page_and_are_kept_in_the_address(browser: Any, address: str) -> None:
    page = opened(browser, address)
    page.click(".chip.f")
    assert page.locator(".req:visible").count() == 5
    page.press("body", "/")
    page.keyboard.type("only-named")
    playwright.expect(page.locator(".req:visible")).to_have_count(1)
    again = opened(browser, page.url)
    assert again.locator(".req:visible").count() == 1
    assert again.locator("#search").input_value() == "only-named"


def test_a_cell_of_the_matrix_leads_to_what_is_behind_it(browser: Any, address: str) -> None:
    page = opened(browser, address)
    page.click(".matrix a[href='#at-office-update']")
    assert page.locator("#at-office-update .tokens").is_visible()
    page.click("#at-office-update li a")
    assert page.locator("#r-update\\.only-named .telling").is_visible()


def test_the_theme_can_be_switched(browser: Any, address: str) -> None:
    page = opened(browser, address, color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
