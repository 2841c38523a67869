"""A server that takes forms teaches what one does that takes JSON, and its recorded traffic is read as it was meant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures.server import Refused, Row

from restproof.contract.forms import document_of, typed
from restproof.contract.media import FORM
from restproof.contract.routing import Router
from restproof.oracle.asked import Asked
from restproof.oracle.seen import Seen
from restproof.wire.message import About, Exchange, Request, Response

from .desk import OPEN, SCHEMA, Desk, learned, written
from .test_lesson import said

WORDS: Mapping[str, Any] = {**OPEN, "media": {"request": FORM}}


class FormDesk(Desk):
    """A desk that takes forms alone."""

    def body(self, request: Request) -> Row:
        if (request.header("Content-Type") or "").partition(";")[0] != FORM:
            raise Refused(415, "send a form")
        try:
            found = typed(document_of(request.body or b""), SCHEMA)
        except ValueError:
            raise Refused(400, "the body is no form") from None
        usual = tuple((n, v) for n, v in request.headers if n.lower() != "content-type")
        return super().body(replace(request, headers=usual, body=json.dumps(found).encode()))


def test_forms_teach_of_fields(tmp_path: Path) -> None:
    words = said(learned(FormDesk(), tmp_path, WORDS))
    expected = {
        "unique": ["name"],
        "touched": ["moved_at"],
        "normalized.email": "lowercase",
        "normalized.note": "trim",
        "statuses.unknown_field": 422,
        "statuses.invalid": 422,
    }
    assert {name: words.get(("desk", name), words.get((None, name))) for name in expected} == expected


@pytest.mark.parametrize(
    ("body", "cases"),
    [(b"name=x&price=5", []), (b"name=x&price=much", ["invalid"]), (b"price=5", ["invalid"]), (b"", ["empty_body"])],
)
def test_a_recorded_form_is_what_its_texts_are_taken_for(body: bytes, cases: list[str], tmp_path: Path) -> None:
    contract = written(tmp_path, WORDS)
    route = Router(contract).find("/desks")
    assert route is not None
    request = Request("POST", "/desks", headers=(("Content-Type", FORM),), body=body)
    answer = Response(201, "", (("Content-Type", "application/json"),), b"{}")
    seen = Seen(Exchange(1, request, "/desks", answer, None, 0, 0, None, About("desk", "create")), contract, route)
    assert [reason.case for reason in Asked(contract).reasons(seen) or ()] == cases
