"""A recording as a replay needs it: from a run file, from its YAML form, or from what ``responses`` records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from restproof.errors import Place
from restproof.frozen import frozen
from restproof.record import readable
from restproof.record.events import run_file
from restproof.record.model import Header, RecordedCase, RecordedExchange, RecordedRun, Request, Response
from restproof.record.reader import header_of, read, read_header, run_of
from restproof.record.stream import MAGIC, InvalidEvent, MissingRunFile, NotARunFile

RECORDED = "Give a run.jsonl.gz, what `restproof report RUN --format yaml` wrote, or a file that `responses` recorded."


@frozen
class Recording:
    """What answers instead of a server. ``run`` is ``None`` where the file knows of no cases, only of ``exchanges``
    by method and URL."""

    path: Path
    run: RecordedRun | None
    exchanges: tuple[RecordedExchange, ...]

    @cached_property
    def cases(self) -> Mapping[str, tuple[RecordedCase, ...]]:
        """The recorded cases of each item, in order."""
        return self.run.cases_by_item if self.run else {}

    @cached_property
    def tokens(self) -> Mapping[str, str]:
        """What ``{run}`` stood for in each case."""
        return {case.id: case.token for case in self.run.cases} if self.run else {}

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The items that were planned without a case: the profile of the recorded run left them out, or their rules
        are about every exchange."""
        return frozenset(item.id for item in self.run.items if item.cases == 0) if self.run else frozenset()

    @cached_property
    def values(self) -> Mapping[int, Mapping[str, Any]]:
        """What each worker kept, by name."""
        found: dict[int, dict[str, Any]] = {}
        for value in self.run.values if self.run else ():
            found.setdefault(value.worker, {})[value.name] = value.value
        return found

    @cached_property
    def workers(self) -> Mapping[int, str]:
        """The workers that took part in the recorded run (the shards of a merged one), each with a token of its."""
        found = {case.worker: case.token for case in reversed(self.run.cases)} if self.run else {}
        return dict(sorted(found.items())) or {0: ""}


def recorded_header(path: Path) -> Header | None:
    """The header of a recording, without what follows it; ``None`` where it has none (the format of ``responses``).
    Raises ``RunFileError``."""
    file = run_file(path)
    kind = _kind(file)
    if kind == "run file":
        return read_header(file)
    return header_of(file, islice(readable.events(file), 1)) if kind == "yaml" else None


def recording(path: Path) -> Recording:
    """The recording in ``path``, or in the run directory ``path``. Raises ``RunFileError``."""
    file = run_file(path)
    kind = _kind(file)
    if kind == "responses":
        return Recording(file, None, _recorded_by_responses(file))
    run = read(file) if kind == "run file" else run_of(file, readable.events(file))
    return Recording(file, run, run.exchanges)


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise MissingRunFile(
            f"the recording cannot be opened ({error.strerror})", place=Place(path), hint=RECORDED
        ) from None
    if start.startswith((MAGIC, b"{")):
        return "run file"
    lines = [line for line in start.decode("utf-8", "replace").splitlines() if line and not line.startswith("#")]
    if lines and lines[0].startswith("responses:"):
        return "responses"
    if lines and lines[0].startswith(("---", "event:")):
        return "yaml"
    raise NotARunFile("this is no recording", place=Place(path), hint=RECORDED)


def _recorded_by_responses(path: Path) -> tuple[RecordedExchange, ...]:
    """The answers in a file that ``responses``' own recorder wrote."""
    try:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["responses"]
        return tuple(_answer(number, entry["response"]) for number, entry in enumerate(found, 1))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise NotARunFile(f"not valid YAML: {error.problem}", place=Place(path, line)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidEvent(
            f"not what `responses` records: {type(error).__name__} {error}", place=Place(path), hint=RECORDED
        ) from None


def _answer(number: int, entry: Mapping[str, Any]) -> RecordedExchange:
    headers = {str(n): str(v) for n, v in (entry.get("headers") or {}).items()}
    if entry.get("content_type") and "content-type" not in {n.lower() for n in headers}:
        headers["Content-Type"] = str(entry["content_type"])
    body = entry.get("body")
    return RecordedExchange(
        n=number,
        request=Request(str(entry["method"]), str(entry["url"])),
        response=Response(int(entry["status"]), "", tuple(headers.items()), body if body is None else str(body)),
    )
