"""Stand-ins for secret members: hidden in everything that is written, the same for the same, and alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.contract.secrecy import Secrecy, looks_secret
from restproof.wire.hidden import HiddenMembers
from restproof.wire.standin import Learned, StandIns

CONTRACT = """\
contract: vault
base_path: /v1
paging: {style: token, size: limit, next_field: /next_token}
resources:
  account:
    path: /accounts
    envelope: {list: items}
    schema: account.json
    secret: [pin, phrase, contraseña]
    public: [door_password]
  token: {path: /tokens, envelope: {list: items}, schema: token.json, id: {field: token}}
"""
ACCOUNT = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "password": {"type": "string", "writeOnly": True},
        "pin": {"type": "integer", "writeOnly": True},
        "phrase": {"type": "string", "writeOnly": True},
        "contraseña": {"type": "string"},
        "webhook_secret": {"type": "string"},
        "door_password": {"type": "string"},
        "code": {"type": "string", "format": "password"},
        "apiToken": {"type": "string", "readOnly": True},
    },
}
TOKEN = {
    "type": "object",
    "properties": {"token": {"type": "string", "readOnly": True}, "phrase": {"type": "string"}},
}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    for folder, name, text in (
        ("contracts", "contract.yaml", CONTRACT),
        ("schemas", "account.json", json.dumps(ACCOUNT)),
        ("schemas", "token.json", json.dumps(TOKEN)),
    ):
        (tmp_path / folder / "vault").mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "vault" / name).write_text(text)
    return load(tmp_path / "contracts" / "vault")


class Sink(list[Any]):
    def write(self, event: Any) -> None:
        self.append(event)

    def close(self) -> None:
        pass


@pytest.fixture
def stand_ins(contract: Contract) -> StandIns:
    return StandIns(Sink(), Secrecy(contract), b"key")


def exchange(
    got: Any = None, sent: Any = None, *, status: int = 200, url: str = "https://a.example/v1/accounts"
) -> Any:
    text = got if isinstance(got, str) else json.dumps(got)
    return {
        "event": "exchange",
        "resource": "account",
        "request": {"method": "POST", "url": url, "headers": [], "body": None if sent is None else json.dumps(sent)},
        "response": {"status": status, "headers": [["X-Note", "made-by-the-server"]], "body": text},
    }


@pytest.mark.parametrize("is_run", [True, False])
def test_what_somebody_elses_client_has_sent_is_hidden(contract: Contract, is_run: bool) -> None:
    told = StandIns(Sink(), Secrecy(contract), b"key", is_run=is_run).event(
        exchange({}, {"webhook_secret": "Sesame-771"})
    )
    assert ("Sesame-771" in json.dumps(told)) is is_run


@pytest.mark.parametrize("secret", ["ab12", "123456"])
def test_a_secret_of_an_answer_is_hidden_that_is_looked_for_nowhere_else(stand_ins: StandIns, secret: str) -> None:
    assert secret not in json.dumps(stand_ins.event(exchange({"apiToken": secret})))


@pytest.mark.parametrize("name", ["Location", "content-location", "Link"])
def test_a_secret_in_an_address_that_an_answer_gives_is_hidden(stand_ins: StandIns, name: str) -> None:
    event = exchange({})
    address = "/v1/accounts/5?access_token=Sesame-771&page=2"
    event["response"]["headers"] = [[name, address], ["Link", "</v1?page=3&next_token=abcdefgh>"]]
    ((_, address), link) = stand_ins.event(event)["response"]["headers"]
    assert address.startswith("/v1/accounts/5?access_token=")
    assert address.endswith("&page=2")
    assert "Sesame" not in address
    assert link == ["Link", "</v1?page=3&next_token=abcdefgh>"]


def test_a_secret_in_the_fragment_of_an_address_is_hidden(stand_ins: StandIns) -> None:
    event = exchange({})
    event["response"]["headers"] = [["Location", "/v1/accounts/5#access_token=Sesame-771&state=on"]]
    ((_, address),) = stand_ins.event(event)["response"]["headers"]
    assert address.startswith("/v1/accounts/5#access_token=")
    assert "Sesame" not in address
    assert address.endswith("&state=on")


@pytest.mark.parametrize("sign", ["?", "?a=1&", "?a=1\\u0026", "?a=1&amp;", "#"])
def test_a_secret_of_a_url_inside_a_body_is_hidden(stand_ins: StandIns, sign: str) -> None:
    body = f'{{"file": "https://a.example/f{sign}access_token=Sesame-771", "next": "/v1/accounts?next_token=abcdef"}}'
    told = stand_ins.event(exchange(body))["response"]["body"]
    assert "Sesame" not in told
    assert json.loads(told)["next"] == "/v1/accounts?next_token=abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/f?sig=Sesame-771&se=2026",
        "https://a.example/f?X-Amz-Signature=Sesame-771",
        "https://a.example/f?se=2026&signature=Sesame-771",
        "Bearer Sesame-771",
        "use `bearer Sesame-771/x` there",
    ],
)
def test_what_opens_something_to_whoever_has_it_is_hidden(stand_ins: StandIns, text: str) -> None:
    told = json.loads(stand_ins.event(exchange({"note": text}))["response"]["body"])["note"]
    assert "Sesame" not in told
    assert len(told) == len(text)
    plain = {"note": "Bearer authentication is needed; design=flat; ?sigma=7; token bearer of 1"}
    assert json.loads(stand_ins.event(exchange(plain))["response"]["body"]) == plain


@pytest.mark.parametrize("secret", ['Sesame-771 "\\ é', "Sesame-771\\", 'Sesame-771\\\\"'])
def test_a_secret_of_json_inside_a_text_is_hidden_at_any_depth(stand_ins: StandIns, secret: str) -> None:
    inner: dict[str, Any] = {"access_token": secret, "note": "plain"}
    for _ in range(3):
        inner = {"payload": json.dumps(inner)}
        told = stand_ins.event(exchange(inner))["response"]["body"]
        while "payload" in (shown := json.loads(told)):
            told = shown["payload"]
        assert (shown["note"], shown["access_token"] == secret) == ("plain", False)


def test_a_session_in_a_path_is_hidden(stand_ins: StandIns) -> None:
    told = stand_ins.event(exchange({}, url="https://a.example/v1/accounts;jsessionid=Sesame-771/5?page=2"))
    assert "Sesame" not in (url := told["request"]["url"])
    assert url.startswith("https://a.example/v1/accounts;jsessionid=")
    assert url.endswith("/5?page=2")


def test_what_the_run_has_sent_in_a_url_itself_is_shown_as_a_replay_compares_it(stand_ins: StandIns) -> None:
    sent = {"name": "https://a.example/?token=of-the-run"}
    assert json.loads(stand_ins.event(exchange(sent, sent))["response"]["body"]) == sent


@pytest.mark.parametrize("name", ["X-Auth-Token", "X-Subject-Token", "x-api-key", "X-Session-Id", "X-Client-Secret"])
def test_a_header_field_that_is_called_like_a_secret_is_hidden(stand_ins: StandIns, name: str) -> None:
    event = exchange({"name": "see Sesame-771"})
    plain = [["X-Count", "of 7"], ["X-RateLimit-Remaining-Tokens", "9007199"]]
    event["response"]["headers"] = [[name, "Sesame-771"], *plain]
    told = stand_ins.event(event)
    assert "Sesame" not in json.dumps(told)
    assert told["response"]["headers"][1:] == plain


def test_a_header_field_that_is_called_like_the_secret_of_one_resource_is_hidden_in_its_answers(
    stand_ins: StandIns,
) -> None:
    fields = [["phrase", "Sesame"]]
    for resource, is_shown in (("token", True), ("account", False)):
        event = {**exchange({}), "resource": resource}
        event["response"]["headers"] = fields
        assert (stand_ins.event(event)["response"]["headers"] == fields) is is_shown


@pytest.mark.parametrize(
    "body",
    [
        "access_token=Sesame-771&scope=all",
        "scope=all&access_token=Sesame-771",
        *(f'{before}{{"apiToken": "Sesame-771", "next": "/v1?page=2"}}' for before in ("\n", " \r\n", "\ufeff")),
    ],
)
def test_a_secret_of_an_answer_is_hidden_in_a_form_and_in_json_that_does_not_begin_at_once(
    stand_ins: StandIns, body: str
) -> None:
    told = stand_ins.event(exchange(body))["response"]["body"]
    assert "Sesame" not in told
    assert len(told) == len(body)


def test_what_stands_for_a_credential_stays(stand_ins: StandIns) -> None:
    url = "https://a.example/v1/accounts?api_key=[redacted]"
    event = exchange({"next": url}, url=url)
    event["response"]["headers"] = [["Location", url], ["X-Api-Key", "[redacted]"]]
    assert stand_ins.event(event) == event


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "accessToken",
        "APIKey",
        "api-key",
        "client_secret",
        "passwd",
        "userPassword",
        "jwt",
        "webhookSecret",
        "recovery_codes",
        "SESSION_ID",
        "private_key",
        "credentials",
    ],
)
def test_names_that_look_like_a_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "next_token",
        "pageToken",
        "continuationToken",
        "next_page_token",
        "token_type",
        "password_policy",
        "key",
        "code",
        "monkey",
        "secretary",
        "tokenize",
        "postal_code",
        "public_key",
        "passport",
        "expires_in",
    ],
)
def test_names_that_do_not(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize("name", ["contraseña", r"contrase\u00f1a", r"contrase\u00F1a", r"p\u0061ssword", r"pin"])
@pytest.mark.parametrize("before", ["{", '{"text": "a \\"quoted\\" word: and more", ', f'{{"text": "{"x" * 10_000}", '])
def test_a_hidden_member_is_known_by_every_spelling_of_its_name(stand_ins: StandIns, name: str, before: str) -> None:
    event = stand_ins.event(exchange(f'{before}"{name}" : "made-of-words-72"}}'))
    assert "made-of-words-72" not in event["response"]["body"]
    assert event["response"]["body"].startswith(f'{before}"{name}" : "')


def test_the_contract_has_the_last_word(contract: Contract) -> None:
    hides = Secrecy(contract).hides
    names = ("pin", "password", "webhook_secret", "code", "apiToken", "door_password", "name", "next_token", "x_token")
    assert [hides("account", n) for n in names] == ["all", "texts", *["foreign"] * 3, "", "", "", "foreign"]
    assert hides("token", "token") == ""  # it is an id
    assert hides("token", "pin") == "all"
    found = {(r.name, n) for r, n in Secrecy(contract).found_by_look()}
    assert found == {("account", n) for n in ("password", "webhook_secret", "code", "apiToken")}


def test_a_value_is_hidden_wherever_in_a_message_it_stands(stand_ins: StandIns) -> None:
    body = {
        "apiToken": "made-by-the-server",
        "data": [{"user": {"pin": 4711, "apiToken": "of-another-1"}}, {"tokens": ["of-another-2"]}],
        "note": "use made-by-the-server",
    }
    sent = {"password": "sesame-open", "phrase": 'Öl "x"', "name": "kept"}
    told = json.dumps(
        stand_ins.event(exchange(body, sent, url="https://a.example/v1/accounts?access_token=of-another-3"))
    )
    for secret in ("made-by", "of-another", "4711", "sesame", "Öl", "\\u00d6l"):
        assert secret not in told
    assert "kept" in told


def test_a_refusal_that_quotes_the_secret_hides_it(stand_ins: StandIns) -> None:
    event = stand_ins.event(exchange("no: sesame-open", {"password": "sesame-open"}, status=400))
    finding = stand_ins.event({"event": "finding", "item": "sesame-open", "message": "got 'sesame-open'", "kind": "x"})
    assert "sesame" not in json.dumps(event)
    assert finding["item"] == "sesame-open"
    assert "sesame" not in finding["message"]


def test_the_same_value_has_the_same_stand_in_of_the_same_kind(stand_ins: StandIns, contract: Contract) -> None:
    values = ["Abc-123_x", "9906b843-2f4e-4e82-a3e2-b30484359862", "äß 1", "…"]
    for value in values:
        instead = stand_ins.stand_in(value)
        assert instead == stand_ins.stand_in(value)
        assert [_kind(c) for c in instead] == [_kind(c) for c in value]
        assert (instead != value) == (value != "…")
    assert re.fullmatch("[0-9a-f-]{36}", stand_ins.stand_in(values[1]))
    assert StandIns(Sink(), stand_ins._members._secrecy, b"other").stand_in("Abc-123_x") != stand_ins.stand_in(
        "Abc-123_x"
    )


def _kind(character: str) -> str:
    return "9" if character.isdigit() else "a" if character.isalpha() else character


def test_what_the_run_itself_gave_to_a_shown_member_is_no_secret(stand_ins: StandIns) -> None:
    event = stand_ins.event(exchange({"webhook_secret": "mine-1", "code": "theirs"}, {"webhook_secret": "mine-1"}))
    assert json.loads(event["response"]["body"])["webhook_secret"] == "mine-1"
    assert "theirs" not in json.dumps(event)
    kept = stand_ins.event({"event": "value", "name": "x", "value": {"webhook_secret": "mine-1", "code": "theirs"}})
    assert kept["value"]["webhook_secret"] == "mine-1"
    assert kept["value"]["code"] == json.loads(event["response"]["body"])["code"]


def test_inputs_hide_what_is_secret_and_keep_their_symbols(stand_ins: StandIns) -> None:
    case = {
        "event": "case",
        "item": "x.y[account-create]",
        "input": {"field": "pin", "value": 1234, "note": "too long"},
    }
    assert stand_ins.event(case)["input"]["note"] == "too long"
    assert stand_ins.event(case)["input"]["value"] != 1234
    case["input"] = {"body": {"name": "{run}", "password": "a{run}b {ref:account:0}"}}
    body = stand_ins.event(case)["input"]["body"]
    assert body["name"] == "{run}"
    assert re.fullmatch(r"[a-z]\{run\}[a-z] \{ref:account:0\}", body["password"])


def test_bytes_and_names_that_stand_twice_stay_as_they_are(stand_ins: StandIns) -> None:
    text = '{"name" : "a",\n "name": "b", "apiToken" :\t"abcdef"} trailing'
    got = stand_ins.event(exchange(text))["response"]["body"]
    assert got.replace(stand_ins.stand_in("abcdef"), "abcdef") == text
    broken = '{"password": "unfinished'
    assert stand_ins.event(exchange(broken))["response"]["body"] == broken
    assert stand_ins.event(exchange('{"apiToken": ' + "[" * 5_000))


def test_a_replay_compares_all_but_what_is_hidden_and_learns_it(contract: Contract) -> None:
    learned = Learned(HiddenMembers(Secrecy(contract)))
    here, there = learned.aligned('{"name":"a","phrase":"sesame"}', '{"name": "a", "phrase": "qwerty"}', "account")
    assert json.loads(here) == json.loads(there)
    here, there = learned.aligned('{"name":"b","phrase":"x"}', '{"name": "a", "phrase": "x"}', "account")
    assert json.loads(here) != json.loads(there)
    assert json.loads(learned.body('{"phrase": "qwerty", "m": "not qwerty"}', "account")) == {
        "phrase": "sesame",
        "m": "not sesame",
    }


def test_a_run_with_secrets_is_replayed_with_the_same_verdict(
    tmp_path: Path, contract: Contract, monkeypatch: pytest.MonkeyPatch, run_command: Callable[..., int]
) -> None:
    """And nothing that the server made, and no secret that the run sent, is in a file."""
    raw: list[Any] = []
    event = StandIns.event

    def seen(self: StandIns, one: Any) -> Any:
        raw.append(one)
        return event(self, one)

    monkeypatch.setattr(StandIns, "event", seen)
    suites = ("create", "update.only-named", "read", "list.entry-agrees", "shape")
    only = [word for name in suites for word in ("--only", name)]
    folder = str(tmp_path / "contracts" / "vault")
    file = tmp_path / "run" / "run.jsonl.gz"
    narrow = ["--profile", "smoke", "--resource", "account", *only]
    assert run_command("run", folder, "--out", file.parent, *narrow) == 0
    shown = "".join(json.dumps(e) for e in raw if e["event"] == "exchange")
    values = set(re.findall(r'\\"(?:apiToken|code|password|phrase)\\": ?\\"([^"\\]{6,})\\"', shown))
    assert len(values) > 10
    own = set(re.findall(r'\\"(?:name|webhook_secret)\\": ?\\"([^"\\]{6,})\\"', shown))
    for form in ("har", "yaml", "sarif"):
        assert run_command("report", file, "--format", form, "--out", tmp_path / form) == 0
    text = "".join(_text(f) for f in tmp_path.rglob("*") if f.is_file())
    assert not [value for value in values - own if value in text and not value.isdigit()]
    assert run_command("run", folder, "--stubs", file, "--out", tmp_path / "again") == 0


def _text(file: Path) -> str:
    import gzip

    data = file.read_bytes()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")
