"""The first and the last line of a run file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from restproof.config import Target
from restproof.contract.digest import digest
from restproof.contract.model import Contract, Learned
from restproof.contract.surface import surface
from restproof.engine.register import Requirement, is_binding, level_of, sources_of
from restproof.session.endpoint import Endpoint, Tidied
from restproof.session.folder import now
from restproof.session.promise import Promise
from restproof.version import __version__


def header(
    promise: Promise, endpoint: Endpoint, register: Mapping[str, Requirement], started: datetime
) -> dict[str, Any]:
    """The header of a run, but for what narrows it and the deviations that were declared."""
    options = promise.options
    return {
        "event": "header",
        "format": 1,
        "restproof": __version__,
        "contract": contract_part(promise.contract, promise.contract_path),
        "target": target_part(endpoint.target),
        "profile": options.profile,
        "seed": options.seed,
        "prefix": endpoint.prefix,
        "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "fail_on": options.fail_on,
        "require": {"tested": list(options.require_tested), "complete": options.require_complete},
        "max_wait": options.max_wait,
        "requirements": requirements_part(register, promise.contract),
    }


def footer(
    started: datetime, requests: int | None, tidied: Tidied, *, complete: bool, interrupted: str | None
) -> dict[str, Any]:
    """The footer of a run that ends now; without ``requests`` where those are still to be counted."""
    finished = now()
    return {
        "event": "footer",
        "finished": f"{finished:%Y-%m-%dT%H:%M:%SZ}",
        "duration": round((finished - started).total_seconds(), 3),
        **({} if requests is None else {"requests": requests}),
        "complete": complete,
        "interrupted": interrupted,
        "cleanup": {"deleted": tidied.deleted, "left": list(tidied.left)},
    }


def target_part(target: Target) -> dict[str, Any]:
    """The ``target`` member of a header: nothing secret."""
    return {
        "name": target.name,
        "base_url": target.base_url,
        "kind": target.kind,
        "ids": dict(target.ids),
        "credentials": {
            name: {"cased": secret != secret.swapcase()}
            | ({"variable": target.variables[name]} if name in target.variables else {})
            for name, secret in target.credentials.items()
        },
        "forbid": sorted(target.forbid),
    }


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
        **({"learned": [_learned(word) for word in contract.learned]} if contract.learned else {}),
    }


def _learned(word: Learned) -> dict[str, Any]:
    return {
        "resource": word.resource,
        "word": word.word,
        "seen": word.seen,
        "fields": list(word.fields),
        "promised": list(word.promised),
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
            **({"words": list(r.words)} if r.words else {}),
        }
        for r in register.values()
    ]


def _shareable(path: Path) -> str:
    """``path`` below the working directory, else its name alone: a recording travels, and nobody's home goes along."""
    here = Path.cwd().resolve()
    if path.resolve().is_relative_to(here):
        return str(path.resolve().relative_to(here))
    return path.parent.name if path.name == "contract.yaml" else path.name


def file_in_repository(file: Path, cwd: Path) -> str:
    """``file`` as its repository names it (with slashes): relative to the nearest folder above it that holds ``.git``,
    else to ``cwd``; only its last two names where it lies outside both."""
    found = file.resolve()
    root = next((folder for folder in found.parents if (folder / ".git").exists()), cwd.resolve())
    if found.is_relative_to(root):
        return found.relative_to(root).as_posix()
    return "/".join(found.parts[-2:])
