"""What a representation must hold after a write, as far as the contract says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from restproof.contract.normal import has_word
from restproof.contract.shapes import same
from restproof.engine.completing import as_sent
from restproof.engine.failure import Inconclusive
from restproof.engine.reply import Observation, Reply
from restproof.engine.subject import Subject
from restproof.oracle.check import is_as_good
from restproof.semantics.initial import readbacks
from restproof.semantics.patch import filled_up, leading_to, merges
from restproof.semantics.readback import ReadPath
from restproof.semantics.state import affected, differences, expected

__all__ = [
    "after_create",
    "after_replace",
    "after_replace_again",
    "after_update",
    "after_update_again",
    "as_sent",
    "changes_alone",
    "moving",
    "named",
    "patch_to",
    "promised_of",
    "shown_of",
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


def moving(subject: Subject, change: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """``change`` with values that are others than those of ``before``, which an earlier item may have left in any
    state. ``Inconclusive`` where the rules, or what a response shows, leave no such change."""
    bodies = subject.bodies

    def differs(name: str, value: Any) -> bool:
        shown = before.get(name)
        if isinstance(value, dict) and isinstance(shown, dict):
            value = {**shown, **value}  # whether an object is updated in part or whole, no contract says
        wanted = after_update(subject, subject.resolved({name: value}), before)
        others = [n for n, v in wanted.items() if n in before and any(True for _ in differences(v, before[n]))]
        return any(not is_as_good(subject.spec, n, wanted[n], before[n]) for n in others)

    found: dict[str, Any] = {}
    for name, value in change.items():
        options = [None] if value is None else [value, bodies.plain(name, "again"), bodies.another(name)]
        found.update([(name, o) for o in options if differs(name, o)][:1])
    kept = bodies.adjusted_to_rules(found, shown_of(subject, before, bodies.settable))
    if not found or kept != found:
        raise Inconclusive("no change of the field is shown and keeps the rules")
    return found


def shown_of(subject: Subject, before: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What a representation shows of fields that requests hold: of a reference the id, wherever that stands."""
    found: dict[str, Any] = {}
    for name in names:
        path = ReadPath.of(subject.spec, name)
        if name not in subject.spec.references and name in before:
            found[name] = before[name]
        elif name in subject.spec.references and path.root in before:
            found[name] = path.read(before)
    return found


def changes_alone(subject: Subject) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Of what has the full body, a change of each field that a response shows, one after the other: its name, the
    change, and the whole body that it leads to."""
    bodies, state = subject.bodies, subject.bodies.full()
    for name in bodies.changeable:
        value = bodies.another(name) if _can_show(subject, name) else None
        change = bodies.adjusted_to_rules({name: value}, state) if value is not None else {}
        if change.get(name) is None or same(change[name], state.get(name)):
            continue  # a rule may leave the field no other value
        state.update(change)
        yield name, change, state


def _can_show(subject: Subject, name: str) -> bool:
    """Whether a response shows a change of the field alone."""
    ref, bodies = subject.spec.references.get(name), subject.bodies
    root = ReadPath.parse(ref.reads_as).root if ref else name
    shown = root in subject.spec.shapes.response["properties"]
    return shown and (ref is None or (name not in bodies.tied and bodies.referable(name)))
