"""Which members of messages hold secrets: those that the contract says, and those that look like one by their name or
their format. The latter are hidden too, but nothing is asserted of them; ``public`` in the contract shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from restproof.contract.envelope import pointer_of
from restproof.contract.model import Contract, Paging, Resource
from restproof.frozen import frozen

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = re.compile(
    r"tokens?|passwords?|passwd|pwd|passphrase|passcode|secrets?|credentials|jwt|otp|apikeys?|session-id|j?sessionid"
    r"|(?:api|access|private|secret|signing|encryption|auth|master|session)-keys?|(?:recovery|backup)-codes?"
)
_OF_PAGES = frozenset(("page", "paging", "pagination", "next", "prev", "previous", "cursor", "continuation", "scroll"))
STEMS = ("token", "pass", "pwd", "secret", "key", "credentials", "jwt", "otp", "session", "recovery", "backup")
"""Each name that looks like a secret contains one of these, in lower case."""


def looks_secret(name: str) -> bool:
    """Whether a member is called like a secret (``access_token``, ``webhookSecret``); tokens of pages are none."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or _OF_PAGES.intersection(words):
        return False
    return any(_SECRET.fullmatch("-".join(words[-count:])) for count in (1, 2))


@frozen
class Secrecy:
    """What is hidden in the messages of a contract."""

    contract: Contract
    _known: dict[tuple[str | None, str], str] = field(default_factory=dict)

    def hides(self, resource: str | None, name: str) -> str:
        """How the member ``name`` is hidden in messages about ``resource``: ``all`` where the contract says that it is
        secret, ``texts`` where it looks like a secret and no response shows it, ``foreign`` where it looks like one and
        responses may show it (then what the run itself gave it is none), else nothing (empty)."""
        key = (resource, name)
        if key not in self._known:
            self._known[key] = self._hides(self.contract.resources.get(resource or ""), name)
        return self._known[key]

    def stems(self) -> tuple[str, ...]:
        """Texts of which every hidden name contains one, in lower case."""
        own = {name.lower() for r in self.contract for name in (*r.secret, *self._by_format[r.name])}
        return (*STEMS, *sorted(own))

    @cached_property
    def _by_format(self) -> Mapping[str, frozenset[str]]:
        """The members of each resource whose format is that of a password."""
        return {
            r.name: frozenset(n for n, schema in r.properties.items() if is_password(schema)) for r in self.contract
        }

    @cached_property
    def _shown(self) -> frozenset[str]:
        """The members that the contract shows somewhere: those that it calls public, and the tokens of pages."""
        return frozenset(name for r in self.contract for name in (*r.public, *_paging_names(r.paging)))

    def found_by_look(self) -> Iterator[tuple[Resource, str]]:
        """The fields that are hidden though the contract does not say so, and the members of bodies that hold a
        resource: all that stands in these is hidden."""
        for resource in self.contract:
            for name in dict.fromkeys((*resource.properties, *_wrappers(resource))):
                if self.hides(resource.name, name) in ("texts", "foreign"):
                    yield resource, name

    def _hides(self, resource: Resource | None, name: str) -> str:
        if resource is not None and name in resource.properties:
            if name in resource.secret:
                return "all"
            if name in resource.public or name == resource.id.field:
                return ""
            if not self._looks(resource, name):
                return ""
            return "texts" if resource.properties[name].get("writeOnly") else "foreign"
        if any(name in r.secret for r in self.contract):
            return "all"
        if name in self._shown:
            return ""
        return "foreign" if looks_secret(name) or any(name in names for names in self._by_format.values()) else ""

    def _looks(self, resource: Resource, name: str) -> bool:
        if name in _paging_names(resource.paging) or name in resource.references:
            return False
        return looks_secret(name) or name in self._by_format[resource.name]


def _wrappers(resource: Resource) -> Iterator[str]:
    for envelope in (resource.operation(name).envelope for name in resource.operations):
        for place in (envelope.request, envelope.response, envelope.list, envelope.entry):
            yield from pointer_of(place).split("/")[1:]


def _paging_names(paging: Paging) -> set[str]:
    places = f"{paging.next_field or ''}/{paging.more or ''}".strip("/").split("/")
    named = (paging.token, paging.page, paging.offset, paging.size, paging.next_header, paging.size_header)
    return {*filter(None, places), *filter(None, named)}


def is_password(schema: Any) -> bool:
    """Whether the format of a member says that it holds a password."""
    return isinstance(schema, Mapping) and schema.get("format") == "password"
