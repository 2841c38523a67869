"""Media types, as rules about answers tell them apart."""

from __future__ import annotations


def is_json(media: str) -> bool:
    """Whether a Content-Type names JSON: ``application/json``, or a type with the suffix ``+json`` (RFC 6839 §3.1)."""
    essence = media.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")
