"""Servers that are right in an unusual way, each with a broken twin: the first is left in peace, the second is not."""
