"""Commands of restproof and pytest in a process of their own that has everything imported already.

Half of what a short run costs is importing it. So most tests let a warm server fork (``multiprocessing``'s forkserver,
one for each process of the tests); those about the process itself start a real one.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
WARM = (
    *(
        "pytest",
        "xdist",
        "hypothesis",
        "hypothesis.extra._patching",
        "schemathesis",
        "jsonschema",
        "requests",
        "responses",
    ),
    *("restproof.cli.main", "restproof.cli.run", "restproof.cli.watcher", "restproof.cli.document", "restproof.suite"),
    *("restproof.plugin.current", "restproof.session.live", "restproof.session.stubbed", "restproof.report.write"),
)
"""What the server imports before it forks."""


def run(
    program: str,
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """What ``python -m PROGRAM ARGUMENTS`` (``restproof`` or ``pytest``) ends with in ``cwd``, with the environment
    ``env`` (this one, if there is none). Raises ``subprocess.TimeoutExpired``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(WARM))
    with tempfile.TemporaryDirectory(prefix="restproof-forked-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        environ = dict(os.environ if env is None else env)
        child = context.Process(target=_child, args=(program, list(arguments), str(cwd), environ, str(out), str(err)))
        child.start()
        child.join(timeout)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise subprocess.TimeoutExpired([program, *arguments], timeout, out.read_text(), err.read_text())
        told = [path.read_bytes().decode(errors="replace") if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess([program, *arguments], child.exitcode, *told)


def _child(program: str, arguments: list[str], cwd: str, environ: dict[str, str], out: str, err: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)
        for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    said = [path for path in environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [cwd, *said, *(path for path in sys.path if path and Path(path) not in (ROOT, Path(cwd)))]
    sys.argv = [program, *arguments]
    # What the tests are made of is not there for whoever is tested, and pytest is to find the plugin by itself.
    forgotten = ("tests", "restproof.plugin") if program == "pytest" else ("tests",)
    for name in [n for n in sys.modules if n.startswith(forgotten)]:
        del sys.modules[name]
    if program == "pytest":
        import pytest

        sys.exit(int(pytest.main(arguments)))
    from restproof.cli.main import run as restproof

    sys.exit(restproof(arguments))
