"""Addresses of nobody: a server may write to an e-mail address, call a number and send what has happened to a URL, so
that what is drawn from a pattern for one must be nobody's. Hosts are those of RFC 2606, and numbers those that are kept
for stories, in every area of North America (555-0100 to 555-0199), or that no country has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

PLAIN = (
    "ann@site.example",
    "ann@example.org",
    "ann@example.com",
    "https://site.example/",
    "http://site.example/",
    "https://site.example",
    "https://example.org/",
    "https://example.com/",
    "wss://site.example/",
    "+12025550123",
    "+1 202 555 0123",
    "+1 202-555-0123",
    "+1-202-555-0123",
    "+1 (202) 555-0123",
    "(202) 555-0123",
    "202-555-0123",
    "202.555.0123",
    "202 555 0123",
    "site.example",
    "example.org",
)
"""Those that most patterns for an address allow one of. A character less than the first of each kind is nobody's
either, and one more."""

_HOSTS = ("site.example", "example.org", "example.net", "example.com")
_RESERVED = re.compile(r"(?:.*[.@])?(?:example(?:\.(?:com|net|org))?|invalid|test)\.?(?::\d*)?", re.IGNORECASE)
_MAIL = re.compile(r"([^@\s]+@)([^@\s]+\.[^@\s.]{2,})")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#\s]*)(.*)", re.DOTALL)
_NUMBER = re.compile(r"(\+[1-9][\d ().-]{5,24}\d)|(\(?[2-9]\d\d\)?[ .-]+)([2-9]\d\d)([ .-]?)(\d{4})")
_AREAS = (202, 212, 303, 404, 415, 503, 617, 702, 808, 907)
_MOST_KEPT = 4
"""Characters of a number that a pattern may ask for: the plus and the code of a country."""


def nobodys(text: str, fits: Callable[[str], bool]) -> str:
    """The text, or where that may be somebody's address, one of nobody that is like it and ``fits``; the text as it is
    where none does."""
    return next(filter(fits, _alike(text)), text)


def _alike(text: str) -> Iterator[str]:
    if url := _URL.fullmatch(text):
        if not _RESERVED.fullmatch(url[2].rpartition("@")[2]):
            yield from (url[1] + host + url[3] for host in _HOSTS)
            yield from (f"{url[1]}{host}/".ljust(len(text), "a") for host in _HOSTS)
            yield from (url[1] + host for host in _HOSTS)
    elif mail := _MAIL.fullmatch(text):
        if not _RESERVED.fullmatch(mail[2]):
            yield from (mail[1] + host for host in _HOSTS)
            yield from (f"{(mail[1][:-1] * len(text))[: len(text) - len(host) - 1]}@{host}" for host in _HOSTS)
            yield from PLAIN[:3]
    elif number := _NUMBER.fullmatch(text):
        last = int(re.sub(r"\D", "", text)) % 100
        if number[2]:
            yield f"{number[2]}555{number[4]}01{last:02}"
            return
        yield f"+1{_AREAS[last % len(_AREAS)]}55501{last:02}"
        for kept in range(2, _MOST_KEPT + 1):
            yield text[:kept] + re.sub(r"\d", "0", text[kept:-2]) + text[-2:]
