"""A server that echoes the credential in fifty spellings: none of them is in any byte that any command writes."""

from __future__ import annotations

import base64
import gzip
import html
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from restproof.cli.main import COMMANDS
from restproof.report.formats import FORMATS

from .conftest import NOTES, SCHEMA, answer

CANARY = "Sesame+Opens/Doors=7&more"
HIDDEN = b"[redacted]"


def _each(text: str, form: str) -> str:
    return "".join(form.format(ord(c)) for c in text)


def spellings(secret: str) -> list[str]:
    """The same secret as servers, proxies and frameworks write it."""
    half = len(secret) // 2
    quoted, b64 = quote(secret, safe=""), [base64.b64encode(b"x" * n + secret.encode()).decode() for n in range(3)]
    plain = [
        *(secret, secret.lower(), secret.upper(), secret.swapcase(), f"Bearer {secret}", f"<{secret}>", secret + secret),
        *(quoted, quoted.lower(), quote(quoted, safe=""), quote(quote(quoted)), quote(secret), quote_plus(secret)),
        *(_each(secret, "%{:02X}"), _each(secret, "%{:02x}"), secret[:half] + quote(secret[half:], safe="")),
        *(html.escape(secret), html.escape(html.escape(secret)), _each(secret, "&#{};"), _each(secret, "&#x{:x};")),
        *(_each(secret, "&#x{:X};"), _each(secret, "&#{:05};"), html.escape(quoted), quote(html.escape(secret))),
        *(json.dumps(secret), json.dumps(secret).replace("/", "\\/"), _each(secret, "\\u{:04x}"), json.dumps(json.dumps(secret))),
        *(_each(secret, "\\u{:04X}"), _each(secret, "\\x{:02x}"), _each(secret, "\\u{{{:x}}}"), _each(secret, "\\\\u{:04x}")),
        *(_each(secret[:half], "\\u{:04x}") + secret[half:], quote(_each(secret, "\\u{:04x}")), secret.encode().hex()),
        *(secret.encode().hex().upper(), f"0x{secret.encode().hex()}", b64[0], b64[1], b64[2], b64[0].rstrip("=")),
        *(base64.urlsafe_b64encode(secret.encode()).decode(), f"Basic {b64[0]}", quote(b64[0], safe=""), b64[0].replace("/", "\\/")),
        *(f"https://a.example/?token={quoted}&x=1", f"a={quote_plus(secret)}", f"{{'token': '{secret}'}}", f'token="{secret}"'),
        *(f"-H 'Authorization: Bearer {secret}'", f"{secret}\n", f"\t{secret}\0", f"'{secret}'", f"token:{secret}:x"),
        *(quote(b64[1], safe=""), quote_plus(html.escape(secret)), json.dumps({"token": secret}), f"${{{secret}}}"),
    ]  # fmt: skip
    return list(dict.fromkeys(plain))


def marks(secret: str) -> list[bytes]:
    """What of each spelling must not be seen anywhere; the parts of base64 that depend on nothing beside it."""
    found = []
    for text in spellings(secret):
        data = text.strip().encode()
        found.append(data[4:-4] if len(data) > 20 else data)
    return found


OBTAINED = {
    "environment": "",
    "command": """command = "printf '%s' \\"$CANARY\\"" """,
    "login": 'login = "/login"\ntoken = "/token"\njson = {user = "u", password = "${CANARY}"}',
}
"""How the target comes to its credential: the canary is what a command prints, or what another one is obtained with."""


def others(here: Path, url: str) -> list[tuple[str, ...]]:
    """What the other commands are called with. Those that reach the target, or read what it has said, come first."""
    client = here / "client.py"
    client.write_text(
        "import os, urllib.request as u\n"
        "key = {'Authorization': 'Bearer ' + os.environ['CANARY']}\n"
        "print(u.urlopen(u.Request(os.environ['RESTPROOF_PROXY'] + '/v1/teams/5/notes', headers=key)).status)\n"
    )
    narrow = json.dumps(["--profile", "smoke", "--only", "list.answers-ok", "--max-wait", "0"])
    (here / "fleet.toml").write_text(
        f"runs = 'kept'\n[services.notes]\nfolder = '.'\ncontract = 'contracts/notes'\ntarget = '{url}'\noptions = {narrow}\n"
    )
    reach = ("contracts/notes", "--target", url)
    passed = ("--contract", *reach, "--port", "0", "--out", "passed", "--", sys.executable, str(client))
    return [
        ("learn", *reach, "--max-requests", "40", "--out", "learned"),
        ("proxy", *passed),
        ("fleet", "run"),
        ("lint", "contracts/notes"),
        ("rules", "auth.invalid"),
        ("explain", "auth.invalid"),
        ("export", "openapi", "contracts/notes", "--out", "openapi.json"),
        ("import", "openapi", "openapi.json", "--out", "imported"),
        ("init",),
    ]


