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
from pathlib import Path
from typing import Any

import restproof.errors
from restproof.errors import Place, RestproofError
from restproof.record.jsontext import allow_long_integers


def asked(options: dict[str, Any], workers: int, progress: bool) -> str:
    """What is asked of the process: a line of JSON."""
    return json.dumps({"options": options, "workers": workers, "progress": progress}) + "\n"


def told(error: RestproofError) -> dict[str, Any]:
    """An error as JSON."""
    place = None if error.place is None else [str(error.place.file), error.place.line]
    others = [told(other) for other in getattr(error, "others", ())]
    return {
        "error": type(error).__name__,
        "message": error.message,
        "place": place,
        "hint": error.hint,
        **({"others": others} if others else {}),
    }


def raised(answer: dict[str, Any]) -> RestproofError:
    """The error that :func:`told` told, of the same class where it is one of ``restproof.errors``."""
    kind = getattr(restproof.errors, answer["error"], RestproofError)
    place = None if answer["place"] is None else Place(Path(answer["place"][0]), answer["place"][1])
    more = {"others": tuple(map(raised, answer["others"]))} if "others" in answer else {}
    error: RestproofError = kind(answer["message"], place=place, hint=answer["hint"], **more)
    return error


def _ended_with_the_other(stdin: int) -> None:
    """Interrupt this process as soon as nobody is there who would read its result."""
    while os.read(stdin, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(result: Path) -> int:
    """Run what is asked for; the exit code of the run."""
    from restproof.cli.run import of_app, prove
    from restproof.session.options import Options

    allow_long_integers()
    with os.fdopen(os.dup(0), "rb", buffering=0) as stdin:
        request = json.loads(stdin.readline())
    threading.Thread(target=_ended_with_the_other, args=(0,), daemon=True).start()
    options = Options.said(request["options"])
    if options.target is not None and "://" in options.target:
        options = of_app(options, options.target)
    try:
        ending = prove(options, (), None, quiet=not request["progress"], workers=request["workers"])
    except RestproofError as error:
        answer, code = told(error), error.exit_code
    else:
        answer, code = {"code": ending.code, "directory": ending.directory and str(ending.directory.absolute())}, 0
    result.write_text(json.dumps(answer), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
