"""A server with all that a client needs to speak to it, for a team's own tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Any

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.frozen import frozen
from restproof.session.live import reach
from restproof.session.options import Options
from restproof.session.promise import promised
from restproof.wire.guard import client_headers


@frozen
class Server:
    """``origin``: scheme, host and port (and a prefix, where the target has one); ``credentials``: secrets by name;
    ``ids``: the given parents; ``ca_bundle``: what its certificate is verified with, ``None`` for the usual ones."""

    contract: Contract
    origin: str
    credentials: Mapping[str, str] = field(repr=False)
    ids: Mapping[str, Any]
    ca_bundle: Path | None = None

    @property
    def base_url(self) -> str:
        """Where resources live: the origin with the contract's base path."""
        return self.origin + self.contract.base_path

    @property
    def verify(self) -> str | bool:
        """What ``requests`` and ``httpx`` take as ``verify``."""
        return True if self.ca_bundle is None else str(self.ca_bundle)

    def headers(self, credential: str | None = "full", **ids: Any) -> dict[str, str]:
        """The headers that the contract asks for: the credential of that name, and the contract's own with the ids of
        the given parents (``ids`` overrides them). Raises ``ConfigurationError``."""
        return client_headers(self.contract, self.credentials, {**self.ids, **ids}, credential)


@contextmanager
def target_server(name: str | None = None, contract: str | Path | None = None) -> Iterator[Server]:
    """What ``restproof run`` would be run against: the target ``name`` (or URL), else that of ``restproof.toml``, else
    the sandbox. It is checked that it answers. Raises ``RestproofError``."""
    options = Options(contract=None if contract is None else str(contract), target=name)
    promise = promised(options, Path.cwd())
    endpoint = reach(promise)
    try:
        yield _server(promise.contract, endpoint.target)
    finally:
        endpoint.close()


@contextmanager
def sandbox_server(contract: str | Path | None = None, *, faults: Iterable[str] = ()) -> Iterator[Server]:
    """A sandbox in a process of its own, which keeps the contract but for ``faults``. Raises ``ConfigurationError``."""
    from restproof.sandbox.launch import start

    promise = promised(Options(contract=None if contract is None else str(contract)), Path.cwd())
    with start(promise.contract_path, tls=promise.contract.transport == "https", faults=faults) as running:
        yield Server(promise.contract, running.base_url, running.credentials, running.ids, running.ca_bundle)


def _server(contract: Contract, target: Target) -> Server:
    return Server(contract, target.base_url, target.credentials, target.ids, target.ca_bundle)
