"""Makes the pictures of the documentation: the first screen of the report of a faulty sandbox.

    python docs/picture.py

Needs Chromium on the path.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FAULTS = ("update-resets-unnamed", "coerces-integers")
HERE = Path(__file__).parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        faults = [f"--fault={name}" for name in FAULTS]
        command = [sys.executable, "-m", "restproof", "run", "-q", "--out", folder, *faults]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *(f"--user-data-dir={folder}/profile", f"--screenshot={HERE / 'report.png'}", "--window-size=1440,900"),
                f"file://{folder}/index.html",
            ],
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    main()
