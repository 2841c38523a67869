"""Hooks of the user: they sign requests and unpack answers, are recorded by what they did, and fail by their name."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.digest import digest
from restproof.contract.given import fields_to_give, with_given
from restproof.contract.load import load
from restproof.contract.values import listed
from restproof.errors import ConfigurationError
from restproof.hooks import Field, HookFailed, Hooks, load_hooks
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Request, to_event

from .conftest import Client, ScriptedServer, answer

Connect = Callable[..., Client]
Serve = Callable[..., ScriptedServer]
CREATE = About("team", "create")

SIGNING = """
import hashlib, hmac
from dataclasses import replace
from restproof.hooks import Incoming, Outgoing

def _signed(request: Outgoing) -> str:
    text = f"{request.method}\\n{request.target}\\n".encode() + (request.body or b"")
    return hmac.new(b"shared", text, hashlib.sha256).hexdigest()

def _dated(request: Outgoing) -> Outgoing:
    return request.with_header("X-Date", "now")

def _sign(request: Outgoing) -> Outgoing:
    assert request.header("x-date") == "now"  # they run in order
    return request.with_header("X-Signature", _signed(request))

before_request = [_dated, _sign]

def after_response(request: Outgoing, response: Incoming) -> Incoming | None:
    if response.header("X-Wrapped") is None:
        return None
    return replace(response, status=201, body=response.body.removeprefix(b"wrapped:"))
