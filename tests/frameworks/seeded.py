"""What the services in Python share: the fault that the environment names, and a store of items that may have it.

``FAULT`` names one fault; each service lists those that it can have (``catalogue.py``). The store's own are the bugs
that no framework prevents; what a framework would have caught is left out by the service itself, where ``on`` says so.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

FAULT = os.environ.get("FAULT", "")
TOKEN = "an-honest-token"


def on(fault: str) -> bool:
    """Whether the service has this fault."""
    return fault == FAULT


def port() -> int:
    """The port that the service is told to listen on."""
    return int(sys.argv[1])


class MissingError(LookupError):
    """There is no such item."""


class Shelf:
    """Items in memory by id, in the order in which they were made."""

    def __init__(self) -> None:
        self._items: dict[Any, dict[str, Any]] = {}
        self._last = 0
        self._lock = threading.Lock()

    def number(self) -> int:
        """The next id, where ids are numbers: none comes again."""
        with self._lock:
            self._last += 1
            return self._last

    def add(self, item: dict[str, Any]) -> dict[str, Any]:
        """Keep an item under its ``id``."""
        kept = dict(item)
        texts = [n for n, v in item.items() if isinstance(v, str) and n != "id" and v]
        if on("long-text-crashes") and any(len(item[n]) > 40 for n in texts):
            raise RuntimeError("value too long for type character varying(40)")
        if on("text-cut") and texts:
            kept[texts[0]] = kept[texts[0]][:-1]
        if not on("create-not-kept"):
            self._items[item["id"]] = kept
        return item

    def find(self, key: Any) -> dict[str, Any]:
        """A copy of an item. Raises ``MissingError``."""
        if key in self._items:
            return dict(self._items[key])
        if on("absent-crashes"):
            raise RuntimeError("'NoneType' object is not subscriptable")
        if on("absent-is-another") and self._items:
            return dict(next(iter(self._items.values())))
        raise MissingError(key)

    def all(self) -> list[dict[str, Any]]:
        """Copies of all items."""
        found = [dict(item) for item in self._items.values()]
        return found[:-1] if on("list-forgets") and len(found) > 1 else found

    def page(self, skip: int, take: int) -> list[dict[str, Any]]:
        """Some of the items."""
        start = 0 if on("every-page-first") else skip
        return self.all()[start : start + take]

    def count(self) -> int:
        """How many there are."""
        return len(self._items) + (1 if on("total-wrong") else 0)

    def change(self, key: Any, changes: dict[str, Any]) -> dict[str, Any]:
        """Change members of an item. Raises ``MissingError``."""
        item = self.find(key)
        if on("change-not-kept"):
            return {**item, **changes}
        if on("change-empties-another"):
            others = [n for n, v in item.items() if isinstance(v, str) and n not in changes and n != "id"]
            item |= dict.fromkeys(others[:1], "")
        if on("change-changes-another"):
            for other in [o for o in self._items.values() if o["id"] != key][-1:]:
                other |= changes
        self._items[item["id"]] = item | changes
        return dict(self._items[item["id"]])

    def remove(self, key: Any) -> None:
        """Take an item away. Raises ``MissingError``."""
        item = self.find(key)
        if not on("delete-not-done"):
            del self._items[item["id"]]
