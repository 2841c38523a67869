"""Runs of the command that are killed at random moments, and the clean-up after them: ``python -m tests.strangers.kills
[COUNT] [SEED]``."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .harness import write_contract
from .server import Server, listening

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
SOURCE = Path(__file__).parents[2] / "src"
RESTPROOF = (sys.executable, "-m", "restproof")
_LONGEST = 120
_ONLY = ("create", "update", "delete", "identity", "input.type")


def heed_signals() -> None:
    """In a run that has just begun: whoever started us in the background may have had us ignore some."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE)}


def killed(server: Server, folder: Path, number: int, chance: random.Random) -> list[str]:
    """Kills one run some requests after its first create, cleans up, and gives what is wrong then."""
    contract = write_contract(folder)
    with listening(server) as url:
        only = [word for name in _ONLY for word in ("--only", name)]
        run = subprocess.Popen(
            [*RESTPROOF, "run", str(contract), "--target", url, "-q", "--out", str(folder / f"out-{number}"), *only],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=heed_signals,
        )
        seen, wanted = len(server.log), chance.randint(3, 250)
        until = time.monotonic() + _LONGEST
        while len(server.log) - seen < wanted and run.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        run.send_signal(SIGNALS[number % len(SIGNALS)])
        try:
            run.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            return [f"a run that was to end by {SIGNALS[number % len(SIGNALS)].name} has not, within {_LONGEST} s"]
        ended = subprocess.run(
            [*RESTPROOF, "cleanup"], cwd=folder, env=environment(), capture_output=True, text=True, timeout=_LONGEST
        )
    words = ended.stdout + ended.stderr
    told = folder / f"out-{number}" / "summary.json"
    if told.is_file():  # a run that could end by itself has told of what it left, and cleaned up
        words += " ".join(json.loads(told.read_text(encoding="utf-8"))["left"])
    left = {r: keys for r, keys in server.ours().items() if f"{r} " not in words}
    return [*server.harm(), *(f"left and not told: {r} {keys}" for r, keys in left.items())]


def main(count: int, seed: int) -> int:
    """Kills ``count`` runs, each against a server of its own. Returns the exit code."""
    chance, wrong = random.Random(seed), 0
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            found = killed(Server(), Path(folder), number, chance)
        wrong += bool(found)
        for line in found:
            print(f"{number}: {line}")
    print(f"{count} runs killed, seed {seed}: {wrong} left something that was not told, or touched what others have")
    return int(wrong > 0)


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:]]
    raise SystemExit(main(*arguments, *(200, 1)[len(arguments) :]))
