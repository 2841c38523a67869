"""What a representation must hold after a write, as far as the contract says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.normal import has_word
from restproof.engine.completing import as_sent
from restproof.engine.reply import Observation, Reply
from restproof.engine.subject import Subject
from restproof.semantics.initial import readbacks
from restproof.semantics.patch import filled_up, leading_to, merges
from restproof.semantics.state import affected, expected

__all__ = [
    "after_create",
    "after_replace",
    "after_replace_again",
    "after_update",
    "after_update_again",
    "as_sent",
    "named",
    "patch_to",
    "promised_of",
    "shows_none",
    "state_of",
]

_BOUNDED = frozenset({"maxProperties"})


def after_create(subject: Subject, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The representation after a create with ``sent``: with the defaults of what was left out."""
    return expected(subject.spec, sent, refs=subject.world.instances.lookup)


def promised_of(subject: Subject, made: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
    """What of the answer to a create, ``made``, the ``read`` after it must agree with: what stays as it is and what
    answers are described to show. What requests alone hold, one answer may show and the next one not; so it is with the
    id, where a representation need not show it."""
    shown = {*subject.spec.shapes.response["properties"]}
    if not subject.spec.shows_id and subject.spec.id.field not in read:
        shown -= {subject.spec.id.field}
    return {n: v for n, v in subject.stable(made).items() if n in shown}


def after_update(subject: Subject, sent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The representation after an update of ``before`` with ``sent``: all that it does not name stays."""
    return expected(subject.spec, sent, before=subject.stable(before), refs=subject.world.instances.lookup)


def after_replace(subject: Subject, sent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The representation after a replace of ``before`` by ``sent``: only what the server sets stays."""
    return expected(subject.spec, sent, before=subject.stable(before), refs=subject.world.instances.lookup, whole=True)


def after_replace_again(subject: Subject, sent: Mapping[str, Any], once: Mapping[str, Any]) -> dict[str, Any]:
    """The representation after the same replace as the one that has led to ``once``, without what each write touches,
    and what the server makes of fields that ``sent`` leaves out, as a moment. Where the contract leaves open what
    becomes of those, only what ``sent`` names."""
    resource, stable = subject.spec, _given_again(subject, sent, once)
    if "replace" in resource.open:
        stable = {n: v for n, v in stable.items() if n in sent}
    backs = readbacks(resource)
    made = {n for n, default in resource.made_defaults.items() if default.made in ("server", "today") and n not in sent}
    derived = {n for n, alternatives in resource.derived.items() if affected(alternatives, made)}
    anew = {*resource.touched, *derived, *made, *(backs[n].root for n in made if n in backs)}
    return {n: v for n, v in stable.items() if n not in anew}


def after_update_again(subject: Subject, sent: Mapping[str, Any], once: Mapping[str, Any]) -> dict[str, Any]:
    """The representation after the same update as the one that has led to ``once``, without what each write touches."""
    return {n: v for n, v in _given_again(subject, sent, once).items() if n not in subject.spec.touched}


def _given_again(subject: Subject, sent: Mapping[str, Any], once: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of ``once`` where ``sent`` is written again: what stands inside of a field that it names only as far
    as it names that too. What takes the place of an entry or a member is another one, which a server may give an id."""
    return {n: _of_what_was_sent(v, sent[n]) if n in sent else v for n, v in subject.stable(once).items()}


def _of_what_was_sent(shown: Any, sent: Any) -> Any:
    """``shown`` without the members of objects that ``sent`` leaves out."""
    if isinstance(shown, dict) and isinstance(sent, Mapping):
        return {n: _of_what_was_sent(v, sent[n]) for n, v in shown.items() if n in sent}
    if isinstance(shown, list) and isinstance(sent, list) and len(shown) == len(sent):
        return [_of_what_was_sent(v, s) for v, s in zip(shown, sent, strict=True)]
    return shown


def named(subject: Subject, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the representation shows of the fields that ``sent`` names, and no others."""
    return expected(subject.spec, sent, before={}, refs=subject.world.instances.lookup)


def shows_none(reply: Reply) -> bool:
    """Whether null stands in the place of a representation, by which the contract lets a server say that there is
    none."""
    answered = reply.exchange.response
    is_null = reply.shows_representation and answered is not None and answered.is_null
    return is_null and reply.status in reply.resource.status("absent", reply.operation)


def patch_to(subject: Subject, id: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """``body``, or, where a map in it may hold only so many members, what leads to no more of them than ``body`` has,
    whether they join those that are there already or stand for them: with these it could have too many. Where an update
    merges, it is the patch by which the map holds those of ``body`` alone."""
    shapes = subject.spec.shapes.update["properties"]
    full = [n for n, v in body.items() if isinstance(v, Mapping) and has_word(shapes.get(n), _BOUNDED)]
    if not full:
        return body
    there = subject.observe(id)
    to = leading_to if merges(subject.spec, "update") else filled_up
    return {**body, **{n: to(shapes[n], there.get(n), body[n]) for n in full}}


def state_of(subject: Subject, reply: Reply) -> Observation:
    """The present representation of what the request was about; empty where there is none."""
    return subject.observe(reply.asked_id)
