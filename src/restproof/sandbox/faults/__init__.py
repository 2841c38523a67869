"""Switchable faults of the sandbox: each breaks one requirement, on any contract, and leaves the rest of the server as
it is.

A fault stands in the module of the family of that requirement (``update.py`` for ``update.only-named``; where one
module would be too long, a second one goes on: ``update_values.py``), and is written down in the one registry by
``@fault(name, requirement, summary)``. A new module of the package is found by itself.
"""

from restproof.sandbox.faults.registry import Fault, catalogue, switch_on

__all__ = ["Fault", "catalogue", "switch_on"]
