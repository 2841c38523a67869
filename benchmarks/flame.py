"""Where the CPU of a run's client goes: a flame graph of a full run of the bundled contract, and the share of each room.

    python benchmarks/flame.py [OUT.svg]

The run is sampled by the CPU time of its process (imports, plan, judging, recording and reports included; waiting
costs nothing). Frames of libraries are one box, whatever happens inside; what a request costs stands together, whoever
asks for it; what is less than a two-hundredth is left out.
With PYTHONPATH at the sources of another version, that one is measured.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.installed import is_installed, main_of

INTERVAL = 0.001
WIDTH, ROW = 1200, 17
LEAST = 0.005
"""Share of the whole below which a box is left out."""
CHARACTER = 6.5
"""Pixels of one in a box."""
COLOURS = ("#e9b96e", "#f0c987", "#eab676", "#f3d19c", "#e3a857", "#efc07b")

REQUEST = "engine.subject:send"

Stack = tuple[str, ...]


@dataclass
class Box:
    """A frame and those above it: how many samples were in it."""

    count: int = 0
    above: dict[str, Box] = field(default_factory=dict)


def label(frame: FrameType) -> str:
    """``room.module:function`` of restproof, ``suites.module:function``, else the library, ``imports`` or ``python``."""
    file, name = frame.f_code.co_filename, frame.f_code.co_name
    if "importlib" in file:
        return "imports"
    if found := re.search(r"/restproof/((?:\w+/)*)(\w+)\.py$", file):
        return f"{found[1].replace('/', '.')}{found[2]}:{name}"
    if found := re.search(r"/suites/(\w+)\.py$", file):
        return f"suites.{found[1]}:{name}"
    if found := re.search(r"/site-packages/(\w+)", file):
        return {"_pytest": "pytest", "pluggy": "pytest"}.get(found[1], found[1])
    return "python"


def stack_of(frame: FrameType | None) -> Stack:
    """The labels from the outermost frame to the innermost, libraries as one and the standard library with its caller."""
    labels = []
    while frame is not None:
        labels.append(label(frame))
        frame = frame.f_back
    return tuple(name for name, _ in groupby(name for name in reversed(labels) if name != "python"))


def sampled() -> Counter[Stack]:
    """The stacks of a run, with how often each was met."""
    from restproof.cli.main import run

    found: Counter[Stack] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        found[stack_of(frame)] += 1

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    with tempfile.TemporaryDirectory() as folder:
        run(["run", "procore", "-q", "--concurrency", "1", "--out", folder])
    signal.setitimer(signal.ITIMER_PROF, 0)
    return found


def rooms(stacks: Counter[Stack]) -> Counter[str]:
    """The samples of each room: of the innermost frame that has one."""
    found: Counter[str] = Counter()
    for stack, count in stacks.items():
        imports = "imports" in stack
        room = "imports" if imports else re.split(r"[.:]", stack[-1])[0] if stack else "python"
        found[room] += count
    return found


def tree(stacks: Counter[Stack]) -> Box:
    root = Box(stacks.total())
    for stack, count in stacks.items():
        at = root
        begin = len(stack) - 1 - stack[::-1].index(REQUEST) if REQUEST in stack else 0
        for name in stack[begin:]:
            at = at.above.setdefault(name, Box())
            at.count += count
    return root


def drawn(box: Box, whole: int, name: str, left: float, depth: int) -> list[str]:
    """The box and all that stands on it, upside down: callers above."""
    width = WIDTH * box.count / whole
    text = name[: int(width / CHARACTER)] if width > 5 * CHARACTER else ""
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    lines = [
        f'<g><title>{escape(name)} {100 * box.count / whole:.1f} %</title><rect x="{left:.1f}" y="{depth * ROW}" '
        f'width="{width:.1f}" height="{ROW - 1}" fill="{colour}"/>'
        f'<text x="{left + 2:.1f}" y="{depth * ROW + 12}">{escape(text)}</text></g>'
    ]
    for inner, above in sorted(box.above.items(), key=lambda entry: -entry[1].count):
        if above.count >= LEAST * whole:
            lines += drawn(above, whole, inner, left, depth + 1)
        left += WIDTH * above.count / whole
    return lines


def depth_of(box: Box, whole: int) -> int:
    return 1 + max((depth_of(b, whole) for b in box.above.values() if b.count >= LEAST * whole), default=0)


def main(words: list[str]) -> int:
    stacks = sampled()
    whole = stacks.total()
    for room, count in rooms(stacks).most_common():
        if count >= LEAST * whole:
            print(f"{room:14} {100 * count / whole:5.1f} %")
    if words:
        box = tree(stacks)
        height = depth_of(box, whole) * ROW
        Path(words[0]).write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" '
            f'font-size="10.5">\n' + "\n".join(drawn(box, whole, "restproof run", 0.0, 0)) + "\n</svg>\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]) if is_installed() else main_of(__file__))
