"""The child process of ``launch.start``: one JSON line on stdout when it is ready (or why it is not), and the end
with its parent."""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from restproof.contract.load import load
from restproof.errors import RestproofError

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Serve until the parent closes stdin, ends, or sends SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m restproof.sandbox")
    parser.add_argument("contract", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-tls", action="store_true")
    parser.add_argument("--db")
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    if options.parent is not None:
        _die_with(options.parent)
    try:
        _serve(options)
    except RestproofError as error:
        _say({"error": str(error)})
        return error.exit_code
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)
    return 0


def _serve(options: argparse.Namespace) -> None:
    from restproof.sandbox.app import Application
    from restproof.sandbox.server import bind, in_front, new_certificate, server, write_authority

    contract = load(options.contract)
    application = Application(contract, db=options.db, faults=options.fault)
    certificate = None if options.no_tls else new_certificate()
    listening = bind(options.port)
    bundle = write_authority(certificate, options.folder / "ca.pem") if certificate else None
    port = listening.getsockname()[1]
    ready = {
        "base_url": f"{'https' if certificate else 'http'}://127.0.0.1:{port}",
        "ca_bundle": str(bundle) if bundle else None,
        "credentials": {name: c.secret for name, c in application.credentials.items()},
        "ids": application.ids,
    }
    running = server(application, certificate, lambda: _say(ready))

    def until_stdin_closes() -> None:
        # Reads the descriptor itself: a reader that waits inside the buffered stdin would block the interpreter's exit.
        while os.read(0, 4096):
            pass
        running.should_exit = True

    threading.Thread(target=until_stdin_closes, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: setattr(running, "should_exit", True))
    gc.freeze()  # what serves lives as long as the process
    gc.set_threshold(20_000, 20, 20)
    try:
        running.run(sockets=[in_front(application, certificate, listening)])
    finally:
        application.close()


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _die_with(parent: int) -> None:
    """Have the kernel send SIGTERM when the parent ends (Linux); where it ended already, end now."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
