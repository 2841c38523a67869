"""Writes the output that the README shows anew, by running its commands, and its example against its server.

python docs/readme_blocks.py
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- restproof (?P<command>[^>]+?) -->\n```\n)(?P<text>.*?)(```)", re.S)
EXAMPLE = re.compile(r"(<!-- examples/(?P<name>\w+) -->\n```\n)(?P<text>.*?)(```)", re.S)


def run_example(found: re.Match[str]) -> str:
    example = README.parent / "examples" / found["name"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(example / "server.py"), str(port)])
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(example, Path(folder) / "here")
            command = [sys.executable, "-m", "restproof", "run", "-q", "--target", f"http://127.0.0.1:{port}"]
            ended = subprocess.run(command, capture_output=True, text=True, cwd=Path(folder) / "here", check=False)
    finally:
        server.terminate()
        server.wait()
    return f"{found[1]}{ended.stdout.replace(f'{folder}/here/', '')}{found[4]}"


def rewritten(found: re.Match[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "restproof", *found["command"].split(), "-q"]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return f"{found[1]}{ended.stdout.replace(f'{folder}/', '')}{found[4]}"


def main() -> None:
    text = BLOCK.sub(rewritten, README.read_text(encoding="utf-8"))
    README.write_text(EXAMPLE.sub(run_example, text), encoding="utf-8")


if __name__ == "__main__":
    main()
