"""Makes everything that is generated and kept: the kill matrix, the shipped recording, what the README and the page about
reports show, and the pictures.

    python benchmarks/figures.py [--check] [NAME …]

What each was made from is stamped in docs/figures.json. ``--check`` makes nothing, and says what is stale: a figure whose
sources have changed. Of the recording and of the kill matrix, the sources are the rules one by one, so that a new rule
does not make the recording stale, nor a changed one the proofs of the others.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAMPS = ROOT / "docs" / "figures.json"
Stamp = Mapping[str, str]
"""What a figure was made from, part by part, each with its digest."""


@dataclass(frozen=True)
class Figure:
    """``command``: what makes it, after ``python``. ``sources``: its present stamp. ``grows``: whether a new part leaves
    what is there as good as it was."""

    name: str
    command: tuple[str, ...]
    sources: Callable[[], Stamp]
    grows: bool = False

    def stale(self, stamped: Stamp) -> list[str]:
        """The parts that have changed since the figure was made."""
        now = self.sources()
        gone = [part for part, digest in stamped.items() if now.get(part) != digest]
        return gone if self.grows and stamped else [*gone, *(part for part in now if part not in stamped)]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def files(*patterns: str) -> Callable[[], Stamp]:
    """The stamp of files, each a part; what Python has compiled of them is none."""

    def stamp() -> Stamp:
        found = sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})
        found = [path for path in found if path.suffix != ".pyc"]
        return {str(path.relative_to(ROOT)): digest(path.read_text(encoding="utf-8")) for path in found}

    return stamp


def rules() -> Stamp:
    """The stamp of the rules: of each, the tests that prove it with what they use of their module, as Python reads them,
    so that no comment counts."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "suites").glob("test_*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        known = {n.name: n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        for node in body:
            for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "requirement":
                    used = _used(node, known, {})
                    found.setdefault(ast.literal_eval(mark.args[0]), []).extend(used.values())
    return {rule: digest("\n".join(tests)) for rule, tests in found.items()}


def _used(node: ast.AST, known: Mapping[str, ast.AST], found: dict[str, str]) -> dict[str, str]:
    """A function or class and those of its module that it names, and those that they name: name → source."""
    found[getattr(node, "name", "")] = ast.unparse(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in known and inner.id not in found:
            _used(known[inner.id], known, found)
    return found


def recorded() -> Stamp:
    """What the recording was made from: the contract, and each rule."""
    return {**files("contracts/procore/contract.yaml", "schemas/procore/*.json")(), **rules()}


def proven() -> Stamp:
    """What the kill matrix was made from: the faults, and each rule."""
    return {**files("src/restproof/sandbox/faults/*.py")(), **rules()}


FIGURES = (
    Figure("recording", ("benchmarks/record.py",), recorded, grows=True),
    Figure("kill-matrix", ("-m", "tests.kill.matrix", "--write", "docs/kill-matrix.md"), proven),
    Figure("readme", ("docs/readme_blocks.py",), files("README.md", "src/restproof/report/*.py", "suites/*.yaml")),
    Figure("report-reading", ("docs/report_reading.py",), files("src/restproof/report/**/*")),
    Figure("pictures", ("docs/picture.py",), files("src/restproof/report/**/*")),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="make nothing; end with 1 where something is stale")
    parser.add_argument("names", nargs="*", choices=[[], *(f.name for f in FIGURES)], help="those alone")
    said = parser.parse_args()
    stamps: dict[str, Stamp] = json.loads(STAMPS.read_text(encoding="utf-8")) if STAMPS.exists() else {}
    chosen = [f for f in FIGURES if not said.names or f.name in said.names]
    stale = {f.name: f.stale(stamps.get(f.name, {})) for f in chosen}
    if said.check:
        for name, parts in stale.items():
            more = f" and {len(parts) - 5} more" if len(parts) > 5 else ""
            why = f"stale: {', '.join(parts[:5])}{more}" if name in stamps else "not stamped yet"
            print(f"{name}: {why if parts else 'as its sources are'}")
        return 1 if any(stale.values()) else 0
    for figure in chosen:
        print(f"{figure.name}: python {' '.join(figure.command)}", flush=True)
        subprocess.run([sys.executable, *figure.command], cwd=ROOT, check=True)
        stamps[figure.name] = figure.sources()
        STAMPS.write_text(json.dumps(stamps, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
