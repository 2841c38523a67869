"""Servers that nobody here wrote."""
