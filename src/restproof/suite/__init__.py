"""The public surface for authors of suites: the words that a rule is written in.

A module of suites imports nothing else of restproof than this package. What stands in ``__all__`` here and in the
submodules keeps its meaning under semantic versioning:

====================  ==================================================================================
``suite``             the marks of a test, ``must``, the subject that a test acts on, and what it raises
``suite.inputs``      what is generated: enumerators of cases, strategies, symbols
``suite.values``      values and schemas: valid, the same, of which type
``suite.operations``  the operations, the contract's words for their success, a valid request of any
``suite.setup``       set-up that rules of several families need
``suite.bystanders``  the resources that a write may not touch
``suite.scopes``      ids that name nothing, and parents that are not the usual one
``suite.target``      the target as configured: credentials, ids, address, clock
``suite.states``      what a representation must hold after a write
``suite.lists``       the whole list, read so that a finding may rest on it
``suite.sorting``     the pages of a sorted list, and whether they are in order
``suite.race``        requests at the same time
``suite.refused``     a write that leaves the state as it was where it is refused
``suite.wire``        requests and answers below the resource: headers, media types, raw connections
====================  ==================================================================================
"""

from restproof.contract.model import Contract, Resource
from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.instance import Instance
from restproof.engine.marks import every_exchange, for_all, for_each, requirement
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.engine.written import Written
from restproof.plan.ground import Ground
from restproof.suite import must

__all__ = [
    "CaseFailed",
    "Contract",
    "Ground",
    "Inconclusive",
    "Instance",
    "NotTested",
    "Reply",
    "Resource",
    "SetUpFailed",
    "Subject",
    "Written",
    "every_exchange",
    "for_all",
    "for_each",
    "must",
    "requirement",
]
