"""What every HTML report stands on: the templates, with all values escaped, and a policy that admits nothing else."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from restproof.report.text import duration, milliseconds, moment, plural, visible

TEMPLATES = Path(__file__).parent / "templates"


class _Compiled(FileSystemBytecodeCache):
    """The compiled templates, kept from one run to the next in Jinja2's own folder, which nobody else may write to. A
    run whose report cannot be kept there is no worse for it."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    try:
        return _Compiled()
    except (OSError, RuntimeError):  # no such folder that is safe
        return None


@cache
def environment() -> Environment:
    """Jinja2 with autoescape, where an unknown name is an error."""
    made = Environment(
        bytecode_cache=_compiled(),
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
