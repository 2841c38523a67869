"""Digest access authentication (RFC 7616): one state of a credential for all threads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from secrets import token_hex
from urllib.parse import quote
from urllib.request import parse_http_list, parse_keqv_list

from restproof.wire.message import Exchange

_BEGINS = re.compile(r"([\w!#$%&'*+.^`|~-]+)(?:\s+(?!=)(.*))?", re.DOTALL)
_HASHES = {"MD5": "md5", "SHA": "sha1", "SHA-256": "sha256", "SHA-512-256": "sha512_256", "SHA-512": "sha512"}
"""By the names of RFC 7616 §6.1, and two that servers use besides."""


class Digest:
    """Answers the challenges of a server with the secret ``user:password``."""

    def __init__(self, secret: str) -> None:
        self._user, _, self._password = secret.partition(":")
        self._challenge: Mapping[str, str] = {}
        self._nonce = ""
        self._count = 0
        self._opening = ("", "")
        """Nonce and cnonce of the first answer to the challenge: a secret for the session has these (RFC 7616 §3.4.2),
        whatever nonce the server names later."""

    def is_challenged(self, exchange: Exchange) -> bool:
        """Whether the answer holds a challenge, which the next header answers: of several the first that can be."""
        said = exchange.response.all("WWW-Authenticate") if exchange.response else ()
        found = next((c for c in _challenges(said) if _can_answer(c)), None)
        if found is not None:
            self._challenge = found
            self._begin(found["nonce"])
            self._opening = (self._nonce, token_hex(16))
        return found is not None

    def heard(self, exchange: Exchange) -> None:
        """Take the nonce that an answer names for the next request (RFC 7616 §3.5)."""
        said = exchange.header("Authentication-Info") if self._challenge else None
        if nonce := _parameters(parse_http_list(said or "")).get("nextnonce"):
            self._begin(nonce)

    def _begin(self, nonce: str) -> None:
        if nonce != self._nonce:
            self._nonce, self._count = nonce, 0

    def header(self, method: str, target: str, body: bytes | None) -> str | None:
        """The header for one request; ``None`` where there was no challenge yet."""
        if not self._challenge:
            return None
        said, name = self._challenge, self._challenge.get("algorithm", "MD5")
        self._count += 1
        count, own, quality = f"{self._count:08x}", self._opening[1], _quality(said)
        user = self._user
        if said.get("userhash", "").lower() == "true":
            user = _hashed(name, f"{user}:{said['realm']}")
        secret = _hashed(name, f"{self._user}:{said['realm']}:{self._password}")
        if name.upper().endswith("-SESS"):
            secret = _hashed(name, ":".join((secret, *self._opening)))
        asked = f"{method}:{target}" + (f":{_hashed(name, body or b'')}" if quality == "auth-int" else "")
        between = [self._nonce, *((count, own, quality) if quality else ())]
        response = _hashed(name, ":".join((secret, *between, _hashed(name, asked))))
        known = {"realm": said["realm"], "nonce": self._nonce, "uri": target, "response": response}
        fields = [_named("username", user) if user.isascii() else f"username*=UTF-8''{quote(user, safe='')}"]
        fields += [_named(n, v) for n, v in known.items()]
        fields += [_named("opaque", said["opaque"])] if "opaque" in said else []
        fields += [f"algorithm={name}"] if "algorithm" in said else []
        fields += [f"qop={quality}", f"nc={count}", _named("cnonce", own)] if quality else []
        fields += ["userhash=true"] if user != self._user else []
        return f"Digest {', '.join(fields)}"


def _challenges(said: Iterable[str]) -> Iterator[dict[str, str]]:
    """The parameters of each challenge by digest; fields may hold several, of several schemes (RFC 9110 §11.6.1)."""
    for field in said:
        found: list[list[str]] = []
        for part in parse_http_list(field):
            if begun := _BEGINS.fullmatch(part):
                found.append([begun[1].lower()])
                part = begun[2] or ""
            if found and part:
                found[-1].append(part)
        yield from (_parameters(parts) for scheme, *parts in found if scheme == "digest")


def _parameters(parts: Iterable[str]) -> dict[str, str]:
    """Parameters by their names: of ``parts`` that were told apart, without the backslashes that escape in them."""
    stripped = ("=".join(word.strip() for word in part.split("=", 1)) for part in parts)
    whole = [part for part in stripped if "=" in part and not part.endswith("=")]
    return {name.lower(): value for name, value in parse_keqv_list(whole).items()}


def _can_answer(challenge: Mapping[str, str]) -> bool:
    name = challenge.get("algorithm", "MD5").upper().removesuffix("-SESS")
    knows = name in _HASHES and _HASHES[name] in hashlib.algorithms_available
    return knows and "nonce" in challenge and "realm" in challenge and _quality(challenge) is not None


def _quality(challenge: Mapping[str, str]) -> str | None:
    """What protects the request: ``auth-int`` its content too, where nothing else is offered; empty for an old server,
    ``None`` where it offers nothing that is known."""
    if "qop" not in challenge:
        return ""
    offered = [one.strip().lower() for one in challenge["qop"].split(",")]
    return next((one for one in ("auth", "auth-int") if one in offered), None)


def _hashed(name: str, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return hashlib.new(_HASHES[name.upper().removesuffix("-SESS")], data, usedforsecurity=False).hexdigest()


def _named(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'
