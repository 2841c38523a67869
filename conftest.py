"""Loads the plugin: suites are plain pytest modules, here as in any repository that uses restproof."""

import sys

# Not twice: in somebody else's repository, `pytest --restproof-suites` may collect the suites of this checkout.
if "restproof.plugin" not in sys.modules:
    pytest_plugins = ["restproof.plugin"]
