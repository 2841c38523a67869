"""Words put to the test before they are proposed: the suites' own rules, under a contract that says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from restproof.contract.document import Problems, Route, read_yaml
from restproof.contract.load import read
from restproof.engine.register import Requirement
from restproof.learning.blame import to_blame
from restproof.learning.patch import edited, patched
from restproof.learning.word import Edit, Lesson, Word
from restproof.oracle.results import Ending, Result
from restproof.oracle.verdict import Verdict
from restproof.record.disk import copy_to_write
from restproof.record.model import Damage

_GRAVE: tuple[Damage, ...] = ("data", "tenants", "failure")
"""What a server may do wrong that nobody may take for what it does."""
_JUDGED: tuple[Ending, ...] = ("pass", "fail", "deviation")
_FILES = ("extends", "deviations")
"""Words that name a file which may lie elsewhere."""


def rules_for(words: Sequence[Word], register: Mapping[str, Requirement]) -> tuple[str, ...]:
    """The rules that assert one of the words, those that show that an operation works at all, and those of which a
    failure costs data, keeps tenants no longer apart or is the server's own."""
    return tuple(
        r.id for r in register.values() if r.core or r.damage in _GRAVE or any(_asserts(r, word) for word in words)
    )


def _asserts(rule: Requirement, word: Word) -> bool:
    name = ".".join(word.name)
    return any(name == said or name.startswith(f"{said}.") for said in rule.words)


def untested(words: Sequence[Word], verdict: Verdict, register: Mapping[str, Requirement]) -> dict[Route, str]:
    """The words that rules assert, none of which came to a result, each with why the first of them did not."""
    found: dict[Route, str] = {}
    for word in words:
        own = [r for r in verdict.results if word.resource in (None, r.resource) and r.requirement in register]
        results = [r for r in own if _asserts(register[r.requirement], word)]
        kept = [r for r in results if r.outcome == "not tested"]
        if kept and not any(r.outcome in _JUDGED for r in results):
            found[word.route] = f"it was not put to the test: {kept[0].message}"
    return found


def with_words(file: Path, words: Sequence[Word], day: str, folder: Path) -> Path:
    """A copy of a contract and its schemas in ``folder`` that says the words; the path of its file."""
    name = file.parent.name
    copy = folder / "contracts" / name
    copy_to_write(file.parent, copy, _others)
    schemas = file.parent.parent.parent / "schemas" / name
    if schemas.is_dir():
        copy_to_write(schemas, folder / "schemas" / name)
    target = copy / file.name
    text = patched(file.read_bytes().decode("utf-8-sig"), words, day)
    said = read_yaml(file, Problems()).value
    for word in _FILES:
        if isinstance(said.get(word), str):
            text = edited(text, Edit((word,), str((file.parent / said[word]).resolve())))
    target.write_text(text, encoding="utf-8")
    return target


def unsound(file: Path, words: Sequence[Word], day: str, folder: Path) -> dict[Route, str]:
    """The words with which the contract in ``file`` would not be sound, each with what would be wrong. ``folder``:
    where copies of it are put; the project's own functions are read nowhere outside of it."""

    def wrong(some: Sequence[Word]) -> str:
        with TemporaryDirectory(dir=folder) as copies:
            _, errors = read(with_words(file, some, day, Path(copies)))
        return f"with it the contract is not sound: {errors[0].message}" if errors else ""

    if not words or not wrong(words) or wrong(()):
        return {}  # where no copy can be read, that is told of the run, and of no word
    found = {word.route: why for word in words if (why := wrong([word]))}
    left = [word for word in words if word.route not in found]
    if left and (why := wrong(left)):
        found |= {word.route: why for word in to_blame(left, lambda some: bool(wrong(some))) or left}
    return found


def _others(folder: str, names: list[str]) -> set[str]:
    """What lies in a contract's folder and is none of its files."""
    known = (".yaml", ".yml", ".json", ".txt", ".csv", ".py")
    return {n for n in names if not n.endswith(known)}


def contradicted(lesson: Lesson, verdict: Verdict) -> dict[Route, str]:
    """The words that the server does not keep to, each with how it showed."""
    found: dict[Route, str] = {}
    for result in verdict.results:
        if result.outcome == "fail" and result.changed:
            name = result.changed.partition(",")[0]
            for word in lesson.words:
                own = word.resource in (None, result.resource) or word.name[0] == "references"
                if ".".join(word.name) == name and own:
                    found.setdefault(word.route, f"the server does not keep to it: {result.message}")
    return found


def broken(verdict: Verdict) -> list[Result]:
    """What fails of what is promised, as far as anybody can tell."""
    return [r for r in verdict.results if r.outcome == "fail" and not r.changed]


Place = tuple[str, str | None, str | None]
"""A rule, a resource and an operation."""


def suspected(
    failed: Sequence[Result], without: Verdict | None, *, is_whole: bool = True
) -> dict[str | None, dict[Place, str]]:
    """By resource, where results failed that no word alone explains, and that pass under the contract as it is, each
    with how it showed. ``without``: the verdict on the latter; what its plan does not hold, words alone have brought.
    Where requests were lacking for all of it (``is_whole``), what it does not judge is suspected as well: nothing says
    that the server is to blame."""
    passed = _passed(without) if without else set()
    judged = {_place(r) for r in without.results if is_whole or r.outcome in ("pass", "fail")} if without else set()
    found: dict[str | None, dict[Place, str]] = {}
    for result in failed:
        place = _place(result)
        if place in passed or place not in judged:
            found.setdefault(result.resource, {})[place] = f"{result.requirement} fails: {result.message}"
    return found


def passes(verdict: Verdict, places: Iterable[Place]) -> bool:
    """Whether all of them that the plan holds are judged, and hold."""
    return {*places} & {_place(r) for r in verdict.results} <= _passed(verdict)


def _place(result: Result) -> Place:
    return result.requirement, result.resource, result.operation


def _passed(verdict: Verdict) -> set[Place]:
    places = {_place(r): {"pass"} for r in verdict.results}
    for result in verdict.results:
        places[_place(result)].add(result.outcome)
    return {place for place, outcomes in places.items() if outcomes == {"pass"}}
