"""The run file: what a run streams to disk, and the one reader of it."""
