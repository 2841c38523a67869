"""The string formats of JSON Schema 2020-12 §7.3: the one table of them.

A format that is not in the table is an annotation, as the standard says.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any, Protocol

from restproof.contract.inner import schemas_in
from restproof.contract.patterns import pattern
from restproof.contract.values import VALUES
from restproof.frozen import frozen

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PERCENT = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|{_PERCENT})"
_HOST = rf"(?:\[[0-9A-Fa-f:.vV]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|{_PERCENT})*)"
_AUTHORITY = rf"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|{_PERCENT})*@)?{_HOST}(?::[0-9]*)?"
_TAIL = rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/?(?:{_PCHAR}+(?:/{_PCHAR}*)*)?){_TAIL}")
_RELATIVE = re.compile(rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/?(?:{_PCHAR}+(?:/{_PCHAR}*)*)?){_TAIL}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+"
_EMAIL = re.compile(
    rf"(?:{_ATEXT}(?:\.{_ATEXT})*|\"(?:[ !#-\[\]-~]|\\[ -~])*\")@(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Za-z.:]+\])"
)
_DURATION = re.compile(r"P(?!$)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)", re.ASCII)
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if not found:
        return False
    hour, minute, second = (int(found[n]) for n in (1, 2, 3))
    offset_hour, offset_minute = int(found[5] or 0), int(found[6] or 0)
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        return False
    if second < 60:
        return True
    # A leap second stands at 23:59:60 UTC only (RFC 3339 §5.7).
    shift = timedelta(hours=offset_hour, minutes=offset_minute) * (-1 if found[4] == "+" else 1)
    utc = datetime(2000, 1, 2, hour, minute) + shift
    return (utc.hour, utc.minute) == (23, 59)


def _is_date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "Tt" and _is_date(text[:10]) and _is_time(text[11:])


def _is_ipv4(text: str) -> bool:
    if not text.isascii():
        return False
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    if "%" in text or not text.isascii():
        return False
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


class Digits(Protocol):
    """A number taken apart in mixed radix: each choice takes the next digit."""

    def take(self, choices: int) -> int: ...


@frozen
class Format:
    """What a string format is.

    ``check``: whether a text is of it. ``samples``: plain valid texts, the plainest first. ``mistakes``: texts that no
    reading of the format allows, each with what is wrong with it. ``numbered``: another valid text for each number.
    """

    check: Callable[[str], bool]
    samples: tuple[str, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = ()
    numbered: Callable[[Digits], str] | None = None


def matches(form: re.Pattern[str], longest: int | None = None) -> Callable[[str], bool]:
    """The check that all of a text matches ``form``, and has at most ``longest`` characters."""
    return lambda text: (longest is None or len(text) <= longest) and form.fullmatch(text) is not None


_WORD = string.digits + string.ascii_lowercase


def word(digits: Digits, width: int) -> str:
    """A word of ``width`` lower-case letters and digits."""
    return "".join(_WORD[digits.take(len(_WORD))] for _ in range(width))


def _moment(digits: Digits) -> str:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return (start + timedelta(seconds=digits.take(2**31 - 1))).isoformat().replace("+00:00", "Z")


ZONE_OPEN = "date-time, with a zone or without"

FORMATS: Mapping[str, Format] = {
    # Plain samples first: what is made for another purpose holds those. Then leap days, one of a century among them,
    # days before 1900 and after what 32 bits of seconds can count, and offsets to both sides.
    "date": Format(
        _is_date,
        ("2024-05-17", "2031-11-05", "2024-02-29", "2000-02-29", "1899-12-31", "2097-08-15"),
        (
            ("an impossible date", "2015-02-30"),
            ("a leap day that its century does not have", "1900-02-29"),
            ("a month that does not exist", "2015-13-01"),
            ("a date in another notation", "15/02/2015"),
            ("a date with a time", "2015-02-15T10:00:00Z"),
            ("a date without its hyphens", "20150215"),
            ("a month of one digit", "2015-2-15"),
            ("no date", "tomorrow"),
            ("an empty text", ""),
        ),
        lambda digits: str(date(1970, 1, 1) + timedelta(days=digits.take(47_000))),
    ),
    "date-time": Format(
        _is_date_time,
        (
            "2024-05-17T12:30:00Z",
            "2024-02-29T23:59:59Z",
            "2024-12-31T20:30:00-05:00",
            "2024-06-30T23:30:00+05:30",
            "2031-06-15T23:59:59Z",
        ),
        (
            ("an impossible date", "2015-02-30T10:00:00Z"),
            ("an hour that does not exist", "2015-02-03T25:00:00Z"),
            ("no time", "yesterday"),
            ("a date without a time", "2015-02-03"),
            ("no offset", "2015-02-03T10:00:00"),
        ),
        _moment,
    ),
    # What responses show where the contract leaves zones open.
    ZONE_OPEN: Format(lambda text: _is_date_time(text) or _is_date_time(f"{text}Z")),
    "time": Format(
        _is_time,
        ("08:30:00Z",),
        (("an hour that does not exist", "25:00:00Z"), ("no time", "noon")),
        lambda digits: (datetime(2000, 1, 1) + timedelta(seconds=digits.take(86_400))).strftime("%H:%M:%SZ"),
    ),
    "uuid": Format(
        matches(_UUID),
        ("6fa459ea-ee8a-4ca4-894e-db77e160355e",),
        (("no UUID", "restproof"), ("a UUID cut short", "123e4567-e89b-12d3-a456-42661417400")),
    ),
    "uri": Format(
        matches(_URI),
        (
            "https://www.example.com/plans?sheet=2",
            "http://example.org",
            "http://example.org:8080/a%2Fb/?q=%20#top",
            "https://www.example.com/Plans/",
        ),
        (("no scheme", "example.com"), ("a blank inside", "https://exa mple.com/")),
        lambda digits: f"https://example.com/{word(digits, 6)}",
    ),
    "uri-reference": Format(lambda text: _URI.fullmatch(text) is not None or _RELATIVE.fullmatch(text) is not None),
    "email": Format(
        matches(_EMAIL, 320),
        ("site.office@example.com", "Night.Shift+2@example.com"),
        (
            ("no at sign", "someone.example.com"),
            ("a blank inside", "some one@example.com"),
            ("nothing before the at sign", "@example.com"),
            ("nothing behind the at sign", "someone@"),
        ),
        lambda digits: f"{word(digits, 6)}@example.com",
    ),
    "hostname": Format(
        matches(_HOSTNAME, 253),
        ("build.example.com",),
        (("a blank inside", "exa mple.com"),),
        lambda digits: f"h{word(digits, 6)}.example.com",
    ),
    "ipv4": Format(
        _is_ipv4,
        ("192.0.2.17",),
        (("a number above 255", "192.0.2.256"), ("no address", "localhost")),
        # Of the network for benchmarks (RFC 2544): a server that calls the address reaches nobody.
        lambda digits: str(IPv4Address("198.18.0.0") + digits.take(2**17)),
    ),
    "ipv6": Format(
        _is_ipv6,
        ("2001:db8::17",),
        (("no address", "localhost"),),
        lambda digits: str(IPv6Address("2001:db8::") + digits.take(2**32)),
    ),
    "duration": Format(matches(_DURATION)),
    "json-pointer": Format(matches(_POINTER)),
    "regex": Format(lambda text: pattern(text) is not None),
}
"""Format name → what it is; texts after RFC 3339, 3986, 5321, 9562, 2673 and 4291."""


def unasserted(schema: Any) -> set[str]:
    """Formats in a schema, at every depth, that are annotations: no value is refused, or made, for their sake. A
    number's width (``int64``) is none of a text."""
    return {name for inner in schemas_in(schema) if (name := _unasserted(inner)) is not None}


def _unasserted(schema: Mapping[str, Any]) -> str | None:
    name, kind = schema.get("format"), schema.get("type", "string")
    is_text = kind == "string" or (isinstance(kind, list) and "string" in kind)
    if not isinstance(name, str) or not is_text or name in FORMATS:
        return None
    return None if {"pattern", "enum", "const", VALUES} & schema.keys() else name


NAMES = (
    *FORMATS,
    *("idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "relative-json-pointer"),
)
"""All formats of JSON Schema 2020-12; those without an entry in the table are annotations."""
