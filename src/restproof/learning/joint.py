"""Probes of several instances: what references name, what becomes of what refers, which values come once together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.model import Contract, Reference, Resource
from restproof.contract.routing import router_of
from restproof.contract.shapes import same, types_of
from restproof.engine.around import put_away
from restproof.engine.subject import Subject
from restproof.learning.likeness import FORMS
from restproof.learning.values import apart
from restproof.plan.symbols import PREFIX_LENGTH, reference
from restproof.semantics.checker import is_valid
from restproof.wire.message import Request

Make = Callable[[Resource], Subject]
"""A subject with a token of its own, as each probe takes one."""
_MOST = 16
"""Fields of which each is changed alone."""


def whole_body(subject: Subject) -> dict[str, Any]:
    """All fields of a create, with texts that no other create of the probes has: any of them may be unique."""
    return apart(subject.bodies, int(subject.token[PREFIX_LENGTH:], 36))


def _referring(contract: Contract, resource: Resource) -> Iterator[tuple[str, Reference, Resource]]:
    """The references that a create of ``resource`` can hold, each with what it names."""
    for name, ref in resource.references.items():
        if name in resource.shapes.create["properties"] and "." not in name:
            yield name, ref, contract.resources[ref.to]


def unknown_paths(make: Make, resource: Resource) -> None:
    """Two paths that lead to nothing, below a list and beside it: what answers there may be no part of the service."""
    if not resource.supports("list"):
        return
    subject = make(resource)
    known = subject.request("list")
    for tail in ("/0/restproof-unknown", "-restproof-unknown"):
        path = known.path.rstrip("/") + tail
        path = path if path.startswith("/") else f"/{path}"
        if router_of(subject.contract).find(path) is None:
            subject.send(Request("GET", path, known.query, known.headers), "list")


def absent_referents(make: Make, contract: Contract, resource: Resource) -> None:
    """Each reference with an id that names nothing, which is looked for as well. Twice."""
    for name, ref, to in _referring(contract, resource):
        if not to.supports("read") or to.id.single:
            continue
        for _ in range(2):
            subject = make(resource)
            body = subject.resolved(whole_body(subject))
            absent = subject.resolved(reference(to.name, "none"))
            make(to).read(absent)
            reply = subject.create({**body, name: [absent] if ref.many else absent})
            if reply.ok:
                put_away(subject, reply)


def deleted_referents(make: Make, contract: Contract, resource: Resource) -> None:
    """What becomes of an instance, or of the delete, when what it refers to is deleted. Twice."""
    if not resource.supports("read") or not resource.supports("delete"):
        return
    for name, ref, to in _referring(contract, resource):
        if ref.on_delete != "unspecified" or not to.creatable or not to.supports("delete"):
            continue
        for _ in range(2):
            target, subject = make(to), make(resource)
            named = target.another("named")
            body = subject.resolved(whole_body(subject))
            made = subject.given({**body, name: [named.id] if ref.many else named.id})
            gone = target.delete(named.id, scope=named.scope)
            if subject.read(made.id).ok:
                subject.delete(made.id, scope=made.scope)
            if not gone.ok:
                target.delete(named.id, scope=named.scope)


def keys(make: Make, resource: Resource, taken: Mapping[str, Any]) -> None:
    """Creates that differ in one field from one that is there, and was not taken twice: those that are taken tell
    which fields come only once together. Then one that has these alone. ``taken``: what the one that is there was made
    with."""
    together: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name, value in list(taken.items())[:_MOST]:
        subject = make(resource)
        other = _other(subject, name, value)
        if other is None:
            continue
        others[name] = other
        reply = subject.create({**taken, name: other})
        if reply.ok:
            together[name] = value
            put_away(subject, reply)
    if not together:
        return
    subject = make(resource)
    reply = subject.create({**taken, **others, **together})
    if reply.ok:
        put_away(subject, reply)
    if resource.parents:
        other_scope = subject.another_scope()
        elsewhere = subject.create(dict(taken), scope=other_scope)
        if elsewhere.ok:
            put_away(subject, elsewhere)


def other_forms_of_taken(make: Make, resource: Resource, name: str, taken: Any) -> None:
    """Creates with a text that is taken in another form, each behind one with a free text in that form, which shows
    that nothing else is against it."""
    schema = resource.shapes.create["properties"][name]
    for form in FORMS.values():
        for held in (None, taken):
            subject = make(resource)
            body = subject.resolved(whole_body(subject))
            text = body.get(name) if held is None else held
            if not isinstance(text, str) or form(text) == text or not is_valid(schema, form(text)):
                break
            reply = subject.create({**body, name: form(text)})
            if reply.ok:
                put_away(subject, reply)
            elif held is None:
                break


def sifted(make: Make, resource: Resource) -> None:
    """Lists with each field that may be a filter in the query, by two of its values, both of which are there."""
    names = list(kinds_of_things(resource))[:_MOST]
    if not names or not resource.supports("list") or not resource.creatable:
        return
    first, second = make(resource), make(resource)
    body = first.resolved(whole_body(first))
    others = {n: other for n in names if n in body and (other := _other(second, n, body[n])) is not None}
    for subject, sent in ((first, body), (second, {**second.resolved(whole_body(second)), **others})):
        made = subject.given(sent)
        subject.list()
        for name in others:
            subject.list(subject.lists.filter_query(name, sent[name]), scope=made.scope)
    for subject in (first, second):
        subject.list()


def kinds_of_things(resource: Resource) -> Iterator[str]:
    """The fields that say of what kind something is, or what it belongs to, of which the contract has no filter: what
    is found by a text may hold it, begin with it, or be like it."""
    spoken = {*resource.filters, *resource.comparisons, *(f.field for f in resource.filters.values())}
    usual = {resource.paging.page, resource.paging.offset, resource.paging.size, *(p.name for p in resource.parents)}
    for name, schema in resource.shapes.response["properties"].items():
        ref = resource.references.get(name)
        plain = "enum" in schema or types_of(schema) - {"null"} == {"boolean"}
        shown = name in resource.shapes.create["properties"] and resource.query.named(name) not in usual
        if shown and name not in spoken and (plain if ref is None else not ref.many and ref.reads_as == name):
            yield name


def _other(subject: Subject, name: str, value: Any) -> Any:
    """Another valid value of a field; ``None`` where there is none."""
    if isinstance(value, dict | list) or value is None:
        return None
    for found in (subject.resolved(whole_body(subject)).get(name), subject.resolved(subject.bodies.another(name))):
        if found is not None and not same(found, value):
            return found
    return None
