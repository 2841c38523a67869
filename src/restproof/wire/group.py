"""A collection as clean-up sees it: what the ledger says of it, and what a look has shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.routing import one_of_list
from restproof.wire.ledger import Entry
from restproof.wire.message import Headers


@dataclass
class Group:
    """A collection, the entries of the ledger that belong there, and what a look has shown of it. ``seen``: the entries
    of its list by the text of their ids; ``None`` where it could not be read, for the reason ``unread``."""

    resource: Resource
    collection: str
    headers: Headers
    credential: str | None
    entries: list[Entry] = field(default_factory=list)
    seen: dict[str, Mapping[str, Any]] | None = None
    unread: str = ""
    is_touched: bool = False
    is_gone: bool = False
    """The list answered that it is not there: its parent is deleted, or nobody may look, so nothing was made."""

    @property
    def known(self) -> dict[str, Entry]:
        """The entries whose ids are named, by the texts of these. Where several are of one item, the last of a create
        stands for it, since that says when it was made."""
        named: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.item is not None and (not entry.placed or str(entry.id) not in named):
                named[str(entry.id)] = entry
        return named

    @property
    def place(self) -> str:
        return self.collection.partition("?")[0]

    def item(self, contract: Contract, id: object, operation: str = "delete") -> str:
        """The request target that deletes (or reads) an item of the collection."""
        return one_of_list(contract, self.resource, operation, self.collection, id)
