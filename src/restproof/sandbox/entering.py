"""The first steps of a request: who sends it, what it names, whether it may, and what its body is."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Any

from restproof.contract.criteria import in_headers, is_searched, unpacked
from restproof.contract.formats import FORMATS
from restproof.contract.forms import document_of, schema_of, typed
from restproof.contract.model import WRITES, Contract, Operation, Parent, Resource
from restproof.contract.patterns import pattern
from restproof.contract.routing import Route, Router, may_create
from restproof.plan.parameters import readings
from restproof.record.jsontext import double, not_json
from restproof.sandbox.call import NOTHING, Call, Credential
from restproof.sandbox.digest import known_by_digest
from restproof.sandbox.limits import Limiter
from restproof.sandbox.store import Entry, Store
from restproof.semantics.checker import is_valid
from restproof.semantics.validate import Validation

MAX_URI = 8192
MAX_DEPTH = 128
_INTEGER = re.compile(r"[1-9][0-9]*")
_read = json.JSONDecoder(parse_constant=not_json, parse_float=double).decode


class Entering:
    """Steps up to the parsed body. Each looks at the call, and notes on it what it found and why it would refuse."""

    contract: Contract
    store: Store
    router: Router
    limiter: Limiter
    credentials: dict[str, Credential]
    validations: dict[str, Validation]

    async def arrival(self, call: Call) -> None:
        """The request is there, whole. A conforming server takes each as it comes, one after the other."""

    def check_uri(self, call: Call) -> None:
        """An oversize URI is refused before anything else is read."""
        if len(call.path) + len(call.raw_query) > MAX_URI:
            call.refuse("uri_too_long", None, "the URI is too long")

    def authenticate(self, call: Call) -> None:
        """Find the credential; without one, or with one that nobody gave out, the case is missing or bad."""
        needed = self.asked_of(call)
        if needed == "none":
            return
        sent = self.shown(call)
        if not sent and needed == "optional":
            return
        if not sent:
            call.refuse("missing_credential", None, "a credential is needed")
            return
        call.credential = self.credentials.get(self.secret_of(sent, call.method))
        if call.credential is None:
            call.refuse("bad_credential", None, "the credential is unknown")

    def shown(self, call: Call) -> str | None:
        """What stands where the request's credential belongs."""
        return self.contract.auth.shown(lambda name: call.headers.get(name.lower()), call.raw_query)

    def asked_of(self, call: Call) -> str:
        """Whether a request needs a credential (``required``), may have one, or is not asked for one (``none``)."""
        if self.contract.auth.scheme == "none":
            return "none"
        way = self.way_of(call)
        return way.auth if way else "required"

    def way_of(self, call: Call) -> Operation | None:
        """The operation that a request asks for, also before its route is found; ``None`` where there is none."""
        resource, _, operation = self.operation_name(call).partition(".")
        return self.contract.resources[resource].operation(operation) if operation else None

    def secret_of(self, header: str, method: str = "GET") -> str:
        """The secret of what a request shows of its credential; empty where that is of another scheme."""
        auth = self.contract.auth
        if auth.scheme == "api_key":
            return header.removeprefix(auth.prefix) if header.startswith(auth.prefix) else ""
        if auth.scheme == "digest":
            return known_by_digest(header, method, self.credentials)
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != self.contract.auth.scheme:
            return ""
        if self.contract.auth.scheme == "bearer":
            return rest.strip()
        try:
            return base64.b64decode(rest.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return ""

    def throttle(self, call: Call) -> None:
        """Count the request against its credential's window."""
        if not self.limiter.admits(call) or not self.within_rate(call):
            call.refuse("throttled", None, "too many requests: try again later")

    def within_rate(self, call: Call) -> bool:
        """Whether the operation, and the resource, is asked for as often as it may be."""
        if not self.contract.rates:
            return True
        name = self.operation_name(call)
        rates = {part: self.contract.rates.get(part) for part in (name, name.partition(".")[0])}
        admitted = [self.limiter.admits_one(call, part, rate) for part, rate in rates.items() if rate is not None]
        return all(admitted)

    def operation_name(self, call: Call) -> str:
        """``resource.operation`` of a request, also before its route is found; empty where there is none."""
        route = self.route_of(call)
        operation = route.operations.get("GET" if call.method == "HEAD" else call.method) if route else None
        return f"{route.resource.name}.{operation}" if route and operation else ""

    def route_of(self, call: Call) -> Route | None:
        """What the contract has at the path of a request: several steps ask for it."""
        if call.path not in call.routes:
            call.routes[call.path] = self.router.find(call.path)
        return call.routes[call.path]

    def route(self, call: Call) -> None:
        """Find resource and operation."""
        route = self.route_of(call)
        if route is None:
            call.refuse("unknown_path", None, "there is nothing at this path")
            return
        call.target, call.is_item = route.resource, route.is_item
        call.path_ids, call.item_id = route.ids, route.id
        operations = route.operations
        call.allowed = tuple(sorted(operations))
        method = "GET" if call.method == "HEAD" else call.method
        if method not in operations:
            call.refuse("unsupported", None, f"{call.method} is not supported here")
            return
        call.operation = operations[method]
        if call.operation == "list" and not is_searched(call.resource):
            self.read_asked(call)

    def read_asked(self, call: Call, body: Any = None) -> None:
        """What a list is asked for, be it in header fields, in its body, or packed into one parameter."""
        named = in_headers(call.resource)
        query = [pair for pair in call.query if pair[0] not in named]
        call.query = list(unpacked(call.resource, query, lambda name: call.headers.get(name.lower()), body))

    def read_body(self, call: Call) -> None:
        """Parse the body as a JSON object, strictly: UTF-8, no NaN, no number beyond a double, no bottomless
        nesting."""
        searched = call.operation == "list" and call.method == "POST"
        if call.operation not in WRITES and not searched:
            return
        if call.too_large:
            call.refuse("too_large", None, "the body is too large")
            return
        media = call.headers.get("content-type", "").partition(";")[0].strip()
        if not self.reads(call, media):
            call.refuse("unsupported_media", None, f"the body must be {call.way.media.request}")
            return
        try:
            text = call.body.decode("utf-8") or ("{}" if searched else "")
            if call.way.media.is_form:
                self.read_form(call)
                return
            document = _read(text)
        except (ValueError, RecursionError):
            call.refuse("malformed" if call.body else "empty_body", None, "the body is not valid JSON")
            return
        if searched:
            self.read_criteria(call, document)
            return
        if not isinstance(document, dict):
            call.refuse("no_object", None, "the body is not a JSON object")
            return
        if _deeper_than(document, MAX_DEPTH):
            call.refuse("malformed", None, "the body is nested too deeply")
            return
        call.document = document

    def read_form(self, call: Call) -> None:
        """The texts of a form are what the schema takes them for. Raises ``ValueError`` where it is none."""
        document = document_of(call.body)
        if not document:
            raise ValueError("the form is empty")
        call.document = typed(document, schema_of(self.contract, call.resource, call.operation))

    def read_criteria(self, call: Call, document: Any) -> None:
        """What the body of a list that is asked for by POST holds is what others have in their query."""
        if isinstance(document, dict) and not _deeper_than(document, MAX_DEPTH):
            self.read_asked(call, document)
        else:
            call.refuse("no_object", None, "the body is not a JSON object")

    def reads(self, call: Call, media: str) -> bool:
        """Whether a body of this media type is read; one without a type counts as what is wanted."""
        return not media or call.way.media.reads(media)

    def find_parents(self, call: Call) -> None:
        """Find the entries above, by path, query or body. The scope is known only where all of them are; a parent that
        stands in bodies alone is not asked for by a request without one."""
        resource = call.resource
        for parent in sorted(
            resource.parents, key=lambda p: len(self.contract.ancestors(self.contract.resources[p.resource]))
        ):
            named = call.way.parent(parent.resource)
            if named is None or (named.place == "body" and call.operation not in WRITES):
                call.unnamed = True
                continue
            key = self.parent_key(call, named)
            if key is None:
                continue
            found = self.parent_entry(call, parent, key)
            if found is None:
                call.refuse("absent_parent", named.name, f"there is no such {parent.resource}")
            else:
                call.parents[parent.resource] = found
        if len(call.parents) == len(resource.parents):
            call.scope = tuple(call.parents[p.resource].seq for p in resource.parents)

    def parent_key(self, call: Call, parent: Parent) -> str | None:
        """The id of a parent as the request names it; ``None`` after noting why there is none."""
        identity = self.contract.resources[parent.resource].id
        if parent.place == "body":
            if call.document is NOTHING:
                return None
            if parent.name not in call.document:
                call.refuse("missing_parent", parent.name, "is required")
                return None
            value = call.document[parent.name]
            wanted = int if identity.type == "integer" else str
            if not isinstance(value, wanted) or isinstance(value, bool):
                call.refuse("mistyped_parent", parent.name, f"must be of type {identity.type}")
                return None
            text: str | None = str(value)
        elif parent.place in ("query", "header"):
            text = call.parameter(parent.name) if parent.place == "query" else call.headers.get(parent.name.lower())
            if not text:
                call.refuse("missing_parent", parent.name, "is required")
                return None
        else:
            text = call.path_ids.get(parent.resource)
        if text is None or not well_formed_id(self.contract.resources[parent.resource], text):
            call.refuse("malformed_parent", parent.name, f"is no id of a {parent.resource}")
            return None
        return text

    def parent_entry(self, call: Call, parent: Parent, key: str) -> Entry | None:
        """The parent of that id which stands under the ancestors that the request names too."""
        own = self.contract.resources[parent.resource].parents
        for entry in self.store.find(parent.resource, key):
            named = [(at, call.parents[p.resource]) for at, p in enumerate(own) if p.resource in call.parents]
            if all(entry.scope[at] == above.seq for at, above in named):
                return entry
        return None

    def check_parameters(self, call: Call) -> None:
        """Every parameter that the operation is asked with is there, with a value of its schema."""
        for name, schema in call.way.query.items():
            text = call.parameter(name)
            if text is None:
                call.refuse("invalid", name, "is required")
            elif not any(is_valid(schema, value) for value in readings(text)):
                call.refuse("invalid", name, "is no valid value")

    def find_entry(self, call: Call) -> None:
        """Find the entry that the path names, under the parents that the request names."""
        if not call.is_item:
            return
        resource, key = call.resource, call.item_id
        if key is None or not well_formed_id(resource, key):
            call.refuse("malformed_id", resource.id.field, f"is no id of a {resource.name}")
            return
        candidates = self.store.find(resource.name, key)
        if call.unnamed:
            candidates = [e for e in candidates if in_named_parents(call, e.scope)]
            call.scope = candidates[0].scope if candidates else None
        if call.scope is not None:
            call.entry = self.entry_in_scope(call, candidates)
        if call.entry is not None:
            return
        if may_create(resource, call.operation):
            if not may_be_chosen(resource, key):
                call.refuse("malformed_id", resource.id.field, f"is no id of a {resource.name}")
                return
            call.new_key = key
        elif candidates:
            if call.scope is not None:
                call.refuse("wrong_parent", resource.id.field, f"there is no such {resource.name} here")
        elif self.was_deleted(call, key):
            case = "repeat_delete" if call.operation == "delete" else "gone"
            call.refuse(case, resource.id.field, f"there is no such {resource.name} any more")
        else:
            call.refuse("absent", resource.id.field, f"there is no such {resource.name}")

    def was_deleted(self, call: Call, key: str) -> bool:
        """Whether there was an entry with that id under the parents of the request."""
        is_known = call.unnamed or call.scope is not None
        return is_known and any(in_named_parents(call, s) for s in self.store.deleted(call.resource.name, key))

    def entry_in_scope(self, call: Call, candidates: Sequence[Entry]) -> Entry | None:
        """Of the entries with the id, the one under the parents of the request."""
        return next((e for e in candidates if e.scope == call.scope), None)

    def authorise(self, call: Call) -> None:
        """Refuse what the credential may not do or see."""
        credential = call.credential
        if credential is None:
            return
        if credential.read_only and call.writes:
            call.refuse("forbidden", None, "the credential may only read")
        if any(not credential.sees(p.tenant) for p in call.parents.values()):
            call.refuse("forbidden_parent", None, "the credential has no access here")
        elif call.entry is not None and not credential.sees(call.entry.tenant):
            call.refuse("foreign", None, "the credential has no access to this")


def in_named_parents(call: Call, scope: tuple[int, ...]) -> bool:
    """Whether an entry of the call's resource with that scope stands under those of its parents that the request
    names."""
    named = [(at, call.parents.get(p.resource)) for at, p in enumerate(call.resource.parents)]
    return all(parent is None or scope[at] == parent.seq for at, parent in named)


def well_formed_id(resource: Resource, text: str) -> bool:
    """Whether a text could be an id of the resource at all."""
    if not text or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return False
    if resource.id.type == "integer":
        return _INTEGER.fullmatch(text) is not None
    if resource.id.type == "uuid":
        return FORMATS["uuid"].check(text)
    form = pattern(f"^(?:{resource.id.pattern})$") if resource.id.pattern else None
    return form is None or form.search(text) is not None


def may_be_chosen(resource: Resource, text: str) -> bool:
    """Whether a client may give this id to something new."""
    return resource.id.type != "string" or is_valid(resource.properties.get(resource.id.field, {}), text)


def _deeper_than(value: Any, depth: int) -> bool:
    """Whether containers are nested deeper than ``depth``; iterative, so it has no depth limit of its own."""
    level = [value]
    for _ in range(depth):
        level = [v for c in level for v in (c.values() if isinstance(c, dict) else c) if isinstance(v, dict | list)]
        if not level:
            return False
    return True
