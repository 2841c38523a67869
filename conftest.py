"""Loads the plugin: suites are plain pytest modules, here as in any repository that uses restproof."""

import os
import signal
import sys
import tempfile

# Not twice: in somebody else's repository, `pytest --restproof-suites` may collect the suites of this checkout.
if "restproof.plugin" not in sys.modules:
    pytest_plugins = ["restproof.plugin"]

# Hundreds of processes that the tests start would compile restproof anew where the machine keeps no bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", os.path.join(tempfile.gettempdir(), f"restproof-bytecode-{os.getuid()}"))

# Whoever runs the tests in the background has these ignored; what the tests start inherits that, and some of it is to
# be ended by them.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)
