"""Whether a target can be judged at all, found out before the first case and in about two seconds."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from restproof.config import Target
from restproof.contract.model import Auth, Contract, Resource
from restproof.contract.routing import filled_path
from restproof.errors import TargetError
from restproof.hooks import Hooks
from restproof.plan.parameters import fixed_headers, fixed_query
from restproof.wire.message import About, Request, merged
from restproof.wire.session import Session, Unrecorded
from restproof.wire.walk import contract_headers
from restproof.wire.wallet import Wallet

_CONNECT = 2.0


def check_target(target: Target, contract: Contract, wallet: Wallet | None = None, hooks: Hooks | None = None) -> None:
    """Connects, verifies the certificate and sends one GET with the full credential. Raises :class:`TargetError`
    where the target is unreachable, its certificate does not verify, or the credential is refused; what else it
    answers is for the suites to judge."""
    if target.is_behind is None:
        _connect(target)
    request, about = cheap_read(target, contract)
    asks = contract.auth.scheme != "none"
    credential = "full" if asks and "full" in target.credentials else None
    try:
        session = Session(target, contract, Unrecorded(), max_wait=0.0, wallet=wallet, hooks=hooks)
    except OSError as error:
        raise TargetError(
            f"target {target.name}: {_files(target)} cannot be used: {error.strerror or error}",
            hint="Certificates and keys must be in PEM form; what a key is encrypted with is client_password.",
        ) from None
    with session:
        exchange = session.send(request, about, credential, retry=False)
    if exchange.error:
        raise _unusable(target, exchange.error)
    if exchange.status == 407:
        raise _unusable(target, "the proxy asks for other credentials (407)")
    if exchange.status in (401, 403):
        shown = "with the credential `full`" if asks else "without a credential"
        raise TargetError(
            f"target {target.name}: GET {request.path} {shown} answers {exchange.status}",
            hint="Is it for this server, still valid, and allowed to see the configured ids?"
            f"\n  {_as_sent(contract.auth, exchange.header('WWW-Authenticate'))}"
            if credential
            else _to_say(exchange.header("WWW-Authenticate")),
        )


def _to_say(asked: str | None) -> str:
    """What to say in a contract that knows of no credential, by the scheme that the answer asks for."""
    scheme = _scheme_of(asked)
    own = {"bearer": "bearer", "basic": "basic", "digest": "digest"}.get(scheme.lower())
    word = own or f'{{scheme: api_key, header: Authorization, prefix: "{scheme} "}}'
    said = f" The answer asks for the scheme {scheme}: auth: {word}" if scheme else ""
    return (
        "The contract says that no credential is asked for (auth: none). Where one is, say there which: auth."
        f"{said}\n  A contract of a document is what --write FOLDER leaves; run that with the word."
    )


def _scheme_of(asked: str | None) -> str:
    """The scheme that a challenge asks for, if it names one."""
    scheme = re.match(r"[A-Za-z][\w-]*", asked or "")
    return scheme[0] if scheme else ""


def _as_sent(auth: Auth, asked: str | None) -> str:
    """How a credential was sent, with a word in its place, and by which scheme the answer asks for one."""
    if auth.place == "header":
        before = {"bearer": "Bearer ", "api_key": f"{auth.prefix} " if auth.prefix else ""}.get(auth.scheme)
        shown = f"`{auth.header}: {before}CREDENTIAL`" if before is not None else f"user:password, by {auth.scheme}"
    else:
        shown = f"the {'query parameter' if auth.place == 'query' else 'cookie'} `{auth.name}`"
    scheme = _scheme_of(asked)
    return f"It was sent as {shown}{f'; the answer asks for the scheme {scheme}' if scheme else ''}."


def _files(target: Target) -> str:
    own = [f"the certificate {target.client_cert}"] if target.client_cert else []
    return " or ".join(([f"the CA bundle {target.ca_bundle}"] if target.ca_bundle or not own else []) + own)


def _connect(target: Target) -> None:
    parts = urlsplit(target.base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((str(parts.hostname), port), timeout=min(_CONNECT, target.timeout)).close()
    except OSError as error:
        reason = "no answer within 2 s" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()
        raise TargetError(
            f"target {target.name}: {parts.hostname}:{port} cannot be reached: {reason}",
            hint="Is the server running, and is the address right?",
        ) from None


def _unusable(target: Target, error: str) -> TargetError:
    if error.startswith("tls: certificate"):
        hint = "Give the CA that signed it: ca_bundle in restproof.toml, or RESTPROOF_CA_BUNDLE with a URL."
    elif error.startswith("tls:"):
        # A server that wants another certificate often says so by closing the connection.
        hint = "Does the server speak TLS 1.2 or later on this port, and does it know our certificate (client_cert)?"
    elif target.socket is not None:
        hint = f"Does a server listen on {target.socket}?"
    elif error == "no HTTP/2":
        hint = "Take http2 out of the target: the server speaks HTTP/1.1."
    elif target.proxy is not None and not error.startswith("tls:"):
        hint = "Does the proxy run, and let this target through?"
    elif error == "timeout":
        hint = f"A request may take {target.timeout:g} s (timeout in restproof.toml)."
    else:
        hint = "Is it an HTTP server? With https, the base URL must say so; one of HTTP/2 alone needs http2 = true."
    return TargetError(f"target {target.name}: {target.base_url} gives no usable answer: {error}", hint=hint)


def cheap_read(target: Target, contract: Contract) -> tuple[Request, About]:
    """The first list whose parents have configured ids, one entry long, of those that ask for a credential if there are
    any; else the base path."""
    ids = dict(target.ids)
    headers = contract_headers(contract, ids)
    for resource in sorted(contract, key=lambda r: r.supports("list") and r.operation("list").auth != "required"):
        may = resource.supports("list") and f"{resource.name}.list" not in target.forbid
        if may and all(p.resource in ids for p in resource.parents):
            return _list_request(resource, contract, ids, headers), About(resource.name, "list", setup="preflight")
    return Request("GET", contract.base_path or "/", headers=headers), About(None, None, setup="preflight")


def _list_request(
    resource: Resource, contract: Contract, ids: dict[str, int | str], headers: tuple[tuple[str, str], ...]
) -> Request:
    way = resource.operation("list")
    path = filled_path(contract, resource, way, ids)
    query = (*((p.name, str(ids[p.resource])) for p in way.parents_in("query")), *fixed_query(way))
    naming = tuple((p.name, str(ids[p.resource])) for p in way.parents_in("header"))
    return Request(way.method, path, query + resource.paging.sized(1), merged(headers, naming, fixed_headers(way)))
