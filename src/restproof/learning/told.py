"""A lesson as people and machines read it: lines, ``learned.yaml`` and a patch of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from restproof.contract.openapi.written import flow
from restproof.learning.patch import Unwritable, difference, patched
from restproof.learning.word import Doubt, Lesson, Word


def word_line(word: Word) -> str:
    """``doc: touched: [updated_at]   updated_at moved with each change (exchanges 3, 7)``."""
    return f"{word.title}: {flow(word.value)}   {word.seen} ({word.exchanges})"


def document(lesson: Lesson, day: str, run: str) -> str:
    """``learned.yaml``: every word with its evidence, and what made none. ``run``: where the exchanges are."""
    found: dict[str, Any] = {
        "seen": day,
        "exchanges": run,
        "words": [_word(word) for word in lesson.words],
        "open": [_doubt(doubt) for doubt in lesson.doubts],
    }
    text: str = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120)
    return text


def _word(word: Word) -> dict[str, Any]:
    return {
        "resource": word.resource,
        "word": ".".join(word.name),
        "value": word.value,
        "seen": word.seen,
        "exchanges": list(word.evidence),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {"resource": doubt.resource, "about": doubt.about, "why": doubt.why, "exchanges": list(doubt.evidence)}


def writable(text: str, words: Sequence[Word], day: str) -> Iterator[Word]:
    """The words that can be written into the text of a contract."""
    for word in words:
        try:
            patched(text, [word], day)
        except Unwritable:
            continue
        yield word


def as_patch(text: str, words: Sequence[Word], day: str, file: Path, cwd: Path) -> str:
    """The patch of the contract's file that writes the words."""
    inside = file.resolve().is_relative_to(cwd.resolve())
    name = file.resolve().relative_to(cwd.resolve()).as_posix() if inside else file.name
    return difference(text, patched(text, words, day), name)
