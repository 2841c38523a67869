"""The fixture for tests of client code, under the name that it had first: see ``restproof.fixtures``."""

pytest_plugins = ["restproof.fixtures"]
