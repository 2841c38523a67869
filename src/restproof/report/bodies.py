"""How a report shows the content of a message: JSON indented and true to its literals, the offending part marked, the
rest escaped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from restproof.frozen import frozen
from restproof.pointer import steps
from restproof.record.events import Body
from restproof.report.text import visible

LIMIT = 4096
PARSED = 256 * 1024
DEEPEST = 40
WHOLE = 12


@frozen(slots=True)
class Shown:
    """A body as HTML. ``size`` is its true size in bytes; ``cut`` whether less than all is shown."""

    html: Markup
    size: int
    cut: bool


class _Literal(str):
    """A number as the server wrote it: 1.0 stays 1.0, and so do digits that no float holds."""


class _Object(list[tuple[str, Any]]):
    """The members of a JSON object as sent: a repeated name stays repeated."""


@dataclass(slots=True)
class _Line:
    text: str
    key: str = ""
    marked: bool = False


def show(body: Body, pointer: str | None = None, limit: int = LIMIT, excerpt: str = "") -> Shown | None:
    """``body`` as HTML of at most about ``limit`` characters of text around what ``pointer`` names, or else around the
    lines that hold ``excerpt``; ``None`` where there is no body."""
    if body is None:
        return None
    if isinstance(body, bytes):
        return Shown(escape(hexadecimal(body[: limit // 8])), len(body), len(body) > limit // 8)
    size = len(body.encode("utf-8", "surrogatepass"))
    lines = _json_lines(body, pointer) if len(body) <= PARSED else None
    if lines is None:
        return Shown(escape(visible(body[:limit])), size, len(body) > limit)
    if excerpt and not any(line.marked for line in lines):
        for line in lines:
            line.marked = excerpt in line.text
    html, cut = _window(lines, limit)
    return Shown(html, size, cut)


def hexadecimal(data: bytes) -> str:
    """``data`` in rows of sixteen bytes, with what of it is ASCII beside them."""
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    return "\n".join(f"{row.hex(' '):<48} {''.join(chr(b) if 32 <= b < 127 else '.' for b in row)}" for row in rows)


def _json_lines(body: str, pointer: str | None) -> list[_Line] | None:
    """``None`` where the body is no JSON, or is nested too deep to be read by people."""
    try:
        value = json.loads(
            body, object_pairs_hook=_Object, parse_float=_Literal, parse_int=_Literal, parse_constant=_Literal
        )
    except (ValueError, RecursionError):
        return None
    target = steps(pointer) if pointer else None
    lines: list[_Line] = []
    return lines if _print(value, lines, "", "", "", target, 0) else None


def _print(
    value: Any, lines: list[_Line], indent: str, key: str, end: str, target: list[str] | None, depth: int
) -> bool:
    """Append the lines of ``value``. ``target``: the rest of the way to what is marked, ``None`` off that way."""
    if depth > DEEPEST:
        return False
    here = target is not None and not target
    start = len(lines)
    if isinstance(value, list) and value:
        pairs = value if isinstance(value, _Object) else [("", v) for v in value]
        opening, closing = "{}" if isinstance(value, _Object) else "[]"
        lines.append(_Line(f"{indent}\0{opening}", key))
        steps = _steps(value, target)
        if target and len(target) == 1 and not any(steps):
            lines.append(_Line(f"{indent}  {_quoted(target[0])} is absent", marked=True))
        for number, (name, inner) in enumerate(pairs):
            comma = "," if number < len(pairs) - 1 else ""
            shown = _quoted(name) if isinstance(value, _Object) else ""
            rest = target[1:] if target and steps[number] else None
            if not _print(inner, lines, indent + "  ", shown, comma, rest, depth + 1):
                return False
        lines.append(_Line(f"{indent}{closing}{end}"))
    else:
        lines.append(_Line(f"{indent}\0{_scalar(value)}{end}", key))
        if target:
            lines[-1].marked = True
    if here:
        # A large value is marked where it begins: a page of marker says nothing.
        last = len(lines) if len(lines) - start <= WHOLE else start + 1
        for line in lines[start:last]:
            line.marked = depth > 0 or len(lines) == 1
    return True


def _steps(value: list[Any], target: list[str] | None) -> list[bool]:
    """Which members of ``value`` lie on the way to the target."""
    if not target:
        return [False] * len(value)
    if isinstance(value, _Object):
        return [name == target[0] for name, _ in value]
    return [str(number) == target[0] for number in range(len(value))]


def _scalar(value: Any) -> str:
    if isinstance(value, _Literal):
        return str(value)
    if isinstance(value, list):
        return "{}" if isinstance(value, _Object) else "[]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return visible(json.dumps(text, ensure_ascii=False))


def _window(lines: list[_Line], limit: int) -> tuple[Markup, bool]:
    """As many lines as fit, the first marked one among them."""
    sizes = [len(line.text) + len(line.key) + 3 for line in lines]
    marked = next((n for n, line in enumerate(lines) if line.marked), 0)
    first = 0
    if sum(sizes[: marked + 1]) > limit * 3 // 4:
        first, room = marked, limit // 3
        while first > 0 and (room := room - sizes[first - 1]) > 0:
            first -= 1
    parts: list[Markup] = []
    if first:
        parts.append(Markup("<i>… {} lines above</i>").format(f"{first:,}"))
    room, last = limit, first
    while last < len(lines) and room > 0:
        parts.append(_html(lines[last], room))
        room -= sizes[last]
        last += 1
    if last < len(lines):
        parts.append(Markup("<i>… {} lines below</i>").format(f"{len(lines) - last:,}"))
    return Markup("\n").join(parts), first > 0 or last < len(lines) or room < 0


def _html(line: _Line, room: int) -> Markup:
    indent, found, text = line.text.partition("\0")
    if not found:
        indent, text = "", line.text
    if len(text) > room:
        text = text[:room] + "…"
    html = Markup("<b>{}</b>: {}").format(line.key[:room], text) if line.key else escape(text)
    if line.marked:
        blank = html[: len(html) - len(html.lstrip())]
        html = blank + Markup("<mark>{}</mark>").format(html.lstrip())
    return Markup(indent) + html
