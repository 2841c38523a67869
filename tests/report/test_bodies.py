"""How bodies and requests are shown."""

from __future__ import annotations

import subprocess

import pytest

from restproof.record.model import RecordedExchange, Request
from restproof.report.bodies import show
from restproof.report.curl import curl_line
from restproof.report.text import visible


def html(body: str | bytes, pointer: str | None = None, limit: int = 4096) -> str:
    shown = show(body, pointer, limit)
    assert shown is not None
    return str(shown.html)


def test_no_content_is_nothing() -> None:
    assert show(None) is None


def test_numbers_and_repeated_names_are_shown_as_sent() -> None:
    found = html('{"a": 1.0, "a": 123456789012345678901, "b": 1e400, "c": NaN}')
    for literal in ("1.0", "123456789012345678901", "1e400", "NaN"):
        assert literal in found
    assert found.count("a&#34;</b>") == 2


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("/a", "<mark><b>&#34;a&#34;</b>: 1,</mark>"),
        ("/list/1", "<mark>3</mark>"),
        ("/x~1y/z~0", "<mark><b>&#34;z~&#34;</b>: null</mark>"),
        ("/missing", "<mark>&#34;missing&#34; is absent</mark>"),
        ("/x~1y", "<mark><b>&#34;x/y&#34;</b>: {</mark>"),
    ],
)
def test_a_pointer_marks_what_it_names(pointer: str, marked: str) -> None:
    assert marked in html('{"a": 1, "list": [2, 3], "x/y": {"z~": null}}', pointer)


def test_a_pointer_to_the_whole_document_marks_nothing() -> None:
    assert "<mark>" not in html('{"a": 1}', "")


def test_what_is_marked_is_shown_however_far_down_it_lies() -> None:
    body = "[" + ", ".join(f'{{"n": {n}}}' for n in range(2000)) + "]"
    shown = show(body, "/1500/n", 1000)
    assert shown is not None
    assert "<mark><b>&#34;n&#34;</b>: 1500</mark>" in shown.html
    assert "lines above" in shown.html
    assert shown.cut
    assert shown.size == len(body)
    assert len(shown.html) < 4000


def test_a_long_text_is_cut_and_its_true_size_told() -> None:
    shown = show("é" * 10_000)
    assert shown is not None
    assert (shown.size, shown.cut, len(shown.html)) == (20_000, True, 4096)
    one = show('{"a": "' + "x" * 100_000 + '"}')
    assert one is not None
    assert one.cut
    assert len(one.html) < 5000


@pytest.mark.parametrize("body", ["[" * 100_000, "[" * 60 + "]" * 60, "{", "1" * 5000, "<b>no json</b>"])
def test_what_is_no_readable_json_is_shown_as_text(body: str) -> None:
    assert html(body).startswith(body[:5].replace("<", "&lt;").replace(">", "&gt;")[:5])


def test_bytes_are_shown_in_hexadecimal() -> None:
    assert html(b"\xff\x00<b>").startswith("ff 00 3c 62 3e")
    assert "&lt;b&gt;" in html(b"\xff\x00<b>")


def test_markup_in_names_and_values_is_text() -> None:
    found = html('{"<script>": "</mark><script>"}', "/<script>")
    assert "<script>" not in found
    assert found.count("</mark>") == 1


def test_what_hides_is_made_visible() -> None:
    assert visible("a\x00\u202e\ud800\tb\n") == "a\\u0000\\u202e\\ud800\tb\n"


def _exchange(
    headers: tuple[tuple[str, str], ...] = (), body: str | bytes | None = None, method: str = "POST"
) -> RecordedExchange:
    return RecordedExchange(
        1, Request(method, "http://127.0.0.1:1/a?b='c'&d=$(e)", headers, body), credential="read_only"
    )


def test_a_shell_reads_the_curl_line_as_it_was_sent() -> None:
    body = '{"it\'s": "$HOME `id` \\\\ !"}\n'
    line = curl_line(_exchange((("X-Odd", "'\"$(id)"), ("Content-Length", "9"), ("Authorization", "[redacted]")), body))
    script = f'curl() {{ printf "%s\\0" "$@"; }}; RESTPROOF_READ_ONLY=secret; {line}'
    words = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")[:-1]
    assert words == [
        "-i",
        "-X",
        "POST",
        "http://127.0.0.1:1/a?b='c'&d=$(e)",
        "-H",
        "X-Odd: '\"$(id)",
        "-H",
        "Authorization: Bearer secret",
        "--data-binary",
        body,
    ]


@pytest.mark.parametrize(
    ("auth", "told"),
    [("basic", '-u "$RESTPROOF_READ_ONLY"'), ("api_key", '"$RESTPROOF_READ_ONLY"'), ("bearer", "Bearer ")],
)
def test_a_redacted_credential_becomes_a_variable(auth: str, told: str) -> None:
    line = curl_line(_exchange((("Authorization", "[redacted]"),)), auth)
    assert told in line
    assert "redacted" not in line


def test_a_large_or_binary_body_is_left_to_the_run_file() -> None:
    assert "see the run file" in curl_line(_exchange(body="x" * 5000))
    assert "not UTF-8" in curl_line(_exchange(body=b"\xff"))
    assert "-X" not in curl_line(_exchange(method="GET"))


def test_the_curl_line_names_the_variable_that_the_target_names() -> None:
    line = curl_line(_exchange((("Authorization", "[redacted]"),)), variables={"read_only": "STAGING_TOKEN"})
    assert '"$STAGING_TOKEN"' in line
