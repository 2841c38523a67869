from __future__ import annotations

import sys
from pathlib import Path

# The builder of run files lies with the tests of the run file.
sys.path.insert(0, str(Path(__file__).parents[1] / "run"))