def write_contract(folder: Path) -> None:
    contract = folder / "contracts" / "notes"
    contract.mkdir(parents=True)
    (contract / "contract.yaml").write_text(NOTES.replace("SCHEME", "bearer"))
    for name in ("team", "note"):
        (contract / f"{name}.json").write_text(SCHEMA)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "obtained"),
    [
        ("body", "environment"),
        ("text", "command"),
        ("header", "login"),
    ],
)
def test_no_byte_of_any_command_shows_the_credential(
    how: str,
    obtained: str,
    serve: Callable[..., Any],
    tmp_path: Path,
    run_command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert len(spellings(CANARY)) >= 50
    write_contract(tmp_path)
    number = iter(range(10**6))

    def echo(request: bytes) -> bytes:
        said = spellings(CANARY)
        one = said[next(number) % len(said)]
        if request.startswith(b"POST /login"):
            return answer(200, b'{"token": "given-token", "expires_in": 60}')
        if how == "header":
            return answer(200, b"[]", X_Echo=one.strip().replace("\0", ""), Content_Type="application/json")
        body = "\n".join(said) if how == "text" else json.dumps([{"id": 5, "name": text} for text in said])
        return answer(200 if b"GET" in request[:4] else 400, body.encode(), Content_Type="application/json")

    url = serve(echo).url
    monkeypatch.setenv("RESTPROOF_FULL", CANARY)
    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    monkeypatch.setenv("CANARY", CANARY)
    if OBTAINED[obtained]:
        section = f"[targets.t]\nbase_url = '{url}'\n[targets.t.ids]\nteam = 5\n[targets.t.credentials.full]\n"
        (tmp_path / "restproof.toml").write_text(section + OBTAINED[obtained])
    used: set[str] = set()

    def use(*words: str) -> int:
        used.add(words[0])
        return run_command(*words)

    only = [
        w
        for r in ("list.answers-ok", "create.answers-created", "shape", "error", "auth.invalid")
        for w in ("--only", r)
    ]
    use(
        "run",
        "contracts/notes",
        "--target",
        url,
        "--profile",
        "smoke",
        "--out",
        "out",
        "--max-wait",
        "0",
        *only,
    )
    for form in FORMATS:
        assert use("report", "out/run.jsonl.gz", "--format", form, "--out", f"report.{form}") == 0
    use("judge", "report.har", "--contract", "contracts/notes", "--out", "judged")
    use("diff", "out/run.jsonl.gz", "judged/run.jsonl.gz")
    use("merge", "out/run.jsonl.gz", "--out", "merged.jsonl.gz")
    if how == "body":
        use("run", "contracts/notes", "--stubs", "out/run.jsonl.gz", "--out", "replayed", "-q", *only)
        for words in others(tmp_path, url):
            use(*words)
        assert used == set(COMMANDS) - {"cleanup", "serve"}, "serve stands for a server: it knows no credential of one"
        # A server that refuses every write teaches nothing, so that learn has no word to try in a run of its own.
        assert {"learned/learned.patch", "passed/run.jsonl.gz"} <= {
            str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*")
        }
        assert len(list(tmp_path.glob("kept/notes/*/run.jsonl.gz"))) == 1
    use("cleanup")
    assert shown_in(tmp_path, capfd) == {}


def shown_in(folder: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, list[bytes]]:
    """Where something of the credential was written: files below ``folder``, and the terminal."""
    told = capfd.readouterr()
    written = [("terminal", (told.out + told.err).encode())]
    for file in (f for f in folder.rglob("*") if f.is_file()):
        data = file.read_bytes()
        written.append((str(file), gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data))
    assert any(HIDDEN in data for _, data in written)
    found: dict[str, list[bytes]] = {}
    for name, data in written:
        plain = data.decode("utf-8", "replace").encode()
        seen = [
            mark for mark in marks(CANARY) if mark in data or json.dumps(mark.decode("latin-1"))[1:-1].encode() in plain
        ]
        found |= {name: seen} if seen else {}
    return found


ENTRY = "- {id: own.rule, level: must, statement: One, sources: [contract]}\n"
RULE = "import os\nfrom restproof.suite import must, requirement\n@requirement('own.rule', on='list')\ndef test_own(subject):\n"
HOOK = "import os\nKEY = os.environ['CANARY']\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("restproof_hooks.py", HOOK + "raise RuntimeError(KEY)\n"),
        ("restproof_hooks.py", HOOK + "def before_request(request):\n    raise RuntimeError(request.headers)\n"),
        ("restproof_hooks.py", HOOK + "def after_response(request, response):\n    raise KeyError(KEY.upper())\n"),
        ("restproof_hooks.py", HOOK + "def field_values(field):\n    return [[KEY]]\n"),
        ("restproof_hooks.py", HOOK + "def not_applicable(rule):\n    raise ValueError(KEY)\n"),
        ("restproof_hooks.py", HOOK + "def not_applicable(rule):\n    return f'not with {KEY}'\n"),
        ("restproof_hooks.py", HOOK + "def on_finish(run):\n    raise ValueError(KEY)\n"),
        ("suites/test_own.py", RULE + "    raise RuntimeError(os.environ['CANARY'])\n"),
        ("suites/test_own.py", RULE + "    must.hold(False, subject.list(), os.environ['CANARY'], kind='value')\n"),
        ("suites/test_own.py", "import os, restproof.suite\nraise RuntimeError(os.environ['CANARY'])\n"),
    ],
)
def test_what_code_of_the_user_says_does_not_show_the_credential(
    file: str,
    text: str,
    serve: Callable[..., Any],
    tmp_path: Path,
    run_command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    write_contract(tmp_path)
    monkeypatch.setenv("CANARY", CANARY)
    url = serve(lambda _: answer(200, b"[]", Content_Type="application/json")).url
    section = (
        f"[targets.t]\nbase_url = '{url}'\n[targets.t.ids]\nteam = 5\n[targets.t.credentials]\nfull = '${{CANARY}}'\n"
    )
    (tmp_path / "restproof.toml").write_text(section)
    (tmp_path / "suites").mkdir()
    if file.startswith("suites"):
        (tmp_path / "suites" / "requirements.yaml").write_text(ENTRY)
    (tmp_path / file).write_text(text)
    rule = "own.rule" if file.startswith("suites") else "list.answers-ok"
    run_command("run", "contracts/notes", "--target", "t", "--out", "out", "--profile", "smoke", "--only", rule)
    assert shown_in(tmp_path, capfd) == {}
