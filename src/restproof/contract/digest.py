"""A contract's digest: the same for the same promises, wherever the files lie and however they are laid out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any

from restproof.contract.model import Contract
from restproof.contract.values import AS_A_WORD, VALUES


def digest(contract: Contract) -> str:
    """Sixteen hexadecimal digits. Comments (also the marks of what was only seen), line numbers and the names of files
    have no part in it, nor the values that are known of fields: what may be sent is no promise. Neither has what stands
    at its default: a word that a later version knows changes no contract that does not use it."""
    text = json.dumps(_plain(contract), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def _is_default(field: Field[Any], value: Any) -> bool:
    usual = field.default if field.default_factory is MISSING else field.default_factory()
    return type(value) is type(usual) and bool(value == usual)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        held = ((f, getattr(value, f.name)) for f in fields(value) if f.name not in ("line", "learned"))
        return {f.name: _plain(v) for f, v in held if not isinstance(v, Path) and not _is_default(f, v)}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items() if name not in (VALUES, AS_A_WORD)}
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(_plain(inner), sort_keys=True) for inner in value)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    # What is left beside JSON's scalars are marks such as "any value".
    return value if value is None or isinstance(value, (str, int, float)) else f"<{type(value).__name__}>"
