"""Lines over a logarithmic axis, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, LOW, RIGHT = 640, 400, 70, 350, 150
COLOURS = ("#1b6ac9", "#b3541e", "#2b7a3d", "#7a3d8f")
APART = 16
"""Between the names of two lines that end at one height."""
STEPS = 5
"""Parts of an upward axis that ends at a number."""


def plot(title: str, series: Mapping[str, Sequence[tuple[float, float]]], unit: str, most: float | None = None) -> str:
    """Lines by their names. Both axes are logarithmic, so that what is linear has a slope of one; where ``most`` is given,
    the upward one goes from 0 to it in equal steps."""
    points = [point for line in series.values() for point in line]
    across = [log10(x) for x, _ in points]
    first, last = floor(min(across)), ceil(max(across))
    logs = [log10(max(y, 0.01)) for _, y in points]
    bottom, top = (floor(min(logs)), ceil(max(logs))) if most is None else (0, STEPS)

    def at(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (log10(x) - first) / max(1, last - first) * (WIDTH - LEFT - RIGHT)
        step = log10(max(y, 0.01)) if most is None else y / most * STEPS
        return round(right, 1), round(LOW - (step - bottom) / max(1, top - bottom) * (LOW - 50), 1)

    drawn = [f'<text x="{LEFT}" y="24" font-size="15">{title}</text>']
    for step in range(bottom, top + 1):
        value = 10.0**step if most is None else most * step / STEPS
        _, y = at(10**first, value)
        drawn.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g} {unit}</text>')
    for power in range(first, last + 1):
        x, _ = at(10**power, 1)
        drawn.append(f'<text x="{x}" y="{LOW + 20}" text-anchor="middle">{10**power:,}</text>')
    ends = []
    for (name, line), colour in zip(series.items(), COLOURS, strict=False):
        places = [at(x, y) for x, y in line]
        path = " ".join(f"{x},{y}" for x, y in places)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends.append((places[-1][1] + 4, name, colour, places[-1][0]))
    above = 0.0
    for wanted, name, colour, x in sorted(ends):
        above = max(wanted, above + APART)
        drawn.append(f'<text x="{x + 8}" y="{above}" fill="{colour}">{name}</text>')
    inside = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{inside}\n</svg>\n'
    )
