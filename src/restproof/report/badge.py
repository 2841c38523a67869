"""``badge.svg``: the verdict as a picture for a README or a dashboard, readable without seeing it."""

from __future__ import annotations

from restproof.oracle.verdict import Verdict

COLOURS = {"conforming": "#1a7f4b", "not conforming": "#c0362c", "not judged": "#8a5a00"}
"""White text on each of them has a contrast of at least 4.5 to 1."""
LABEL = "restproof"
LETTER = 6.6
"""Width of an average character at 11 pixels; the text is fitted to it, whatever the font is."""


def render_badge(verdict: Verdict) -> str:
    """An SVG of one line: the verdict, and how many results pass and fail. It holds no text of the server."""
    counts = verdict.counts
    numbers = [f"{counts['pass']:,} pass"]
    numbers += [f"{counts[name]:,} {name}" for name in ("fail", "error") if counts[name]]
    word = verdict.verdict + ("" if verdict.complete else " (incomplete)")
    said = f"{word} · {', '.join(numbers)}"
    left, right = _width(LABEL), _width(said)
    title = f"{LABEL}: {word}, {', '.join(numbers)}"
    whole = left + right
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="20" fill="#3d4653"/>
<rect x="{left}" width="{right}" height="20" fill="{COLOURS[verdict.verdict]}"/>
</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle" aria-hidden="true">
{_text(LABEL, left / 2, left)}
{_text(said, left + right / 2, right)}
</g>
</svg>
"""


def _width(text: str) -> int:
    return round(len(text) * LETTER) + 12


def _text(text: str, middle: float, width: int) -> str:
    return f'<text x="{middle:g}" y="14" textLength="{width - 12}">{text}</text>'
