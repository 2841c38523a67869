"""Makes the pictures of the documentation, of the report of a faulty sandbox: the first screen, a cause, and what was
covered, in the dark.

    python docs/picture.py

Needs Chromium on the path.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FAULTS = ("update-resets-unnamed", "coerces-integers")
HERE = Path(__file__).parent
SIZE = {"width": 1440, "height": 900}


def first(page: Page) -> None:
    page.evaluate("scrollTo(0, 0)")


def cause(page: Page) -> None:
    page.evaluate("document.querySelector('.cause').scrollIntoView()")


def covered(page: Page) -> None:
    page.evaluate("document.querySelector('#coverage').scrollIntoView()")


PICTURES = {"report": (first, "light"), "report-cause": (cause, "light"), "report-coverage": (covered, "dark")}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        faults = [f"--fault={name}" for name in FAULTS]
        command = [sys.executable, "-m", "restproof", "run", "-q", "--out", folder, *faults]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        for name, (show, scheme) in PICTURES.items():
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto((Path(folder) / "index.html").as_uri())
            show(page)
            page.wait_for_timeout(300)  # until what comes into view is drawn
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
