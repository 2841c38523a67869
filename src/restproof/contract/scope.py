"""What the resources of a contract are read within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from restproof.contract.document import Document, Problems
from restproof.contract.inner import Made
from restproof.contract.model import Parent, Schema
from restproof.contract.schemas import SchemaFolder
from restproof.frozen import frozen


@frozen
class Scope:
    """What a resource is read within: the document, its schemas, and what the contract says for all resources."""

    document: Document
    folder: SchemaFolder
    problems: Problems
    statuses: Mapping[str, Any]
    paging: Mapping[str, Any]
    parents: Mapping[str, tuple[Parent, ...]]
    formats: Mapping[str, Schema]
    joined: Made = field(default_factory=dict)
    known: Made = field(default_factory=dict)
    possible: dict[int, Schema] = field(default_factory=dict)
    """What has been made of the schemas, and seen of them, each once however many resources hold it."""
