"""Requests whose id stands elsewhere than in their path: as they leave, and as they were meant."""

from __future__ import annotations

from dataclasses import replace

from restproof.contract.address import APART
from restproof.contract.addressing import Addressing, Asked, NotSayable
from restproof.contract.model import Contract
from restproof.wire.failure import Unsayable
from restproof.wire.message import Request


class Addressed:
    """Turns the requests of a contract into what is sent, and back."""

    def __init__(self, contract: Contract) -> None:
        self._addressing = Addressing(contract)

    def arrived(self, request: Request) -> Request:
        """A request with the id that it names elsewhere in its path, as it has it inside."""
        if not self._addressing:
            return request
        found = self._addressing.arrived(_asked(request))
        if found is None:
            return request
        path, query, gone = found
        headers = tuple(h for h in request.headers if gone is None or h[0].lower() != gone)
        return replace(request, path=path, query=query, headers=headers)

    def leaving(self, request: Request) -> Request:
        """The request as it is sent. Raises ``Unsayable`` where its id cannot stand where the contract has it."""
        if APART not in request.path or not self._addressing:
            return request
        try:
            path, query, headers, body, media = self._addressing.leaving(_asked(request))
        except NotSayable as reason:
            raise Unsayable(str(reason)) from None
        typed = media is not None and request.header("Content-Type") is None
        added = (*headers, *((("Content-Type", str(media)),) if typed else ()))
        return replace(request.having(added), path=path, query=query, body=body)


def _asked(request: Request) -> Asked:
    return Asked(request.method, request.path, request.query, request.header, request.body)
