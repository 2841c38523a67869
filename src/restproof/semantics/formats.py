"""Strict checkers of the string formats of JSON Schema 2020-12 §7.3, and ECMA-262 patterns as Python's ``re`` reads
them.

Unknown formats are no constraint, as the standard says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

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


def _is_regex(text: str) -> bool:
    return pattern(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "time": _is_time,
    "date-time": _is_date_time,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "uri": lambda text: _URI.fullmatch(text) is not None,
    "uri-reference": lambda text: _URI.fullmatch(text) is not None or _RELATIVE.fullmatch(text) is not None,
    "email": lambda text: len(text) <= 320 and _EMAIL.fullmatch(text) is not None,
    "hostname": lambda text: len(text) <= 253 and _HOSTNAME.fullmatch(text) is not None,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "regex": _is_regex,
}
"""Format name → whether a string is of it."""

_SPACE = "\\t\\n\\x0b\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_OUTSIDE = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "/": "/",
}
_INSIDE = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE, "/": "/"}


@lru_cache(maxsize=1024)
def pattern(source: str) -> re.Pattern[str] | None:
    """The ECMA-262 pattern as a Python one (use ``search``), or ``None`` where Python cannot express it.

    ``$`` is the very end (Python's matches before a last newline too), ``\\d`` and ``\\w`` are ASCII, ``\\s`` is
    ECMA's white space.
    """
    out: list[str] = []
    inside = False
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\" and at + 1 < len(source):
            following = source[at + 1]
            out.append((_INSIDE if inside else _OUTSIDE).get(following, char + following))
            at += 2
            continue
        if char == "[" and not inside:
            inside = True
            out.append("[^" if source[at + 1 : at + 2] == "^" else "[")
            at += 1 if out[-1] == "[" else 2
            continue
        if char == "[":
            out.append("\\[")
        elif char == "]":
            inside = False
            out.append(char)
        elif char == "$" and not inside:
            out.append("\\Z")
        elif char == "(" and not inside and source.startswith("(?<", at) and source[at + 3 : at + 4] not in ("=", "!"):
            out.append("(?P<")
            at += 3
            continue
        else:
            out.append(char)
        at += 1
    try:
        return re.compile("".join(out))
    except (re.error, OverflowError):
        return None
