"""The register of requirements: ``requirements.yaml`` of each folder of suites, and what a contract makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from restproof.bundle import REGISTER
from restproof.contract.hints import near
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen
from restproof.record.model import DAMAGES, Damage
from restproof.userfile import composed

Level = Literal["must", "should", "policy"]
LEVELS = ("must", "should", "policy")


@frozen
class Requirement:
    """One rule. ``sources``: clauses that state it (``contract`` stands for the contract itself). ``declared_by``: the
    word of the contract that makes a policy binding. ``not_tested``: why no suite tests it, where none does. ``core``:
    its pass on a successful answer proves that the operation works. ``damage``: what a failure of it does.
    ``words``: the words of a contract that it asserts (``statuses.unknown_field``), for where they are not promised.
    ``kills``: how many faults it has been seen to tell of first, by operation (``firsts.json`` beside the register; an
    empty name for one about the whole server). ``requests``: what one of its cases has been seen to send, by operation
    (``requests.json``), set-up and looks of the guard included."""

    id: str
    level: Level
    statement: str
    sources: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    declared_by: str | None = None
    not_tested: str | None = None
    core: bool = False
    damage: Damage = "code"
    line: int = 0
    kills: Mapping[str, float] = field(default_factory=dict)
    requests: Mapping[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]


def load(path: Path, known: Mapping[str, Requirement] = MappingProxyType({})) -> dict[str, Requirement]:
    """The register in its own order. ``known``: the bundled entries, which those of a user's own register may depend
    on and may not repeat. Raises ``ConfigurationError`` with file and line for an entry that is incomplete, unknown or
    doubled."""
    if not path.is_file():
        hint = "Rules of your own stand in a register beside their tests: docs/own-rules.md leads through one."
        raise ConfigurationError("there is no register", place=Place(path), hint=hint)
    kills, requests = _measured(path.parent / FIRSTS), _measured(path.parent / REQUESTS)
    root = composed(path)
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigurationError("the register is no list of requirements", place=Place(path))
    found: dict[str, Requirement] = {}
    for node in root.value:
        entry = _entry(node, Place(path, node.start_mark.line + 1))
        entry = replace(entry, kills=kills.get(entry.id, {}), requests=requests.get(entry.id, {}))
        if entry.id in found:
            raise ConfigurationError(
                f"{entry.id} stands twice (first on line {found[entry.id].line})", place=Place(path, entry.line)
            )
        found[entry.id] = entry
    repeated = [entry for entry in found.values() if entry.id in known]
    if repeated:
        raise ConfigurationError(
            f"{repeated[0].id} is a rule of the bundled suites"
            + (f", as are {len(repeated) - 1} more of these" if len(repeated) > 1 else ""),
            place=Place(path, repeated[0].line),
            hint=_COPIED,
        )
    for entry in found.values():
        for name in entry.depends_on:
            if name not in found and name not in known:
                raise ConfigurationError(
                    f"{entry.id} depends on {name}, which is no entry", place=Place(path, entry.line)
                )
    return found


KILLS = "kills.json"
"""Beside the bundled register: requirement → the faults of the catalogue that it catches, as the kill matrix has it."""
FIRSTS = "firsts.json"
"""Beside the bundled register: requirement → operation → the faults of the catalogue of which it tells and nothing that
is sent before it, as ``benchmarks/told.py`` has measured."""
REQUESTS = "requests.json"
"""Beside the bundled register: requirement → operation → the requests of one case, as whole runs have sent them."""


def _measured(file: Path) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


_COPIED = (
    "The bundled suites run from the package: delete from this folder what an earlier `restproof init` copied into it "
    "(its test_*.py and their entries in this file), and keep the rules that are your own."
)
_KNOWN = {"id", "level", "statement", "sources", "depends_on", "declared_by", "not_tested", "core", "damage", "words"}


def _entry(node: yaml.Node, place: Place) -> Requirement:
    """One entry of a register. Raises ``ConfigurationError`` where it is none."""
    entry: Mapping[str, Any]
    try:
        entry = yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"an entry cannot be read: {error}", place=place) from None
    if (
        not isinstance(entry, dict)
        or not {"id", "level", "statement", "sources"} <= entry.keys()
        or entry.keys() - _KNOWN
    ):
        raise ConfigurationError(
            "an entry needs id, level, statement and sources, and may have core, damage, depends_on, declared_by, "
            "words and not_tested",
            place=place,
        )
    if not all(isinstance(entry[key], str) for key in ("id", "level", "statement")):
        raise ConfigurationError("id, level and statement are texts", place=place)
    if entry["level"] not in LEVELS or not entry["sources"]:
        raise ConfigurationError(
            f"{entry['id']}: a level is one of {', '.join(LEVELS)}, and a source must be cited", place=place
        )
    if not isinstance(entry.get("core", False), bool) or entry.get("damage", "code") not in DAMAGES:
        raise ConfigurationError(
            f"{entry['id']}: core is true or false, and damage one of {', '.join(DAMAGES)}", place=place
        )
    declared = entry.get("declared_by")
    if declared is not None and entry["level"] != "policy":
        raise ConfigurationError(
            f"{entry['id']}: declared_by is for a policy, and this is a {entry['level']}",
            place=place,
            hint="Write level: policy for what binds only where a contract has the word.",
        )
    if declared is not None and declared not in _DECLARED:
        raise ConfigurationError(
            f"{entry['id']}: declared_by names the word of a contract by which a policy binds",
            place=place,
            hint=near(str(declared), _DECLARED),
        )
    for key in ("sources", "depends_on", "words"):
        if not isinstance(entry.get(key, []), list):
            raise ConfigurationError(f"{entry['id']}: {key} is a list", place=place)
    return Requirement(
        entry["id"],
        entry["level"],
        entry["statement"],
        tuple(entry["sources"]),
        tuple(entry.get("depends_on", ())),
        entry.get("declared_by"),
        entry.get("not_tested"),
        entry.get("core", False),
        entry.get("damage", "code"),
        place.line,
        words=tuple(entry.get("words", ())),
    )


def load_all(folders: Iterable[Path]) -> dict[str, Requirement]:
    """The registers of folders of suites in one, the bundled one first. Raises as ``load``."""
    return in_one(load_each(folders))


def load_each(folders: Iterable[Path]) -> dict[Path, dict[str, Requirement]]:
    """The registers of folders of suites by their files, the bundled one first. Raises as ``load``."""
    found: dict[Path, dict[str, Requirement]] = {}
    for folder in folders:
        found[folder / REGISTER] = load(folder / REGISTER, in_one(found))
    return found


def in_one(registers: Mapping[Path, Mapping[str, Requirement]]) -> dict[str, Requirement]:
    """The entries of several registers."""
    return {name: entry for register in registers.values() for name, entry in register.items()}


def is_binding(requirement: Requirement, contract: Contract) -> bool:
    """Whether the rule binds under this contract: always, but for a policy that the contract does not declare, and what
    it says that it does not promise."""
    clause = contract.clauses.get(requirement.id)
    if clause is not None and clause.level == "none":
        return False
    if requirement.level != "policy":
        return True
    if requirement.id in contract.policies or f"{requirement.family}.*" in contract.policies:
        return True
    return requirement.declared_by is not None and _DECLARED[requirement.declared_by](contract)


def why_not_binding(requirement: Requirement) -> str:
    """Why a rule does not bind."""
    policy = requirement.level == "policy"
    return "the contract does not declare this policy" if policy else "the contract does not promise it"


def unknown_names(contract: Contract, register: Mapping[str, Requirement]) -> list[ConfigurationError]:
    """Rules that the contract names, in ``policies`` or ``clauses``, and that ``register`` has not."""
    known = [*register, *dict.fromkeys(f"{r.family}.*" for r in register.values())]
    return [
        ConfigurationError(f"the contract names the rule '{name}', and there is none", hint=near(name, known))
        for name in sorted({*contract.policies, *contract.clauses} - {*known})
    ]


def _says(word: str) -> Callable[[Contract], bool]:
    return lambda contract: getattr(contract, word) is not None


_DECLARED: Mapping[str, Callable[[Contract], bool]] = {
    **{field.name: _says(field.name) for field in fields(Contract) if str(field.type).endswith("| None")},
    "touched": lambda c: any(r.touched for r in c),
    "replace": lambda c: any(r.supports("replace") for r in c),
    "conditional": lambda c: any(r.etag or r.version for r in c),
    "closed": lambda c: any(r.schema.get("additionalProperties") is False for r in c),
}
"""What ``declared_by`` may name → whether a contract says it: every word of a contract that may be left unsaid, and
what resources say."""


def sources_of(requirement: Requirement, contract: Contract) -> tuple[str, ...]:
    """The register's sources and those that the contract adds."""
    clause = contract.clauses.get(requirement.id)
    return (*requirement.sources, *clause.sources) if clause else requirement.sources


def level_of(requirement: Requirement, contract: Contract) -> Level:
    """The level under this contract: as registered, unless the contract restates it."""
    clause = contract.clauses.get(requirement.id)
    return clause.level if clause and clause.level and clause.level != "none" else requirement.level
