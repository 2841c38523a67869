"""What every HTML report stands on: the templates, with all values escaped, and a policy that admits nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from restproof.report.text import duration, milliseconds, moment, plural, visible

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Jinja2 with autoescape, where an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(visible=visible, duration=duration, milliseconds=milliseconds, moment=moment)
    made.globals.update(plural=plural)
    return made


@cache
def part(name: str) -> Markup:
    """A style sheet or script of the templates' folder, as it stands."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def policy(style: str, script: str = "") -> str:
    """The page's Content-Security-Policy: its own style and script, by their hashes, and nothing else."""
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_hash(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
