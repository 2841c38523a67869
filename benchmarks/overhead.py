"""What a run costs the client, in CPU per request, beside a bare ``requests.Session`` that sends the same requests.

    python benchmarks/overhead.py

Both are measured in this one run, on this machine: a full run of the bundled contract against its sandbox, one item at
a time (imports, plan, judging, recording and reports included; Python's byte code is there), then a loop over the recorded requests
against another sandbox. Prints milliseconds of CPU per request and their ratio.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import requests
from benchmarks.installed import installed

from restproof.bundle import find_contract
from restproof.record.reader import read
from restproof.sandbox.launch import start

CHILD = """
import resource, sys
from restproof.cli.main import run
code = run(["run", "-q", "--concurrency", "1", "--out", sys.argv[1]])
used = resource.getrusage(resource.RUSAGE_SELF)
print("CPU", used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def full_run(folder: str) -> tuple[float, int]:
    """CPU seconds of the client process of a full run, and its peak memory in KiB."""
    with installed() as environment:
        command = [sys.executable, "-c", CHILD, folder]
        ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    _, cpu, memory = next(line for line in ended.stderr.splitlines() if line.startswith("CPU")).split()
    return float(cpu), int(memory)


def bare_loop(exchanges: list[tuple[str, str, bytes | None]]) -> float:
    """CPU seconds of a session that sends the same requests."""
    with start(find_contract(None, None, Path.cwd())) as sandbox:
        session = requests.Session()
        session.verify = str(sandbox.ca_bundle)
        session.headers["Authorization"] = f"Bearer {sandbox.credentials['full']}"
        base = sandbox.base_url.rstrip("/")
        # Once, so that the connection stands.
        session.get(base, verify=session.verify)
        before = time.process_time()
        for method, target, body in exchanges:
            session.request(
                method, base + target, data=body, headers={"Content-Type": "application/json"}, verify=session.verify
            )
        return time.process_time() - before


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cpu, memory = full_run(folder)
        run = read(Path(folder) / "run.jsonl.gz")
    recorded = []
    for exchange in run.exchanges:
        parts = urlsplit(exchange.request.url)
        body = exchange.request.body
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        recorded.append((exchange.request.method, f"{parts.path}{'?' + parts.query if parts.query else ''}", content))
    bare = bare_loop(recorded)
    count = len(recorded)
    print(f"requests            {count}")
    print(f"full run            {1000 * cpu / count:.2f} ms of CPU per request, {memory / 1024:.0f} MiB at most")
    print(f"bare requests loop  {1000 * bare / count:.2f} ms of CPU per request")
    print(f"ratio               {cpu / bare:.2f}")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"(all children: {children.ru_utime + children.ru_stime:.1f} s of CPU)")


if __name__ == "__main__":
    main()
