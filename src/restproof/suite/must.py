"""What has to be so. Each assertion passes silently, or raises ``CaseFailed`` with a finding that says what was wanted
and what came, and cites the exchange that shows it.

Common arguments: ``reply`` is the answer that is judged; ``field`` the field at fault; ``because`` what is special
about the request, in words; ``pointer`` where in the answer's body the fault stands (a JSON pointer, RFC 6901).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.model import Status
from restproof.engine.asking import may_be_asked_amiss
from restproof.engine.failure import UNLISTED, CaseFailed, Inconclusive, NotTested
from restproof.engine.paging import is_of_none
from restproof.engine.reply import Observation, Reply, has_met_another, may_have_to_stay, untold
from restproof.oracle.check import asked_of, how_it_differs, is_as_good, may_be_left_out
from restproof.oracle.finding import ABSENT, Finding, an, at, both_shown, shown
from restproof.oracle.kinds import checked
from restproof.pointer import steps
from restproof.semantics.alignment import in_the_order_of
from restproof.semantics.checker import checker
from restproof.semantics.patch import merges
from restproof.semantics.state import differences
from restproof.semantics.validate import may_go_before_conflict, may_yield_to_conflict

__all__ = [
    "agree",
    "be_judged_whole",
    "be_refused",
    "be_the_clients_fault",
    "have_answered",
    "have_control",
    "have_status",
    "hold",
    "match_schema",
]


_THERE = dict.fromkeys(("read", "updated", "replaced", "deleted"), " of what is there")
"""What a request was for, in which nothing else is special."""


def _fail(reply: Reply | None, message: str, **details: Any) -> None:
    raise CaseFailed(Finding(message, exchange=reply.exchange.n if reply else None, **details))


def have_answered(reply: Reply) -> None:
    """An answer came at all."""
    if reply.exchange.response is None:
        _fail(
            reply,
            f"the {reply} got no answer: {reply.exchange.error}",
            kind="no-answer",
            expected="an answer",
            actual=reply.exchange.error or "",
        )


def have_status(reply: Reply, case: str | Status, *, field: str | None = None, because: str = "") -> None:
    """The status is one that the contract names for ``case`` (a word of the contract's ``statuses``). A refusal that
    what the contract leaves open would explain says nothing: ``Inconclusive``."""
    have_answered(reply)
    wanted = reply.resource.status(case, reply.operation) if isinstance(case, str) else case
    if reply.ok and 2 in wanted.classes:
        wanted |= Status(codes=frozenset({reply.status}))  # any success will do, also one that leads on
    if reply.has_run_out_of_values and reply.status not in wanted and _is_told_first(reply, case):
        raise NotTested(f"the values of a unique field of {reply.resource.name} are used up")
    if case == "created" and reply.status not in wanted and has_met_another(reply):
        raise NotTested(f"the ids of {reply.resource.name} are few, and this one names what was there before")
    if case == "created" and reply.status not in wanted and reply.ok and reply.exchange.again:
        raise Inconclusive(f"the {reply} was sent again, and may have replaced what it made the first time")
    if reply.status in wanted:
        if case == "created" and reply.unnamed:
            raise NotTested(reply.unnamed)
        if case == "read" and untold(reply):
            raise NotTested(untold(reply))
        return
    if case == "listed" and is_of_none(reply):
        return
    if case == "conflict" and reply.left_open and may_go_before_conflict(reply.contract, "rule"):
        raise Inconclusive(reply.left_open)  # a rule that is not known may be broken as well
    if case in ("created", "updated", "replaced") and (reply.left_open or reply.in_doubt):
        raise Inconclusive(reply.left_open or reply.in_doubt)
    if case in ("listed", "read") and may_be_asked_amiss(reply):
        raise Inconclusive(may_be_asked_amiss(reply))
    if case == "deleted" and may_have_to_stay(reply):
        raise Inconclusive(may_have_to_stay(reply))
    if 400 <= reply.status < 500 and (amiss := reply.named_amiss()):
        raise Inconclusive(amiss)
    refusal = not (wanted.accepted or 2 in wanted.classes or any(code < 400 for code in wanted.codes))
    of = "" if because else _THERE.get(case, "") if isinstance(case, str) else ""
    reason = because or reply.asked
    taken = refusal and reply.ok
    message = f"the {reply}{of} answered {reply.status}, not {wanted}{f' ({reason})' if reason else ''}"
    if taken:
        message = (
            f"{an(str(reply))} is accepted ({reply.status}), not refused with {wanted}: {because or 'it has to be'}"
        )
    finding = Finding(
        message,
        exchange=reply.exchange.n,
        kind="status",
        expected=str(wanted),
        actual=str(reply.status),
        field=field,
        due=case if isinstance(case, str) else "",
    )
    raise CaseFailed(finding, taken=reply if taken else None)


def _is_told_first(reply: Reply, case: str | Status) -> bool:
    """Whether a conflict may keep a write from what is due: from success, and from refusals that need not go first."""
    if not isinstance(case, str):
        return False
    return case in ("created", "updated", "replaced") or may_yield_to_conflict(reply.contract, case)


def be_refused(reply: Reply, case: str | Status, *, field: str | None = None, because: str = "") -> None:
    """The request is refused with the status for ``case``. Where the valid request that it is compared with is refused
    too, this says nothing: ``NotTested``."""
    have_answered(reply)
    have_control(reply)
    have_status(reply, case, field=field, because=because)


def have_control(reply: Reply) -> None:
    """A refusal says something: the valid request that this one is compared with was accepted. Else ``NotTested``."""
    if 400 <= reply.status < 500 and (refused := reply.control()):
        raise NotTested(refused)


def be_the_clients_fault(reply: Reply, *, because: str, field: str | None = None, may_succeed: bool = False) -> None:
    """The request is refused with any 4xx, as ``be_refused`` (``may_succeed``: or accepted)."""
    be_refused(reply, Status(classes=frozenset({2, 4} if may_succeed else {4})), field=field, because=because)


def be_judged_whole(listed: Reply) -> None:
    """What a list does not hold is not there: of a list that may leave out more than the contract says, this says
    nothing: ``Inconclusive``."""
    if "list" in listed.resource.open:
        raise Inconclusive(UNLISTED)


def match_schema(reply: Reply, schema: Mapping[str, Any], value: Any, pointer: str = "") -> None:
    """``value``, at ``pointer`` of the answer's body, is valid under ``schema``."""
    problems = checker(schema).problems(value)
    if problems:
        first = problems[0]
        path = pointer + "".join(f"/{p}" for p in first.path)
        _fail(
            reply,
            f"the answer to the {reply} breaks its schema: {first.field or 'the body'} {first.message}",
            kind="schema",
            expected=first.message,
            actual=_shown(at(value, first.path)),
            pointer=path,
            field=_plain_field(first.path),
        )


def agree(reply: Reply, wanted: Mapping[str, Any], actual: Mapping[str, Any] | None, *, what: str) -> None:
    """``actual`` holds what ``wanted`` says (it may hold more members). ``reply``: the answer to the request whose
    effect this is; the finding cites the answer that shows ``actual``."""
    source = actual if isinstance(actual, Observation) else None
    shows = source.reply if source is not None else reply
    if source is not None and source.absent and not wanted:
        return  # nor was there anything before
    if not isinstance(actual, Mapping) or (source is not None and source.absent):
        _fail(
            shows,
            f"{what}: {_gone(source.reply) if source is not None else 'there is no representation to compare'}",
            kind="no-representation",
            expected="a representation",
            actual="absent",
        )
        return
    if source is not None:
        wanted = asked_of(source.reply.resource, source.reply.operation, wanted, source)
    ordered = in_the_order_of(reply.resource, wanted, actual)
    for path, expected, found in (*differences(wanted, ordered), *_added(reply, wanted, actual)):
        name = steps(path)[0] if path else ""
        if is_as_good(reply.resource, name, expected, found):
            continue
        if expected is None and found is None and merges(reply.resource, "update"):
            continue  # the member is absent, which says the same after a merge patch
        there = found if found is not None else at(actual, _steps(path))
        if may_be_left_out(reply.resource, expected, there):
            continue
        is_now, wants = ("absent", shown(expected)) if there is ABSENT else both_shown(there, expected)
        _fail(
            shows,
            f"{what}: {_dotted(path) or name} is {is_now}, not {wants}",
            kind="value",
            expected="null" if expected is None else "what the contract says",
            actual=how_it_differs(expected, found),
            pointer=source.at(path) if source is not None else reply.entity_pointer + reply.envelope.within(path),
            field=name,
            due=_word_of(reply, name),
        )


def _word_of(reply: Reply, name: str) -> str:
    """The word of the contract that says what a field has to be which a create left out."""
    left_out = reply.operation == "create" and name not in (reply.sent or {})
    return f"defaults.{name}" if left_out and name in reply.resource.made_defaults else ""


def _gone(shows: Reply) -> str:
    """That an answer shows no representation of what it was asked for."""
    if shows.operation == "list":
        return "the list does not hold it"
    return f"the {shows} of it answers {shows.status}"


def _added(reply: Reply, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Members that maps have besides what they must: their names are data, so that none may be added, but by a server
    of which the contract leaves open which rules there are: it may keep some of its own there. After an update those
    from before may be left (RFC 7396 §2)."""
    left_open = set(reply.resource.open)
    asserted = {o for o, word in (("create", "rules"), ("replace", "replace")) if not {"rules", word} <= left_open}
    for name, value in wanted.items() if reply.operation in asserted else ():
        schema, found = reply.resource.properties.get(name, {}), actual.get(name)
        is_map = isinstance(schema.get("additionalProperties"), Mapping) and "properties" not in schema
        if is_map and isinstance(value, Mapping) and isinstance(found, Mapping) and found.keys() - value.keys():
            yield f"/{name}", value, found


def hold(
    condition: object,
    reply: Reply | None,
    message: str,
    *,
    kind: str,
    expected: object = "",
    actual: object = "",
    field: str | None = None,
    pointer: str | None = None,
) -> None:
    """``condition`` is true; else the finding says ``message``, one sentence. ``kind``: a slug that is the same for the
    same sort of fault; ``expected`` and ``actual``: short texts that hold nothing of this run alone, since findings
    that agree in all three are told as one cause."""
    checked(kind)
    if not condition:
        _fail(reply, message, kind=kind, expected=str(expected), actual=str(actual), field=field, pointer=pointer)


def _shown(value: Any) -> str:
    return "absent" if value is ABSENT else shown(value)


def _steps(pointer: str) -> tuple[str | int, ...]:
    """The steps of a JSON pointer (RFC 6901)."""
    return tuple(int(step) if step.isdecimal() else step for step in steps(pointer))


def _dotted(pointer: str) -> str:
    """A JSON pointer as people write it: ``lines[0].qty``."""
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in _steps(pointer)).removeprefix(".")


def _plain_field(path: tuple[str | int, ...]) -> str | None:
    return next((p for p in path if isinstance(p, str)), None)
