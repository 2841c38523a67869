"""A request as a line for a POSIX shell: what to paste to see the same answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from shlex import quote
from types import MappingProxyType

from restproof.record.model import RecordedExchange
from restproof.untold import REDACTED

# What curl sends by itself, or what only held for the connection of the run.
OWN = {"accept-encoding", "connection", "content-length", "host", "user-agent", "transfer-encoding"}
LONGEST = 4096


def curl_line(
    exchange: RecordedExchange, auth: str = "bearer", variables: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A curl command for the request. Redacted values become environment variables: that of the credential among
    ``variables``, which the target names, else the one that restproof reads; ``auth`` is the scheme of the contract,
    which a redacted header no longer tells."""
    request = exchange.request
    parts = ["curl -i"]
    if request.method != "GET" or request.body is not None:
        parts.append(f"-X {quote(request.method)}")
    parts.append(quote(request.url))
    credential = exchange.credential or "full"
    usual = "RESTPROOF_" + re.sub(r"\W", "_", credential).upper()
    variable = f"${variables.get(credential, usual)}"
    for name, value in request.headers:
        if name.lower() not in OWN:
            parts.append(_option(name, value, auth, variable))
    body = request.body
    if isinstance(body, bytes):
        parts.append(f"--data-binary @body  # {len(body):,} bytes that are not UTF-8: see the run file")
    elif body is not None and len(body) > LONGEST:
        parts.append(f"--data-binary @body  # {len(body):,} characters: see the run file")
    elif body is not None:
        parts.append(f"--data-binary {quote(body)}")
    return " ".join(parts)


def _option(name: str, value: str, auth: str, variable: str) -> str:
    if name.lower() == "authorization" and value == REDACTED:
        if auth == "basic":
            return f'-u "{variable}"'
        value = f"Bearer {REDACTED}" if auth == "bearer" else value
    # The variable stands outside the single quotes, so that the shell fills it in.
    pieces = [quote(piece) if piece else "" for piece in f"{name}: {value}".split(REDACTED)]
    return "-H " + f'"{variable}"'.join(pieces)
