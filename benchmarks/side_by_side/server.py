"""A sandbox that counts its requests, in a process of its own.

python benchmarks/side_by_side/server.py CONTRACT FAULT FOLDER
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from restproof.contract.load import load


def serve(contract: str, fault: str, folder: str) -> None:
    """The sandbox with one fault (or none), in this process, until SIGTERM; counts requests in ``folder/count``."""
    from restproof.sandbox.app import Application
    from restproof.sandbox.server import bind, in_front, new_certificate, server, write_authority

    place = Path(folder)
    count = os.open(place / "count", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Counting(Application):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                os.write(count, b".")
            await super().__call__(scope, receive, send)

    application = Counting(load(contract), faults=[fault] if fault else [])
    certificate = new_certificate()
    listening = bind(0)
    told = {
        "base_url": f"https://127.0.0.1:{listening.getsockname()[1]}",
        "ca": str(write_authority(certificate, place / "ca.pem")),
        "credentials": {name: c.secret for name, c in application.credentials.items()},
        "ids": application.ids,
    }
    running = server(application, certificate, lambda: print(json.dumps(told), flush=True))
    signal.signal(signal.SIGTERM, lambda *_: setattr(running, "should_exit", True))
    try:
        running.run(sockets=[in_front(application, certificate, listening)])
    finally:
        application.close()


@contextmanager
def sandbox(contract: Path, fault: str) -> Iterator[tuple[dict[str, Any], Path]]:
    """A server of its own, while the block lasts: what it says of itself, and its folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, str(contract), fault, folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the sandbox with {fault or 'no fault'} did not start")
            yield json.loads(line), Path(folder)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    serve(*sys.argv[1:4])
