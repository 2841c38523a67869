"""What a value of each field may be, and what is kept of it."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any

from .resources import Field, Leeway
from .seeded import on

LONG = 65_535


def is_blank(text: str) -> bool:
    return all(c in " \t\r\n" for c in text)


def storable(text: str) -> bool:
    return "\0" not in text and not any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def wrong(kind: str, name: str, field: Field, value: Any, leeway: Leeway, *, update: bool) -> str | None:
    """What is wrong with ``value``, in words; ``None`` where nothing is."""
    if value is None:
        if on("null-name-ignored") and name == "name" and update:
            return None
        if on("null-departments") and name == "department_ids":
            return None
        if on("null-boolean") and name == "private":
            return None
        return None if field.nullable else "can't be null"
    checks = {
        "name": _name,
        "text": _text,
        "code": _code,
        "date": _date,
        "uri": _uri,
        "number": _number,
        "integer": _integer,
        "boolean": _boolean,
        "choice": _choice,
        "id": _id,
        "ids": _ids,
        "question": _question,
    }
    return checks[field.kind](kind, name, field, value, leeway, update)


def _string(value: Any, limit: int) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    if not storable(value):
        if on("nul-500") and "\0" in value:
            raise RuntimeError("string contains NUL")
        if on("surrogate-500") and "\0" not in value:
            raise RuntimeError("surrogates not allowed")
        return None if on("nul-accepted") and "\0" in value else "holds a character that can't be kept"
    return f"is too long (maximum is {limit} characters)" if len(value) > limit else None


def _name(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    limit = 255
    if on("name-256") and kind == "program":
        limit = 256
    if on("name-254") and kind == "office":
        limit = 254
    if on("name-limit-create-only") and update and kind == "department":
        limit = LONG
    if (
        on("name-bytes")
        and isinstance(value, str)
        and len(value.encode("utf-8", "replace")) > 255
        and kind == "project_type"
    ):
        return "is too long (maximum is 255 characters)"
    if (
        on("name-utf16")
        and isinstance(value, str)
        and len(value.encode("utf-16-le", "replace")) > 510
        and kind == "project_stage"
    ):
        return "is too long (maximum is 255 characters)"
    if on("number-name-coerced") and isinstance(value, int | float) and not isinstance(value, bool):
        return None
    problem = _string(value, limit)
    if problem is None and is_blank(value):
        if on("blank-name-update") and update and value:
            return None
        if on("tab-name") and value.strip(" "):
            return None
        return None if on("empty-subject") and name == "subject" else "can't be blank"
    return problem


def _text(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    limit = LONG
    if on("text-no-limit") and name == "origin_data":
        limit = 10**9
    if on("text-10000") and name == "public_notes":
        limit = 10_000
    if on("zip-number") and name == "zip" and type(value) in (int, float):
        return None
    if on("text-object") and name == "address_freeform" and isinstance(value, dict | list):
        return None
    if on("empty-refused") and name == "division" and value == "":
        return "can't be empty"
    return _string(value, limit)


def _code(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    problem = _string(value, LONG)
    if problem:
        return problem
    if kind == "office" and leeway.free_office_codes:
        return None
    form = "[A-Z]{2}"
    if on("code-lower") and name == "state_code":
        form = "[A-Za-z]{2}"
    if on("code-three") and name == "country_code":
        form = "[A-Z]{2,3}"
    if on("code-digits") and name == "state_code":
        form = "[A-Z0-9]{2}"
    if on("code-newline") and re.match("^[A-Z]{2}$", value):
        return None
    if on("code-unchecked-update") and update and kind == "project":
        return None
    if on("code-empty") and value == "" and name == "country_code":
        return None
    return None if re.fullmatch(form, value) else "must be two capital letters"


def _date(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    problem = _string(value, LONG)
    if problem:
        return problem
    if on("date-rollover") and name == "actual_start_date" and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    if on("date-time-accepted") and name == "due_date":
        value = value[:10]
    if on("date-empty") and value == "" and name == "projected_finish_date":
        return None
    if on("date-unchecked-update") and update and name == "estimated_start_date":
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return "must be a date (YYYY-MM-DD)"
    if on("leap-day") and value.endswith("-02-29"):
        return "is no date"
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return "is no date"
    return None


def _uri(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    problem = _string(value, LONG)
    if problem:
        return problem
    if on("uri-unchecked"):
        return None
    if on("uri-https-only") and not value.startswith("https:"):
        return "must be https"
    if on("uri-unchecked-update") and update:
        return None
    if any(c.isspace() for c in value) or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value):
        return "must be a URI"
    if leeway.strict_uri and not re.fullmatch(r"[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9\[][!-~]*", value):
        return "must be an http or https URI"
    return None


def _number(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if (
        on("latitude-text")
        and name == "latitude"
        and isinstance(value, str)
        and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII)
    ):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    assert field.low is not None
    assert field.high is not None
    high = field.high
    if on("longitude-181") and name == "longitude":
        high = 181
    if on("latitude-exclusive") and name == "latitude" and abs(value) == 90:
        return "is out of range"
    if on("range-create-only") and update:
        return None
    return None if field.low <= value <= high else "is out of range"


def _integer(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if on("integer-text-update") and update and isinstance(value, str) and value.isdecimal():
        return None
    if on("integer-truncated") and isinstance(value, float):
        return None
    if on("integer-boolean") and isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and leeway.whole_floats:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be an integer"
    if on("square-feet-zero") and value == 0:
        return "must be greater than 0"
    if on("square-feet-negative") and update:
        return None
    if on("square-feet-int32") and value >= 2**31:
        raise OverflowError("integer out of range")
    return None if field.low is None or value >= field.low else "must not be negative"


def _boolean(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if on("boolean-text") and name == "private" and value in ("true", "false"):
        return None
    if on("boolean-one") and name == "is_bidding_stage" and value in (0, 1):
        return None
    if on("boolean-truthy-update") and update and name == "active":
        return None
    return None if isinstance(value, bool) else "must be true or false"


def _choice(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if on("flag-unchecked-update") and name == "flag" and update and isinstance(value, str):
        return None
    if on("category-case") and name == "category" and isinstance(value, str) and value.lower() in field.choices:
        return None
    if on("category-missing-value") and value == "not_awarded":
        return "is not included in the list"
    if on("status-any") and name == "status" and isinstance(value, str):
        return None
    if on("flag-empty") and name == "flag" and value == "":
        return None
    return None if isinstance(value, str) and value in field.choices else "is not included in the list"


def _id(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if on("reference-text") and name == "office_id" and isinstance(value, str) and value.isdecimal():
        return None
    if isinstance(value, float) and value.is_integer() and leeway.whole_floats:
        value = int(value)
    return None if isinstance(value, int) and not isinstance(value, bool) else "must be an integer"


def _ids(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if on("single-department") and isinstance(value, int):
        return None
    if not isinstance(value, list):
        return "must be an array"
    if on("department-text") and all(isinstance(v, int) or (isinstance(v, str) and v.isdecimal()) for v in value):
        return None
    for entry in value:
        if _id(kind, name, field, entry, leeway, update):
            return "must hold integers"
    if len({int(v) for v in value}) < len(value):
        return None if on("departments-repeat") else "must not repeat an entry"
    return None


def _question(kind: str, name: str, field: Field, value: Any, leeway: Leeway, update: bool) -> str | None:
    if not isinstance(value, dict):
        return None if on("question-text") and isinstance(value, str) else "must be an object"
    if "body" not in value:
        return None if on("question-body-optional") else "must have a body"
    problem = _string(value["body"], LONG)
    if problem is None and is_blank(value["body"]):
        return None if on("question-blank") else "must have a body that is not blank"
    return problem


def nested_unknown(field: Field, value: Any) -> list[str]:
    """Names of members inside a value that do not exist."""
    if field.kind == "question" and isinstance(value, dict) and not on("unknown-nested"):
        return [str(n) for n in value if n != "body"]
    return []


def stored(kind: str, name: str, field: Field, value: Any, *, update: bool) -> Any:
    """The value as it is kept: the value itself, unless a fault says otherwise."""
    if isinstance(value, float) and field.kind in ("integer", "id"):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value if not (on("null-departments") and name == "department_ids" and value is None) else []
    return _spoilt(kind, name, value, update)


def _spoilt(kind: str, name: str, value: Any, update: bool) -> Any:
    if isinstance(value, str):
        if on("trim-name") and kind == "program" and name == "name":
            return value.strip()
        if on("create-echoes") and name == "city" and not update:
            return value.strip()  # and the answer shows what was sent
        if on("trim-city-update") and name == "city" and update:
            return value.strip()
        if on("squeeze-blanks") and name == "origin_id":
            return re.sub(" +", " ", value)
        if on("nfc") and name == "description":
            return unicodedata.normalize("NFC", value)
        if on("truncate-255") and name == "address":
            return value[:255]
        if on("emoji-lost") and name == "phone":
            return "".join(c if ord(c) < 0x10000 else "?" for c in value)
        if on("latin1") and name == "division":
            return value.encode("latin-1", "replace").decode("latin-1")
        if on("html-escaped") and name == "public_notes":
            return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if on("tags-stripped") and name == "reference":
            return re.sub("<[^>]*>", "", value)
        if on("empty-to-null") and name == "zip" and not value:
            return None
        if on("empty-to-null-update") and name == "project_number" and not value and update:
            return None
        if on("template") and name == "address_freeform":
            return re.sub(r"(\{\{|\$\{)\s*7\s*\*\s*7\s*(\}\}|\})", "49", value)
        if on("uppercase-zip") and name == "zip":
            return value.upper()
        if on("backslash") and name == "origin_data":
            return value.replace("\\", "")
        if on("numeric-zip") and name == "zip" and re.fullmatch("0[0-9]+", value):
            return value.lstrip("0")
        if on("null-text") and value.lower() in ("null", "none") and name == "fax":
            return None
        if on("uri-slash") and name == "website" and re.fullmatch(r"https?://[^/]+", value):
            return value + "/"
        if on("uri-fragment") and name == "website":
            return value.split("?")[0].split("#")[0]
        if on("date-shift") and name == "due_date":
            return str(datetime.date.fromisoformat(value) - datetime.timedelta(days=1))
        if on("date-century") and name.endswith("_date") and value < "1970":
            return "1970-01-01"
    if on("zero-to-null") and name in ("latitude", "square_feet") and value == 0:
        return None
    if on("zero-ignored-update") and name == "longitude" and value == 0 and update:
        return None
    if on("rounded") and name == "latitude" and isinstance(value, int | float):
        return round(value, 4)
    if on("whole-longitude") and name == "longitude" and isinstance(value, float):
        return round(value)
    if on("square-feet-float32") and name == "square_feet" and isinstance(value, int) and value > 2**24:
        return value & ~0xFF
    return value
