"""The pages about more than one run as a browser shows them: accessible, on a phone too, asking for nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.compare.diff import Judged, compare
from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.report.matrix import matrix
from restproof.report.sheets import render_changes_html, render_matrix_html, render_trend_html
from restproof.report.trend import point, series

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_core_python.sync_playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGES = ("changes", "matrix", "trend")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, clean_run: RecordedRun, faulty_run: RecordedRun) -> Path:
    made: Path = tmp_path_factory.mktemp("sheets")
    old, new = Judged(clean_run, judge(clean_run)), Judged(faulty_run, judge(faulty_run))
    comparison = replace(compare(old, new), shapes=("office read 200: <script>alert(1)</script>",))
    hostile = "<img src=x onerror=alert(2)>"
    texts = {
        "changes": render_changes_html(comparison),
        "matrix": render_matrix_html(matrix([old, new, new], ["a", "b", hostile])),
        "trend": render_trend_html(series([point("a", old), point(hostile, new)]), [f"{hostile}: cut"]),
    }
    for name, text in texts.items():
        (made / f"{name}.html").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        found = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_accessible_runs_nothing_and_fits_a_phone(
    browser: Any, folder: Path, name: str, scheme: str
) -> None:
    page = browser.new_context(viewport={"width": 375, "height": 700}, color_scheme=scheme).new_page()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    address = (folder / f"{name}.html").as_uri()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert heard == [address]
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert [(v["id"], v["nodes"][0]["html"]) for v in axe.Axe().run(page)["violations"]] == []
