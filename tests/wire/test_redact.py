from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restproof.untold import REDACTED
from restproof.wire.redact import Redactor

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


ESCAPES = (
    lambda c: c,
    lambda c: c.swapcase(),
    lambda c: "".join(f"%{b:02X}" for b in c.encode()),
    lambda c: "".join(f"%{b:02x}" for b in c.encode()),
    lambda c: "".join(f"%25{b:02X}" for b in c.encode()),
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):X};",
    lambda c: f"&amp;#{ord(c):05};",
    html.escape,
    lambda c: json.dumps(c)[1:-1],
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"\\\\u{ord(c):04X}",
    lambda c: f"\\u{{{ord(c):x}}}",
)


@given(data=st.data(), secret=st.sampled_from([TOKEN, "Abc-123_xyz.~", "pass/word+=&<>'\"\\", "Zm9v-YmFy"]))
@settings(max_examples=150, derandomize=True, database=None, deadline=None)
def test_any_mixture_of_escapes_is_seen_through(data: st.DataObject, secret: str) -> None:
    spelled = "".join(data.draw(st.sampled_from(ESCAPES))(c) for c in secret)
    before, after = (
        data.draw(st.sampled_from(["", "<", "%2", "%41 ", "é€&lt;", "a\\u00e9", "100% ", '{"a": "', " \\n"]))
        for _ in "12"
    )
    if secret.swapcase().casefold() == secret.casefold() and (before + spelled)[: len(before)] == before:
        assert Redactor([secret]).text(f"{before} {spelled} {after}") == f"{before} {REDACTED} {after}"


@pytest.mark.parametrize("offset", range(4))
def test_a_secret_inside_longer_base64_or_hexadecimal_is_hidden(offset: int) -> None:
    secret = "Se?cret~Token>"
    longer = b"x" * offset + secret.encode() + b" and more"
    redactor = Redactor([secret])
    for coded in (base64.b64encode(longer), base64.urlsafe_b64encode(longer)):
        hidden = redactor.text(coded.decode())
        assert REDACTED in hidden
        rest = hidden.split(REDACTED)
        assert len(rest[0]) <= 4 * (offset // 3) + 2 + (offset % 3)
        assert len(rest[1]) >= 8  # what is not of the secret stays
    assert redactor.text(longer.hex().upper()) == (b"x" * offset).hex().upper() + REDACTED + b" and more".hex().upper()
    assert redactor.text(quote(base64.b64encode(secret.encode() + b"??").decode(), safe="")).startswith(REDACTED)


def test_what_no_secret_holds_is_the_very_same() -> None:
    body = b'{"a": "100% \\u0041 &lt;b&gt; %7B"}' * 50
    assert Redactor(["full-secret-token"]).data(body) is body


def test_a_short_credential_is_hidden_where_it_is_all_that_a_header_holds() -> None:
    redactor = Redactor(["k1"], ["X-Api-Key"])
    assert redactor.headers((("X-Echo", "k1"), ("X-Auth", "Token k1"), ("X-Other", "k12"))) == (
        ("X-Echo", REDACTED),
        ("X-Auth", REDACTED),
        ("X-Other", "k12"),
    )
    assert redactor.text("k1 is a peak") == "k1 is a peak"


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


@pytest.mark.parametrize("secret", ["s3cr3t-t0ken/x+z==", "tester:longpassw0rd"])
@pytest.mark.parametrize("spelling", [str, str.upper, quote, lambda s: s.encode().hex(), lambda s: f"<b>{s}~</b>"])
def test_what_is_cut_short_by_its_last_letter_is_hidden_wherever_it_shows(
    secret: str, spelling: Callable[[str], str]
) -> None:
    """As a suite sends it, and a server may show it long after."""
    hidden = Redactor([secret]).text(f"a {spelling(secret[:-1])} b")
    assert REDACTED in hidden
    assert spelling(secret[:-1]).strip("</b>~") not in hidden
    assert Redactor([secret]).text(f"a {spelling(secret)} b").count(REDACTED) == 1


def test_base64_of_what_is_cut_short_is_hidden() -> None:
    secret = "s3cr3t-t0ken/x+z=="
    coded = base64.b64encode(f"Bearer {secret[:-1]}".encode()).decode()
    assert coded[12:-4] not in Redactor([secret]).text(coded)


def test_a_letter_that_is_spelt_almost_as_the_last_one_stays_whole() -> None:
    assert Redactor(["Zauberwörtä"]).text("Zauberwörtã") == f"{REDACTED}ã"
