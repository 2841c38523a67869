"""A refusal that the contract leaves open is told with what may explain it, and in the server's words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Status
from restproof.engine.reply import Reply
from restproof.wire.message import About, Exchange, Request, Response

EMAIL = "rpabcdef00001@example.com"


def refused(
    contract: Contract, status: int, body: Any, *left_open: Any, operation: str = "create", sent: Any = None
) -> Reply:
    statuses = {name: Status(codes=frozenset({422, 409})) for name in ("conflict", "invalid")}
    resource = contract.resources["shelf"]
    resource = replace(resource, open=left_open, statuses={**resource.statuses, **statuses})
    about = About("shelf", operation)
    response = Response(status, "", (("Content-Type", "application/json"),), json.dumps(body).encode())
    exchange = Exchange(1, Request("POST", "/x"), "/x", response, None, 0, 0, None, about)
    return Reply(exchange, contract, resource, operation, {}, sent or {"email": EMAIL})


@pytest.mark.parametrize(
    ("left_open", "unsaid"),
    [
        (("unique", "rules"), "what is unique and which rules there are"),
        (("unique",), "what is unique"),
        (("rules",), "which rules there are"),
    ],
)
def test_all_that_may_explain_it_is_named(contract: Contract, left_open: Any, unsaid: str) -> None:
    reply = refused(contract, 422, {"detail": "email is taken"}, *left_open)
    assert reply.left_open == f"a valid body was refused (422: email is taken), and the contract leaves open {unsaid}"


def test_what_the_run_has_sent_makes_no_other_reason(contract: Contract) -> None:
    told = {"detail": [{"loc": ["body", "email"], "msg": f"{EMAIL} is taken"}]}
    assert "(422: email: … is taken)" in refused(contract, 422, told, "rules").left_open


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kinds": ["urn:error"], "detail": "kinds does not name a shelf"}, "422: kinds does not name a shelf"),
        ({"kinds": ["is no kind"]}, "422: kinds: is no kind"),
        ({"message": "wrong", "errors": {"kinds": ["is no kind"]}}, "422: kinds: is no kind"),
    ],
)
def test_what_a_refusal_is_of_is_no_message(contract: Contract, told: Any, words: str) -> None:
    sent = {"kinds": ["Oak"]}
    assert f"({words})" in refused(contract, 422, told, "rules", sent=sent).left_open


def test_where_all_is_said_nothing_is_left_open(contract: Contract) -> None:
    assert not refused(contract, 422, {}).left_open
    assert not refused(contract, 500, {}, "unique", "rules").left_open
    assert not refused(contract, 422, {}, "rules", operation="read").left_open


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"model": {"kind": "own", "providerId": "North"}}, "model.providerId"),
        ({"lines": [{"product_id": 5}, {"product_id": 6}]}, "lines[].product_id"),
        ({"model": {"providerId": None}}, ""),
        ({"model": {"kind": "own"}}, ""),
    ],
)
def test_an_unknown_id_may_stand_inside_of_a_field(contract: Contract, sent: Any, named: str) -> None:
    told = refused(contract, 404, "Provider not found", "rules", sent=sent).left_open
    assert told.endswith(f"and no value is known to be an id for {named}") if named else not told


def test_what_is_not_found_may_be_what_an_unknown_id_names(contract: Contract) -> None:
    told = refused(contract, 404, {"detail": "no such author"}, "rules", sent={"author_id": 5})
    assert told.left_open.endswith("(404: no such author), and no value is known to be an id for author_id")
    assert not refused(contract, 404, {}, "rules").left_open, "no member of it names anything"
    assert not refused(contract, 404, {}, sent={"author_id": 5}).left_open, "the contract says which rules there are"
    assert not refused(contract, 404, {}, "rules", sent={"author_id": 5}, operation="update").left_open
    told = refused(contract, 404, {"detail": "Author not found"}, "rules", sent={"authorId": 5}, operation="update")
    assert told.left_open.endswith("(404: Author not found), and no value is known to be an id for authorId")
    told = refused(contract, 404, {"detail": "no such shelf"}, "rules", sent={"author_id": 5}, operation="update")
    assert not told.left_open, "it is the item that is missing"


def test_a_token_that_somebody_else_issues_is_hardly_right(contract: Contract) -> None:
    """``POST /identities`` of an ``id_token``: 401 says that it is none, not that the run's credential is wrong."""
    told = refused(contract, 401, {"detail": "bad token"}, "rules", sent={"idToken": "Oak", "provider": "apple"})
    assert told.left_open.endswith("(401: bad token), and no value is known to be a right idToken")
    assert not refused(contract, 401, {}, "rules", sent={"password": "Oak"}).left_open, "a client chooses it"
    assert not refused(contract, 401, {}, sent={"idToken": "Oak"}).left_open, "the contract says which rules there are"
