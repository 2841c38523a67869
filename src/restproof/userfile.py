"""Files that users write, read so that whatever they hold ends in a value or in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from restproof.errors import ConfigurationError, Place

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that somebody writes by hand."""


def text_of(file: Path) -> str:
    """The text of a file. Raises ``ConfigurationError`` where it cannot be read, is no UTF-8, or nobody wrote it by
    hand."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror or error}", place=Place(file)) from None
    if len(data) > LARGEST:
        raise ConfigurationError(f"the file is larger than {LARGEST // 1024**2} MiB", place=Place(file))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"cannot be read: the file is not UTF-8 ({error.reason})", place=Place(file, line)
        ) from None


_DEEPEST = 60
"""Levels of YAML that are read without a second thought."""
_QUICK: type[Any] | None = getattr(yaml, "CSafeLoader", None)


def compose(text: str, loader: type[Any], quick: type[Any] | None) -> yaml.Node | None:
    """The node of a YAML text; ``None`` where it is empty. ``quick``: the twin of ``loader`` on libyaml, which takes a
    tenth of the time, where PyYAML was built with it. Raises what ``loader`` does, in its words."""
    node: yaml.Node | None
    if quick is not None:
        try:
            node = yaml.compose(text, Loader=quick)
        except yaml.YAMLError:
            pass  # libyaml says less of what is wrong, and where it is not sure it refuses
        else:
            if not _is_deep(node):
                return node
    node = yaml.compose(text, Loader=loader)
    return node


def _is_deep(node: yaml.Node | None) -> bool:
    """Whether a node is nested as nobody writes by hand: what walks it later could run out of stack, and ``loader``
    says so."""
    seen: set[int] = set()
    level = [] if node is None else [node]
    for _ in range(_DEEPEST):
        within: list[yaml.Node] = []
        for above in level:
            if isinstance(above, yaml.CollectionNode) and id(above) not in seen:
                seen.add(id(above))
                pairs = isinstance(above, yaml.MappingNode)
                within += (part for pair in above.value for part in pair) if pairs else above.value
        if not within:
            return False
        level = within
    return True


def composed(file: Path) -> yaml.Node | None:
    """The node of a YAML file; ``None`` where it is empty. Raises ``ConfigurationError``, with the line."""
    text = text_of(file)
    try:
        return compose(text, yaml.SafeLoader, _QUICK)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigurationError(f"not valid YAML: {error.problem}", place=Place(file, line)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"not valid YAML: the character U+{ord(text[error.position]):04X} is not allowed", place=Place(file, line)
        ) from None
    except RecursionError:
        raise ConfigurationError("the YAML is nested too deeply", place=Place(file)) from None
