"""Answers that hold the resource in one of their members, with something else beside it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from restproof.contract.model import WRITES
from restproof.contract.openapi.answers import Reader, is_object, object_of
from restproof.contract.openapi.entries import are_mostly_in
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.schemas import Schema
from restproof.errors import ContractError


def held_as_sent(reader: Reader, found: Found, schemas: Mapping[str, Schema]) -> str | None:
    """The one member, the same in all of the answers, that holds what bodies are made of, where nothing of that stands
    beside it: ``result`` beside ``id``, ``label_columns`` and ``show_title``. A read shows the id in it as well."""
    sent: dict[str, Schema] = {}
    for operation in (o for o in WRITES if o in found.calls):
        with suppress(ContractError):  # what cannot be read is told where it is read as a body
            sent |= object_of(reader.request(found.calls[operation])).get("properties", {})
    answers = [schema.get("properties", {}) for schema in schemas.values()]
    names = set.intersection(*({*members} for members in answers)) if answers and sent else set()
    names = {n for n in names if not names_id_beside(schemas.get("read", {}), n)}
    holding = [n for n in sorted(names) if all(_holds(members, n, sent) for members in answers)]
    return holding[0] if len(holding) == 1 else None


def _holds(members: Mapping[str, Schema], name: str, sent: Mapping[str, Schema]) -> bool:
    inside = object_of(members[name])
    beside = {*members} - {name, "id"}
    return is_object(inside) and not beside & {*sent} and name not in sent and are_mostly_in(sent, inside["properties"])


def names_id_beside(answer: Schema, around: str) -> bool:
    """Whether an answer shows the id beside the member that holds the rest, and not in it."""
    members = answer.get("properties", {})
    return "id" in members and "id" not in object_of(members.get(around, {})).get("properties", {})
