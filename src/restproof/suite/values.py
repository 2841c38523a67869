"""Values and schemas: whether a value is valid, whether two are the same, of which type one is."""

from restproof.contract.shapes import is_hidden, is_nullable, named_members, same, type_of, types_of
from restproof.contract.values import listed
from restproof.oracle.check import is_as_good
from restproof.oracle.finding import an
from restproof.pointer import member
from restproof.semantics.checker import Checker, checker, format_checker, is_valid
from restproof.semantics.normal import alike, is_sure
from restproof.semantics.ordering import Order
from restproof.semantics.patch import merges, removed_members
from restproof.semantics.readback import ReadPath, member_schema
from restproof.semantics.state import differences

__all__ = [
    "Checker",
    "Order",
    "ReadPath",
    "alike",
    "an",
    "checker",
    "differences",
    "format_checker",
    "is_as_good",
    "is_hidden",
    "is_nullable",
    "is_sure",
    "is_valid",
    "listed",
    "member",
    "member_schema",
    "merges",
    "named_members",
    "removed_members",
    "same",
    "type_of",
    "types_of",
]
