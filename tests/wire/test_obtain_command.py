"""Credentials that a command prints."""

from __future__ import annotations

import base64
import json
import shlex
import sys
from typing import Any

import pytest

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.errors import TargetError
from restproof.sources import Command
from restproof.wire.obtain import opened, wallet_of
from restproof.wire.wallet import CredentialError

from .provider import wallet


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def jws(**claims: Any) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "signature"])


def test_a_command_gives_what_it_prints() -> None:
    assert wallet(Command(line=python("print('  s3cret-token ')"))).current("full").value == "s3cret-token"


def test_a_text_goes_to_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELD", "abc")
    assert wallet(Command(line="printf '%s-token' \"$HELD\"")).current("full").value == "abc-token"


def test_a_pointer_finds_it_in_json() -> None:
    source = Command(line="""echo '{"data": {"token": "t-1", "until": 4102444800}}'""", token="/data/token")
    assert wallet(source).current("full").expires is None
    token = wallet(Command(line=source.line, token="/data/token", expires="/data/until")).current("full")
    assert (token.value, token.expires) == ("t-1", 4102444800)


def test_a_token_that_says_when_it_ends_is_believed() -> None:
    line = f"echo {shlex.quote(jws(exp=4102444800))}"
    assert wallet(Command(line=line)).current("full").expires == 4102444800


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("exit 3", "the command ended with 3"),
        (("/nowhere/restproof-none",), "cannot be run: No such file"),
        ("true", "what came back is empty"),
        ("printf 'a\\nb'", "characters that no header can carry"),
    ],
)
def test_a_command_that_gives_none_is_told(line: Any, told: str) -> None:
    with pytest.raises(CredentialError, match=told):
        wallet(Command(line=line)).current("full")


def test_a_target_without_its_credential_is_not_reached(contract: Contract) -> None:
    target = Target("test", "http://127.0.0.1:1", credentials={"full": ""}, sources={"full": Command(line="exit 1")})
    with pytest.raises(TargetError, match="the credential `full` cannot be obtained: the command ended with 1"):
        opened(target, wallet_of(target))
