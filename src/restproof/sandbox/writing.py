"""The steps of a write: envelope, fields, rules, uniqueness, the state that follows, and storing it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from restproof.contract.model import Reference, Resource
from restproof.contract.shapes import same, types_of
from restproof.contract.texts import id_text
from restproof.contract.values import are_known
from restproof.pointer import put
from restproof.sandbox.call import Call, refusal_status
from restproof.sandbox.entering import well_formed_id
from restproof.sandbox.quotas import Counting
from restproof.sandbox.seeds import Seeder
from restproof.sandbox.store import Entry
from restproof.semantics import state as states
from restproof.semantics.checker import Problem
from restproof.semantics.initial import server_values
from restproof.semantics.normal import made_normal
from restproof.semantics.patch import merged, merges
from restproof.semantics.plausible import plausible
from restproof.semantics.readback import member_schema
from restproof.semantics.validate import Refusal, Validation


class Writing(Counting):
    """Steps between the parsed body and the stored state."""

    validations: dict[str, Validation]
    seeder: Seeder

    def open_envelope(self, call: Call) -> None:
        """Take off the envelope and the parents' parameters beside the fields: sets ``call.fields``."""
        if not isinstance(call.document, dict):
            return
        envelope, beside = call.way.envelope, {p.name for p in call.way.parents_in("body")}
        for name in envelope.strangers(call.document, beside):
            call.refuse("unknown_beside", name, "does not exist")
        call.fields = envelope.taken(call.document, beside, named=call.item_id is not None)
        if call.fields is None:
            call.refuse("envelope", envelope.request, "is required, and must be an object")
        for pointer in envelope.missing_constants(call.document, call.item_id):
            call.refuse("envelope", pointer, "is not what it must be")

    def check_fields(self, call: Call) -> None:
        """Judge the fields one step after the other; leaves in ``call.fields`` what is to be stored."""
        if call.fields is None:
            return
        validation = self.validations[call.resource.name]
        unstorable = self.unstorable(call)
        for refusal in unstorable:
            call.refuse(refusal.case, refusal.field, refusal.message)
        bad = {r.field for r in unstorable}
        call.fields = self.patched(call, call.fields)
        clean = {n: v for n, v in call.fields.items() if n not in bad}
        call.problems = validation.problems(call.operation, clean)
        for refusal in (*self.unknown_fields(call), *self.invalid_values(call, clean), *self.invalid_id(call)):
            call.refuse(refusal.case, refusal.field, refusal.message)
        call.fields = self.known_fields(call)
        skip = {str(p.path[0]) for p in call.problems if p.path} | {str(b) for b in bad}
        usable = {n: v for n, v in call.fields.items() if n not in skip}
        after = self.next_state(call, usable)
        for refusal in (*self.broken_rules(call, after, skip), *self.dangling_references(call, usable, skip)):
            call.refuse(refusal.case, refusal.field, refusal.message)
        if not call.refusals:
            for refusal in (*self.duplicates(call, after), *self.over_quotas(call, after)):
                call.refuse(refusal.case, refusal.field, refusal.message)

    def patched(self, call: Call, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of a merge patch as they will be; of any other request as they are."""
        if call.entry is None or not merges(call.resource, call.operation):
            return fields
        known, before = self.validations[call.resource.name].fields("update"), call.entry.state
        return {n: merged(known.get(n, {}), before.get(n), v) for n, v in fields.items()}

    def unstorable(self, call: Call) -> list[Refusal]:
        """Strings that cannot be stored; none, where the contract lets them be."""
        if refusal_status("unstorable", call.status("unstorable")) < 400:
            return []
        return self.validations[call.resource.name].unstorable(call.fields or {})

    def unknown_fields(self, call: Call) -> list[Refusal]:
        """Members that do not exist, at the top or inside."""
        return self.validations[call.resource.name].unknown(call.problems)

    def invalid_values(self, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        """Values that the schema does not allow, and changes of what never changes."""
        found = self.validations[call.resource.name].values(call.operation, call.problems, fields)
        # Of a field with listed values, no other one is real.
        known = self.validations[call.resource.name].fields(call.operation)
        strange = [n for n, value in fields.items() if n in known and not are_known(known[n], value)]
        found += [Refusal("invalid", n, "is not known") for n in strange]
        if call.entry is not None:
            before, sent = call.entry.state, made_normal(call.resource, fields)
            for name in call.resource.immutable:
                writable = name in sent and name in self.validations[call.resource.name].fields(call.operation)
                if writable and not same(sent[name], before.get(name)):
                    found.append(Refusal("invalid", name, "never changes"))
        return found

    def invalid_id(self, call: Call) -> list[Refusal]:
        """An id that the client chose in the body and that is none, or not the one of the path."""
        name = call.resource.id.field
        value = (call.fields or {}).get(name)
        if value is None or name not in self.validations[call.resource.name].fields(call.operation):
            return []
        if call.new_key is not None and str(value) != call.new_key:
            return [Refusal("invalid", name, "is not the id of the path")]
        return [] if well_formed_id(call.resource, str(value)) else [Refusal("invalid", name, "is no valid id")]

    def known_fields(self, call: Call) -> dict[str, Any]:
        """The fields without those that do not exist; where the contract keeps unknown ones, with them."""
        kept: dict[str, Any] = call.fields or {}
        validation = self.validations[call.resource.name]
        for problem in call.problems:
            for refusal in validation.unknown([problem]):
                if call.resource.status(refusal.case).accepted != "kept":
                    kept = _without(kept, problem)
        return kept

    def next_state(self, call: Call, fields: Mapping[str, Any]) -> states.State:
        """The state that would follow the request."""
        resource, now = call.resource, iso(call.now)
        touched = {n: time_value(resource, n, call.now) for n in resource.touched}
        if call.entry is None:
            seq = self.store.next_seq()
            id = self.new_id(call, fields, seq)
            server_set = {**server_values(resource, id=id, now=now, serial=seq), **touched, resource.id.field: id}
            return states.created(resource, fields, server_set=server_set)
        if call.operation == "update":
            after = states.updated(resource, call.entry.state, fields, touched=touched)
        else:
            after = states.replaced(resource, call.entry.state, fields, touched=touched)
        return self.with_version(call, after)

    def with_version(self, call: Call, after: states.State) -> states.State:
        """A state that follows another one, with a version of its own."""
        version = call.resource.version
        if version is None:
            return after
        present = version.shown(after)
        if isinstance(present, int):
            return dict(put(after, version.pointer, present + 1))
        schema: Mapping[str, Any] = {"properties": call.resource.shapes.response["properties"]}
        for name in version.field.split("."):
            schema = member_schema(schema).get("properties", {}).get(name, {})
        return dict(put(after, version.pointer, plausible(schema, serial=self.store.take_seq(), now=iso(call.now))))

    def new_id(self, call: Call, fields: Mapping[str, Any], seq: int) -> Any:
        """The id of a new entry: from the path, from the body, or the server's own."""
        identity = call.resource.id
        if call.new_key is not None:
            return int(call.new_key) if identity.type == "integer" else call.new_key
        if fields.get(identity.field) is not None and identity.chosen_by != "server":
            return fields[identity.field]
        return self.seeder.server_id(call.resource, seq)

    def broken_rules(self, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        """Business rules that the state after the request would break; none where an update has nothing to change."""
        if call.entry is None and call.operation == "update":
            return []
        before = call.entry.state if call.entry else None
        sent = {n: v for n, v in (call.fields or {}).items() if n not in skip}
        return self.validations[call.resource.name].rules(before, after, skip, sent=sent)

    def dangling_references(self, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        """References that name nothing under the same ancestors, or anywhere where the contract says so."""
        named = call.resource.references or call.resource.inner_references
        if not named or call.scope is None:
            return []
        above = self.store.ancestors(call.scope)
        anywhere = {r.to for r in call.resource.references.values() if r.within == "anywhere"}

        def exists(resource: str, id: Any) -> bool:
            return self.referent({} if resource in anywhere else above, resource, id) is not None

        found = self.validations[call.resource.name].references(fields, exists, skip)
        return found + [r for r in self.strays(call, fields, above) if r.field not in {f.field for f in found}]

    def strays(self, call: Call, fields: Mapping[str, Any], above: Mapping[str, int]) -> list[Refusal]:
        """References to what does not lie in what the one beside them names."""
        state = {**(call.entry.state if call.entry else {}), **fields}
        found = []
        for reference in (r for r in call.resource.references.values() if r.beside):
            if not {reference.field, reference.beside} & fields.keys():
                continue
            ids = state.get(reference.field)
            outer = self.referent(above, call.resource.references[reference.beside].to, state.get(reference.beside))
            inner = [self.referent(above, reference.to, id) for id in (ids if isinstance(ids, list) else [ids])]
            if outer is not None and not all(entry is None or self.lies_in(entry, outer) for entry in inner):
                found.append(Refusal("reference", reference.field, f"does not lie in {reference.beside}"))
        return found

    def lies_in(self, entry: Entry, outer: Entry) -> bool:
        """Whether an entry lies in another one, by its parents or by what it refers to."""
        own = self.contract.ties.get(entry.resource, {})
        if outer.seq in self.store.ancestors(entry.scope).values():
            return True
        return any(to == outer.resource and id_text(entry.state.get(field)) == outer.key for field, to in own.items())

    def referent(self, above: Mapping[str, int], resource: str, id: Any) -> Entry | None:
        """The entry that a reference names: one whose ancestors are those of the entry that names it, as far as both
        have them."""
        for entry in self.store.find(resource, id_text(id)):
            own = self.store.ancestors(entry.scope)
            if all(above.get(name, seq) == seq for name, seq in own.items()):
                return entry
        return None

    def duplicates(self, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        """Unique values that another entry holds."""
        resource, found = call.resource, []
        if call.scope is None:
            return []
        own = call.entry.seq if call.entry else None
        for fields in resource.unique:
            if any(after.get(f) is None for f in fields):
                continue
            if self.store.taken(resource, fields, call.scope, after) not in (None, own):
                found.append(Refusal("conflict", fields[0], "has already been taken"))
        if call.entry is None or (resource.id.changes and call.operation == "update"):
            taken = self.store.find(resource.name, str(after[resource.id.field]))
            if any(e.scope == call.scope and e.seq != own for e in taken):
                found.append(Refusal("conflict", resource.id.field, "has already been taken"))
        elif call.operation == "create":
            found.append(Refusal("conflict", resource.id.field, "has already been taken"))
        return found

    def store_new(self, call: Call, fields: Mapping[str, Any]) -> Entry:
        """Store a new entry and what belongs below it. Raises ``Duplicate``."""
        with self.store.transaction():
            state = self.next_state(call, fields)
            nearest = [call.parents[p.resource] for p in call.resource.parents]
            tenant = next((p.tenant for p in reversed(nearest) if p.tenant), "")
            key = str(state[call.resource.id.field])
            entry = self.insert(call, key, tenant, state)
            self.seeder.seed_below(entry, iso(call.now))
        return entry

    def insert(self, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Entry:
        """Write the new entry."""
        return self.store.insert(call.resource, key, call.scope or (), tenant, state)

    def store_change(self, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        """Write an entry's new state; what names it names it by its new id then. Raises ``Duplicate``."""
        with self.store.transaction():
            naming = self.references_to(entry) if call.resource.id.changes else []
            stored = self.store.update(call.resource, entry, state)
            for resource, reference, other in naming if stored.key != entry.key else ():
                present = self.store.entry(other.seq)  # it may name itself
                if present is not None:
                    value, id = present.state.get(reference.field), state[call.resource.id.field]
                    named = [id if id_text(v) == entry.key else v for v in value or ()] if reference.many else id
                    self.store.update(resource, present, {**present.state, reference.field: named})
        return stored

    def refusing_references(self, call: Call, entry: Entry) -> list[Refusal]:
        """References that forbid the delete of what they name."""
        return [
            Refusal("conflict", None, f"a {resource.name} names it")
            for resource, reference, _ in self.references_to(entry)
            if reference.on_delete == "refuse"
        ][:1]

    def remove(self, call: Call, entry: Entry) -> None:
        """Delete an entry and what is below it, and clear the references to all of them."""
        with self.store.transaction():
            for one in self.store.delete(entry):
                self.delete_referring(call, one)
                self.clear_references(call, one)

    def delete_referring(self, call: Call, gone: Entry) -> None:
        """Delete whatever names the deleted entry and goes with it."""
        for _, reference, naming in self.references_to(gone):
            if reference.on_delete == "cascade" and self.store.entry(naming.seq) is not None:
                self.remove(call, naming)

    def clear_references(self, call: Call, gone: Entry) -> None:
        """Null, or one entry fewer, in whatever named the deleted entry."""
        for resource, reference, naming in self.references_to(gone):
            value = naming.state.get(reference.field)
            many = isinstance(value, list)
            left = [v for v in value or () if id_text(v) != gone.key] if many else None
            self.store.update(resource, naming, {**naming.state, reference.field: left})

    def references_to(self, entry: Entry) -> list[tuple[Resource, Reference, Entry]]:
        """Everything that names an entry."""
        found: list[tuple[Resource, Reference, Entry]] = []
        id = entry.state.get(self.contract.resources[entry.resource].id.field)
        if id is None:  # nothing can name what has no id
            return found
        for resource in self.contract:
            for reference in resource.references.values():
                if reference.to != entry.resource:
                    continue
                for naming in self.store.mentioning(resource.name, json.dumps(id)):
                    value = naming.state.get(reference.field)
                    ids = value if isinstance(value, list) else [value]
                    if any(v is not None and id_text(v) == entry.key for v in ids):
                        above = self.store.ancestors(naming.scope)
                        own = self.store.ancestors(entry.scope)
                        if all(above.get(name, seq) == seq for name, seq in own.items()):
                            found.append((resource, reference, naming))
        return found


def time_value(resource: Resource, name: str, now: float) -> str | int:
    """``now`` as a touched field holds it: RFC 3339, or where the schema has a number, units of its resolution since
    1970. Where any change is told from the one before, in microseconds."""
    resolution = resource.touched_resolution
    if "string" not in types_of(resource.properties[name]):
        return int(now / (resolution or 1e-6))
    if resolution >= 1:
        return iso(now)
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def iso(now: float) -> str:
    """Unix seconds as RFC 3339 UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))


def _without(value: Any, problem: Problem) -> Any:
    """A copy of ``value`` without the member at the problem's path."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in problem.path[:-1]:
        inner = inner[step]
    del inner[problem.path[-1]]
    return copy
