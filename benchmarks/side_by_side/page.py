"""The comparison as a page."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from benchmarks.side_by_side.tools import TOOLS, Measured

from restproof.sandbox.faults import catalogue

NARROW = (
    "- Both test one resource for each fault, not the whole API: of those that the rule speaks of, the one with the",
    "  most fields. Schemathesis has the resource's ancestors, too, to create what it needs.",
)


@dataclass
class Row:
    """A fault, and the runs of both tools; ``known``: what each says of the conforming server."""

    fault: str
    requirement: str
    runs: dict[str, Measured] = field(default_factory=dict)
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def first(self, tool: str) -> int | None:
        """Requests until the first finding that the conforming server does not give; ``None`` where there is none."""
        new = [at for key, at in self.runs[tool].found.items() if key not in self.known[tool]]
        return min(new, default=None)


def page(rows: Sequence[Row], known: Mapping[str, Mapping[str, Sequence[Measured]]], said: argparse.Namespace) -> str:
    """The comparison as Markdown. ``known``: scope → tool → its runs against the conforming server."""
    total = len(rows)
    tool = f"Schemathesis {version('schemathesis')}"
    lines = [
        "# Side by side with Schemathesis",
        "",
        f"restproof and {tool} against the same sandbox with the same {total} faults, written by",
        f"`{said.command}`.",
        "",
        "[Schemathesis](https://schemathesis.readthedocs.io) tests any API that has an OpenAPI document, with no more",
        "than that; this project uses it itself. The page shows what a contract adds that says what resources do.",
        "",
        "| | " + " | ".join(TOOLS) + " |",
        "|---|" + "---:|" * len(TOOLS),
    ]

    def row(what: str, values: Iterable[object]) -> None:
        lines.append(f"| {what} | " + " | ".join(map(str, values)) + " |")

    kills = {t: [r for r in rows if r.first(t) is not None] for t in TOOLS}
    row("faults killed", (f"{len(kills[t])} of {total} ({100 * len(kills[t]) / total:.0f} %)" for t in TOOLS))
    row(
        "kinds of findings on the conforming servers",
        (sum(len({k for m in known[c][t] for k in m.found}) for c in known) for t in TOOLS),
    )
    row("requests until the first detection, median", (_median(r.first(t) for r in kills[t]) for t in TOOLS))
    row("requests of a run, median", (_median(r.runs[t].requests for r in rows) for t in TOOLS))
    row("requests for each kill", (_each(sum(r.runs[t].requests for r in rows), kills[t], ".0f") for t in TOOLS))
    row("wall time for each kill, s", (_each(sum(r.runs[t].seconds for r in rows), kills[t], ".1f") for t in TOOLS))
    row("CPU of the tool for each kill, s", (_each(sum(r.runs[t].cpu for r in rows), kills[t], ".1f") for t in TOOLS))
    lines += [
        "",
        "## How",
        "",
        f"- Faults: {total} of the {len(catalogue())} that the sandbox knows, drawn with seed {said.seed},",
        "  at least one of each family of rules, without those of a server that is slow. Each run has a fresh server,",
        "  in which requests are counted. What the bundled contract does not promise is tried under",
        "  `tests/kill/contracts/policies`.",
        *(NARROW if said.narrow else ()),
        f"- restproof: profile `ci`, seed {said.seed}, the credentials `full`, `read_only`, `foreign` and `throttled`.",
        "- Schemathesis: the document of `restproof export openapi`, with the given ids written into it as constants,",
        "  so that they are always right; the credential `full`; all checks; the phases examples, coverage, fuzzing",
        f"  and stateful (the document has links from each create); all kinds of data; {said.examples} examples of",
        "  each operation, no time limit, no shrinking. So that the conforming server is not blamed for what the",
        "  document cannot say, 422 counts as an answer to valid data (rules, references), texts hold no NUL, and the",
        "  largest page is the server's own.",
        "- A fault is killed where a tool reports what it did not report of the conforming server in",
        f"  {said.baselines} runs with different seeds: an item of restproof; a check, operation, title and status of",
        "  Schemathesis. So a false alarm that comes by chance counts as a kill.",
        "- Wall times are of a machine with two cores and other work on it; CPU is that of the tool's own process.",
        "",
        "## What is found on the conforming servers",
        "",
        "Each would be a false alarm.",
        "",
    ]
    for contract, tools in known.items():
        for tool in TOOLS:
            found = sorted({k for m in tools[tool] for k in m.found})
            lines.append(f"- {tool}, `{contract}`: " + ("nothing" if not found else ""))
            lines += [f"  - {k}".replace("|", "·") for k in found]
    lines += [
        "",
        "## Fault by fault",
        "",
        "Requests until the first detection; – where there was none.",
        "",
        "| fault | breaks | " + " | ".join(TOOLS) + " |",
        "|---|---|" + "---:|" * len(TOOLS),
    ]
    for r in rows:
        lines.append(f"| `{r.fault}` | {r.requirement} | " + " | ".join(f"{r.first(t) or '–'}" for t in TOOLS) + " |")
    return "\n".join(lines) + "\n"


def _median(values: Iterable[int | None]) -> str:
    known = [v for v in values if v is not None]
    return f"{statistics.median(known):,.0f}" if known else "–"


def _each(total: float, kills: Sequence[Row], form: str) -> str:
    return format(total / len(kills), form) if kills else "–"
