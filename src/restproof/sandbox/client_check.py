"""What is wrong with a request that a client sent, by the contract alone: not what the present state makes of it."""

from __future__ import annotations

from restproof.contract.model import WRITES, Contract
from restproof.sandbox.app import Application
from restproof.sandbox.call import Call
from restproof.sandbox.steps import Steps
from restproof.semantics.validate import Refusal

_BY_STATE = frozenset(
    {"absent", "absent_parent", "gone", "repeat_delete", "wrong_parent", "forbidden", "forbidden_parent", "foreign"}
    | {"conflict", "throttled", "reference", "precondition_failed"}
)
"""Cases that a right request may meet too."""


class _Strict(Call):
    """A call that notes what the contract lets pass without effect, too: who sends it expects an effect."""

    def refuse(self, case: str, field: str | None, message: str) -> None:
        if self.status(case).accepted != "kept":
            self.refusals.append(Refusal(case, field, message))


class ClientCheck:
    """Judges requests before the application answers them, with steps of its own that no fault alters."""

    def __init__(self, application: Application) -> None:
        self._contract: Contract = application.contract
        self._steps = Steps(application.contract, application.store, application.credentials)

    def problems(self, call: Call) -> list[str]:
        """What is wrong with the request, a short text each; empty where the contract allows it."""
        strict = _Strict(
            call.method,
            call.path,
            call.query,
            call.headers,
            call.body,
            call.now,
            raw_query=call.raw_query,
            too_large=call.too_large,
            contract=call.contract,
        )
        self._walk(strict)
        found = [_message(r) for r in strict.refusals if r.case not in _BY_STATE]
        if strict.operation:
            found += self._wrong_headers(strict)
            found += self._unknown_parameters(strict)
        return list(dict.fromkeys(found))

    def _walk(self, call: Call) -> None:
        steps = self._steps
        steps.check_uri(call)
        steps.authenticate(call)
        steps.route(call)
        if call.target is None or not call.operation:
            return
        steps.read_body(call)
        steps.find_parents(call)
        steps.find_entry(call)
        if call.operation in WRITES:
            steps.open_envelope(call)
            steps.check_fields(call)
        if call.operation == "list":
            steps.read_query(call)

    def _wrong_headers(self, call: Call) -> list[str]:
        """The contract's headers, as far as the request names the ancestors that they are made of."""
        known = {name: entry.key for name, entry in call.parents.items()}
        for entry in tuple(call.parents.values()):
            for name, seq in self._steps.store.ancestors(entry.scope).items():
                above = next((e for e in self._steps.store.all(name) if e.seq == seq), None)
                known.update({name: above.key} if above else {})
        found = []
        for name, template in self._contract.headers.items():
            try:
                wanted = template.format_map(known)
            except KeyError:
                continue
            sent = call.headers.get(name.lower())
            if sent is None:
                found.append(f"the header {name} is missing")
            elif sent != wanted:
                found.append(f"the header {name} is not that of the parent in the request")
        return found

    def _unknown_parameters(self, call: Call) -> list[str]:
        resource, query = call.resource, call.resource.query
        known = {p.name for p in call.way.parents_in("query")} | call.way.query.keys()
        before, _, after = query.filter.partition("{name}")
        if call.operation == "list":
            paging = resource.paging
            known |= {
                *query.order_parameters(resource.sort),
                *(query.named(n) for n in (*resource.filters, *resource.comparisons)),
            }
            if paging.style != "none":
                known |= {paging.page, paging.size, paging.offset, paging.token or "page_token"}
        return [
            f"the query parameter {name} does not exist"
            for name, _ in call.query
            # A filter that does not exist is told by the step that reads filters.
            if name not in known and not (call.operation == "list" and name.startswith(before) and name.endswith(after))
        ]


def _message(refusal: Refusal) -> str:
    field = refusal.field
    return f"{field} {refusal.message}" if field and refusal.case != "malformed_id" else refusal.message
