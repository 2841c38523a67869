"""Requests whose bodies are forms: inside they are JSON like all others, and become forms where they leave."""

from __future__ import annotations

import json
from dataclasses import replace

from restproof.contract.forms import form_of, is_sayable, schema_of
from restproof.contract.media import FORM, essence
from restproof.contract.model import WRITES, Contract
from restproof.contract.routing import Router
from restproof.wire.failure import Unsayable
from restproof.wire.message import Request


class Forms:
    """The operations of a contract that are sent a form."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        ways = [r.operation(o) for r in contract for o in r.operations if o in WRITES]
        self._router = Router(contract) if any(way.media.is_form for way in ways) else None

    def leaving(self, request: Request) -> Request:
        """The request as it is sent. Raises ``Unsayable`` where its body is none that a form can say."""
        if self._router is None or request.body is None or essence(request.header("Content-Type") or "") != FORM:
            return request
        route = self._router.find(request.path.partition("?")[0])
        operation = route.operations.get(request.method) if route else None
        if route is None or operation not in WRITES:
            return request
        try:
            document = json.loads(request.body)
        except (ValueError, RecursionError):
            raise Unsayable("a form is no JSON, so that none can be broken JSON") from None
        nested = route.resource.operation(str(operation)).media.nested
        schema = schema_of(self._contract, route.resource, str(operation))
        if not isinstance(document, dict) or not is_sayable(document, schema, nested):
            raise Unsayable("a form cannot say this body")
        return replace(request, body=form_of(document, nested))
