"""A certificate of our own: for requests, and for the logins that bring credentials."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.errors import TargetError
from restproof.sources import Login
from restproof.wire.obtain import wallet_of
from restproof.wire.preflight import check_target
from restproof.wire.wallet import CredentialError

from .conftest import Handler, ScriptedServer, Serve, answer


def encrypted(pem: bytes, password: str) -> bytes:
    """A certificate with its key, which is encrypted from here on."""
    key = load_pem_private_key(pem, None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    return locked + pem[pem.index(b"-----BEGIN CERT") :]


def guarded(serve: Serve, handler: Handler, folder: Path) -> tuple[ScriptedServer, Target, bytes]:
    """A server that asks for a certificate, a target that presents ``own.pem``, and what this is to hold."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = serve(handler, lambda plain: context.wrap_socket(plain, server_side=True))
    authority.cert_pem.write_to_path(folder / "ca.pem")
    target = Target(
        "test",
        f"https://127.0.0.1:{server.port}",
        credentials={"full": "full-secret-token"},
        ids={"team": 5},
        ca_bundle=folder / "ca.pem",
        client_cert=folder / "own.pem",
    )
    return server, target, authority.issue_cert("client@example.com").private_key_and_cert_chain_pem.bytes()


def test_a_key_may_be_encrypted(serve: Serve, contract: Contract, tmp_path: Path) -> None:
    """For requests and for logins, and no wrong password ends in a traceback or a question at the terminal."""
    login = b'{"token": "opened-session"}'
    _, target, own = guarded(
        serve, lambda request: answer(200, login if b"POST /login" in request else b"[]"), tmp_path
    )
    (tmp_path / "own.pem").write_bytes(encrypted(own, "open sesame"))
    right = replace(target, client_password="open sesame")
    check_target(right, contract)
    sources = {"full": Login(path="/login", token="/token")}
    assert wallet_of(replace(right, sources=sources)).current("full").value == "opened-session"
    for password in ("another", ""):
        wrong = replace(right, client_password=password)
        with pytest.raises(TargetError, match=r"own\.pem cannot be used") as error:
            check_target(wrong, contract)
        assert "client_password" in str(error.value)
        with pytest.raises(CredentialError, match=r"cannot be (used|obtained)"):
            wallet_of(replace(wrong, sources=sources)).current("full")


def test_the_server_sees_our_certificate(serve: Serve, contract: Contract, tmp_path: Path) -> None:
    server, target, own = guarded(serve, lambda _: answer(200, b"[]"), tmp_path)
    (tmp_path / "own.pem").write_bytes(own)
    check_target(target, contract)
    assert server.requests
    with pytest.raises(TargetError, match="gives no usable answer") as error:
        check_target(replace(target, client_cert=None), contract)
    assert "client_cert" in str(error.value)
    (tmp_path / "own.pem").write_text("no certificate")
    with pytest.raises(TargetError, match=r"the certificate .*own\.pem cannot be used"):
        check_target(target, contract)
