"""What becomes of a service and of its faults, and what was seen when that was last tried: ``seen.json``, and the
table of it in ``docs/documents.md``."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.frameworks.bench import HERE, ROOT, document_of, learn, run, running
from tests.frameworks.catalogue import FRAMEWORKS, Framework

SEEN = HERE / "seen.json"
PAGE = ROOT / "docs" / "documents.md"
BEGINS, ENDS = "<!-- begin: frameworks -->\n", "<!-- end: frameworks -->\n"


@dataclass
class Found:
    """``accused``: what is said against the healthy service, from its document or with what was learned of it;
    ``faults``: of each whether it is told from the document, and else with what was learned."""

    requests: int = 0
    words: int = 0
    accused: list[str] = field(default_factory=list)
    faults: dict[str, tuple[bool, bool]] = field(default_factory=dict)


def measured(framework: Framework, folder: Path) -> Found:
    """All of it for one service. ``folder``: for documents, contracts and runs."""
    found = Found()
    contract = folder / "contract"
    with running(framework, folder) as url:
        document = document_of(framework, url, folder)
        alone = run(framework, document, url, folder / "alone")
        lesson = learn(framework, document, url, folder / "learned", "--write", str(contract), "--accept")
        taught = run(framework, contract, url, folder / "taught")
    found.requests = alone.summary["requests"]
    for promise, ran in (("the document", alone), ("what was learned", taught)):
        found.accused += [f"accused under {promise}: {line}" for line in ran.accused]
        if ran.code not in (0, 1):
            found.accused.append(f"not judged under {promise}: {ran.told[-2000:]}")
    words = words_of(folder / "learned")
    found.words = len(words)
    if not words:
        found.accused.append(f"nothing was learned: {(lesson.stdout + lesson.stderr)[-2000:]}")
    for fault in framework.faults:
        with running(framework, folder, fault) as url:
            told = caught(framework, document, url, folder / f"{fault}-alone", len(alone.failed))
            more = told or caught(framework, contract, url, folder / f"{fault}-taught", len(taught.failed))
        found.faults[fault] = (told, more)
    return found


def blessed(framework: Framework, folder: Path, fault: str) -> list[str]:
    """Words that only a service with this fault teaches."""
    with running(framework, folder) as url:
        document = document_of(framework, url, folder)
        learn(framework, document, url, folder / "healthy")
    with running(framework, folder, fault) as url:
        learn(framework, document, url, folder / "broken")
    return sorted(words_of(folder / "broken") - words_of(folder / "healthy"))


def words_of(out: Path) -> set[str]:
    """The words that ``learn`` proposes, each with its value."""
    file = out / "learned.yaml"
    lesson: dict[str, Any] = yaml.safe_load(file.read_text()) if file.is_file() else {"words": []}
    return {f"{w['resource']}.{w['word']}: {json.dumps(w['value'], sort_keys=True)}" for w in lesson["words"]}


def caught(framework: Framework, promise: Path, url: str, out: Path, failing: int) -> bool:
    """Whether a run tells of a fault. ``failing``: results that fail without it; one more of them ends the run, since
    that is enough."""
    early = run(framework, promise, url, out, "--", f"--maxfail={failing + 1}")
    if early.accused or len(early.failed) <= failing:
        return bool(early.accused)
    return bool(run(framework, promise, url, out.with_name(f"{out.name}-whole")).accused)


def digest(framework: Framework) -> str:
    """What a service is made of, in short: another one was not what was tried."""
    folder = HERE / ("node" if framework.node else "services")
    files = [*sorted(folder.glob(f"{framework.file.partition('.')[0]}.*"))]
    files.append(HERE / ("node/seeded.cjs" if framework.node else "seeded.py"))
    made = b"".join(file.read_bytes() for file in files) + repr(framework.faults).encode()
    return hashlib.sha256(made).hexdigest()[:16]


def kept() -> dict[str, dict[str, Any]]:
    """What was seen, by service."""
    found: dict[str, dict[str, Any]] = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.is_file() else {}
    return found


def keep(framework: Framework, found: Found) -> None:
    """Put down what was seen of a service."""
    row = {"digest": digest(framework), **asdict(found)}
    every = {**kept(), framework.name: row}
    told = {f.name: every[f.name] for f in FRAMEWORKS if f.name in every}
    SEEN.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def shares(rows: dict[str, dict[str, Any]]) -> tuple[int, int, int, int]:
    """How many faults there are, and how many are told from the documents; of the services that were learned of, how
    many there are, and are told by either. What the document shows is not tried again."""
    faults = [pair for row in rows.values() for pair in row["faults"].values()]
    learned = [pair for row in rows.values() if row["words"] is not None for pair in row["faults"].values()]
    return len(faults), sum(alone for alone, _ in faults), len(learned), sum(taught for _, taught in learned)


def table() -> str:
    """What was seen, in Markdown; a dash is what was not tried."""
    rows = kept()
    lines = [
        "| a service in | requests | faults tried | told from the document | words learned | told with those |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        whole, alone, learned, taught = shares({name: row})
        told = f"{row['words']} | {taught}" if learned else "– | –"
        lines.append(f"| {name} | {row['requests']:,} | {whole} | {alone} | {told} |")
    whole, alone, learned, taught = shares(rows)
    told = f"{taught} of {learned} ({100 * taught / learned:.0f} %)"
    lines.append(f"| **all {len(rows)}** | | {whole} | {alone} ({100 * alone / whole:.0f} %) | | {told} |")
    return "\n".join(lines) + "\n"


def written() -> None:
    """Put the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    shown = re.sub(f"{BEGINS}.*{ENDS}", lambda _: BEGINS + table() + ENDS, text, flags=re.DOTALL)
    PAGE.write_text(shown, encoding="utf-8")
