"""The credentials of a session: what each is at the moment, what of them is hidden, and what a refusal means."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.untold import UNTOLD
from restproof.wire.digest import Digest
from restproof.wire.failure import NotSent
from restproof.wire.guard import Presented, presented
from restproof.wire.message import Exchange
from restproof.wire.presence import Presence
from restproof.wire.redact import Redactor
from restproof.wire.wallet import CredentialError, Fixed, Token, Wallet

_RENEWALS = 10
"""How often the credential of one request is renewed, where each was over when its answer came."""
_OLD = 30.0
"""Seconds after which a credential may be over of which nothing says when it ends."""


class Credentials:
    """Those of ``target``, out of ``wallet`` (without one: what the target says). ``note`` is told of what happens to
    them, ``presence`` where nothing can be judged without them. ``redactor`` hides them wherever they show."""

    def __init__(
        self,
        target: Target,
        contract: Contract,
        wallet: Wallet | None,
        presence: Presence,
        note: Callable[[str, str], None],
    ) -> None:
        self.redactor = redactor_for(target, contract)
        UNTOLD.in_session(lambda text: self.redactor.text(text))
        self._target = target
        self._contract = contract
        self._wallet = Fixed(target.credentials) if wallet is None else wallet
        self._presence = presence
        self._note = note
        self._lock = threading.RLock()
        self._obtained: set[str] = set()
        self._refused: set[tuple[str, str | None, str | None]] = set()
        self._tried: dict[str, float] = {}
        """How old a credential was when it was refused, until the next answer says whether that was why."""
        self._lived: dict[str, float] = {}
        """The least age at which a credential was refused that worked again once it was renewed, in seconds."""
        self._since: dict[str, float] = {}
        """When a credential was last refused to a request for the first time (Unix time)."""
        self._digests: dict[str, Digest] = {}
        self._presented: dict[tuple[str, str], tuple[Token, Presented]] = {}
        """By the name of a credential and a method, how what it was last is presented."""

    def token(self, name: str) -> Token:
        """The credential to present. Raises ``NotSent`` where it cannot be obtained, ``KeyError`` where the target has
        none."""
        try:
            token = self._wallet.current(name)
        except CredentialError as error:
            self._lose(name, error)
            raise NotSent(str(error)) from None
        self._hide(token)
        return token

    def presented(self, name: str, token: Token, method: str, target: str, body: bytes | None) -> Presented:
        """How a request shows ``token``, the credential ``name`` at the moment, by a request with them."""
        if self._contract.auth.scheme != "digest":
            known = self._presented.get((name, method))
            if known is None or known[0] is not token:
                known = self._presented[name, method] = token, presented(self._contract.auth, token, method)
            return known[1]
        with self._lock:
            header = self._digest(name, token).header(method, target, body)
        return Presented(() if header is None else ((self._contract.auth.header, header),))

    def heard(self, name: str | None, exchange: Exchange) -> None:
        """Take what an answer says of how to show the credential ``name`` next time, and of how long one lives."""
        if name is None:
            return
        with self._lock:
            if name in self._digests:
                self._digests[name].heard(exchange)
            age = self._tried.pop(name, None)
            if age is not None and exchange.response is not None and exchange.status != 401:
                self._lived[name] = min(age, self._lived.get(name, _OLD))

    def _digest(self, name: str, token: Token) -> Digest:
        if name not in self._digests:
            self._digests[name] = Digest(token.value)
        return self._digests[name]

    def is_renewed(self, name: str, refused: Token, exchange: Exchange, *, before: int) -> bool:
        """Whether there is another credential than the one that was ``refused``, or another challenge for it: with a
        401, or, where the contract refuses credentials so and this one may be over, with a 403. Where another was
        refused as well (``before``: how many were), that is an answer to such requests, unless that one may have been
        over by then: on a slow way, before the server looks at it."""
        about = exchange.about
        if self._contract.auth.scheme == "digest":
            with self._lock:
                return not before and exchange.status == 401 and self._digest(name, refused).is_challenged(exchange)
        what = (name, about.resource, about.operation)
        now = time.time()
        age = now - refused.obtained
        if not before:
            self._since[name] = now
        is_over = (
            not refused.is_fresh(now)
            or age >= self._lived.get(name, _OLD)
            or (before > 0 and refused.obtained < self._since[name])  # by another worker, some time ago
        )
        if exchange.status == 403 and not (is_over and 403 in self._contract.status("bad_credential").codes):
            return False  # it is about what the credential may do
        if (before or what in self._refused) and not (is_over and before < _RENEWALS):
            self._refused.add(what)
            return False
        try:
            other = self._wallet.renewed(name, refused)
        except CredentialError as error:
            self._lose(name, error)
            return False
        if other is not None:
            self._tried[name] = age
            self._hide(other)
            self._note("credential", f"the credential `{name}` was refused ({exchange.status}), and renewed")
        return other is not None

    def _lose(self, name: str, error: CredentialError) -> None:
        """Take note that a credential is lost for good; without the one that may do all, there is nothing to judge."""
        with self._lock:
            if name == "full" and self._presence.gone is None:
                self._presence.gone = str(error)
                self._note("gone", str(error))

    def _hide(self, token: Token) -> None:
        """Hide what a credential is now wherever it shows, as well as what it was before."""
        if token.number == 1 and not token.cookies and not token.csrf:
            return  # the target has it
        with self._lock:
            if not self._obtained.issuperset(token.secrets):
                self._obtained.update(token.secrets)
                self.redactor = redactor_for(self._target, self._contract, sorted(self._obtained))


def redactor_for(target: Target, contract: Contract, obtained: Sequence[str] = ()) -> Redactor:
    """Hides all credentials of ``target``, those that were ``obtained`` since, what they are obtained with, and the
    place that carries them."""
    return Redactor(
        (*target.credentials.values(), *target.secrets, *obtained), [contract.auth.header], contract.auth.parameters
    )
