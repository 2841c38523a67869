"""restproof proves that a REST API keeps its contract."""

__version__ = "0.1.0"
