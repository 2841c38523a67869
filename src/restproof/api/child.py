"""The process of a run that was asked for from Python: ``python -m restproof.api.child RESULT``.

What is asked stands in the first line of its standard input, which stays open as long as whoever asked is there. How
the run ended, or the error that it ended with, is written to the file RESULT.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from restproof.errors import RestproofError
from restproof.record.jsontext import allow_long_integers
from restproof.session.handed import error_as_json


def asked(options: dict[str, Any], workers: int | None, progress: bool, engine: str | None = None) -> str:
    """What is asked of the process: a line of JSON."""
    return json.dumps({"options": options, "workers": workers, "progress": progress, "engine": engine}) + "\n"


def end_with_the_other(noted: Callable[[], None] = lambda: None) -> None:
    """Interrupt this process as soon as nobody holds the other end of its standard input any more, who would read its
    result; ``noted`` is called first."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        noted()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main(result: Path) -> int:
    """Run what is asked for; the exit code of the run."""
    from restproof.cli.run import of_app, prove
    from restproof.session.options import Options

    allow_long_integers()
    with os.fdopen(os.dup(0), "rb", buffering=0) as stdin:
        request = json.loads(stdin.readline())
    end_with_the_other()
    options = Options.said(request["options"])
    if options.target is not None and "://" in options.target:
        options = of_app(options, options.target)
    try:
        ending = prove(
            options, (), None, quiet=not request["progress"], workers=request["workers"], engine=request["engine"]
        )
    except RestproofError as error:
        answer, code = error_as_json(error), error.exit_code
    else:
        answer, code = {"code": ending.code, "directory": ending.directory and str(ending.directory.absolute())}, 0
    result.write_text(json.dumps(answer), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
