"""The register of requirements: ``suites/requirements.yaml``, and what a contract makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from restproof.contract.hints import near
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError, Place
from restproof.record.model import DAMAGES, Damage

Level = Literal["must", "should", "policy"]
LEVELS = ("must", "should", "policy")


@dataclass(frozen=True)
class Requirement:
    """One rule. ``sources``: clauses that state it (``contract`` stands for the contract itself). ``declared_by``: the
    word of the contract that makes a policy binding. ``not_tested``: why no suite tests it, where none does. ``core``:
    its pass on a successful answer proves that the operation works. ``damage``: what a failure of it does."""

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

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]


def load(path: Path) -> dict[str, Requirement]:
    """The register in its own order. Raises ``ConfigurationError`` with file and line for an entry that is incomplete,
    unknown or doubled."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"the register cannot be read: {error}", place=Place(path)) from None
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigurationError("the register is no list of requirements", place=Place(path))
    found: dict[str, Requirement] = {}
    known = {"id", "level", "statement", "sources", "depends_on", "declared_by", "not_tested", "core", "damage"}
    for node in root.value:
        place = Place(path, node.start_mark.line + 1)
        entry: Mapping[str, Any] = yaml.SafeLoader("").construct_document(node)
        if (
            not isinstance(entry, dict)
            or not {"id", "level", "statement", "sources"} <= entry.keys()
            or entry.keys() - known
        ):
            raise ConfigurationError(
                "an entry needs id, level, statement and sources, and may have core, damage, depends_on, "
                "declared_by and not_tested",
                place=place,
            )
        if entry["level"] not in LEVELS or not entry["sources"]:
            raise ConfigurationError(
                f"{entry['id']}: a level is one of {', '.join(LEVELS)}, and a source must be cited", place=place
            )
        if not isinstance(entry.get("core", False), bool) or entry.get("damage", "code") not in DAMAGES:
            raise ConfigurationError(
                f"{entry['id']}: core is true or false, and damage one of {', '.join(DAMAGES)}", place=place
            )
        for key in ("sources", "depends_on"):
            if not isinstance(entry.get(key, []), list):
                raise ConfigurationError(f"{entry['id']}: {key} is a list", place=place)
        if entry["id"] in found:
            raise ConfigurationError(
                f"{entry['id']} stands twice (first on line {found[entry['id']].line})", place=place
            )
        found[entry["id"]] = Requirement(
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
        )
    for requirement in found.values():
        for name in requirement.depends_on:
            if name not in found:
                raise ConfigurationError(
                    f"{requirement.id} depends on {name}, which is no entry", place=Place(path, requirement.line)
                )
    return found


def is_binding(requirement: Requirement, contract: Contract) -> bool:
    """Whether the rule binds under this contract: always, but for a policy that the contract does not declare."""
    if requirement.level != "policy":
        return True
    if requirement.id in contract.policies or f"{requirement.family}.*" in contract.policies:
        return True
    return _DECLARED.get(requirement.declared_by or "", lambda _c: False)(contract)


def unknown_names(contract: Contract, register: Mapping[str, Requirement], bundled: Path) -> list[ConfigurationError]:
    """Rules that the contract names, in ``policies`` or ``clauses``, and that neither ``register`` has nor the one that
    ships in the file ``bundled``: whose suites are their own may leave rules out."""

    def left(names: set[str], known: Mapping[str, Requirement]) -> set[str]:
        return names - known.keys() - {f"{r.family}.*" for r in known.values()}

    names = left({*contract.policies, *contract.clauses}, register)
    if not names:
        return []
    usual = load(bundled)
    known = [*usual, *dict.fromkeys(f"{r.family}.*" for r in usual.values())]
    return [
        ConfigurationError(f"the contract names the rule '{name}', and there is none", hint=near(name, known))
        for name in sorted(left(names, usual))
    ]


_DECLARED = {
    "touched": lambda c: any(r.touched for r in c),
    "rate_limit": lambda c: c.rate_limit is not None,
    "replace": lambda c: any(r.supports("replace") for r in c),
    "conditional": lambda c: any(r.etag for r in c),
    "latency_budget": lambda c: c.latency_budget is not None,
    "idempotency_key": lambda c: c.idempotency_key is not None,
    "closed": lambda c: any(r.schema.get("additionalProperties") is False for r in c),
}


def sources_of(requirement: Requirement, contract: Contract) -> tuple[str, ...]:
    """The register's sources and those that the contract adds."""
    clause = contract.clauses.get(requirement.id)
    return (*requirement.sources, *clause.sources) if clause else requirement.sources


def level_of(requirement: Requirement, contract: Contract) -> Level:
    """The level under this contract: as registered, unless the contract restates it."""
    clause = contract.clauses.get(requirement.id)
    return clause.level if clause and clause.level else requirement.level
