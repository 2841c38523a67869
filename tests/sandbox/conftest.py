from __future__ import annotations

import pytest

from .client import Construction


@pytest.fixture
def api() -> Construction:
    """A fresh server of the bundled contract."""
    return Construction()
