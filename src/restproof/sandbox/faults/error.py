"""Faults of error bodies."""

from __future__ import annotations

from typing import Any

from restproof.sandbox.call import NOTHING, Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("error-names-nothing", "error.names-field", "refusals do not say which field is at fault")
def error_names_nothing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        return inner(call, status, type(refusal)(refusal.case, None, "the request is not valid"))

    seam.around("error_body", advice)


@fault("error-leaks-trace", "error.no-leak", "refusals of values carry a stack trace")
def error_leaks_trace(seam: Seam) -> None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app/models.py", line 42, in save\nsqlite3.IntegrityError'

    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        return inner(call, status, type(refusal)(refusal.case, refusal.field, f"{refusal.message}\n{trace}"))

    seam.around("error_body", advice)


@fault("error-shows-sql", "error.no-leak", "a conflict shows the statement that failed")
def error_shows_sql(seam: Seam) -> None:
    statement = "duplicate key value: INSERT INTO entries (name, parent_id) VALUES ($1, $2)"

    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        text = f"{refusal.message}: {statement}" if refusal.case == "conflict" else refusal.message
        return inner(call, status, type(refusal)(refusal.case, refusal.field, text))

    seam.around("error_body", advice)


@fault("error-shows-path", "error.no-leak", "an unknown path is answered with one of the server's files")
def error_shows_path(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        text = "no such file: /var/www/app/releases/42/routes/index.rb" if status == 404 else refusal.message
        return inner(call, status, type(refusal)(refusal.case, refusal.field, text))

    seam.around("error_body", advice)


@fault("problems-as-json", "error.problem-json", "problem details are called application/json")
def problems_as_json(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, answer: "application/json" if answer.payload is not NOTHING else "")


@fault("problem-of-another-status", "error.problem-json", "every problem says that its status is 500")
def problem_of_another_status(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Refusal) -> Any:
        body = inner(call, status, refusal)
        return {**body, "status": 500} if isinstance(body, dict) and "status" in body else body

    seam.around("error_body", advice)


@fault(
    "error-names-another", "error.names-field", "a refusal names the first field of the resource, whichever is wrong"
)
def error_names_another(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        first = next(iter(call.target.properties), None) if call.target else None
        return inner(call, status, type(refusal)(refusal.case, refusal.field and first, refusal.message))

    seam.around("error_body", advice)
