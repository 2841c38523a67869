"""What a module of ``suites/`` imports."""

from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.instance import Instance
from restproof.engine.marks import every_exchange, for_all, for_each, requirement
from restproof.engine.paging import links
from restproof.engine.reply import Reply
from restproof.engine.requests import encode
from restproof.engine.subject import Subject
from restproof.plan.ground import Ground
from restproof.suite import must
from restproof.suite.race import all_answered, at_once, create_at_once, must_be_a_race
from restproof.suite.setup import elsewhere, harmless_request, undo_large_write

__all__ = [
    "Ground",
    "Inconclusive",
    "Instance",
    "NotTested",
    "Reply",
    "SetUpFailed",
    "Subject",
    "all_answered",
    "at_once",
    "create_at_once",
    "elsewhere",
    "encode",
    "every_exchange",
    "for_all",
    "for_each",
    "harmless_request",
    "links",
    "must",
    "must_be_a_race",
    "requirement",
    "undo_large_write",
]
