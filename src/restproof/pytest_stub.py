"""A pytest fixture for tests of client code; name it in a ``conftest.py``:
``pytest_plugins = ["restproof.pytest_stub"]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from restproof.sandbox.stub import Stub


@pytest.fixture
def restproof_stub() -> Iterator[Callable[..., Stub]]:
    """Makes stubs that end with the test; takes what ``restproof.stub`` takes."""
    from restproof.sandbox.stub import stub

    with ExitStack() as stack:

        def make(*arguments: Any, **options: Any) -> Stub:
            return stack.enter_context(stub(*arguments, **options))

        yield make
