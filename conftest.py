"""Loads the plugin: suites are plain pytest modules, here as in any repository that uses restproof."""

pytest_plugins = ["restproof.plugin"]
