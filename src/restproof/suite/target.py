"""The target as configured: its credentials and ids, its address, and the time that a rule goes by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from restproof.engine.failure import NotTested
from restproof.engine.keep import Clock
from restproof.engine.subject import Subject
from restproof.wire.message import Headers, Request

__all__ = [
    "Clock",
    "ca_bundle",
    "client_certificate",
    "clock_of",
    "given_ids",
    "has_credential",
    "headers_as_sent",
    "longest_wait",
    "must_have_credential",
    "protocols",
    "raw_address",
    "secret_of",
]


def has_credential(subject: Subject, name: str) -> bool:
    """Whether the target has the credential: ``full``, ``read_only``, ``foreign`` or ``throttled``."""
    return subject.world.has_credential(name)


def must_have_credential(subject: Subject, name: str) -> str:
    """``name``, for a request that needs the credential. Raises ``NotTested`` where the target has none."""
    if not has_credential(subject, name):
        raise NotTested(f"the target has no credential `{name}`")
    return name


def secret_of(subject: Subject) -> str:
    """The secret of the credential ``full``; with the basic scheme ``user:password``."""
    return subject.world.session.secret_of("full")


def given_ids(subject: Subject) -> Mapping[str, Any]:
    """The configured ids of parents that no operation creates, by ``NAME``, ``other_NAME`` and ``foreign_NAME``."""
    return subject.world.target.ids


def raw_address(subject: Subject) -> SplitResult:
    """The parts of the target's base URL, for connections of the rule's own; those that are open are let go. Raises
    ``NotTested`` in a replay, and where the target has gone."""
    subject.world.must_be_live()
    if (gone := subject.world.session.presence.gone) is not None:
        raise NotTested(gone)
    behind = subject.world.target.is_behind
    if behind is not None:
        raise NotTested(f"the target is behind {behind}: no connection of the run's own leads there")
    subject.world.session.release()
    return urlsplit(subject.world.target.base_url)


def ca_bundle(subject: Subject) -> Path | None:
    """The file of certificate authorities that the target is verified with; ``None`` for the system's own."""
    return subject.world.target.ca_bundle


def client_certificate(subject: Subject) -> tuple[Path, Path | None, str] | None:
    """The files of the certificate that is shown to the target, and of its key, and what that is encrypted with;
    ``None`` where there is none."""
    return subject.world.target.certificate


def protocols(subject: Subject) -> tuple[str, ...]:
    """What a connection of the rule's own offers by TLS, as the run's do (RFC 7301); empty for HTTP/1.1."""
    return ("h2",) if subject.world.target.http2 else ()


def headers_as_sent(subject: Subject, request: Request, credential: str | None) -> Headers:
    """The headers of a request as they go out, with those of the credential (``None``, or where the API knows none:
    without one)."""
    needed = subject.contract.auth.scheme != "none"
    return subject.world.session.headers_for(request, credential if needed else None)


def clock_of(subject: Subject) -> Clock:
    """The clock that the rule goes by: in a replay it shows the recorded times, and never waits."""
    return subject.world.clock


def longest_wait(subject: Subject) -> float:
    """Seconds that a run waits at most (``--max-wait``)."""
    return subject.world.session.max_wait
