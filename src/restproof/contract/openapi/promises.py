"""The statuses that a document promises, and how little is asserted where it leaves them open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.model import ON_ITEM, WRITES
from restproof.contract.openapi.answers import Reader, is_object
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import alternatives
from restproof.contract.openapi.wording import may_be_read_still
from restproof.contract.shapes import types_of
from restproof.contract.statuses import STATUS_DEFAULTS, SUCCESS

Part = int | str
ANY: list[Part] = ["2xx", "4xx"]
REFUSED: list[Part] = ["4xx"]
OPEN: Mapping[str, list[Part]] = {
    # Refusals of what is not there, or not understood: any will do, where the document names none.
    "absent": REFUSED,
    "malformed_id": REFUSED,
    "unknown_path": REFUSED,
    "gone": REFUSED,
    "unsupported": [*REFUSED, 501],
    "malformed": REFUSED,
    # What the document does not say at all: it may be refused or taken.
    "empty_body": ANY,
    "envelope": ANY,
    "absent_parent": ANY,
    "malformed_parent": ANY,
    "mistyped_parent": ANY,
    "missing_parent": ANY,
    "wrong_parent": ANY,
    "repeat_delete": ANY,
    "unknown_field": ANY,
    "unknown_beside": ANY,
    "server_set": ANY,
    "unknown_query": ANY,
    "invalid": ANY,
    "coercible": ANY,
    "null_value": ANY,
    "bad_format": ANY,
    "bad_page": ANY,
    "bad_size": ANY,
    "past_the_end": ANY,
    "bad_filter": ANY,
    "rule": REFUSED,
    "reference": ANY,
    "bad_reference": ANY,
    "conflict": REFUSED,
    "unsupported_media": ANY,
    # Who may not.
    "missing_credential": [401, 403],
    "bad_credential": [401, 403],
    "forbidden": [401, 403, 404],
    "forbidden_parent": [401, 403, 404],
    "foreign": [401, 403, 404],
}
"""Case → what is asserted of it where the document leaves it open."""
_INVALID = (400, 422)


class Promises:
    """The statuses of one resource."""

    def __init__(self, reader: Reader, found: Found, loose: set[str], *, authenticated: bool) -> None:
        self.reader, self.found, self.loose, self.authenticated = reader, found, loose, authenticated

    def of(self, operation: str) -> dict[str, list[Part]]:
        """Case → statuses, as far as the document is plain about an operation."""
        call = self.found.calls[operation]
        told: dict[str, list[Part]] = {SUCCESS[operation]: self.reader.codes(call, "2") or ["2xx"]}
        failures = self.reader.codes(call, "4")
        if operation in WRITES:
            told.update(self.refusals(operation, call, failures))
        if operation in ON_ITEM and 404 in failures:
            # A condition that asks for any state is not met where there is none.
            unmet: list[Part] = [412] if 428 in failures or 412 in failures else []
            told["absent"] = [404, *([410] if 410 in failures else []), *unmet]
            told["gone"] = [404, 410, *unmet]
            if operation == "delete" and "{" in self.found.collection:
                # It may be the parent that is not there: a delete of what is gone already may be done all the same.
                told["absent"] = [*told["absent"], "2xx"]
        if operation == "delete" and 404 not in failures:
            told["absent"] = ANY
        if call.method == "PUT" and 201 not in told[SUCCESS[operation]] and self.may_make(failures):
            told["absent"] = told["gone"] = ANY
        if operation in ON_ITEM and "delete" in self.found.calls and may_be_read_still(self.found.calls["delete"]):
            told["gone"] = ANY
        if call.address and 404 not in failures:
            told["absent"] = told["gone"] = ANY  # where all is a call, a success may say that there is none
        if self.found.supposed and operation in ON_ITEM:
            # An id is known by its path alone, which often says text of a number; and a success may show nothing.
            either = [400, *told["absent"], 422] if 404 in failures else ANY
            told.update(
                {"absent": either} if 404 in failures else dict.fromkeys(("absent", "gone", "malformed_id"), ANY)
            )
        if self.authenticated:
            told.update({c: [401] for c in ("missing_credential",) if 401 in failures and 403 not in failures})
        return told

    def may_make(self, failures: list[Part]) -> bool:
        """Whether a PUT may well make what it names, whatever success it is documented to answer: no POST of the
        collection does, and nothing says that it finds nothing there (which may be said of a parent, where what it
        makes can be deleted)."""
        posts = "create" in self.found.calls or "POST" in self.found.other.get("collection", ())
        of_parent = "{" in self.found.collection and "delete" in self.found.calls
        return not posts and (404 not in failures or of_parent)

    def refusals(self, operation: str, call: Call, failures: list[Part]) -> Iterator[tuple[str, list[Part]]]:
        said: list[Part] = [c for c in _INVALID if c in failures]
        open_ = [c for c in failures if c == "4xx"] or (["4xx"] if self.answers_default(call) else [])
        if said and operation not in self.loose:
            yield "invalid", [*said, *open_]
        elif "4xx" in failures and operation not in self.loose:
            yield "invalid", REFUSED
        if said and self.reader.demands_body(call):
            # What is cut short is the client's error whatever else a document names (RFC 9110 §15.5.1).
            yield "malformed", [*dict.fromkeys([400, *said]), *open_]
        if any(not is_object(v) and types_of(v) - {"object"} for v in alternatives(self.reader.request(call))):
            yield "no_object", ANY  # an array of several, say, is as valid as one
        if 409 in failures:
            yield "conflict", [409]
        if said and self.reader.request(call).get("additionalProperties") is False:
            yield "unknown_field", [*said, *open_]

    def answers_default(self, call: Call) -> bool:
        return any(code == "DEFAULT" for code, _, _ in self.reader.responses(call))


def apart(told: Mapping[str, Mapping[str, list[Part]]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the operations of a resource say alike of their statuses, and what each says for itself."""
    shared: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {operation: {} for operation in told}
    for case in dict.fromkeys(c for said in told.values() for c in said):
        speaks = [o for o in told if _speaks(o, case)]
        values = [plain(told[o][case]) for o in speaks if case in told[o]]
        if values and len(values) == len(speaks) and all(v == values[0] for v in values):
            shared[case] = values[0]
        else:
            own_values = {o: plain(said[case]) for o, said in told.items() if case in said}
            for operation, value in own_values.items():
                own[operation][case] = value
    return shared, own


