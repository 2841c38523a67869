"""The words of the run file that its writer and its reader share. ``run.schema.json`` beside this module is the whole
format."""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

FORMAT = 1
"""The version of the format. New optional fields and new events keep it; a change of meaning raises it."""

EVENTS = ("header", "item", "case", "exchange", "finding", "outcome", "note", "value", "footer")
"""Every event that format 1 knows, in the order in which a file first holds them."""

RUN_FILE = "run.jsonl.gz"
"""What the run file is called in the directory that a run leaves."""

Body = str | bytes | None
"""The content of a message: text where it was UTF-8, else bytes; ``None`` where there was none."""


def run_file(path: Path) -> Path:
    """The run file that ``path`` is, or that lies in the directory ``path``."""
    return path / RUN_FILE if path.is_dir() else path


def encode_body(content: bytes | None) -> str | dict[str, str] | None:
    """What an event holds for ``content``: the text, or ``{"base64": …}`` where the bytes are not UTF-8. Empty
    content is ``None``."""
    if not content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def decode_body(body: Any) -> Body:
    """The inverse of ``encode_body``. Raises ``ValueError`` for damaged base64."""
    if isinstance(body, dict):
        return base64.b64decode(body["base64"], validate=True)
    text: str | None = body
    return text


def content_of(body: Body) -> bytes:
    """The bytes of a message whose body an event holds; none where it held none."""
    if body is None:
        return b""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a run file; ``$defs`` holds one schema for each event, by its name."""
    text = resources.files("restproof.record").joinpath("run.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
