"""The process of one shard of a run that an engine has spread: ``python -m restproof.api.shard FOLDER LINES WORDS``.

What is asked stands in the first line of its standard input, which stays open as long as whoever asked is there. What
it writes into its ledger goes through the descriptor LINES as well, and WORDS says what of it is kept elsewhere
(:mod:`restproof.wire.witness`). The run file goes below FOLDER, as does the error that the run ended with.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from restproof.api.child import end_with_the_other
from restproof.errors import RestproofError
from restproof.record.jsontext import allow_long_integers
from restproof.session.handed import error_as_json
from restproof.shards.serving import RESULT, RUN
from restproof.wire.witness import WITNESS

_alone = threading.Event()


def _leave_nothing(folder: Path) -> None:
    """Before the run has begun and when it is over, SIGTERM ends the process at once; ``folder`` goes with it where
    nobody else takes it away."""

    def handler(number: int, _frame: FrameType | None) -> None:
        if _alone.is_set():
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + number)

    signal.signal(signal.SIGTERM, handler)


def main(folder: Path, lines: int, words: int) -> int:
    """Run the shard that is asked for; the exit code of the run."""
    from restproof.bundle import bundled_dir
    from restproof.cli.run import run
    from restproof.session.options import Options

    allow_long_integers()
    with os.fdopen(os.dup(0), "rb", buffering=0) as stdin:
        asked = json.loads(stdin.readline())
    _leave_nothing(folder)
    end_with_the_other(_alone.set)
    WITNESS.through(lines, words)
    options = {**asked["options"], "out": str(folder / RUN)}
    if asked["bundled"]:
        options["contract"] = str(bundled_dir() / asked["bundled"])
    try:
        code = run(Options.said(options), asked["words"], quiet=True, shared=asked["given"]).code
    except RestproofError as error:
        (folder / RESULT).write_text(json.dumps(error_as_json(error)), encoding="utf-8")
        code = error.exit_code
    if _alone.is_set():
        shutil.rmtree(folder, ignore_errors=True)  # nobody else does
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
