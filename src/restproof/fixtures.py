"""pytest fixtures for a team's own tests; name the module in a ``conftest.py``:
``pytest_plugins = ["restproof.fixtures"]``. ``Server`` and ``Stub`` are what they make, for those who write types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from restproof.sandbox.stub import Stub
    from restproof.session.server import Server

__all__ = ["Server", "Stub", "restproof_sandbox", "restproof_stub", "restproof_target"]

_WHERE = {"Server": "restproof.session.server", "Stub": "restproof.sandbox.stub"}


def __getattr__(name: str) -> Any:
    """Import a type when it is first used: both bring the whole of the machinery along."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@pytest.fixture
def restproof_stub() -> Iterator[Callable[..., Stub]]:
    """Makes stubs that end with the test; takes what ``restproof.stub`` takes."""
    from restproof.sandbox.stub import stub

    with ExitStack() as stack:

        def make(*arguments: Any, **options: Any) -> Stub:
            return stack.enter_context(stub(*arguments, **options))

        yield make


@pytest.fixture
def restproof_sandbox() -> Iterator[Callable[..., Server]]:
    """Starts sandboxes that end with the test: ``restproof_sandbox(contract=None, faults=())``. Each begins empty but
    for the given parents, and listens on a port of its own."""
    from restproof.session.server import sandbox_server

    with ExitStack() as stack:

        def start(*arguments: Any, **options: Any) -> Server:
            return stack.enter_context(sandbox_server(*arguments, **options))

        yield start


@pytest.fixture(scope="session")
def restproof_target() -> Iterator[Callable[..., Server]]:
    """Reaches targets: ``restproof_target(name=None, contract=None)`` gives what ``restproof run`` would be run
    against, with its credentials. One for all tests of a session: what tests make there, they share."""
    from restproof.session.server import target_server

    known: dict[tuple[Any, ...], Server] = {}
    with ExitStack() as stack:

        def reach(name: str | None = None, contract: Any = None) -> Server:
            if (name, contract) not in known:
                known[name, contract] = stack.enter_context(target_server(name, contract))
            return known[name, contract]

        yield reach
