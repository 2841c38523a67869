"""Faults of the connection."""

from __future__ import annotations

from restproof.sandbox.faults.registry import Seam, fault


@fault("plain-http-served", "transport.https-only", "the TLS port serves plain HTTP as well")
def plain_http_served(seam: Seam) -> None:
    seam.steps.serves_plain = True


@fault("old-tls-spoken", "transport.tls-valid", "the server still speaks TLS 1.0 and 1.1")
def old_tls_spoken(seam: Seam) -> None:
    seam.steps.speaks_old_tls = True
