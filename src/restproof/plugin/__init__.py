"""pytest glue: the suites' tests become items of the plan, and a session of them becomes a run file with its reports.

Active only where a collected module holds tests marked with ``requirement``; name it in a ``conftest.py``:
``pytest_plugins = ["restproof.plugin"]``.

PYTEST_DONT_REWRITE: it asserts nothing, and ``restproof run`` imports it before pytest does.
"""

pytest_plugins = (
    "restproof.plugin.options",
    "restproof.plugin.collection",
    "restproof.plugin.workers",
    "restproof.plugin.pool",
    "restproof.plugin.life",
)
