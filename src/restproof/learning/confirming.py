"""Words put to the test before they are proposed: the suites' own rules, under a contract that says them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from restproof.contract.document import Problems, Route, read_yaml
from restproof.engine.register import Requirement
from restproof.learning.patch import edited, patched
from restproof.learning.word import Edit, Lesson, Word
from restproof.oracle.results import Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import Damage

_GRAVE: tuple[Damage, ...] = ("data", "tenants", "failure")
"""What a server may do wrong that nobody may take for what it does."""
_FILES = ("extends", "deviations")
"""Words that name a file which may lie elsewhere."""


def rules_for(words: Sequence[Word], register: Mapping[str, Requirement]) -> tuple[str, ...]:
    """The rules that assert one of the words, those that show that an operation works at all, and those of which a
    failure costs data, keeps tenants no longer apart or is the server's own."""
    names = {".".join(word.name) for word in words}

    def asserts(rule: Requirement) -> bool:
        return any(name == said or name.startswith(f"{said}.") for said in rule.words for name in names)

    return tuple(r.id for r in register.values() if r.core or r.damage in _GRAVE or asserts(r))


def with_words(file: Path, words: Sequence[Word], day: str, folder: Path) -> Path:
    """A copy of a contract and its schemas in ``folder`` that says the words; the path of its file."""
    name = file.parent.name
    copy = folder / "contracts" / name
    shutil.copytree(file.parent, copy, ignore=_others, dirs_exist_ok=True)
    schemas = file.parent.parent.parent / "schemas" / name
    if schemas.is_dir():
        shutil.copytree(schemas, folder / "schemas" / name, dirs_exist_ok=True)
    target = copy / file.name
    text = patched(file.read_bytes().decode("utf-8-sig"), words, day)
    said = read_yaml(file, Problems()).value
    for word in _FILES:
        if isinstance(said.get(word), str):
            text = edited(text, Edit((word,), str((file.parent / said[word]).resolve())))
    target.write_text(text, encoding="utf-8")
    return target


def _others(folder: str, names: list[str]) -> set[str]:
    """What lies in a contract's folder and is none of its files."""
    known = (".yaml", ".yml", ".json", ".txt", ".csv")
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


def mistaken(lesson: Lesson, failed: Sequence[Result], without: Verdict) -> dict[Route, str]:
    """The words that may be why some results failed which no word alone explains, and which do not fail under the
    contract as it is: all those of the resource, since nobody knows which. ``without``: the verdict on the latter."""
    fails = {(r.requirement, r.resource, r.operation) for r in without.results if r.outcome == "fail"}
    known = {(r.requirement, r.resource, r.operation) for r in without.results if r.outcome in ("fail", "pass")}
    found: dict[Route, str] = {}
    for result in failed:
        place = (result.requirement, result.resource, result.operation)
        if place in known and place not in fails:
            own = [w for w in lesson.words if w.resource == result.resource]
            for word in own or lesson.words:
                found.setdefault(word.route, f"with it {result.requirement} fails: {result.message}")
    return found
