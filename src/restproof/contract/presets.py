"""Whole conventions by one word: what ``preset`` in a contract stands for. What a contract says itself goes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # JSON:API 1.1 (jsonapi.org): fields in /data/attributes, the type in each body, errors in an array.
    "json-api": {
        "media": "application/vnd.api+json",
        "envelope": {
            "request": "data",
            "response": "data",
            "list": "data",
            "fields": "attributes",
            "beside": ["id", "relationships"],
            "constants": {"/data/type": "{collection}", "/data/id": "{id}"},
        },
        "id": {"type": "string"},
        "query": {"filter": "filter[{name}]", "sort": "sort", "descending": "-{field}"},
        "statuses": {
            "created": [200, 201],
            "updated": [200, 204],
            "deleted": [200, 204],
            "malformed": "4xx",
            "envelope": "4xx",
            "unknown_beside": ["2xx", "4xx"],
            "invalid": [400, 409, 422],
            "conflict": [400, 409, 422],
        },
        "errors": {
            "default": {
                "type": "object",
                "required": ["errors"],
                "properties": {"errors": {"type": "array", "minItems": 1, "items": {"type": "object"}}},
            }
        },
    },
    # HAL (draft-kelly-json-hal): ids in links, entries in _embedded, pages by links.
    "hal": {
        "media": {"response": "application/hal+json"},
        "envelope": {"list": "/_embedded/{collection}", "empty_list": "absent"},
        "id": {"link": "/_links/self/href"},
        "paging": {"style": "token", "size": "size", "next_field": "/_links/next/href"},
        "statuses": {"created": [200, 201], "updated": [200, 204], "replaced": [200, 204], "deleted": [200, 204]},
    },
    # Django REST Framework with page numbers: entries in results, most refusals 400, no page beyond the last one.
    "django-rest-framework": {
        "envelope": {"list": "results"},
        "paging": {"style": "page", "page": "page", "size": "page_size", "total_field": "count", "next_field": "next"},
        "query": {"filter": "{name}", "sort": "ordering", "descending": "-{field}"},
        "statuses": {
            "invalid": 400,
            "coercible": ["2xx", 400],
            "rule": 400,
            "conflict": 400,
            "no_object": 400,
            "unsupported": 405,
            "unsupported_media": 415,
            "unacceptable": 406,
            "bad_page": ["2xx", 404],
            "bad_filter": ["2xx", 400],
            "unknown_query": "ignored",
            "missing_credential": [401, 403],
            "bad_credential": [401, 403],
        },
    },
}


def expanded(said: Mapping[str, Any]) -> dict[str, Any]:
    """A contract with what its ``preset`` stands for written out."""
    preset = PRESETS.get(said.get("preset", ""), {})
    own = {word: value for word, value in said.items() if word != "preset"}
    first: dict[str, Any] = {word: own[word] for word in ("contract", "title") if word in own}
    return {**first, **preset, **{word: over(preset.get(word), value) for word, value in own.items()}}


def over(value: Any, own: Any) -> Any:
    """A word of a preset under the contract's own; pages of another style stand alone, and so does what is no
    mapping."""
    alone = not isinstance(value, Mapping) or not isinstance(own, Mapping)
    if alone or own.get("style", value.get("style")) != value.get("style"):
        return own
    return {**value, **{name: over(value.get(name), inner) for name, inner in own.items()}}
