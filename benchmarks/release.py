"""What would be uploaded: python benchmarks/release.py FOLDER

Builds the sdist and the wheel twice, and compares them byte by byte; lets twine look at their metadata and
check-wheel-contents at what the wheel holds. Ends with 1 where anything is wrong. Nothing is uploaded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOMENT = "1700000000"
"""The time of every file in the archives (Unix time)."""


def built(folder: Path) -> dict[str, str]:
    """Build into ``folder``, anew; each file's name with its SHA-256."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": MOMENT}, stdout=subprocess.DEVNULL)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def main(folder: Path) -> int:
    first, second = built(folder / "first"), built(folder / "second")
    for name, digest in first.items():
        print(f"{digest}  {name}")
    if first != second:
        print("built again, they differ", file=sys.stderr)
        return 1
    files = [str(folder / "first" / name) for name in first]
    wheels = [name for name in files if name.endswith(".whl")]
    checks = (["twine", "check", "--strict", *files], ["check-wheel-contents", *wheels])
    return max(subprocess.run(check, check=False).returncode for check in checks)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
