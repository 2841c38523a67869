"""Which words of a contract an OpenAPI document says. A word that is new stands here too: what a document cannot say,
only ``x-restproof`` in it holds, and whoever exports is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.openapi.round_trip import EXTENSION

OF_CONTRACT = {
    "contract": True,
    "title": True,
    "base_path": True,
    "transport": False,
    "auth": True,
    "headers": True,
    "statuses": True,
    "extends": True,
    "deviations": False,
    "preset": True,
    "envelope": True,
    "media": True,
    "id": True,
    "order": False,
    "errors": True,
    "body_status": False,
    "formats": True,
    "settles": False,
    "paging": True,
    "rate_limit": True,
    "query": True,
    "policies": True,
    "clauses": False,
    "max_body": True,
    "latency_budget": False,
    "idempotency_key": True,
    "resources": True,
}
"""Word of a contract → whether a document says at least a part of it in OpenAPI's own words."""
OF_RESOURCE = {
    "path": True,
    "item_path": True,
    "schema": True,
    "operations": True,
    "envelope": True,
    "media": True,
    "parent": True,
    "id": True,
    "methods": True,
    "other_methods": False,
    "unique": True,
    "values": True,
    "normalized": True,
    "unique_scope": False,
    "derived": False,
    "touched": False,
    "defaults": False,
    "touched_resolution": False,
    "immutable": False,
    "volatile": False,
    "lenient": False,
    "settles": False,
    "open": False,
    "deleted_body": False,
    "create_only": True,
    "unlisted": True,
    "unordered": False,
    "may_need": True,
    "references": True,
    "reads_as": False,
    "rules": True,
    "rate": False,
    "query": True,
    "sort": True,
    "filters": True,
    "responses": True,
    "secret": False,
    "public": False,
    "conditional": True,
    "examples": False,
    "statuses": True,
    "paging": True,
}
"""The same of the words of a resource."""


def unsaid(document: Mapping[str, Any]) -> list[str]:
    """The words of its contract that only ``x-restproof`` holds in an exported document."""
    words = document[EXTENSION]["contract"]
    of_resources = {word for resource in words["resources"].values() for word in resource}
    return [
        *(word for word, said in OF_CONTRACT.items() if not said and word in words),
        *(word for word, said in OF_RESOURCE.items() if not said and word in of_resources),
    ]
