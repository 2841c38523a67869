"""The connection itself: TLS, and nothing without it."""

from urllib.parse import urlsplit

from restproof.suite import NotTested, Subject, must, requirement
from restproof.wire.raw import handshake, plain_request


def over_https(contract, resource) -> bool:
    return contract.transport == "https"


def https_target(resource: Subject):
    parts = urlsplit(resource.world.target.base_url)
    if parts.scheme != "https":
        raise NotTested("the target was named by an http URL")
    return parts


@requirement("transport.https-only", when=over_https, tier=2)
def test_plain_http_yields_no_representation(resource: Subject):
    parts = https_target(resource)
    host = parts.hostname or ""
    request, _ = resource.harmless()
    # A credential goes over a plain connection only where it cannot leave this machine.
    headers = resource.world.session.headers_for(request, "full" if host in ("127.0.0.1", "::1", "localhost") else None)
    for port in {parts.port or 443, *({80} if (parts.port or 443) == 443 else set())}:
        status, location = plain_request(host, port, f"{parts.path.rstrip('/')}{request.target}", headers)
        refused = status is None or 400 <= status < 500 or (300 <= status < 400 and location.startswith("https:"))
        must.hold(
            refused,
            None,
            f"plain HTTP on port {port} answered {status}",
            kind="plain http",
            expected="no answer, a redirect to https or a 4xx",
            actual=str(status),
        )


@requirement("transport.tls-valid", when=over_https, tier=2)
def test_the_certificate_verifies_and_tls_is_current(resource: Subject):
    parts = https_target(resource)
    host, port, bundle = parts.hostname or "", parts.port or 443, resource.world.target.ca_bundle
    version, why = handshake(host, port, bundle)
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
        kind="tls version",
        expected="TLS 1.2 or newer",
        actual=version,
    )
    old, _ = handshake(host, port, bundle, outdated=True)
    must.hold(
        old is None, None, f"the server still speaks {old}", kind="tls version", expected="TLS 1.2 or newer", actual=old
    )
