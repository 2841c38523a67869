"""How the tests of the report open a page in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 240_000
"""Milliseconds that a page may take for what is asked of it: a machine that is busy with other things is slow."""
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    with playwright.sync_playwright() as engine:
        found = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def opened(browser: Any, address: str, width: int = 1440, height: int = 900, script: str = "", **options: Any) -> Any:
    """A page of its own; ``script`` runs first. ``heard`` holds every request, dialog, console line and error."""
    page = browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(script)
    page.heard = []
    page.on("request", lambda request: page.heard.append(request.url))
    page.on("dialog", lambda dialog: (page.heard.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.on("popup", lambda popup: page.heard.append(popup.url))
    page.goto(address)
    return page
