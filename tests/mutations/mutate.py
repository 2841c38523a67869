"""Mutations of files that users give, and what may come of reading them: a value, or one sentence."""

from __future__ import annotations

import gzip
import json
import random
import re
import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from restproof.errors import RestproofError

SECONDS = 10
MEGABYTES = 500

Read = Callable[[Path], object]

DEEP = "[" * 3_000 + "]" * 3_000
_TOKENS = (
    *("null", "true", "1e400", "-0", "9" * 5_000, "1.5", "''", '""', "[]", "{}", "~", "no", "2026-02-30", "0x1F"),
    *("NaN", "Infinity", ".inf", '"\\ud800"', '"\\u0000"', "\x00", "\x1b[31m", "\u2028", "\ufeff", "\t", "é" * 500),
    *("&a [*a, *a]", "*a", "<<: {a: b}", "!!python/object:os.system x", "!!binary x", "? x", "---", "...", "%YAML 9"),
    *("500000000", "-1", '"^a{1000000}$"', '"(a+)+$"', '"["', '"\\\\p{X}"', "${NAME}", "../../etc/passwd", DEEP),
)


@dataclass(frozen=True)
class Kind:
    """One kind of file: its name in an empty folder, a good example, and what reads it. ``packed``: it is gzip."""

    name: str
    example: str
    read: Read
    packed: bool = False


def mutations(kind: Kind, count: int, seed: int = 1) -> Iterator[bytes]:
    """``count`` mutations of the kind's example, the same for the same seed."""
    draw = random.Random(f"{kind.name} {seed}")
    whole = kind.example
    for number in range(count):
        text = whole
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            text = _mutated(text, draw)
        data = text.encode("utf-8", "surrogatepass")
        if kind.packed:
            data = gzip.compress(data, 1)
        yield _damaged(data, draw) if number % 10 == 0 else data


def _mutated(text: str, draw: random.Random) -> str:
    if not text:
        return draw.choice(_TOKENS)
    if len(text) > 1_000_000:
        return text[: draw.randrange(len(text))]
    lines = text.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    place = draw.randrange(len(text))
    match draw.randrange(10):
        case 0:  # a line less
            del lines[at]
            return "".join(lines)
        case 1:  # a line twice
            return "".join([*lines[:at], lines[at], *lines[at:]])
        case 2:  # cut off
            return text[:place]
        case 3:  # another indentation
            return "".join(
                [*lines[:at], draw.choice((" ", "  ", "\t", "- ", "")) + lines[at].lstrip(), *lines[at + 1 :]]
            )
        case 4:  # a piece of it somewhere else
            piece = text[place : place + draw.randrange(1, 60)]
            other = draw.randrange(len(text))
            return text[:other] + piece + text[other:]
        case 5:  # one character for another
            return (
                text[:place]
                + chr(draw.choice((0, 9, 10, 34, 39, 44, 58, 91, 123, 0xD800, 0x10FFFF)))
                + text[place + 1 :]
            )
        case _:  # another value
            begin, end = _value(text, draw)
            return text[:begin] + draw.choice(_TOKENS) + text[end:]


def _value(text: str, draw: random.Random) -> tuple[int, int]:
    """Where some value of the text stands: behind a colon or an equals sign, up to what ends it."""
    marks = [i for i, c in enumerate(text) if c in ":=," and i + 2 < len(text)]
    if not marks:
        return 0, len(text)
    begin = draw.choice(marks) + 1
    end = next((i for i in range(begin + 1, len(text)) if text[i] in ",}]\n"), len(text))
    return begin, end


def _damaged(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return draw.choice(
        (data[:at], data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :], data + b"\xff\xfe", b"", data[:at] * 2)
    )


def outcome(kind: Kind, data: bytes, folder: Path) -> str | None:
    """What is wrong with how ``data`` is read: ``None`` where it is read, or refused in a sentence."""
    file = folder / kind.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    try:
        with bounded():
            kind.read(file)
    except (RestproofError, click.ClickException) as error:
        text = str(error)
        return None if text.strip() else "an error without a word"
    except BaseException:
        return traceback.format_exc(limit=-4)
    return None


class TooLong(BaseException):
    """It took more than ``SECONDS``."""


@contextmanager
def bounded() -> Iterator[None]:
    """Holds what is done inside to ``SECONDS`` and ``MEGABYTES``."""

    def late(*_: object) -> None:
        raise TooLong(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, late)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 1024**2, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def main(arguments: list[str]) -> int:
    """``python -m tests.mutations COUNT [KIND…]``: that many mutations of each kind; tells of each that fails."""
    import tempfile

    from tests.mutations.kinds import KINDS

    count, names = int(arguments[0]), arguments[1:] or list(KINDS)
    failed = 0
    for name in names:
        kind = KINDS[name]
        seen: set[str] = set()
        with tempfile.TemporaryDirectory() as folder:
            for data in mutations(kind, count):
                problem = outcome(kind, data, Path(folder))
                kind_of = re.sub("[0-9]+", "#", (problem or "").strip().rpartition("\n")[2])[:60]
                if problem and kind_of not in seen:
                    seen.add(kind_of)
                    failed += 1
                    print(f"{name}: {problem}\n--- of: {json.dumps(data[:300].decode('latin-1'))}", flush=True)
        print(f"{name}: {count} mutations, {len(seen)} kinds of failure", flush=True)
    return 1 if failed else 0
