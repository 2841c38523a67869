"""What a module of ``suites/`` imports."""

from restproof.suite import must
from restproof.suite.failure import Inconclusive, NotTested, SetUpFailed
from restproof.suite.marks import Field, every_exchange, for_all, for_each, requirement
from restproof.suite.race import all_answered, at_once, create_at_once, must_be_a_race
from restproof.suite.reply import Reply
from restproof.suite.subject import Subject, encode, links
from restproof.suite.world import Instance

__all__ = [
    "Field",
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
