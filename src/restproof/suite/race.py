"""Requests of several clients at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from restproof.engine.echo import check_no_echo
from restproof.engine.failure import Inconclusive, NotTested, check_let_in
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.wire.failure import NotProven, NotSent, Unsayable
from restproof.wire.message import About, Request

__all__ = ["all_answered", "at_once", "create_at_once", "must_be_a_race", "must_be_promised"]


def at_once(
    subject: Subject, operation: str, requests: Sequence[tuple[Request, Any]], scope: Mapping[str, Any]
) -> list[Reply]:
    """The answers to requests (each with the body that it was made of) that are sent at the same time, each over a
    connection of its own. Raises ``NotTested`` in a replay, and where the ceiling of requests lies within the race."""
    subject.world.must_be_live()
    item, case, _ = subject.about
    about = About(subject.name, operation, item=item, case=case)
    is_public = all(subject.requests.is_public(operation, request) for request, _ in requests)
    credential = None if is_public else subject.credential
    try:
        sent = subject.world.session.send_together([r for r, _ in requests], about, credential)
    except (NotProven, Unsayable) as reason:
        raise Inconclusive(str(reason)) from None
    except NotSent as reason:
        raise NotTested(str(reason)) from None
    answered = [subject.reply(s, operation, body, scope) for s, (_, body) in zip(sent, requests, strict=True)]
    replies = [subject.world.jobs.followed(reply, subject.about) for reply in answered]
    for reply in replies:
        check_let_in(reply)
        check_no_echo(reply)
    for reply in (r for r in replies if r.ok):
        subject.world.settling.wait(subject, reply, reply.id)
    return replies


def must_be_a_race(subject: Subject) -> None:
    """For a case beside others that need no race: raises ``Inconclusive`` in a replay, so that the others count."""
    try:
        subject.world.must_be_live()
    except NotTested as reason:
        raise Inconclusive(str(reason)) from None


def must_be_promised(subject: Subject, word: str) -> None:
    """Raises ``NotTested`` where a word of the resource was seen (``restproof learn``) and is promised by nobody. What
    was seen of one request after another says nothing of several at once: who looks first and then stores may lose a
    race today and win it tomorrow."""
    seen = (w for w in subject.contract.learned if w.resource == subject.name)
    if any(w.word.partition(".")[0] == word for w in seen):
        raise NotTested(
            f"`{word}` was seen of one request after another, and nobody has promised it for several at once"
        )


def create_at_once(subject: Subject, request: Request, body: Any, scope: Mapping[str, Any]) -> list[Reply]:
    """The answers to one create that is sent three times at the same time. Raises as ``at_once``."""
    return at_once(subject, "create", [(request, body)] * 3, scope)


def all_answered(replies: Sequence[Reply]) -> None:
    """Raises ``NotTested`` where one is lost: what a lost connection did is not known."""
    if any(r.exchange.response is None for r in replies):
        raise NotTested("a connection of the race was lost")
