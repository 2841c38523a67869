"""A parcel that only the attempt it is meant for can open, whoever passes it on or keeps a copy.

Curve25519 (RFC 7748) with a key of the attempt's own, which exists for that attempt alone; HKDF (RFC 5869) makes a key
for AES-GCM of it. This keeps credentials out of what an engine logs, shows and stores; it does not tell an attempt
from somebody who may run code on the engine, and who could ask for a parcel as well.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY, _NONCE = 32, 12


class NotForUs(ValueError):
    """What was sealed for another key, or was changed on its way."""


class Opener:
    """Opens what is sealed for ``public``."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes_raw()

    def opened(self, sealed: bytes) -> bytes:
        """What :func:`sealed` has sealed. Raises ``NotForUs``."""
        sender, nonce, data = sealed[:_KEY], sealed[_KEY : _KEY + _NONCE], sealed[_KEY + _NONCE :]
        try:
            secret = self._private.exchange(X25519PublicKey.from_public_bytes(sender))
            return AESGCM(_derived(secret, sender, self.public)).decrypt(nonce, data, None)
        except (InvalidTag, ValueError):
            raise NotForUs("this was not sealed for this key") from None


def sealed(data: bytes, public: bytes) -> bytes:
    """``data`` for the holder of the key to ``public``: our public key of this once, a nonce, the ciphertext. Raises
    ``ValueError`` for what is no public key."""
    own, nonce = X25519PrivateKey.generate(), os.urandom(_NONCE)
    sender = own.public_key().public_bytes_raw()
    secret = own.exchange(X25519PublicKey.from_public_bytes(public))
    return sender + nonce + AESGCM(_derived(secret, sender, public)).encrypt(nonce, data, None)


def _derived(secret: bytes, sender: bytes, public: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"restproof shard" + sender + public).derive(secret)
