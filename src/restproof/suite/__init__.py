"""What a module of ``suites/`` imports."""

from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.marks import every_exchange, for_all, for_each, requirement
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject, encode, links
from restproof.engine.world import Instance
from restproof.plan.ground import Ground
from restproof.suite import must
from restproof.suite.race import all_answered, at_once, create_at_once, must_be_a_race

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
    "encode",
    "every_exchange",
    "for_all",
    "for_each",
    "links",
    "must",
    "must_be_a_race",
    "requirement",
]
