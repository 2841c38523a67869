"""The version, apart from ``restproof`` itself, so that every room can name it without what the package offers."""

__version__ = "0.2.0.dev0"
