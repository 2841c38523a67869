"""Methods that nobody knows."""

from http import HTTPStatus

from restproof.suite import Subject, for_each, must, requirement
from restproof.suite.wire import Request


@requirement("protocol.unsupported-verb", on="read", needs="create", set_up=1)
@for_each(lambda ground: [{"method": m} for m in ("RESTPROOF", "PROPFIND")] if ground.speaks_for_all else [])
def test_an_unknown_method_is_refused(subject: Subject, method: str) -> None:
    """Of one that nobody knows, and one of WebDAV, any refusal will do, 501 too (RFC 9110 §9.1)."""
    usual = subject.request("read", id=subject.own().id)
    unknown = Request(method, usual.path, usual.query, usual.headers)
    reply = subject.send(unknown, "update", observed=False)
    must.have_answered(reply)
    must.hold(
        400 <= reply.status < 500 or reply.status == HTTPStatus.NOT_IMPLEMENTED,
        reply,
        f"a request of the method {method} answered {reply.status}",
        kind="status",
        expected="4xx or 501",
        actual=reply.status,
    )
