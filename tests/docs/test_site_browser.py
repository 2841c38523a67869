"""The built site in Chromium: each link leads somewhere, the search finds, a block of code fits and is copied whole."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.report.chromium import CHROMIUM, browser, opened

SITE = Path(os.environ.get("SITE", ""))
PAGES = sorted(str(p.parent.relative_to(SITE)) for p in SITE.rglob("index.html")) if "SITE" in os.environ else ["."]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("SITE" not in os.environ, reason="tox -e docs builds it"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site's address: its search needs a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(SITE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


ANCHORS = """() => [...document.querySelectorAll('a[href]')].map(a => a.href)"""
IDS = """() => [...document.querySelectorAll('[id], a[name]')].map(e => e.id || e.name)"""


def test_every_link_leads_to_a_place_of_the_site(site: str, chromium: Any) -> None:
    """And each page asks nothing of others, and has nothing to complain of."""
    page = opened(chromium, site)
    leads: dict[str, set[str]] = {}
    places: dict[str, set[str]] = {}
    for name in PAGES:
        address = site if name == "." else f"{site}{name}/"
        page.goto(address)
        leads[address] = set(page.evaluate(ANCHORS))
        places[address] = set(page.evaluate(IDS))
    assert [said for said in page.heard if not said.startswith((site, "data:"))] == []
    for address, found in leads.items():
        for link in found:
            there, _, fragment = link.partition("#")
            if not link.startswith(site):
                assert link.startswith("https://"), (address, link)
            elif there in places:
                assert not fragment or fragment in places[there], (address, link)
            else:
                assert (SITE / there.removeprefix(site)).is_file(), (address, link)


def test_the_search_finds_and_leads_there(site: str, chromium: Any) -> None:
    page = opened(chromium, site)
    page.locator(".md-search__input").first.click()
    page.keyboard.type("not_applicable")
    result = page.locator(".md-search-result__link", has_text="Hooks").first
    result.wait_for()
    result.click()
    page.wait_for_url("**/hooks/**")
    assert "not_applicable" in page.locator("article").inner_text()


@pytest.mark.parametrize("name", ["hooks", "contract", "tutorial"])
def test_code_fits_a_phone_and_is_copied_whole(site: str, chromium: Any, name: str) -> None:
    page = opened(chromium, f"{site}{name}/", 375, 700, permissions=["clipboard-read", "clipboard-write"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    block = page.locator("div.highlight", has=page.locator("code")).first
    text = block.locator("code").inner_text()
    block.locator("button.md-clipboard, .md-code__button").first.click()
    page.wait_for_function("() => navigator.clipboard.readText().then(t => t.length > 0)")
    assert page.evaluate("navigator.clipboard.readText()").strip() == text.strip()
