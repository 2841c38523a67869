"""One wallet for all workers of a run: a login, or a refresh token that is good for once, may end what another process
has obtained by itself. It is asked over a socket that only this run has the key of; nothing reaches a disk."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from secrets import token_hex
from typing import Any

from restproof.wire.wallet import CredentialError, Token, Wallet


class Counter:
    """Where other processes ask ``wallet``; ``address`` and ``key`` lead there. Open until :meth:`close`."""

    def __init__(self, wallet: Wallet) -> None:
        self.key = token_hex(16)
        self._wallet = wallet
        self._listener = Listener(family="AF_UNIX", authkey=self.key.encode())
        self.address = str(self._listener.address)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except AuthenticationError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection[Any, Any]) -> None:
        with connection, suppress(EOFError, OSError):
            while True:
                connection.send_bytes(json.dumps(self._answer(*json.loads(connection.recv_bytes()))).encode())

    def _answer(self, name: str, refused: int | None) -> dict[str, Any] | None:
        try:
            found = (
                self._wallet.current(name) if refused is None else self._wallet.renewed(name, Token("", number=refused))
            )
        except CredentialError as error:
            return {"error": str(error)}
        return None if found is None else asdict(found)


class Shared:
    """The wallet at a :class:`Counter`, from another process."""

    def __init__(self, address: str, key: str) -> None:
        self._connection = Client(address, authkey=key.encode())
        self._lock = threading.RLock()
        self._held: dict[str, Token] = {}

    def current(self, name: str) -> Token:
        held = self._held.get(name)
        if held is not None and held.is_fresh(time.time()):
            return held
        found = self._asked(name, None)
        assert found is not None, "a credential is, or is told why it is not"
        return found

    def renewed(self, name: str, refused: Token) -> Token | None:
        return self._asked(name, refused.number)

    def _asked(self, name: str, refused: int | None) -> Token | None:
        with self._lock:
            try:
                self._connection.send_bytes(json.dumps([name, refused]).encode())
                said = json.loads(self._connection.recv_bytes())
            except (EOFError, OSError):
                raise CredentialError(f"the credential `{name}` cannot be obtained: the run has ended") from None
            if said is None:
                return None
            if "error" in said:
                raise CredentialError(said["error"])
            self._held[name] = Token(**said | {n: tuple(map(tuple, said[n])) for n in ("cookies", "csrf")})
            return self._held[name]
