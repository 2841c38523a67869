"""How many faults are seen from documents alone, and how many with what was learned of the healthy services: in this
process, at ``ci``. ``python -m tests.openapi.shares`` tries it all."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from tests.learning.desk import taught
from tests.miniatures import bench
from tests.openapi.emitted import EMITTED
from tests.openapi.honest import Answer, Service
from tests.openapi.running import TOKEN
from tests.openapi.services import SERVICES
from tests.openapi.spoilt import FAULTS, Spoilt
from tests.openapi.unusual import UNUSUAL

from restproof.contract.load import load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.learning.patch import patched
from restproof.learning.told import writable
from restproof.oracle.verdict import Verdict
from restproof.wire.message import Headers, Request

HERE = Path(__file__).parent
SHARED = next((p / "shared/cases/openapi" for p in HERE.parents if (p / "shared/cases/openapi").is_dir()), None)
EACH = 3
"""Faults of a service; each service begins with another one."""
_DAY = "2026-11-28"


@dataclass(frozen=True)
class Subject:
    """A document and the healthy service behind it."""

    name: str
    document: Path
    service: Callable[[], Service]


def subjects() -> Iterator[Subject]:
    """All of them: those of tools, those in unusual styles, and those whose documents lie outside the project."""
    for name in EMITTED:
        yield Subject(name, next((HERE / "emitted").glob(f"{name}.[jy]*")), EMITTED[name])
    for name in UNUSUAL:
        yield Subject(name, HERE / "unusual" / f"{name}.yaml", lambda n=name: UNUSUAL[n](frozenset()))  # type: ignore[misc]
    for name in SERVICES if SHARED else ():
        yield Subject(name, SHARED / f"{name}.yaml", lambda n=name: SERVICES[n](frozenset()))  # type: ignore[misc,operator]


def spoken(service: Service | Spoilt) -> bench.Server:
    """A service as the bench asks it, with the credential that it knows."""

    def answer(request: Request) -> tuple[int, bytes, Headers]:
        headers = Message()
        for name, value in request.headers:
            headers[name] = value
        if headers["Authorization"] == "Bearer full":
            del headers["Authorization"]
            headers["Authorization"] = f"Bearer {TOKEN}"
            for name in ("X-Api-Key", "X-Salon", "todo_apikey", "Ocp-Apim-Subscription-Key"):
                headers[name] = TOKEN
        status, body, known = service.answer(request.method, request.target, headers, request.body or b"")
        told = body if isinstance(body, Answer) else Answer(body)
        sent = b"" if told.body is None else json.dumps(told.body).encode()
        shown = [("Date", "Sun, 29 Nov 2026 03:00:00 GMT"), *told.headers.items()]
        shown += [("Content-Type", told.media)] if sent else []
        shown += [("Allow", ", ".join(dict.fromkeys(known)))] if status == 405 else []
        shown += [("WWW-Authenticate", "Bearer")] if status == 401 else []
        return status, b"" if request.method == "HEAD" or status == 204 else sent, tuple(shown)

    return answer


@dataclass(frozen=True)
class Promise:
    """The text of a contract, and its schemas."""

    text: str
    schemas: dict[str, Any]

    def run(self, service: Service | Spoilt, folder: Path, profile: str = "ci") -> Verdict:
        return bench.run(spoken(service), self.text, self.schemas, folder, profile=profile)


def promised(subject: Subject, folder: Path) -> Promise:
    found = imported(subject.document, subject.name)
    return Promise(write(found, folder / "c", subject.document.name).read_text(), dict(found.schemas))


def learned(subject: Subject, promise: Promise, folder: Path) -> Promise:
    """The promise with all words that the healthy service teaches."""
    lesson = taught(spoken(subject.service()), load(folder / "c"), folder)
    return Promise(patched(promise.text, [*writable(promise.text, lesson.words, _DAY)], _DAY), promise.schemas)


def wrong(verdict: Verdict) -> list[str]:
    """What a run says against a service."""
    bad = [r for r in verdict.results if r.outcome in ("fail", "error")]
    return [f"{r.requirement} {r.resource} {r.operation}: {r.message}" for r in bad]


@dataclass(frozen=True)
class Tried:
    """A fault of a service: whether it is seen from the document, and with what was learned."""

    subject: str
    fault: str
    alone: bool
    taught: bool


def measured(subject: Subject, first: int, folder: Path) -> tuple[list[str], list[Tried]]:
    """What is said against the healthy service, under both promises, and what becomes of some of its faults.
    ``first``: the fault to begin with."""
    promise = promised(subject, folder)
    more = learned(subject, promise, folder)
    accused = [
        f"{n}: {w}"
        for n, p in (("document", promise), ("learned", more))
        for w in wrong(p.run(subject.service(), folder / n))
    ]
    tried: list[Tried] = []
    names = list(FAULTS)
    for fault in (names[(first + n * 5) % len(names)] for n in range(len(names))):
        spoilt = Spoilt(subject.service(), fault)
        taught_too = bool(wrong(more.run(spoilt, folder / "spoilt")))
        if spoilt.did:
            alone = bool(wrong(promise.run(Spoilt(subject.service(), fault), folder / "spoilt")))
            tried.append(Tried(subject.name, fault, alone, taught_too))
        if len(tried) == EACH:
            break
    return accused, tried


def table(services: int, tried: list[Tried]) -> str:
    """The shares by fault, as a table in Markdown."""
    lines = [
        "| fault | tried | from the document | with what was learned |",
        "|---|---|---|---|",
    ]
    for fault in FAULTS:
        some = [t for t in tried if t.fault == fault]
        if some:
            lines.append(f"| {fault} | {len(some)} | {sum(t.alone for t in some)} | {sum(t.taught for t in some)} |")
    alone, taught_too = (sum(t.alone for t in tried), sum(t.taught for t in tried))
    whole = len(tried)
    shares = f"{alone} ({alone / whole:.0%}) | {taught_too} ({taught_too / whole:.0%})"
    return "\n".join([*lines, f"| **all, of {services} services** | {whole} | {shares} |"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="Only these services.")
    given = parser.parse_args()
    chosen = [(n, s) for n, s in enumerate(subjects()) if not given.names or s.name in given.names]
    tried: list[Tried] = []
    for number, subject in chosen:
        with TemporaryDirectory(prefix="restproof-shares-") as folder:
            accused, found = measured(subject, number * 7, Path(folder))
        tried += found
        for line in accused:
            click.echo(f"{subject.name}: accused: {line}")
        for one in found:
            click.echo(
                f"{subject.name}: {one.fault}: {'seen' if one.alone else '-'}, {'seen' if one.taught else '-'}",
            )
    click.echo(table(len(chosen), tried))


if __name__ == "__main__":
    main()
