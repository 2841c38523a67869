"""restproof proves that a REST API keeps its contract.

For programs that embed it: :func:`run` and :func:`run_async` prove a target, :func:`judge` judges recorded traffic,
:func:`stub` stands in for a server in the tests of a client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from restproof.version import __version__

if TYPE_CHECKING:
    from restproof.api.ended import Run
    from restproof.api.run import run, run_async
    from restproof.api.traffic import judge
    from restproof.errors import RestproofError
    from restproof.oracle.verdict import Verdict
    from restproof.sandbox.stub import stub

__all__ = ["RestproofError", "Run", "Verdict", "__version__", "judge", "run", "run_async", "stub"]

_WHERE = {
    "RestproofError": "restproof.errors",
    "Run": "restproof.api.ended",
    "Verdict": "restproof.oracle.verdict",
    "judge": "restproof.api.traffic",
    "run": "restproof.api.run",
    "run_async": "restproof.api.run",
    "stub": "restproof.sandbox.stub",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: some bring the whole of the machinery along."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
