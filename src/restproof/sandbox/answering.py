"""The last steps: representation, success, refusal, and the headers of every answer."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from restproof.contract.addressing import url_of
from restproof.contract.bodystatus import is_success
from restproof.contract.envelope import Standing
from restproof.contract.locations import ENTRIES, steps_to
from restproof.contract.media import JSON
from restproof.contract.model import NO_BODY, Contract, Resource
from restproof.contract.policies import sends_location, sends_problem_details
from restproof.contract.routing import filled_path
from restproof.contract.texts import id_text
from restproof.sandbox.call import NOTHING, Answer, Call, refusal_status
from restproof.sandbox.digest import NONCE
from restproof.sandbox.limits import Limiter
from restproof.sandbox.store import Entry, Store
from restproof.semantics import state as states
from restproof.semantics.checker import is_valid
from restproof.semantics.plausible import plausible
from restproof.semantics.validate import Refusal, ranked

_EPOCH = "1970-01-01T00:00:00Z"
_written = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


@lru_cache(4)
def _date(seconds: int) -> str:
    """The ``Date`` of all answers of one second."""
    return formatdate(seconds, usegmt=True)


class Answering:
    """Steps from a stored state, or a refusal, to the answer."""

    contract: Contract
    store: Store
    limiter: Limiter
    operation_name: Callable[..., str]
    way_of: Callable[..., Any]

    def entry_value(self, entry: Entry, field: str) -> Any:
        """The value of a response field of an entry, e.g. ``name`` or ``office.id``; of an array's entries, all."""
        head, *rest = steps_to(self.contract.resources[entry.resource].properties, field)
        head = head.removesuffix(ENTRIES)
        value: Any = entry.state.get(head)
        if head not in entry.state:
            value = self.represent(entry).get(head)
        for member in rest:
            inner = value if isinstance(value, list) else [value]
            found = [v.get(member) for v in inner if isinstance(v, Mapping)]
            value = found if isinstance(value, list) else (found[0] if found else None)
        return value

    def represent(self, entry: Entry) -> dict[str, Any]:
        """What a response shows of an entry."""
        resource = self.contract.resources[entry.resource]
        above = self.store.ancestors(entry.scope) if resource.references else {}
        anywhere = {r.to for r in resource.references.values() if r.within == "anywhere"}

        def lookup(name: str, id: Any) -> Mapping[str, Any] | None:
            for found in self.store.find(name, id_text(id)):
                if found.scope == entry.scope or name in anywhere or self.reaches(above, found):
                    return found.state
            return None

        return states.represent(resource, entry.state, lookup)

    def reaches(self, above: Mapping[str, int], referent: Entry) -> bool:
        """Whether an entry below ``above`` may name the referent: they share their ancestors, as far as both have
        them."""
        own = self.store.ancestors(referent.scope)
        return all(above.get(name, seq) == seq for name, seq in own.items())

    def success_status(self, call: Call, case: str) -> int:
        """The status of a success: ``listed``, ``read``, ``created``, ``updated``, ``replaced`` or ``deleted``."""
        return call.status(case).first

    def answer_entry(self, call: Call, case: str, entry: Entry) -> Answer:
        """One entry as an answer."""
        status = self.success_status(call, case)
        if status == 204:
            return Answer(status)
        shown = self.represent(entry)
        named = {n: v for n, v in shown.items() if n == call.resource.id.field and case == "created"}
        told = named if call.way.returns == "minimal" and call.way.receipt is None else shown
        body = call.way.envelope.answered(told, self.standing(call, entry))
        answer = Answer(status, body if call.way.receipt is None else as_said(call.way.receipt, body))
        if call.resource.etag:
            answer.headers["ETag"] = ("W/" if call.resource.weak_etag else "") + self.etag(shown)
        tells_where = sends_location(self.contract) or call.way.receipt is not None
        has_place = case == "created" and tells_where and call.resource.supports("read")
        if has_place and (where := self.location(call, entry)):
            answer.headers["Location"] = where
        return answer

    def answer_list(self, call: Call, entries: list[Entry]) -> Answer:
        """A page of entries as an answer."""
        hidden = call.resource.unlisted
        shown = [{n: v for n, v in self.represent(e).items() if n not in hidden} for e in entries]
        if "entry" in call.resource.directions:
            shown = [as_entry(call.resource, fields) for fields in shown]
        pairs = [(fields, self.standing(call, entry)) for fields, entry in zip(shown, entries, strict=True)]
        return Answer(self.success_status(call, "listed"), call.way.envelope.answered_list(pairs))

    def answer_deleted(self, call: Call) -> Answer:
        """The answer to a delete: no body."""
        return Answer(self.success_status(call, "deleted"))

    def standing(self, call: Call, entry: Entry) -> Standing:
        """Where an entry is: its URL, where representations link to themselves, and what is above it."""
        url = f"{call.base_url}{self.location(call, entry)}" if call.resource.id.link else ""
        return Standing(url, self.above(call, entry))

    def above(self, call: Call, entry: Entry) -> dict[str, str]:
        """The ids of the parents of an entry."""
        own = {p.resource: self.store.entry(seq) for p, seq in zip(call.resource.parents, entry.scope, strict=False)}
        # An operation need not name each parent that a read names.
        return {name: found.key for name, found in {**own, **call.parents}.items() if found is not None}

    def etag(self, shown: Mapping[str, Any]) -> str:
        """A strong validator of a representation."""
        return f'"{hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:20]}"'

    def location(self, call: Call, entry: Entry) -> str:
        """Where a new entry can be read; empty where no URL says it."""
        resource = call.resource
        read = resource.operation("read")
        known = self.above(call, entry)
        ids = {p.resource: known[p.resource] for p in read.parents_in("path")}
        path = filled_path(self.contract, resource, read, {**ids, "id": entry.key})
        return url_of(path, read, {p.name: known[p.resource] for p in read.parents_in("query")})

    def preconditions(self, call: Call) -> Answer | None:
        """If-Match and If-None-Match (RFC 9110 §13), and the version that a write names: notes on the call what does
        not hold, or answers 304."""
        self.check_version(call)
        if not call.resource.etag or not call.is_item:
            return None
        if call.writes and call.operation not in call.resource.matched:
            return None
        current = self.etag(self.represent(call.entry)) if call.entry else None
        wanted, unwanted = call.headers.get("if-match"), call.headers.get("if-none-match")
        weak = "W/" if call.resource.weak_etag else ""
        strong = None if call.resource.weak_etag else current
        if wanted is None and call.entry is not None and call.operation in call.resource.preconditions:
            call.refuse("precondition_required", None, "If-Match is required")
        anything = current is not None and wanted is not None and wanted.strip() == "*"
        # Where the request would fail without it anyway, a precondition is ignored (RFC 9110 §13.2.1).
        counts = call.writes and (call.entry is not None or call.new_key is not None)
        if wanted is not None and counts and not anything and not _matches(wanted, strong, weak=False):
            call.refuse("precondition_failed", None, "the resource is not in the expected state")
        if unwanted is not None and _matches(unwanted, current, weak=True):
            if call.writes:
                call.refuse("precondition_failed", None, "the resource is not in the expected state")
            elif not call.refusals:
                return Answer(call.status("not_modified").first, headers={"ETag": f"{weak}{current}"})
        return None

    def check_version(self, call: Call) -> None:
        """Note on a write that it names another version than the present one, or none."""
        version = call.resource.version
        placed = version.placed(call.operation) if version else None
        if version is None or placed is None or call.entry is None:
            return
        place, name = placed
        named = {
            "body": call.way.envelope.named_version(call.document),
            "query": dict(call.query).get(name),
            "header": call.headers.get(name.lower()),
        }[place]
        if named is None and version.required:
            call.refuse("no_version", name, "is missing")
        elif named is not None and str(named) != str(version.shown(call.entry.state)):
            call.refuse("stale", name, "is not the present one")

    def choose_refusal(self, call: Call) -> Refusal:
        """Of all that is wrong, what the contract's order puts first."""
        return ranked(self.contract, call.refusals)[0]

    def answer_refusal(self, call: Call, refusal: Refusal) -> Answer:
        """A refusal as an answer."""
        status = refusal_status(refusal.case, call.status(refusal.case))
        if status < 300:  # e.g. a contract that lets a second delete succeed
            return Answer(status)
        answer = Answer(status, self.error_body(call, status, refusal), refusal=refusal)
        if status == 401 or refusal.case in ("missing_credential", "bad_credential"):
            answer.headers.update(self.challenge(call))
        if status == 405:
            answer.headers["Allow"] = ", ".join(call.allowed)
        if refusal.case == "throttled":
            answer.headers.update(self.retry_headers(call))
        return answer

    def challenge(self, call: Call) -> dict[str, str]:
        """How to authenticate (RFC 9110 §11.6.1)."""
        words = {"basic": "Basic", "digest": "Digest", "api_key": "ApiKey"}
        scheme = words.get(self.contract.auth.scheme, "Bearer")
        more = f', nonce="{NONCE}", qop="auth", algorithm=SHA-256' if scheme == "Digest" else ""
        return {"WWW-Authenticate": f'{scheme} realm="{self.contract.name}"{more}'}

    def retry_headers(self, call: Call) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.limiter.retry_after(call, self.operation_name(call)))}

    def error_body(self, call: Call, status: int, refusal: Refusal) -> Any:
        """The body of a refusal, as the contract's error schema has it; it names the field at fault."""
        field = _clean(refusal.field)
        text = f"{field}: {refusal.message}" if field else refusal.message
        schema = self.contract.error_schema(status, self.way_of(call))
        if schema is None:
            return {"message": text}
        if schema == NO_BODY:
            return NOTHING
        valid = []
        for body in _error_bodies(schema, status, field, refusal.message, text):
            if is_valid(schema, body):
                valid.append(body)
                if field is None or field in json.dumps(body, ensure_ascii=False):
                    return body
        return valid[0] if valid else plausible(schema, serial=status, now=formatdate(call.now), name="error")

    def finish(self, call: Call, answer: Answer) -> None:
        """The headers that every answer has."""
        answer.headers.setdefault("Date", _date(int(call.now)))
        if answer.payload is not NOTHING or answer.raw is not None:
            answer.headers.setdefault("Content-Type", self.media_type(call, answer))
        answer.headers.update(self.limit_headers(call))

    def tell_in_body(self, call: Call, answer: Answer) -> None:
        """Where the contract has it so, the body says whether the request succeeded, and the status line that it was
        answered."""
        promised = self.contract.body_status
        if promised is None or answer.raw is not None or not isinstance(answer.payload, dict):
            return
        if is_success(answer.status):
            answer.payload = promised.succeeded(answer.payload)
            return
        failed = promised.failed(answer.payload, answer.status)
        if failed is not None:
            answer.payload, answer.status = failed, int(HTTPStatus.OK)

    def media_type(self, call: Call, answer: Answer) -> str:
        """The body's media type: JSON, whatever the request accepts."""
        if answer.refusal is not None and sends_problem_details(self.contract):
            return "application/problem+json"
        return call.way.media.response if call.operation else JSON

    def limit_headers(self, call: Call) -> dict[str, str]:
        """The declared rate-limit headers."""
        names = self.contract.rate_limit
        if names is None:
            return {}
        window = int(self.limiter.window(call)[0].window)
        return names.spelled(**self.limit_numbers(call), now=int(call.now), window=window)

    def limit_numbers(self, call: Call) -> dict[str, int]:
        """The requests of a window, those left in this one, and the Unix second at which it is over."""
        credential, window = self.limiter.window(call)
        left = max(0, credential.limit - window.used)
        return {"limit": credential.limit, "remaining": left, "reset": math.ceil(window.ends)}

    def body_bytes(self, call: Call, answer: Answer) -> bytes:
        """The body as it is sent."""
        if answer.raw is not None:
            return answer.raw
        if answer.payload is NOTHING:
            return b""
        return _written(answer.payload).encode("ascii")


