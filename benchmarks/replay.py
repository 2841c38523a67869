"""What a replay of the shipped recording takes, and what recording costs a live run.

    python benchmarks/replay.py [RUNS]

Each figure is the best of RUNS (3). The replay runs in a process of its own: seconds in all, from its start to its end,
and exchanges per second of the items (after the plan is made, before the reports). The cost of recording is the time
that a live run spends in making and writing events, as a share of the wall time that is left without it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from restproof.bundle import find_contract
from restproof.record.reader import read
from restproof.session.stubbed import SHIPPED

REPLAY = """
import sys, time
from restproof.cli.main import run
from restproof.session.run import Run
opened, closed = Run.open, Run.close
def timed_open(self, *arguments):
    part = opened(self, *arguments)
    self.began = time.perf_counter()
    return part
def timed_close(self):
    took = time.perf_counter() - self.began
    sys.stderr.write(f"RATE {self.part.connection.session.requests / took}\\n")
    closed(self)
Run.open, Run.close = timed_open, timed_close
sys.exit(run(["run", "--stubs", "sandbox", "-q", "--out", sys.argv[1]]))
"""
LIVE = """
import sys, time
import restproof.record.writer as writer, restproof.wire.message as message
from restproof.cli.main import run
spent = 0.0
def timed(function):
    def call(*arguments):
        global spent
        began = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent += time.perf_counter() - began
    return call
writer.Writer.write = timed(writer.Writer.write)
message.to_event = timed(message.to_event)
began = time.perf_counter()
code = run(["run", "-q", "--concurrency", "1", "--out", sys.argv[1]])
took = time.perf_counter() - began
sys.stderr.write(f"SHARE {spent / (took - spent)}\\n")
sys.exit(code)
"""


def child(code: str, word: str) -> tuple[float, float]:
    """The figure that ``code`` tells on standard error after ``word``, and the seconds that its process took."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        ended = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
        took = time.perf_counter() - began
    return float(next(line for line in ended.stderr.splitlines() if line.startswith(word)).split()[1]), took


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    file = find_contract(None, None, Path.cwd()).parent / SHIPPED / "sandbox.jsonl.gz"
    count = len(read(file).exchanges)
    replays = [child(REPLAY, "RATE") for _ in range(runs)]
    print(f"recording     {count} exchanges, {file.stat().st_size / count:.0f} bytes each")
    print(f"replay        {min(took for _, took in replays):.1f} s in all")
    print(f"              {max(rate for rate, _ in replays):.0f} exchanges per second")
    print(
        f"recording     costs a live run {100 * min(child(LIVE, 'SHARE')[0] for _ in range(runs)):.1f} % of wall time"
    )


if __name__ == "__main__":
    main()
