"""Requests as the contract has them: path, parents, query, headers, envelope."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from restproof.contract.model import Contract, Resource
from restproof.wire.message import Headers, Request

Query = tuple[tuple[str, str], ...]


class Requests:
    """Builds the requests to one resource. A scope is ancestor → id."""

    def __init__(self, contract: Contract, resource: Resource) -> None:
        self._contract = contract
        self._resource = resource

    def build(
        self,
        operation: str,
        scope: Mapping[str, Any],
        *,
        id: Any = None,
        body: Any = None,
        query: Query = (),
        beside: Mapping[str, Any] | None = None,
        headers: Headers = (),
        without: Iterable[str] = (),
        wrapped: bool = True,
    ) -> Request:
        """The request for ``operation``. ``body``: the resource without its envelope, resolved already; ``beside``:
        members beside the envelope; ``without``: parent parameters to leave out."""
        resource = self._resource
        on_item = operation not in ("list", "create") or (
            operation == "create" and (not resource.supports("create") or resource.method("create") == "PUT")
        )
        path = self._path(resource.item_path if on_item else resource.path, {**scope, "id": id})
        outside: dict[str, Any] = {}
        asked = list(query)
        for parent in resource.parameter_parents:
            if parent.name in without:
                continue
            if resource.parent_place(parent, operation) == "query":
                if parent.name not in dict(query):
                    asked.insert(0, (parent.name, str(scope[parent.resource])))
            else:
                outside[parent.name] = scope[parent.resource]
        data: bytes | None = None
        if body is not None or (outside and operation in ("create", "update", "replace")):
            data = encode(self.wrap(body, {**outside, **(beside or {})}) if wrapped else body)
        return Request(
            resource.method(operation),
            path,
            tuple(asked),
            (*(h for h in self.headers(scope) if h[0].lower() not in {n.lower() for n, _ in headers}), *headers),
            data,
        )

    def wrap(self, body: Any, outside: Mapping[str, Any]) -> Any:
        """The whole request body: the resource in its envelope, with the members beside it."""
        envelope = self._resource.envelope.request
        if envelope:
            return {**outside, envelope: body}
        return {**outside, **body} if isinstance(body, dict) else body

    def headers(self, scope: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """The contract's headers that this scope can fill in."""
        found = []
        for name, template in self._contract.headers.items():
            try:
                found.append((name, template.format_map(scope)))
            except KeyError:
                continue
        return tuple(found)

    def item_target(self, id: Any, scope: Mapping[str, Any]) -> str:
        """The request target at which the instance can be deleted (or read, where nothing deletes it)."""
        return self.build("delete" if self._resource.supports("delete") else "read", scope, id=id).target

    def _path(self, template: str, scope: Mapping[str, Any]) -> str:
        """``template`` with its placeholders filled in, below the base path."""
        filled = template.format_map({name: quote(str(id), safe="") for name, id in scope.items()})
        return f"{self._contract.base_path}{filled}"


def encode(value: Any) -> bytes:
    """JSON as it is sent: UTF-8, every character as itself but for lone surrogates, which only an escape can hold."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
