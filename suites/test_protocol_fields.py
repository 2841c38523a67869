"""The header of an answer, and whether the answer ends where it says."""

from restproof.suite import Reply, every_exchange, must, requirement
from restproof.suite.values import an

SINGLE = ("Content-Type", "Content-Length", "ETag", "Location")
"""Fields that have one value (RFC 9110 §5.3)."""


@requirement("protocol.header-fields")
@every_exchange(reads="headers")
def test_a_header_field_is_well_formed(reply: Reply, behind: str = "") -> None:
    """``behind``: what came on the connection behind the answer, by the length that its header says."""
    response = reply.exchange.response
    if response is None:
        return
    must.hold(
        not behind or reply.status in (204, 205, 304),
        reply,
        f"behind the answer to {an(reply.operation)} came {behind}",
        kind="behind",
        expected="nothing behind the answer",
        actual=behind,
    )
    twice = [name for name in SINGLE if len(response.all(name)) > 1]
    must.hold(
        not twice,
        reply,
        f"{twice[0] if twice else ''} stands twice in one answer",
        kind="repeated-header",
        expected="one value",
        actual="several",
        field=twice[0] if twice else None,
    )
    hollow = next((name for name, value in response.headers if "\x00" in value), None)
    must.hold(
        hollow is None,
        reply,
        f"the value of {hollow} holds a NUL",
        kind="header-nul",
        expected="a field value (RFC 9110 §5.5)",
        actual="NUL",
        field=hollow,
    )
