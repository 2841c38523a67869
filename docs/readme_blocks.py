"""Writes the output that the README shows anew, by running its commands.

python docs/readme_blocks.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- restproof (?P<command>[^>]+?) -->\n```\n)(?P<text>.*?)(```)", re.S)


def rewritten(found: re.Match[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "restproof", *found["command"].split(), "-q"]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return f"{found[1]}{ended.stdout.replace(f'{folder}/', '')}{found[4]}"


def main() -> None:
    README.write_text(BLOCK.sub(rewritten, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
