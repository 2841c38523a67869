pytest_plugins = ["restproof.pytest_stub"]
