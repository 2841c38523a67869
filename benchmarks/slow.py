"""A server that takes its time: whole runs of the bundled contract with one item in flight, and with several.

    python benchmarks/slow.py [MILLISECONDS [CONCURRENCY [PROFILE]]]

The sandbox answers each request after MILLISECONDS (60), however many it is at. Prints requests and wall seconds of
each run, whether its results are the same, and the ratio. What clean-up deletes afterwards is counted too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from restproof.bundle import find_contract
from restproof.contract.load import load
from restproof.sandbox.app import Application, Receive, Send
from restproof.sandbox.serve import target_section
from restproof.sandbox.server import bind, new_certificate, server, write_authority

Place = tuple[str, str | None, str | None]


class Late(Application):
    """A sandbox that waits ``delay`` seconds before each request."""

    delay = 0.0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await asyncio.sleep(self.delay)
        await super().__call__(scope, receive, send)


def serve(folder: Path, delay: float) -> int:
    """Start the slow sandbox in a fork, and name it in a ``restproof.toml``; its process id."""
    application = Late(load(find_contract(None, None, folder)))
    application.delay = delay
    certificate, listening = new_certificate(), bind(0)
    secrets = {name: c.secret for name, c in application.credentials.items()}
    url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    bundle = write_authority(certificate, folder / "ca.pem")
    (folder / "restproof.toml").write_text(target_section(url, bundle, secrets, application.ids))
    child = os.fork()
    if child:
        listening.close()
        return child
    running = server(application, certificate, lambda: None)
    running.run(sockets=[listening])
    os._exit(0)


def run(folder: Path, concurrency: int, profile: str) -> tuple[float, int, dict[Place, str]]:
    """Wall seconds of a run, its requests, and how each of its items ended."""
    out = folder / f"of-{concurrency}"
    began = time.perf_counter()
    command = [sys.executable, "-m", "restproof", "run", "-q", "--target", "sandbox", "--profile", profile]
    command += ["--concurrency", str(concurrency), "--out", str(out)]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    told: dict[str, Any] = json.loads((out / "summary.json").read_text())
    results = {(r["requirement"], r["resource"], r["operation"]): r["outcome"] for r in told["results"]}
    return time.perf_counter() - began, told["requests"], results


def main(milliseconds: str = "60", at_once: str = "16", profile: str = "ci") -> None:
    concurrency = int(at_once)
    with tempfile.TemporaryDirectory() as name:
        server_pid = serve(Path(name), int(milliseconds) / 1000)
        try:
            told = {n: run(Path(name), n, profile) for n in (concurrency, 1)}
        finally:
            os.kill(server_pid, signal.SIGTERM)
            os.waitpid(server_pid, 0)
    for number, (seconds, requests, _) in told.items():
        print(f"{number:>3} in flight: {requests:,} requests in {seconds:.1f} s")
    several, one = told[concurrency], told[1]
    differing = [place for place in one[2].keys() | several[2].keys() if one[2].get(place) != several[2].get(place)]
    print(f"{one[0] / several[0]:.1f} times as fast; {len(differing)} of {len(one[2])} results differ: {differing[:5]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