def _speaks(operation: str, case: str) -> bool:
    """Whether a request of an operation can come to a case."""
    if case in ("absent", "gone", "malformed_id"):
        return operation in ON_ITEM
    if case in ("invalid", "malformed", "no_object", "unknown_field", "conflict"):
        return operation in WRITES
    return case == SUCCESS[operation] or case not in SUCCESS.values()


def plain(parts: list[Part]) -> Any:
    """Statuses as a contract writes them."""
    ordered = [*sorted(p for p in parts if isinstance(p, int)), *sorted(p for p in parts if isinstance(p, str))]
    return ordered[0] if len(ordered) == 1 else ordered


def hoist(contract: dict[str, Any], resources: Mapping[str, dict[str, Any]]) -> None:
    """Say for the contract as a whole what all resources say alike of their statuses, and what is left open."""
    said = [r.get("statuses", {}) for r in resources.values() if r.get("operations") != []]
    counts = Counter((case, str(value)) for one in said for case, value in one.items())
    shared: dict[str, Any] = {case: plain(list(parts)) for case, parts in OPEN.items()}
    for case in STATUS_DEFAULTS:
        values = [one[case] for one in said if case in one]
        if values and counts[case, str(values[0])] == len(said) > 1:
            shared[case] = values[0]
    default = {case: (parts[0] if len(parts) == 1 else list(parts)) for case, parts in STATUS_DEFAULTS.items()}
    contract["statuses"] = {case: value for case, value in shared.items() if value != default[case]}
    for resource in resources.values():
        own = {c: v for c, v in resource.pop("statuses", {}).items() if v != shared.get(c, default[c])}
        if own:
            resource["statuses"] = own