def _matches(header: str, current: str | None, *, weak: bool) -> bool:
    if current is None:
        return False
    tags = [t.strip() for t in header.split(",")]
    if weak:
        tags = [t.removeprefix("W/") for t in tags]
    return "*" in tags or current in tags


def _clean(field: str | None) -> str | None:
    """A member's name fit for a message: no lone surrogate, no NUL, not too long."""
    if field is None:
        return None
    return field.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")[:100]


def as_entry(resource: Resource, shown: Mapping[str, Any]) -> dict[str, Any]:
    """A representation as the list shows it, where its entries have a schema of their own."""
    schema = resource.shapes.entry["properties"]
    known = {n: v for n, v in shown.items() if n in schema or n not in resource.properties}
    return {
        n: v if n not in schema or is_valid(schema[n], v) else plausible(schema[n], serial=1, now=_EPOCH, name=n)
        for n, v in known.items()
    }


def as_said(schema: Mapping[str, Any], known: Any) -> Any:
    """What a schema says of a body, with what is known of it wherever it may stand."""
    members = schema.get("properties", {})
    if isinstance(known, Mapping) and members:
        wanted = [n for n in members if n in known or n in schema.get("required", ())]
        found: Any = {n: as_said(members[n], known.get(n)) for n in wanted}
    elif isinstance(known, list) and isinstance(schema.get("items"), Mapping):
        found = [as_said(schema["items"], entry) for entry in known]
    else:
        found = known
    return found if is_valid(schema, found) else plausible(schema, serial=1, now=_EPOCH)


