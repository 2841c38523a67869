"""Formats of one's own that functions of the project know: ``formats: {isbn: {check: FILE.py:NAME, make: …}}``.

A schema holds the key of such a format under ``FUNCTIONS``, made of the file's content, so that a contract whose
function has changed is another one. The functions themselves are kept by this key in the process that has read the
contract. Nothing but what stands in the folder of the project is ever run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from restproof.contract.document import note_file
from restproof.contract.inner import schemas_in
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen
from restproof.usercode import line_in, message_of, module_at

FUNCTIONS = "x-restproof-functions"
PROJECT = "restproof.toml"
"""The file that marks the folder of a project."""
_MADE = 20
_NUMBERS = (*range(_MADE), 12_345, 2**31 - 2)
_SLIPS = ("restproof", "")


@frozen
class OwnFormat:
    """``check``: whether a text is of the format. ``make``: another text of it for each number, where the project says
    how. ``samples``: texts of it. Both raise ``ConfigurationError``, with the line of the function that raised."""

    check: Callable[[str], bool]
    make: Callable[[int], str] | None
    samples: tuple[str, ...]

    @property
    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Texts that are not of the format, each with what is wrong with it."""
        for text in self.samples[:1]:
            changed = [(text[:-1] + c) for c in "0123456789abcxyz" if text]
            for note, wrong in (("another last character", changed), ("cut short", [text[:-1]])):
                yield from ((note, w) for w in [w for w in wrong if not self.check(w)][:1])
        yield from (("no text of the format", w) for w in _SLIPS if not self.check(w))


_known: dict[str, OwnFormat] = {}


def own_format(schema: Mapping[str, Any]) -> OwnFormat | None:
    """The format of a schema, where functions of the project know it."""
    key = schema.get(FUNCTIONS)
    return _known.get(key) if isinstance(key, str) else None


def own_checks(schema: Any) -> dict[str, Callable[[str], bool]]:
    """Name → check, of the formats of one's own in a schema, at every depth."""
    found = ((inner, own_format(inner)) for inner in schemas_in(schema))
    return {str(inner["format"]): own.check for inner, own in found if own is not None and "format" in inner}


def read_functions(name: str, said: Mapping[str, Any], examples: list[str], place: Place) -> tuple[str, list[str]]:
    """The key of the format ``name`` and texts of it, the examples first. ``said``: its words; ``place``: where they
    stand. Raises ``ConfigurationError`` where a function is missing, raises, or contradicts another word."""
    folder = place.file.absolute().parent
    check = _function(name, said["check"], folder, place, bool)
    make = _function(name, said["make"], folder, place, str) if "make" in said else None
    made = {number: make(number) for number in _NUMBERS} if make is not None else {}
    texts = [*examples, *list(made.values())[:_MADE]]
    wrong = next((text for text in [*texts, *made.values()] if not check(text)), None)
    if wrong is not None:
        raise ConfigurationError(f"{wrong!r} is no '{name}', says its check", place=place, hint="correct one of them")
    if make is not None and len(set(made.values())) < len(made):
        hint = "it is called with 0, 1, 2 …, and gives another text for each"
        raise ConfigurationError(f"what makes the format '{name}' gives one text twice", place=place, hint=hint)
    if not texts:
        hint = "add make: FILE.py:NAME, which takes a number, or examples"
        raise ConfigurationError(f"nothing says how the format '{name}' is made", place=place, hint=hint)
    files = {(folder / str(said[word]).partition(":")[0]).read_bytes() for word in ("check", "make") if word in said}
    content = hashlib.sha256(b"\0".join(sorted(files))).hexdigest()[:16]
    key = f"{said['check']} {said.get('make', '')} {content}"
    _known[key] = OwnFormat(check, make, tuple(dict.fromkeys(texts)))
    return key, texts


def _function(format: str, said: str, folder: Path, place: Place, kind: type[Any]) -> Callable[[Any], Any]:
    """The function that ``FILE.py:NAME`` names, which gives values of a ``kind``."""
    name, _, attribute = said.partition(":")
    file = folder / name
    if not file.is_file():
        hint = f"looked in {folder}: it stands beside the file that names it"
        raise ConfigurationError(f"there is no file '{name}' for the format '{format}'", place=place, hint=hint)
    root = project()
    if not file.resolve().is_relative_to(root):
        hint = f"run restproof in the folder of the project that you trust; this is {root}"
        raise ConfigurationError(f"'{name}' is not of this project, and is not run", place=place, hint=hint)
    note_file(file)
    trouble = f"the format '{format}' cannot be read"
    module = module_at(file, f"restproof_format_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}", trouble)
    function = getattr(module, attribute, None)
    if not callable(function):
        raise ConfigurationError(f"'{name}' has no function '{attribute}'", place=place, hint=f"define it in {file}")

    def called(value: Any) -> Any:
        try:
            found = function(value)
        except (Exception, SystemExit) as error:  # whatever a user's function raises
            line = line_in(file, error) or 0
            raise ConfigurationError(
                f"{attribute}({value!r:.60}) of the format '{format}' raised {message_of(error)}",
                place=Place(file, line),
            ) from error
        if not isinstance(found, kind):
            message = f"{attribute}({value!r:.60}) of the format '{format}' gave {found!r:.60}"
            raise ConfigurationError(message, place=Place(file), hint=f"it has to give a {kind.__name__}")
        return found

    return called


def project() -> Path:
    """The folder of the project that one stands in: that of its ``restproof.toml``, without one the folder itself."""
    here = Path.cwd().resolve()
    return next((folder for folder in (here, *here.parents) if (folder / PROJECT).is_file()), here)
