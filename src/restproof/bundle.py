"""What ships with restproof (contracts, schemas, suites), and which contract a command means."""

from __future__ import annotations

from pathlib import Path

from restproof.contract.urls import told_url
from restproof.errors import ConfigurationError, Place

DEFAULT_FILE = "default"
"""A file in a ``contracts`` folder that holds the name of the contract to take where none is named."""

CONTRACT_FILE = "contract.yaml"

REGISTER = "requirements.yaml"
"""The file in a folder of suites that names their requirements."""


def bundled_dir() -> Path:
    """The folder that holds ``contracts/``, ``schemas/`` and ``suites/``: in the installed package, else in the
    checkout around it.

    Raises ``ConfigurationError`` where neither is there.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_bundle"
    if inside.is_dir():
        return inside
    checkout = package.parent.parent
    if (checkout / "contracts").is_dir():
        return checkout
    message = "the bundled contracts are not installed"
    raise ConfigurationError(message, place=Place(inside), hint="install restproof again, or name a contract file")


def bundled_suites() -> Path:
    """The folder of the suites that ship with restproof. Raises as ``bundled_dir``."""
    return bundled_dir() / "suites"


def suites_of(root: Path) -> tuple[Path, ...]:
    """The folders of suites that a run of the repository at ``root`` holds: the bundled ones, then ``suites/`` of the
    repository itself where that has a register, or tests that need one."""
    own = root / "suites"
    if is_bundled(own) or not ((own / REGISTER).is_file() or any(map(_is_suite, sorted(own.glob("test_*.py"))))):
        return (bundled_suites(),)
    return (bundled_suites(), own)


def _is_suite(file: Path) -> bool:
    """Whether a module holds rules, and not somebody's other tests."""
    return "restproof.suite" in file.read_text(encoding="utf-8", errors="replace")


def is_bundled(folder: Path) -> bool:
    """Whether a folder of suites is the bundled one, or the one that it is bundled from: restproof's own checkout may
    lie beside an installed restproof."""
    here = folder.resolve()
    return here == bundled_suites().resolve() or (here.parent / "src" / "restproof" / "bundle.py").is_file()


def find_contract(argument: str | None, configured: str | None, cwd: Path) -> Path:
    """The contract file that a command means.

    ``argument``: a path (relative to ``cwd``) or the name of a contract under ``./contracts`` or of a bundled one.
    Else ``configured``, likewise. Else the only contract under ``./contracts`` (of several, the one that
    ``contracts/default`` names), else the bundled default. Raises ``ConfigurationError`` where that names nothing, or
    more than one.
    """
    for said, where in ((argument, "on the command line"), (configured, "in restproof.toml")):
        if said is not None:
            return _named(said, where, cwd)
    own = cwd / "contracts"
    found = _contracts(own)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        return _default(own, found)
    bundled = bundled_dir() / "contracts"
    return _default(bundled, _contracts(bundled))


def contract_names(cwd: Path) -> list[str]:
    """The names by which contracts can be said in ``cwd``: those under ``./contracts``, and the bundled ones."""
    return sorted({**_contracts(bundled_dir() / "contracts"), **_contracts(cwd / "contracts")})


def _contracts(folder: Path) -> dict[str, Path]:
    """The contracts of a folder by name: ``NAME/contract.yaml``."""
    return {file.parent.name: file for file in sorted(folder.glob(f"*/{CONTRACT_FILE}"))}


def _default(folder: Path, found: dict[str, Path]) -> Path:
    chosen = folder / DEFAULT_FILE
    name = chosen.read_text(encoding="utf-8").strip() if chosen.is_file() else None
    if name in found:
        return found[name]
    names = ", ".join(found) or "none"
    if name is not None:
        hint = f"write one of these into it: {names}"
        raise ConfigurationError(f"there is no contract '{name}' in this folder", place=Place(chosen, 1), hint=hint)
    hint = f"name one of them, set 'contract' in restproof.toml, or write its name into {chosen}"
    raise ConfigurationError(f"there are several contracts: {names}", place=Place(folder), hint=hint)


def _named(said: str, where: str, cwd: Path) -> Path:
    path = cwd / said
    file = path / CONTRACT_FILE if path.is_dir() else path
    if file.is_file():
        return file
    own, bundled = _contracts(cwd / "contracts"), _contracts(bundled_dir() / "contracts")
    known = {**bundled, **own}
    if said in known:
        return known[said]
    raise ConfigurationError(
        f"there is no contract '{told_url(said)}' ({where})",
        place=None if "://" in said else Place(file),
        hint=f"give the path of a contract file or of its directory, or a name: {', '.join(known) or 'there is none'}",
    )