def _error_bodies(schema: Mapping[str, Any], status: int, field: str | None, message: str, text: str) -> Iterator[Any]:
    """Error bodies in usual forms, the most telling first; the schema decides which one it is."""
    by_field = {field: [message]} if field else {}
    yield {"message": text, "errors": by_field} if field else {"message": text}
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused"
    words: dict[str, Any] = {
        "type": "about:blank",
        "title": reason,
        "detail": text,
        "status": status,
        "code": status,
        "errno": status,
        "error": reason,
        "message": text,
        **({"errors": by_field, "field": field} if field else {}),
    }
    required = schema.get("required", ())
    usual = {
        name: words[name] if name in words else plausible(inner, serial=status, now=_EPOCH, name=name)
        for name, inner in schema.get("properties", {}).items()
        if name in words or name in required
    }
    usual = {**{name: words[name] for name in required if name in words}, **usual}
    if not {"detail", "message", "error", "errors", "field"} & usual.keys():
        yield {**usual, "detail": text}
    yield usual
    yield {**usual, "code": str(status)}
    yield {**usual, "error": text}
    yield {**usual, "errors": [text]}
    for name in schema.get("properties", {}) if field else ():
        yield from ({**usual, name: said} for said in (text, [text], by_field, [{"field": field, "message": message}]))
    yield {"message": text}
    yield {"errors": by_field or {"base": [message]}}
    yield {"errors": [text]}
    yield {"errors": [{"field": field, "message": message}]}
    yield {"errors": text}
    yield {"error": text}
    yield {"error": {"message": text}}
    yield {"error": {"code": status, "message": text}}
    yield {"detail": text}
    yield [text]
    yield text
