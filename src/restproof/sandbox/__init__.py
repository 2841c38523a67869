"""A conforming, stateful server for any valid contract, with switchable faults. ``launch.start`` runs it in a process
of its own, ``serve.serve`` in the foreground, ``app.Application`` is the ASGI application itself."""
