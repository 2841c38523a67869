"""The connection itself: TLS, nothing without it, and bytes that are no request."""

from urllib.parse import SplitResult

from restproof.suite import Contract, Ground, NotTested, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.setup import harmless_request
from restproof.suite.target import ca_bundle, client_certificate, headers_as_sent, protocols, raw_address
from restproof.suite.wire import NotSent, handshake, plain_request, raw_answer


def over_https(contract: Contract, resource: Resource) -> bool:
    return contract.transport == "https"


def https_target(subject: Subject) -> SplitResult:
    parts = raw_address(subject)
    if parts.scheme != "https":
        raise NotTested("the target was named by an http URL")
    return parts


@requirement("transport.https-only", when=over_https)
def test_plain_http_yields_no_representation(subject: Subject) -> None:
    parts = https_target(subject)
    host = parts.hostname or ""
    request, _ = harmless_request(subject)
    # A credential goes over a plain connection only where it cannot leave this machine.
    headers = headers_as_sent(subject, request, "full" if host in ("127.0.0.1", "::1", "localhost") else None)
    for port in {parts.port or 443, *({80} if (parts.port or 443) == 443 else set())}:
        status, location = plain_request(host, port, f"{parts.path.rstrip('/')}{request.target}", headers)
        refused = status is None or 400 <= status < 500 or (300 <= status < 400 and location.startswith("https:"))
        must.hold(
            refused,
            None,
            f"plain HTTP on port {port} answered {status}",
            kind="plain-http",
            expected="no answer, a redirect to https or a 4xx",
            actual=str(status),
        )


@requirement("transport.tls-valid", when=over_https)
def test_the_certificate_verifies_and_tls_is_current(subject: Subject) -> None:
    parts = https_target(subject)
    host, port, bundle = parts.hostname or "", parts.port or 443, ca_bundle(subject)
    own, offered = client_certificate(subject), protocols(subject)
    version, why = handshake(host, port, bundle, certificate=own, protocols=offered)
    must.hold(
        version is not None,
        None,
        f"the certificate of {host} does not verify: {why}",
        kind="certificate",
        expected="a certificate that verifies",
        actual=why,
    )
    must.hold(
        version in ("TLSv1.2", "TLSv1.3"),
        None,
        f"the connection uses {version}",
        kind="tls-version",
        expected="TLS 1.2 or newer",
        actual=version,
    )
    old, _ = handshake(host, port, bundle, outdated=True)
    must.hold(
        old is None, None, f"the server still speaks {old}", kind="tls-version", expected="TLS 1.2 or newer", actual=old
    )


def garbage(_field: Ground) -> Cases:
    """Bytes that end where a request's head would, so that nobody has to wait for more; as Latin-1."""
    for note, text in (
        ("no HTTP at all", "\x00\x01\x02\xff\xfe\r\n\r\n"),
        ("a request line of one word", "restproof\r\n\r\n"),
        ("a method with a line break", "GE\rT / HTTP/1.1\r\nHost: restproof\r\n\r\n"),
        ("a header without a colon", "GET / HTTP/1.1\r\nHost: restproof\r\nrestproof\r\n\r\n"),
        ("a Content-Length that is no number", "POST / HTTP/1.1\r\nHost: restproof\r\nContent-Length: x\r\n\r\n"),
        ("a header with a NUL", "GET / HTTP/1.1\r\nHost: restproof\r\nX-Restproof: a\x00b\r\n\r\n"),
    ):
        yield {"note": note, "text": text}


@requirement("robust.hostile-bytes", late=True)
@for_each(garbage)
def test_bytes_that_are_no_request_do_no_harm(subject: Subject, note: str, text: str) -> None:
    parts = raw_address(subject)
    tls, host = parts.scheme == "https", parts.hostname or ""
    port = parts.port or (443 if tls else 80)
    try:
        data, own, offered = text.encode("latin-1"), client_certificate(subject), protocols(subject)
        bundle, waited = ca_bundle(subject), False
        status = raw_answer(host, port, bundle, tls=tls, data=data, certificate=own, protocols=offered)
    except TimeoutError:
        status, waited = None, True
    except NotSent as reason:
        raise NotTested(str(reason)) from None
    must.hold(
        not waited,
        None,
        f"{note} got no answer, and the connection stayed open",
        kind="no-answer",
        expected="a 4xx, or the connection closed",
        actual="neither in time",
    )
    # 501 and 505 say that a method or a version is not known, which is right. Some servers pass over a header that is
    # none, and answer the rest.
    harmless = status is None or 300 <= status < 500 or status in (501, 505) or (status < 300 and "header" in note)
    must.hold(
        harmless,
        None,
        f"{note} was answered {status}",
        kind="status",
        expected="a 4xx, or the connection closed",
        actual=str(status),
    )
    request, operation = harmless_request(subject)
    must.have_status(
        subject.send(request, operation), "listed" if operation == "list" else "read", because=f"after {note}"
    )
