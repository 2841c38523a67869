"""What the header of a run file says of the contract and of the register."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restproof.contract.digest import digest
from restproof.contract.model import Contract
from restproof.contract.surface import surface
from restproof.engine.register import Requirement, is_binding, level_of, sources_of
from restproof.session.live import file_in_repository


def contract_part(contract: Contract, path: Path) -> dict[str, Any]:
    """The ``contract`` member of a header; ``path``: the file that the contract was read from."""
    return {
        "name": contract.name,
        "title": contract.title,
        "path": _shareable(path),
        "auth": contract.auth.scheme,
        "resources": {r.name: list(r.operations) for r in contract},
        "surface": surface(contract),
        "file": file_in_repository(contract.path, Path.cwd()),
        "lines": {r.name: r.line for r in contract if r.line},
        "digest": digest(contract),
    }


def requirements_part(register: Mapping[str, Requirement], contract: Contract) -> list[dict[str, Any]]:
    """The ``requirements`` member of a header: the register as it stands under the contract."""
    return [
        {
            "id": r.id,
            "level": level_of(r, contract),
            "binding": is_binding(r, contract),
            "statement": r.statement,
            "sources": list(sources_of(r, contract)),
            "depends_on": list(r.depends_on),
            "not_tested": r.not_tested,
            "core": r.core,
            "damage": r.damage,
        }
        for r in register.values()
    ]


def _shareable(path: Path) -> str:
    """``path`` below the working directory, else its name alone: a recording travels, and nobody's home goes along."""
    here = Path.cwd().resolve()
    if path.resolve().is_relative_to(here):
        return str(path.resolve().relative_to(here))
    return path.parent.name if path.name == "contract.yaml" else path.name
