"""Stateful rules, where traffic happens to show them: what a write did is what later answers show.

Nothing is said where another client's write, an answer that came from elsewhere or a write at the same time could
explain what is seen (``known`` says what is assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Contract, Resource, creates_by_put, removes
from restproof.contract.shapes import same
from restproof.contract.texts import id_text
from restproof.oracle.answered import field_requirement, shown_members, shows_what_is_there
from restproof.oracle.asked import Asked, Reason
from restproof.oracle.check import Check, Checks, check, gap_check, gaps, status_check
from restproof.oracle.finding import an
from restproof.oracle.known import Instances, Known, agrees, since
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen
from restproof.semantics.state import expected

_LATER = 202
"""Accepted (RFC 9110 §15.3.3): what was asked for will be done at some time, or not."""


class History:
    """Follows the instances of one client's traffic, exchange by exchange."""

    def __init__(self, contract: Contract, asked: Asked) -> None:
        self.instances = Instances(contract)
        self._contract = contract
        self._asked = asked
        self._unique: dict[tuple[Any, ...], Known] = {}

    def judge(self, seen: Seen, reasons: tuple[Reason, ...] | None) -> Checks:
        """The checks of one exchange on an item, or of a create; lists are judged by ``listed``."""
        operation = seen.operation
        if operation is None and seen.exchange.request.writes and not seen.refused:
            self.instances.forget(seen)
        if operation is None or seen.exchange.request.method == "HEAD" or operation == "list":
            return
        moved = seen.resource.moved_to(operation, seen.fields, seen.id)
        if moved is not None and not seen.refused:
            # Under which id it is from now on, this answer need not say.
            self.instances.forget(seen)
            self.instances.forget(seen, id_text(moved))
            self.instances.written(seen.resource.name)
            return
        known = self.instances.get(seen)
        if operation == "read":
            if seen.certain and known is not None:
                yield from self._read(seen, known)
            return
        is_echo = seen.refused and seen.exchange.again and known is not None and not known.deleted
        if seen.refused and not is_echo:
            if known is not None:
                yield from self._refused(seen, known)
            return
        unclear = shows_what_is_there(seen) if operation == "create" else not seen.certain
        if not seen.ok or seen.status == _LATER or unclear:
            # What came of it is not known.
            self.instances.forget(seen)
            self.instances.written(seen.resource.name)
            return
        if operation == "create":
            yield from self._created(seen, reasons)
        elif operation == "delete":
            yield from self._deleted(seen, known)
        else:
            yield from self._changed(seen, known, reasons)

    # ------------------------------------------------------------------ writes

    def _created(self, seen: Seen, reasons: tuple[Reason, ...] | None) -> Checks:
        resource = seen.resource
        id = seen.made
        if id is None:
            return
        before = self.instances.at(seen, id)
        repeats = self._contract.idempotency_key
        if resource.id.chosen_by == "server" and not (repeats and seen.exchange.request.header(repeats)):
            yield check(
                TrafficRule.CREATE_UNIQUE_ID,
                seen,
                before is not None,
                "two creates got the same id",
                kind="same-id",
                field=resource.id.field,
            )
        known = Known(resource, id, seen.scope, True, seen.exchange.credential, source=seen)
        known.state = _stable(resource, seen.entity)
        if reasons == () and seen.fields is not None:
            known.wanted = _stable(resource, expected(resource, seen.fields)) or {}
        self.instances.put(seen, known)
        yield from self._taken(seen, known, TrafficRule.CONFLICT_DUPLICATE, seen.fields)

    def _deleted(self, seen: Seen, known: Known | None) -> Checks:
        if known is not None and known.deleted:
            yield status_check(
                TrafficRule.DELETE_IS_GONE,
                seen,
                seen.status_for("repeat_delete"),
                "it was deleted before",
                operation="delete",
            )
            return
        if known is None and seen.route.id is not None:
            known = Known(seen.resource, seen.route.id, seen.scope, False, seen.exchange.credential)
            self.instances.put(seen, known)
        if known is not None:
            known.deleted, known.source = True, seen
            self.instances.deleted(seen.resource.name, known.id)

    def _changed(self, seen: Seen, known: Known | None, reasons: tuple[Reason, ...] | None) -> Checks:
        resource = seen.resource
        if known is not None and known.deleted:
            if not creates_by_put(resource) and self._is_final(known):
                yield self._gone(seen, known)
                return
            known = None
        if known is None or not known.own:
            if creates_by_put(resource) and seen.status in resource.status("created") and seen.operation == "replace":
                yield from self._created(seen, reasons)
            return
        if not agrees(known.scope, seen.scope):
            yield self._elsewhere(seen, known)
        before, fields = known.state, seen.fields
        known.state, known.wanted = _stable(resource, seen.entity), {}
        known.source, known.refused, known.was_read = seen, None, False
        self.instances.written(resource.name)
        self.instances.stamp(known)
        if reasons != () or fields is None:
            return
        whole = seen.operation == "replace"
        if before is not None:
            wanted = expected(resource, fields, before=before, whole=whole)
            if seen.entity is not None:
                yield from self._followed(seen, wanted, fields, seen.entity, seen)
            known.wanted = _stable(resource, wanted) or {}
        elif not whole:
            known.wanted = _stable(resource, expected(resource, fields, before={})) or {}
        yield from self._taken(seen, known, TrafficRule.CONFLICT_RENAME, fields)

    def _followed(
        self, seen: Seen, wanted: Mapping[str, Any], fields: Mapping[str, Any], actual: Mapping[str, Any], write: Seen
    ) -> Checks:
        """Whether ``actual``, as ``seen`` shows it, follows from what ``write`` named."""
        if write.operation == "replace":
            gap = next(gaps(seen.resource, wanted, actual), None)
            what = "the state after a replace"
            yield (
                gap_check(
                    TrafficRule.REPLACE_ANSWERS,
                    seen,
                    gap,
                    what,
                    operation="replace",
                    after=f" (see exchange {write.n})",
                )
                if gap
                else check(TrafficRule.REPLACE_ANSWERS, seen, operation="replace")
            )
            return
        named = shown_members(seen.resource, fields)
        for gap in gaps(seen.resource, wanted, actual):
            requirement = TrafficRule.UPDATE_ONLY_NAMED
            if gap.name in named:
                requirement = field_requirement(write, gap.name, gap.wanted)
            elif gap.name in seen.resource.immutable:
                requirement = TrafficRule.UPDATE_IMMUTABLE
            after = f" (see exchange {write.n})" if write is not seen else ""
            yield gap_check(requirement, seen, gap, "the state after an update", operation="update", after=after)
            return
        # All that could have been wrong with it was right.
        for requirement in sorted({field_requirement(write, n, wanted[n]) for n in named if n in wanted}):
            yield check(requirement, seen, operation="update")
        yield check(TrafficRule.UPDATE_ONLY_NAMED, seen, operation="update")

    def _refused(self, seen: Seen, known: Known) -> Checks:
        if known.deleted and seen.operation in ("update", "replace", "delete") and self._is_final(known):
            case = "repeat_delete" if seen.operation == "delete" else "gone"
            wanted = seen.status_for(case) | self._asked.refusable(seen)
            yield status_check(TrafficRule.DELETE_IS_GONE, seen, wanted, _deleted_by(known), operation="delete")
        else:
            known.refused = seen

    def _taken(self, seen: Seen, known: Known, requirement: TrafficRule, fields: Mapping[str, Any] | None) -> Checks:
        """Whether a unique value that the write was given is another own instance's."""
        resource = seen.resource
        for names in resource.unique:
            state = known.expected
            if fields is None or not set(names) & fields.keys() or any(state.get(n) is None for n in names):
                continue
            scope = () if resource.unique_scope == "global" else tuple(sorted(known.scope.items()))
            value = (resource.name, names, scope, tuple(repr(state[n]) for n in names))
            other = self._unique.get(value)
            taken = (
                other is not None
                and other is not known
                and other.alive
                and all(same(other.expected.get(n), state[n]) for n in names)
            )
            yield check(
                requirement,
                seen,
                taken,
                f"{', '.join(names)} is taken, and the {seen.operation} succeeded{since(other)}",
                kind="duplicate",
                expected=str(resource.status("conflict")),
                actual=str(seen.status),
                field=names[0],
            )
            self._unique[value] = known

    # ------------------------------------------------------------------- reads

    def _read(self, seen: Seen, known: Known) -> Checks:
        if known.deleted:
            if self._is_final(known) and (seen.ok or seen.refused):
                yield self._gone(seen, known)
            return
        if not agrees(known.scope, seen.scope):
            if seen.ok or seen.status in seen.status_for("wrong_parent"):
                yield self._elsewhere(seen, known)
            return
        if seen.exchange.credential != known.credential:
            return
        if seen.refused:
            yield from self._lost(seen, known)
            return
        if not seen.ok or seen.entity is None or not seen.plain or "response body" in seen.lacks:
            return
        yield from self._compared(seen, known, seen.entity)
        known.state, known.wanted = _stable(seen.resource, seen.entity), {}
        known.refused, known.was_read = None, True
        self.instances.stamp(known)

    def _compared(self, seen: Seen, known: Known, entity: Mapping[str, Any]) -> Checks:
        if not known.expected or known.source is None:
            return
        source, operation = known.source, str(known.source.operation)
        if not known.was_read and operation == "update" and known.refused is None and source.fields is not None:
            yield from self._followed(seen, known.expected, source.fields, entity, source)
            return
        requirement, what, told_as = TrafficRule.READ_IS_STABLE, "a second read", "read"
        if known.refused is not None:
            told_as = str(known.refused.operation)
            requirement, what = self._no_effect(known.refused), f"a read after a refused {told_as}"
        elif not known.was_read and operation in ("create", "replace"):
            requirement = TrafficRule.CREATE_READS_BACK if operation == "create" else TrafficRule.REPLACE_ANSWERS
            what, told_as = f"a read after the {operation}", operation
        gap = next(gaps(seen.resource, known.expected, entity), None)
        yield (
            gap_check(requirement, seen, gap, what, operation=told_as, after=since(known))
            if gap
            else check(requirement, seen, operation=told_as)
        )

    def _no_effect(self, refused: Seen) -> TrafficRule:
        if refused.status in refused.status_for("throttled"):
            return TrafficRule.LIMIT_ANSWERS_429
        absent = refused.status_for("absent")
        if refused.status in refused.status_for("forbidden") and refused.status not in absent:
            return TrafficRule.AUTH_FORBIDDEN_NO_EFFECT
        return TrafficRule.UPDATE_FAILED_LEAVES_NOTHING

    def _lost(self, seen: Seen, known: Known) -> Checks:
        """An own instance that is not there: told once."""
        if seen.status not in seen.status_for("absent") | seen.status_for("gone"):
            return
        if seen.status in seen.status_for("forbidden"):
            return
        requirement, told_as = (
            (TrafficRule.READ_IS_STABLE, "read") if known.was_read else (TrafficRule.CREATE_READS_BACK, "create")
        )
        if known.refused is not None and known.refused.operation == "delete":
            requirement, told_as = TrafficRule.AUTH_FORBIDDEN_NO_EFFECT, "delete"
        elif self.instances.saw_delete(known):
            requirement, told_as = TrafficRule.DELETE_SIBLINGS, "delete"
        yield check(
            requirement,
            seen,
            True,
            f"{an(seen.resource.name)} that was created and never deleted is answered {seen.status}{since(known)}",
            kind="lost",
            expected=str(seen.status_for("read")),
            actual=str(seen.status),
            operation=told_as,
        )
        self.instances.forget(seen)

    # ------------------------------------------------------------------ inside

    def _gone(self, seen: Seen, known: Known) -> Check:
        wanted = seen.status_for("gone") | seen.status_for("absent")
        if seen.refused:
            wanted |= self._asked.refusable(seen)
        return status_check(TrafficRule.DELETE_IS_GONE, seen, wanted, _deleted_by(known), operation="delete")

    def _is_final(self, known: Known) -> bool:
        """Whether it is gone, and nobody else can have made it anew."""
        return removes(known.resource) and (known.own or known.resource.id.chosen_by == "server")

    def _elsewhere(self, seen: Seen, known: Known) -> Check:
        wanted = seen.status_for("wrong_parent")
        return status_check(
            TrafficRule.IDENTITY_WRONG_PARENT, seen, wanted, f"it is under another parent{since(known)}"
        )


def _deleted_by(known: Known) -> str:
    """Why nothing may be there any more."""
    return f"deleted by exchange {known.source.n}" if known.source else "it was deleted"


def _stable(resource: Resource, entity: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A representation without what may change by itself."""
    moving = {*resource.volatile, *resource.touched, *resource.secret}
    return None if entity is None else {n: v for n, v in entity.items() if n not in moving}
