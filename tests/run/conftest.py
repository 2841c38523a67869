from __future__ import annotations

import sys
from pathlib import Path

# The builder of run files serves the tests of the report too, which lie in another folder.
sys.path.insert(0, str(Path(__file__).parent))
