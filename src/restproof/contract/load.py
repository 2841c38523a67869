"""Reading a contract: file → checked values. Every problem is named with its file, its line and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from restproof.contract.build import build
from restproof.contract.document import Document, Problems, read_yaml
from restproof.contract.language import check_language
from restproof.contract.marks import marked
from restproof.contract.model import Contract
from restproof.contract.presets import expanded
from restproof.contract.schemas import SchemaFolder
from restproof.contract.standard import extended
from restproof.contract.statuses import DEFAULT_ORDER, STATUS_DEFAULTS
from restproof.errors import ContractError, Place
from restproof.garbage import uncollected

__all__ = ["DEFAULT_ORDER", "STATUS_DEFAULTS", "check", "load", "read"]

FILE_NAME = "contract.yaml"


def load(path: str | Path) -> Contract:
    """The contract of a file, or of ``contract.yaml`` in a directory. Raises ``ContractError``: the first problem,
    with the rest in ``others``.
    """
    contract, errors = read(path)
    if contract is None:
        first, *rest = errors
        raise ContractError(first.message, place=first.place, hint=first.hint, others=tuple(rest))
    return contract


def check(path: str | Path) -> list[ContractError]:
    """All problems of a contract and its schemas, by file and line; empty where it is sound."""
    return read(path)[1]


def in_full(document: Document, problems: Problems) -> Document:
    """The document with the words of the standards that it extends and of its preset written out. What does not keep to
    the language is added to ``problems``."""
    document = extended(document, problems)
    check_language(document, problems)
    return document if len(problems) else replace(document, value=expanded(document.value))


def read(path: str | Path) -> tuple[Contract | None, list[ContractError]]:
    """A contract, ``None`` where it is not sound, and all of its problems, by file and line."""
    path = Path(path)
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        hint = "give a contract file, or a directory that holds a contract.yaml"
        return None, [ContractError("there is no such contract", place=Place(file), hint=hint)]
    with uncollected():
        return _read(file)


def _read(file: Path) -> tuple[Contract | None, list[ContractError]]:
    problems = Problems()
    try:
        document = read_yaml(file, problems)
    except ContractError as error:
        return None, [error, *problems.errors]
    whole = in_full(document, problems)
    if len(problems):
        return None, problems.errors
    folder = SchemaFolder(file.absolute(), problems, whole.value.get("formats", ()))
    contract = build(whole, folder, problems)
    if contract is None or len(problems):
        return None, problems.errors
    return replace(contract, learned=marked(document, whole.value)), problems.errors
