"""``python -m tests.mutations COUNT [KIND…]``."""

import sys

from tests.mutations.mutate import main

sys.exit(main(sys.argv[1:]))
