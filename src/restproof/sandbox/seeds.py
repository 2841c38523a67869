"""What is there at the start: the given parents, entries of resources that nobody can create, and the credentials."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.parents import THE_ONE
from restproof.errors import ConfigurationError
from restproof.sandbox.call import Credential
from restproof.sandbox.store import Entry, Store
from restproof.semantics import state as states
from restproof.semantics.checker import Checker, is_valid
from restproof.semantics.distinct import nth
from restproof.semantics.initial import server_values
from restproof.semantics.plausible import plausible

_MOST_ATTEMPTS = 20
TENANTS = ("main", "other", "foreign")


class Seeder:
    """Fills a store with what no request can create."""

    def __init__(self, contract: Contract, store: Store) -> None:
        self.contract = contract
        self.store = store

    def server_id(self, resource: Resource, seq: int) -> Any:
        """An id that the server chooses for the entry number ``seq``."""
        schema: dict[str, Any]
        if resource.id.single:
            return THE_ONE
        if resource.id.type == "integer":
            schema = {"type": "integer", **resource.properties.get(resource.id.field, {})}
            return seq if is_valid(schema, seq) else nth(schema, seq)
        if resource.id.type == "uuid":
            return str(uuid.uuid4())
        schema = {"type": "string", **resource.properties.get(resource.id.field, {})}
        if resource.id.pattern:
            schema = {**schema, "allOf": [{"pattern": f"^(?:{resource.id.pattern})$"}]}
        text = f"{resource.name.replace('_', '-')}-{seq}"
        return text if is_valid(schema, text) else nth(schema, seq) or text

    def seed(self, now: str) -> dict[str, Any]:
        """Seed an empty store; returns the ids of the given parents: ``<r>``, ``other_<r>``, ``foreign_<r>``. A store
        that has been seeded keeps what it has."""
        known = self.store.setting("ids")
        if known is not None:
            return dict(known)
        ids: dict[str, Any] = {}
        with self.store.transaction():
            # Ids beyond 32 bits, as the real thing may have.
            self.store.start_at(2**32 + secrets.randbelow(2**20))
            for resource in sorted((self.contract.resources[n] for n in self.contract.given), key=self._depth):
                for tenant in TENANTS:
                    entry = self._given(resource, tenant, now)
                    label = resource.name if tenant == "main" else f"{tenant}_{resource.name}"
                    ids[label] = entry.state[resource.id.field]
            for resource in self.contract:
                if not resource.parents and _uncreatable(resource) and resource.name not in self.contract.given:
                    self._some(resource, (), "", now)
            self.store.set_setting("ids", ids)
        return ids

    def _depth(self, resource: Resource) -> int:
        return len(self.contract.ancestors(resource))

    def _given(self, resource: Resource, tenant: str, now: str) -> Entry:
        scope = tuple(next(e.seq for e in self.store.all(p.resource) if e.tenant == tenant) for p in resource.parents)
        entry = self._insert(resource, scope, tenant, now)
        if entry is None:
            raise ConfigurationError(
                f"a unique field of {resource.name} has too few values for the three that a sandbox begins with"
            )
        return entry

    def _insert(self, resource: Resource, scope: tuple[int, ...], tenant: str, now: str) -> Entry | None:
        """A new entry with what is below it; ``None`` where its unique values are all taken."""
        seq = self.store.next_seq()
        id = self.server_id(resource, seq)
        needed = resource.shapes.create.get("required", ())
        body = {
            name: plausible(schema, serial=seq, now=now, name=name)
            for name, schema in resource.shapes.create["properties"].items()
            if name in needed and name != resource.id.field
        }
        own = {resource.id.field: id} if resource.id.field else {}
        server_set = {**server_values(resource, id=id, now=now, serial=seq), **own}
        state = states.created(resource, body, server_set=server_set)
        for name in ("name", "title"):
            if name == resource.id.field:
                continue
            if isinstance(state.get(name), str) and resource.properties[name].get("type") == "string":
                label = f"{resource.name.replace('_', ' ').capitalize()} {tenant} {seq}".replace("  ", " ")
                if Checker(resource.properties[name]).accepts(label):
                    state[name] = label
        if not self._make_unique(resource, scope, state, seq):
            return None
        entry = self.store.insert(resource, str(id), scope, tenant, state)
        self.seed_below(entry, now)
        return entry

    def _make_unique(self, resource: Resource, scope: tuple[int, ...], state: dict[str, Any], seq: int) -> bool:
        """Other values for unique fields whose plausible ones are taken; false where there are none."""

        def free(fields: tuple[str, ...]) -> bool:
            unset = any(state.get(f) is None for f in fields)
            return unset or self.store.taken(resource, fields, scope, state) is None

        for fields in resource.unique:
            for attempt in range(_MOST_ATTEMPTS):
                if not free(fields):
                    state.update({f: nth(resource.properties[f], seq + attempt) for f in fields})
        return all(map(free, resource.unique))

    def _some(self, resource: Resource, scope: tuple[int, ...], tenant: str, now: str) -> None:
        for _ in range(1 if resource.id.single else 2):
            self._insert(resource, scope, tenant, now)

    def seed_below(self, entry: Entry, now: str) -> None:
        """Entries of those resources below a new entry that nobody can create."""
        for resource in self.contract:
            if not _uncreatable(resource) or resource.name in self.contract.given:
                continue
            if resource.parents and resource.parents[-1].resource == entry.resource:
                scope = self._scope_below(resource, entry)
                if scope is not None:
                    self._some(resource, scope, entry.tenant, now)

    def _scope_below(self, resource: Resource, entry: Entry) -> tuple[int, ...] | None:
        above = {**self.store.ancestors(entry.scope), entry.resource: entry.seq}
        if not all(p.resource in above for p in resource.parents):
            return None
        return tuple(above[p.resource] for p in resource.parents)


def _uncreatable(resource: Resource) -> bool:
    return not resource.creatable and bool(resource.operations)


def credentials(contract: Contract) -> dict[str, Credential]:
    """Fresh credentials by name, as far as they mean something: none without authentication, ``foreign`` only where
    there are tenants."""
    if contract.auth.scheme == "none":
        return {}

    def secret(name: str) -> str:
        token = secrets.token_urlsafe(24)
        return f"{name}:{token}" if contract.auth.scheme in ("basic", "digest") else token

    tenants = bool(contract.given)
    own = frozenset({"main", "other"}) if tenants else None
    found = [
        Credential("full", secret("full"), own),
        Credential("read_only", secret("read_only"), frozenset({"main"}) if tenants else None, read_only=True),
        Credential("throttled", secret("throttled"), own, limit=5, window=1.0),
    ]
    if tenants:
        found.insert(2, Credential("foreign", secret("foreign"), frozenset({"foreign"})))
    return {c.name: c for c in found}