"""


def hooks(tmp_path: Path, text: str) -> Hooks:
    (tmp_path / "restproof_hooks.py").write_text(text)
    return load_hooks(tmp_path)


def gateway(request: bytes) -> bytes:
    """Refuses what is not signed."""
    head, _, body = request.partition(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n")[0].split(b" ")
    right = hmac.new(b"shared", method + b"\n" + target + b"\n" + body, hashlib.sha256).hexdigest()
    if f"X-Signature: {right}".encode() not in head.split(b"\r\n"):
        return answer(403, b"not signed")
    return answer(200, b"wrapped:" + body, X_Wrapped="yes")


def test_a_request_is_signed_and_an_answer_unpacked(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    client = connect(serve(gateway).url, hooks=hooks(tmp_path, SIGNING))
    exchange = client.session.send(Request("POST", "/v1/teams", (("page", "1"),), body=b'{"name": "x"}'), CREATE)
    assert (exchange.status, exchange.response and exchange.response.body) == (201, b'{"name": "x"}')
    assert exchange.hooks == (
        "_dated: header X-Date",
        "_sign: header X-Signature",
        "after_response: body",
        "after_response: status 200 to 201",
    )
    assert to_event(exchange)["hooks"] == list(exchange.hooks)
    # A signature is no part of what was planned: a recording answers without it, and shows no secret.
    assert exchange.request.header("X-Signature") is None


def test_what_is_sent_again_is_signed_again(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    def handle(request: bytes) -> bytes | None:
        return None if b"X-Nonce: 2" in request else answer(200, b"[]")

    text = (
        "nonces = iter('123')\n"
        "def before_request(request):\n    return request.with_header('X-Nonce', next(nonces), shown=True)\n"
    )
    server = serve(handle)
    client = connect(server.url, hooks=hooks(tmp_path, text))
    sent = [client.session.send(Request("GET", "/v1/teams"), CREATE) for _ in range(2)]
    assert [e.status for e in sent] == [200, 200]
    assert [kind for kind, _ in client.recording.notes] == ["retry"]
    assert [r.partition(b"X-Nonce: ")[2][:1] for r in server.requests] == [b"1", b"2", b"3"]
    assert sent[1].hooks == ("before_request: header X-Nonce", "before_request: X-Nonce: 3")


def test_without_hooks_nothing_is_said(serve: Serve, connect: Connect) -> None:
    client = connect(serve(gateway).url)
    exchange = client.session.send(Request("POST", "/v1/teams", body=b"{}"), CREATE)
    assert exchange.status == 403
    assert "hooks" not in to_event(exchange)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    raise KeyError('secret')", r"restproof_hooks\.py:4: the hook before_request failed: KeyError"),
        ("    raise SystemExit(4)", "failed: SystemExit: 4"),
        ("    return 'signed'", "it gave str, not Outgoing or None"),
        ("    return replace(request, target='/v1/others')", "not ask for something else"),
        ("    return replace(request, target=request.target + '7')", "not ask for something else"),
        ("    return replace(request, method='DELETE')", "not ask for something else"),
        ("    return request.with_header('X-A', 'b\\r\\nX-C: d')", "a line break"),
    ],
)
def test_a_hook_that_fails_sends_nothing(serve: Serve, connect: Connect, tmp_path: Path, body: str, told: str) -> None:
    server = serve(gateway)
    text = f"from dataclasses import replace\n\ndef before_request(request):\n{body}\n"
    client = connect(server.url, hooks=hooks(tmp_path, text))
    with pytest.raises(HookFailed, match=told):
        client.session.send(Request("GET", "/v1/teams"), CREATE)
    with pytest.raises(NotSent, match="the hook before_request failed"):
        client.session.send(Request("GET", "/v1/teams"), CREATE, beyond_ceiling=True)
    assert not server.requests


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("\ndef before_requests(request): ...\n", 2, "did you mean 'before_request'"),
        ("\ndef sign(request): ...\n", 0, "none of its functions is a hook: sign"),
        ("\n\nimport restproof_none\n", 3, "ModuleNotFoundError"),
        ("def before_request(:\n", 1, "SyntaxError"),
        ("on_finish = 5\n", 0, "on_finish must be a function"),
        ("\nasync def on_finish(run): ...\n", 2, "on_finish must be a plain function, not an async one"),
        ("\nraise SystemExit(4)\n", 2, "the hooks cannot be read: SystemExit: 4"),
    ],
)
def test_a_file_of_hooks_that_is_wrong_is_told(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        hooks(tmp_path, text)
    assert error.value.place is not None
    assert error.value.place.line == line


def test_a_run_asks_whether_a_rule_applies_tells_of_its_end_and_of_a_hook_that_broke(
    tmp_path: Path, run_command: Callable[..., int], contract_with: Callable[..., object]
) -> None:
    contract_with("bearer")
    (tmp_path / "restproof_hooks.py").write_text(
        "def not_applicable(rule):\n"
        "    if rule.operation == 'create':\n        return 'the gateway knows no creates'\n"
        "    if rule.operation == 'read':\n        raise RuntimeError('broken')\n"
        "def on_finish(run):\n"
        "    (run.directory / 'told.txt').write_text(f'{run.verdict} {run.counts[\"error\"]}')\n"
    )
    only = ("--only", "create.answers-created", "--only", "read.answers-ok", "--resource", "note", "--profile", "smoke")
    assert run_command("run", "contracts/notes", "--out", "out", *only) == 3
    events = [json.loads(line) for line in gzip.decompress((tmp_path / "out/run.jsonl.gz").read_bytes()).splitlines()]
    ends = {e["item"]: (e["outcome"], e.get("reason")) for e in events if e["event"] == "outcome"}
    assert ends == {
        "create.answers-created[note-create]": (
            "not applicable",
            "the gateway knows no creates (restproof_hooks.py)",
        ),
        "read.answers-ok[note-read]": (
            "error",
            "HookFailed: restproof_hooks.py:5: the hook not_applicable failed: RuntimeError: broken",
        ),
    }
    assert (tmp_path / "out/told.txt").read_text() == "not judged 1"


def test_a_hook_that_fails_at_the_end_hides_no_verdict(
    tmp_path: Path,
    run_command: Callable[..., int],
    contract_with: Callable[..., object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    contract_with("bearer")
    (tmp_path / "restproof_hooks.py").write_text("def on_finish(run):\n    return 5\n")
    only = ("--only", "read.answers-ok", "--resource", "note", "--profile", "smoke")
    assert run_command("run", "contracts/notes", "--out", "out", *only) == 2
    told, error = capsys.readouterr()
    assert "CONFORMING" in told.splitlines()[0]
    assert "restproof_hooks.py:1: the hook on_finish failed: it gave int, not None" in error


SHELVES = "def field_values(field):\n    return ['QA-076', 'BF-311'] if field.name == 'shelf' else None\n"
SHELVED = """{"type": "object", "required": ["name", "shelf"], "properties": {
"id": {"type": "integer", "readOnly": true},
"name": {"type": "string"}, "shelf": {"type": "string", "format": "shelfmark"}}}"""


def events_in(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def test_a_field_gets_the_values_of_a_hook_and_a_replay_needs_no_hook(
    tmp_path: Path, run_command: Callable[..., int], contract_with: Callable[..., object]
) -> None:
    contract_with("bearer")
    waives = "def not_applicable(rule):\n    return 'never so' if rule.requirement == 'read.answers-ok' else None\n"
    (tmp_path / "schemas/notes/note.json").write_text(SHELVED)
    (tmp_path / "restproof_hooks.py").write_text(SHELVES + waives)
    only = [f"--only={rule}" for rule in ("create.answers-created", "update.persists", "read.answers-ok")]
    options = ("--resource", "note", *only, "--profile", "ci", "--concurrency", "2")
    assert run_command("run", "contracts/notes", "--out", "out", *options) == 0
    recorded = events_in(tmp_path / "out/run.jsonl.gz")
    assert {json.dumps(e["value"]) for e in recorded if e["event"] == "value" and e["name"] == "given note"} == {
        '{"shelf": ["QA-076", "BF-311"]}'
    }
    sent = [json.loads(e["request"]["body"]) for e in recorded if e["event"] == "exchange" and e["request"]["body"]]
    assert {body["shelf"] for body in sent if "shelf" in body} == {"QA-076", "BF-311"}
    (tmp_path / "restproof_hooks.py").unlink()
    assert run_command("run", "contracts/notes", "--stubs", "out", "--out", "again", *options[:5]) == 0
    again = events_in(tmp_path / "again/run.jsonl.gz")

    def ends(events: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
        return {e["item"]: (e["outcome"], e.get("reason")) for e in events if e["event"] == "outcome"}

    assert ends(again) == ends(recorded)
    assert ends(again)["read.answers-ok[note-read]"] == ("not applicable", "never so (restproof_hooks.py)")


@pytest.mark.parametrize(
    ("gives", "told"),
    [
        ("[]", "gave no value for note.title"),
        ("[5]", "the schema of note.title does not allow 5"),
        ("['a', float('nan')]", "does not allow nan"),
        ("'abc'", r"it gave str, not list \| tuple or None"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_hook_that_gives_what_no_request_can_hold_fails_by_its_name(tmp_path: Path, gives: str, told: str) -> None:
    asked = hooks(tmp_path, f"def field_values(field):\n    return {gives}\n")
    with pytest.raises(HookFailed, match=f"hook field_values failed: .*{told}"):
        asked.field_values(Field("note", "title", {"type": "string"}), lambda value: isinstance(value, str))


def test_values_are_asked_for_of_the_fields_of_requests_that_name_nothing() -> None:
    contract = load(Path(__file__).parents[2] / "contracts" / "procore")
    project = contract.resources["project"]
    asked = dict(fields_to_give(project))
    assert asked
    assert not set(asked) & {*project.references, project.id.field}
    assert not any(schema.get("readOnly") for schema in asked.values())
    name = next(n for n, schema in asked.items() if schema.get("type") == "string")
    given = with_given(contract, {"project": {name: ["x"]}})
    assert listed(given.resources["project"].shapes.create["properties"][name]) == ["x"]
    assert with_given(contract, {}) is contract
    assert digest(given) == digest(contract)
