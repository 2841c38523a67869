"""pytest glue: the suites' tests become items of the plan, and a session of them becomes a run file with its reports.

Active only where a collected module holds tests marked with ``requirement``; name it in a ``conftest.py``:
``pytest_plugins = ["restproof.plugin"]``.

PYTEST_DONT_REWRITE: it asserts nothing, and ``restproof run`` imports it before pytest does.
"""

import sys
from importlib import import_module
from types import ModuleType

pytest_plugins = (
    "restproof.plugin.options",
    "restproof.plugin.collection",
    "restproof.plugin.workers",
    "restproof.plugin.pool",
    "restproof.plugin.life",
)


def glue() -> list[ModuleType]:
    """The plugin as modules, for ``pytest.main``: by its names pytest would look for each part of it among the entry
    points of all that is installed."""
    return [*map(import_module, pytest_plugins), sys.modules[__name__]]
