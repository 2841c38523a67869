"""Faults of entity tags and conditional requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import deaf_at_once, forgiven
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("etag-constant", "conditional.etag", "the ETag of a resource never changes")
def etag_constant(seam: Seam) -> None:
    seam.around("etag", lambda inner, shown: '"1"')


@fault("etag-of-other-fields", "conditional.etag", "the ETag leaves out the last field that a client may set")
def etag_of_other_fields(seam: Seam) -> None:
    def advice(inner: Any, shown: Mapping[str, Any]) -> str:
        resource = next(r for r in seam.steps.contract if r.etag)
        spared = {*resource.references, *resource.immutable}
        names = [n for n in resource.shapes.update["properties"] if n in shown and n not in spared]
        tag: str = inner({n: v for n, v in shown.items() if n not in names[-1:]})
        return tag

    seam.around("etag", advice)


@fault("etag-of-each-read", "conditional.etag", "every read has another ETag")
def etag_of_each_read(seam: Seam) -> None:
    count: Counter[str] = Counter()

    def advice(inner: Any, shown: Mapping[str, Any]) -> str:
        count["etag"] += 1
        return f'"{count["etag"]}"'

    seam.around("etag", advice)


@fault("etag-unquoted", "conditional.etag", "the ETag stands without its quotes")
def etag_unquoted(seam: Seam) -> None:
    seam.around("etag", lambda inner, shown: str(inner(shown)).strip('"'))


@fault("etag-missing", "conditional.etag", "answers carry no ETag")
def etag_missing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers.pop("ETag", None)

    seam.around("finish", advice)


def _deaf_to(name: str, requirement: str, header: str, *operations: str) -> None:
    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call) -> Answer | None:
            if call.operation in operations:
                call.headers = {n: v for n, v in call.headers.items() if n != header.lower()}
            early: Answer | None = inner(call)
            return early

        seam.around("preconditions", advice)

    fault(name, requirement, f"{header} has no effect on {', '.join(operations)}")(install)


_deaf_to("if-none-match-ignored", "conditional.if-none-match", "If-None-Match", "read")


_deaf_to("if-match-ignored", "conditional.if-match", "If-Match", "update", "replace", "delete")


_deaf_to("if-match-ignored-on-delete", "conditional.if-match", "If-Match", "delete")


@fault("if-match-any-refused", "conditional.if-match", "If-Match: * is compared with the ETag")
def if_match_any_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        if call.headers.get("if-match") == "*":
            call.headers = {**call.headers, "if-match": '"*"'}
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("stale-write-stored", "conditional.if-match", "a write with a stale ETag is 412, and stored")
def stale_write_stored(seam: Seam) -> None:
    _refused_and_stored(seam, "precondition_failed")


@fault("precondition-not-required", "conditional.required", "a write without If-Match succeeds")
def precondition_not_required(seam: Seam) -> None:
    forgiven(seam, "preconditions", "precondition_required")


@fault("unconditional-write-stored", "conditional.required", "a write without If-Match is refused, and stored")
def unconditional_write_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "precondition_required" and call.entry is not None:
            if call.operation == "delete":
                seam.steps.remove(call, call.entry)
            elif call.fields is not None:
                seam.steps.store_change(call, call.entry, seam.steps.next_state(call, call.fields))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("if-match-race", "conditional.if-match", "updates at the same time with one ETag in If-Match each succeed")
def if_match_race(seam: Seam) -> None:
    deaf_at_once(seam, "If-Match")


@fault("not-modified-for-ever", "conditional.if-none-match", "a read with If-None-Match is 304 whatever has changed")
def not_modified_for_ever(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        if call.operation == "read" and "if-none-match" in call.headers:
            call.headers = {**call.headers, "if-none-match": "*"}
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("stale-version-accepted", "conditional.version", "a write that names an earlier version succeeds")
def stale_version_accepted(seam: Seam) -> None:
    forgiven(seam, "preconditions", "stale")


@fault("version-not-required", "conditional.version", "a write that names no version succeeds")
def version_not_required(seam: Seam) -> None:
    forgiven(seam, "preconditions", "no_version")


@fault("stale-version-stored", "conditional.version", "a write that names an earlier version is refused, and stored")
def stale_version_stored(seam: Seam) -> None:
    _refused_and_stored(seam, "stale")


@fault("version-stays", "conditional.version", "the version stays when the resource changes")
def version_stays(seam: Seam) -> None:
    seam.around("with_version", lambda inner, call, after: after)


def _refused_and_stored(seam: Seam, case: str) -> None:
    """An update or a replace that is refused for ``case`` is done all the same."""

    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == case and call.entry is not None and call.fields is not None:
            seam.steps.store_change(call, call.entry, seam.steps.next_state(call, call.fields))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)
