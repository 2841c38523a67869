from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.secrecy import Secrecy
from restproof.untold import REDACTED
from restproof.wire.hidden import HiddenMembers
from restproof.wire.message import Request, Response
from restproof.wire.pieces import Pieces
from restproof.wire.redact import Redactor

CONTRACT = Path(__file__).parents[2] / "contracts" / "procore"
LONG = "x" * 2500
TOKEN = "full-secret-token"


def looking(seen: list[bytes], wanted: bytes) -> Callable[[bytes], bool]:
    def holds(text: bytes) -> bool:
        seen.append(text)
        return wanted in text

    return holds


def test_what_was_seen_before_is_not_looked_at_again() -> None:
    pieces, seen = Pieces(b"}"), list[bytes]()
    entries = [b'{"id":%d,"text":"%s"' % (n, b"y" * 100) for n in range(40)]
    holds = looking(seen, b"secret")
    assert pieces.hold_none(b"}".join([*entries, b"]"]), holds)
    assert pieces.hold_none(b"}".join([b'{"id":40', *entries, b"]"]), holds)
    assert seen[-1] == b'{"id":40}]'
    assert not pieces.hold_none(b"}".join([b'{"id":"secret"', *entries, b"]"]), holds)
    assert not pieces.hold_none(b"}".join([b'{"id":"secret"', *entries, b"]"]), holds), "what holds one is not kept"
    assert pieces.hold_none(b"short", holds)
    count = len(seen)
    assert pieces.hold_none(b"short", holds)
    assert len(seen) == count


def shown_body(redactor: Redactor, body: str) -> bytes:
    request = Request("GET", "/x")
    _, _, response = redactor.exchanged(request, (), "https://h/x", Response(200, "OK", (), body.encode()))
    assert response is not None
    return response.body


@pytest.mark.parametrize("escape", ["{}", "\\u{{{:x}}}", "%{:02x}"])
def test_a_secret_is_seen_in_a_list_of_which_all_else_is_known(escape: str) -> None:
    redactor = Redactor([TOKEN])
    letters = [c if escape == "{}" else escape.format(ord(c)) for c in TOKEN]
    # At the end of a text, an escape may only have begun; without its last letter, a secret is hidden too.
    begun = f'["{LONG}"}},{{"a": "{"".join(letters[:-2])}{letters[-2][:-1]}'
    assert shown_body(redactor, begun) == begun.encode()
    rest = letters[-2][-1] + letters[-1]
    assert REDACTED.encode() in shown_body(redactor, f'{begun}{rest}, {{"b": 1}}]')
    assert REDACTED.encode() in shown_body(redactor, f'{begun}{rest}, {{"b": 1}}]'), "again"


def test_a_secret_that_holds_the_end_of_an_entry_is_seen() -> None:
    redactor = Redactor(["full},secret},token"])
    shown_body(redactor, f'["{LONG}", "full}},"secret}},""]')
    assert REDACTED.encode() in shown_body(redactor, f'["{LONG}", "full}},secret}},token"]')


def test_a_hidden_name_is_seen_though_its_halves_are_known() -> None:
    members = HiddenMembers(Secrecy(load(CONTRACT)))
    halves = [{"text": LONG}, {"session}x": 1}, {"n": 1}, {"x}id": "value"}, {"text": '"}'}, {"n": 1}]
    assert not list(members.in_json(json.dumps(halves), None))
    for name in ("session}id", "token"):
        entries = [*halves[:3], {name: "value"}, *halves[4:]]
        for _ in range(2):
            assert [h.value for h in members.in_json(json.dumps(entries), None)] == ["value"]
