from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from restproof.wire.redact import REDACTED, Redactor

TOKEN = 'to/ken+with "quotes" ä'


@pytest.mark.parametrize(
    "spelling",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower().replace("to%2fken", "to%2fken"),
        quote_plus(TOKEN),
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN, ensure_ascii=False)[1:-1],
        json.dumps(TOKEN)[1:-1].replace("/", "\\/"),
    ],
)
def test_a_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    redactor = Redactor([TOKEN])
    assert redactor.text(f"<{spelling}>") == f"<{REDACTED}>"
    assert redactor.data(f"<{spelling}>".encode()) == f"<{REDACTED}>".encode()


def test_only_the_escapes_of_an_url_may_change_their_case() -> None:
    assert Redactor(["Se/Cret"]).text("Se%2fCret") == REDACTED
    assert Redactor(["Se/Cret"]).text("se%2fcret") == "se%2fcret"


def test_basic_credentials_are_hidden_whole_encoded_and_by_a_long_password() -> None:
    redactor = Redactor(["alice:correct-horse"])
    encoded = base64.b64encode(b"alice:correct-horse").decode()
    assert (
        redactor.text(f"{encoded} alice:correct-horse correct-horse alice") == f"{REDACTED} {REDACTED} {REDACTED} alice"
    )


def test_a_password_that_is_a_common_word_does_not_falsify_the_data() -> None:
    assert Redactor(["admin:admin"]).text('{"role": "admin"}') == '{"role": "admin"}'


def test_sensitive_headers_lose_their_values_whatever_they_hold() -> None:
    redactor = Redactor(headers=["X-Api-Key"])
    sent = (("AUTHORIZATION", "Bearer x"), ("x-api-key", "k"), ("Set-Cookie", "sid=1"), ("Accept", "*/*"))
    assert redactor.headers(sent) == (
        ("AUTHORIZATION", REDACTED),
        ("x-api-key", REDACTED),
        ("Set-Cookie", REDACTED),
        ("Accept", "*/*"),
    )


def test_secrets_are_hidden_at_any_depth_of_a_value() -> None:
    assert Redactor(["s3cret"]).value({"s3cret": [{"a": "x s3cret"}, 1, None]}) == {
        REDACTED: [{"a": f"x {REDACTED}"}, 1, None]
    }


def test_an_invented_credential_is_hidden_too() -> None:
    redactor = Redactor(["full-secret-token"]).and_of((("Authorization", "Bearer full-secret-toke"),))
    assert redactor.text("you sent full-secret-toke, not full-secret-token") == f"you sent {REDACTED}, not {REDACTED}"


def test_an_empty_secret_hides_nothing() -> None:
    assert Redactor([""]).text("abc") == "abc"


def test_the_redactor_does_not_show_what_it_hides() -> None:
    assert "s3cret" not in repr(Redactor(["s3cret"]))
