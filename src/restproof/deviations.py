"""Declared deviations: where a target is known, for a reason and until a day, not to keep a rule."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import yaml

from restproof.configfile import did_you_mean
from restproof.errors import ConfigurationError, Place
from restproof.userfile import composed

MATCHED = ("requirement", "resource", "operation", "field", "kind", "expected", "actual")
"""The keys that say which findings are meant; the others are for people."""
KEYS = (*MATCHED, "owner", "reason", "since", "expires", "evidence", "issue", "shows")
SHOWS = ("always", "sometimes")
_NEEDED = ("requirement", "owner", "reason", "expires")


def load_deviations(path: Path) -> list[dict[str, Any]]:
    """The deviations of a YAML file: a list of mappings with ``requirement``, ``owner``, ``reason`` and ``expires``
    (``YYYY-MM-DD``), and where they narrow it the rest of ``MATCHED``; ``since`` is the day on which it was declared,
    ``evidence`` free text or a link, ``issue`` the link of a ticket, ``shows`` one of ``SHOWS``. Every value is a text;
    an absent key is ``None``. Raises :class:`ConfigurationError` with file and line."""
    root = composed(path)
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigurationError("a deviations file is a list", place=_place(path, root))
    found: list[dict[str, Any]] = []
    lines: dict[tuple[Any, ...], int] = {}
    for node in root.value:
        deviation = _deviation(path, node)
        place = _place(path, node)
        first = lines.setdefault(tuple(deviation[k] for k in MATCHED), place.line)
        if first != place.line:
            raise ConfigurationError(f"the same deviation as in line {first}", place=place)
        found.append(deviation)
    return found


def load_all_of(*files: Path | None) -> list[dict[str, Any]]:
    """The deviations of several files, each read once. Raises :class:`ConfigurationError`."""
    return [deviation for file in dict.fromkeys(files) if file for deviation in load_deviations(file)]


def _deviation(path: Path, node: yaml.Node) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError("a deviation is a mapping", place=_place(path, node), hint=f"Keys: {', '.join(KEYS)}.")
    found: dict[str, Any] = dict.fromkeys(KEYS)
    for key, value in node.value:
        name = str(key.value)
        if name not in KEYS:
            raise ConfigurationError(
                f"unknown key {name!r}{did_you_mean(name, KEYS)}",
                place=_place(path, key),
                hint=f"Known here: {', '.join(KEYS)}.",
            )
        if not isinstance(value, yaml.ScalarNode):
            raise ConfigurationError(f"{name} must be a text", place=_place(path, value))
        # The text as it stands: YAML would turn a date into a date and `no` into false.
        found[name] = None if value.tag.endswith(":null") or not value.value.strip() else value.value
    for name in _NEEDED:
        if found[name] is None:
            raise ConfigurationError(f"a deviation needs {name!r}", place=_place(path, node))
    if found["shows"] not in (None, *SHOWS):
        place = next(_place(path, v) for k, v in node.value if k.value == "shows")
        raise ConfigurationError(f"shows must be {' or '.join(SHOWS)}, not {found['shows']!r}", place=place)
    for name in ("since", "expires"):
        try:
            datetime.date.fromisoformat(found[name] or "1970-01-01")
        except ValueError:
            place = next(_place(path, v) for k, v in node.value if k.value == name)
            raise ConfigurationError(f"{name} must be a day (YYYY-MM-DD), not {found[name]!r}", place=place) from None
    return found


def _place(path: Path, node: yaml.Node) -> Place:
    return Place(path, node.start_mark.line + 1)
