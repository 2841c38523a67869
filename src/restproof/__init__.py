"""restproof proves that a REST API keeps its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from restproof.version import __version__

if TYPE_CHECKING:
    from restproof.sandbox.stub import stub

__all__ = ["__version__", "stub"]


def __getattr__(name: str) -> Any:
    """Import ``stub`` when it is first used: it brings the sandbox and the ``responses`` library along."""
    if name == "stub":
        from restproof.sandbox.stub import stub

        return stub
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
