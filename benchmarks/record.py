"""Records the bundled contract anew: a run against its sandbox, packed tightly, beside the contract.

    python benchmarks/record.py [CONTRACT] [--profile ci]

Needed when a suite, the contract or the sandbox has changed; tests/replay tells when.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

from restproof.bundle import find_contract
from restproof.cli.main import run
from restproof.session.stubbed import SHIPPED

NAME = "sandbox"


def packed(data: bytes) -> bytes:
    """``data`` as gzip, as small as it gets and without a time, so that the same run is the same file."""
    return gzip.compress(gzip.decompress(data), 9, mtime=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contract", nargs="?")
    parser.add_argument("--profile", default="ci")
    said = parser.parse_args()
    contract = find_contract(said.contract, None, Path.cwd())
    with tempfile.TemporaryDirectory() as folder:
        code = run(["run", str(contract), "-q", "--profile", said.profile, "--concurrency", "1", "--out", folder])
        if code:
            return code
        data = packed((Path(folder) / "run.jsonl.gz").read_bytes())
    out = contract.parent / SHIPPED / f"{NAME}.jsonl.gz"
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(data)
    print(f"{out}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
