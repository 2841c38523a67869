"""The cases that have a status of their own, what they default to, and which of them follow others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from restproof.contract.document import Document, Problems, Route
from restproof.contract.hints import near
from restproof.contract.model import Status

Part = int | str

SUCCESS: Mapping[str, str] = {
    "list": "listed",
    "create": "created",
    "read": "read",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
"""Operation → the word of the contract's ``statuses`` for its success."""

STATUS_DEFAULTS: Mapping[str, tuple[Part, ...]] = {
    # What succeeded.
    "listed": (200,),
    "past_the_end": ("listed",),
    "read": (200,),
    "created": (201,),
    "updated": (200,),
    "replaced": (200,),
    "deleted": (204,),
    # What is not there.
    "absent": (404,),
    "malformed_id": ("absent",),
    "absent_parent": ("absent",),
    "malformed_parent": ("absent_parent",),
    "mistyped_parent": ("malformed_parent",),
    "wrong_parent": ("absent",),
    "unknown_path": (404,),
    "gone": ("absent", 410),
    "repeat_delete": ("gone",),
    "unsupported": (404, 405),
    # What cannot be understood.
    "malformed": (400,),
    "empty_body": ("malformed",),
    "no_object": ("malformed",),
    "envelope": ("malformed",),
    "missing_parent": ("envelope",),
    "unknown_field": ("ignored",),
    "unknown_beside": ("unknown_field",),
    "server_set": ("unknown_field",),
    "unknown_query": ("unknown_field",),
    # What is understood and not allowed.
    "invalid": (400, 422),
    "coercible": ("invalid",),
    "null_value": ("invalid",),
    "bad_format": ("invalid",),
    "bad_page": ("invalid",),
    "bad_size": ("bad_page",),
    "bad_filter": ("invalid", "2xx"),
    "rule": (422,),
    "over_quota": ("rule",),
    "reference": ("rule",),
    "bad_reference": ("invalid", "reference"),
    "unstorable": ("2xx", "4xx"),
    "conflict": (409,),
    # Who may not.
    "missing_credential": (401,),
    "bad_credential": ("missing_credential",),
    "forbidden": (403,),
    "forbidden_parent": (403, 404),
    "foreign": (403, 404),
    "throttled": (429,),
    # Protocol.
    "unsupported_media": ("4xx",),
    "unacceptable": ("4xx",),
    "too_large": ("4xx",),
    "uri_too_long": ("2xx", "4xx"),
    "precondition_failed": (412,),
    "precondition_required": (428,),
    "stale": ("conflict",),
    "no_version": ("stale", "invalid"),
    "not_modified": (304,),
}
"""Case → what it defaults to: codes, classes (``4xx``), the words ``ignored`` and ``kept``, or the name of a case
that it follows.
"""


def follows(case: str, other: str) -> bool:
    """Whether a case is another one, or says by default what that says, at whatever remove."""
    return case == other or any(follows(str(part), other) for part in STATUS_DEFAULTS.get(case, ()))


DEFAULT_ORDER = (
    "missing_credential",
    "throttled",
    "unsupported",
    "forbidden",
    "absent",
    "malformed",
    "unknown_field",
    "invalid",
    "rule",
    "conflict",
)
"""Which refusal wins where several apply, first wins."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "unknown_field": ("ignored", "kept"),
    "unknown_beside": ("ignored",),
    "server_set": ("ignored",),
    "unknown_query": ("ignored",),
}
"""Cases that may succeed without the effect that was asked for, and how a contract says so."""


def check_statuses(said: Mapping[str, Any], document: Document, route: Route, problems: Problems) -> None:
    """Every case is known, and the words ``ignored`` and ``kept`` stand only where they mean something."""
    for case, value in said.items():
        place = document.place((*route, case))
        if case not in STATUS_DEFAULTS:
            problems.add(f"unknown status case '{case}'", place, near(case, STATUS_DEFAULTS))
            continue
        allowed = WORDS.get(case, ())
        for part in value if isinstance(value, list) else [value]:
            if part in ("ignored", "kept") and part not in allowed:
                where = ", ".join(c for c, words in WORDS.items() if part in words)
                problems.add(
                    f"'{case}' cannot be '{part}'",
                    place,
                    f"only these can: {where}; write 2xx where any success will do",
                )


def resolve(*layers: Mapping[str, Any]) -> dict[str, Status]:
    """The statuses of every case. A later layer overrides an earlier one, and the cases that follow an overridden one
    follow along.
    """
    said: dict[str, tuple[Part, ...]] = {}
    for layer in layers:
        for case, value in layer.items():
            said[case] = tuple(value) if isinstance(value, list) else (value,)
    return dict(_resolved(tuple(said.items())))


@cache
def _resolved(own: tuple[tuple[str, tuple[Part, ...]], ...]) -> Mapping[str, Status]:
    """The statuses where ``own`` overrides the defaults: mostly the same ones for each resource and operation."""
    said = {**STATUS_DEFAULTS, **dict(own)}
    done: dict[str, Status] = {}

    def status(case: str) -> Status:
        if case not in done:
            parts = [status(p) if isinstance(p, str) and p in STATUS_DEFAULTS else _part(p) for p in said[case]]
            words = [p.accepted for p in parts if p.accepted]
            # Only an unknown field of the resource can be kept: what stands beside it, a server-set field or a query
            # word has nowhere to be kept.
            accepted = words[0] if words else ""
            if accepted == "kept" and case != "unknown_field":
                accepted = "ignored"
            done[case] = Status(
                codes=frozenset().union(*(p.codes for p in parts)),
                classes=frozenset().union(*(p.classes for p in parts)),
                accepted=accepted,
            )
        return done[case]

    return {case: status(case) for case in STATUS_DEFAULTS}


def _part(part: Part) -> Status:
    if isinstance(part, int):
        return Status(codes=frozenset({part}))
    if part == "ignored":
        return Status(accepted="ignored")
    if part == "kept":
        return Status(accepted="kept")
    return Status(classes=frozenset({int(part[0])}))
