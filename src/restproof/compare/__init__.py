"""Runs beside each other: two that are compared, shards that are merged, shapes that drift."""
