from __future__ import annotations


# The builder of run files lies with the tests of the run file.
