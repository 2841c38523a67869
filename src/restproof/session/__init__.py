"""The life of a run: what it is about, its target (live or a recording), from start to finish."""
