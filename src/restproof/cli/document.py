"""``restproof run DOCUMENT``: an OpenAPI document in place of a contract, from a file or from the target itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import click
import requests

from restproof.config import OF_USERS, VARIABLE, lacking_ids, load_config, resolve_address
from restproof.configfile import parse_url
from restproof.contract.load import FILE_NAME, load
from restproof.contract.model import Contract
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.naming import contract_name
from restproof.contract.openapi.written import decisions, grouped, is_written, schema_of, write
from restproof.contract.urls import parts_of, told_url
from restproof.errors import ConfigurationError, Place, TargetError
from restproof.frozen import frozen
from restproof.report.text import plural
from restproof.session.options import Options
from restproof.targetids import credential_variable, needed_ids
from restproof.wire.failure import FAILURES, describe
from restproof.wire.obtain import as_of

_LARGEST = 100_000_000
"""Bytes of a document that is fetched."""
_TIMEOUT = 30
"""Seconds that a server may take for its document."""
_FEW = 6


@frozen
class Document:
    """A document that was read in place of a contract: ``name`` as the user gave it, ``contract`` what became of it.
    ``waiting``: resources of which nothing is asked, since they need an id that only the user knows, by the line that
    gives it."""

    name: str
    found: Imported
    contract: Contract
    written: Path | None
    waiting: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def closing_lines(self) -> Iterator[str]:
        """What of the document was not proven, and the lines that would prove more."""
        resources = self.found.contract["resources"]
        yield f"{told_url(self.name)} ({self.found.version}): {plural(len(resources), 'resource')}"
        for line, names in self.waiting.items():
            yield f"  not judged: {', '.join(names)}: no request makes an id that this needs. {line}"
        lines = grouped(self.found.left_out)
        yield from (f"  left out: {line}" for line in lines[:_FEW])
        if len(lines) > _FEW:
            yield f"  left out: {len(lines) - _FEW} more kinds of things"
        asked = [
            f"  open: {name}: {question} {candidates[0]}"
            for name, resource in resources.items()
            if (schema := schema_of(resource, self.found.schemas)) is not None
            for question, candidates in decisions(resource, schema)
        ]
        yield from asked[:_FEW]
        if self.written:
            yield f"Contract: {self.written} (restproof lint --todo lists what is left to decide)"
        elif asked or lines:
            yield "  --write FOLDER leaves the contract, to add such lines to"


@contextmanager
def read_document(options: Options, folder: Path | None, cwd: Path) -> Iterator[tuple[Document, Options]]:
    """The document that ``options`` names, and the options of a run of the contract that it makes. ``folder``: where
    that contract is left; by default nowhere. Raises ``RestproofError``."""
    argument = str(options.contract)
    with TemporaryDirectory(prefix="restproof-document-") as temporary:
        file = Path(argument)
        if "://" in argument:
            options = replace(options, target=_own_target(argument, options.target, cwd))
            file = Path(temporary) / (Path(urlsplit(argument).path).name or "openapi.json")
            file.write_bytes(fetched(argument, options.target, cwd))
        found = imported(file, contract_name(file.stem))
        found = replace(found, contract=_without_base(found.contract, options.target, cwd))
        found = _as_given(found, _credential(options.target, cwd))
        try:
            if folder is not None and (folder / FILE_NAME).exists() and not is_written(found, folder, file.name):
                hint = "choose another folder for --write, or give the contract to restproof run"
                raise ConfigurationError("there is a contract already", place=Place(folder / FILE_NAME), hint=hint)
            written = write(found, folder or Path(temporary) / "contract" / str(found.contract["contract"]), file.name)
        except OSError as error:
            raise ConfigurationError(
                f"cannot be written: {error.strerror}", place=Place(folder or Path(temporary)), hint="choose another"
            ) from None
        contract = load(written)
        waiting, options = _judged(replace(options, contract=str(written)), contract, cwd)
        yield Document(argument, found, contract, written if folder else None, waiting), options


def _judged(options: Options, contract: Contract, cwd: Path) -> tuple[dict[str, list[str]], Options]:
    """What waits for an id that only the user knows, by the line that gives it, and the options of a run of the rest;
    unchanged where the user has chosen the resources, or there is no rest. Raises ``RestproofError``."""
    lacking = lacking_ids(options.target, load_config(cwd), contract)
    needs = {r.name: [n for n in needed_ids(contract, r) if n in lacking] for r in contract if r.operations}
    rest = tuple(name for name, missing in needs.items() if not missing)
    if not lacking or not rest or options.resource:
        return {}, options
    waiting: dict[str, list[str]] = {}
    for name, missing in needs.items():
        if missing:
            waiting.setdefault(" ".join(lacking[m] for m in missing), []).append(name)
    return waiting, replace(options, resource=rest)


def _base_url(target: str | None, cwd: Path) -> str | None:
    """The base URL of a target that is a URL or the name of a section."""
    config = load_config(cwd)
    wanted = target or config.target
    if wanted is None or "://" in wanted:
        return wanted
    section = config.sections.get(wanted)
    return section.target.base_url if section else None


def _own_target(url: str, target: str | None, cwd: Path) -> str:
    """The target of a document that a server gives of itself: the same server. Raises where another is named."""
    asked = parts_of(url)
    if not asked.netloc:
        raise ConfigurationError("the URL of a document is http(s)://HOST[:PORT]/PATH")
    origin = f"{asked.scheme}://{asked.netloc}"
    parse_url(origin, None)
    base = _base_url(target, cwd)
    if base is None:
        return origin
    if parts_of(base)[:2] != asked[:2]:
        raise ConfigurationError(
            f"{told_url(url)} is not the target's own: the target is {base}",
            hint="Download the document and give the file, or give the URL that the target itself has for it.",
        )
    return str(target or load_config(cwd).target)


def fetched(url: str, target: str | None, cwd: Path) -> bytes:
    """The document at ``url``, asked for on the way to the target that is known to lead there, without any credential.
    Raises ``RestproofError``."""
    asked = parts_of(url)
    way = resolve_address(target or f"{asked.scheme}://{asked.netloc}", load_config(cwd), None)
    session = requests.Session()
    as_of(session, way)
    try:
        answer = session.get(
            url,
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/json, application/yaml;q=0.9, */*;q=0.1"},
        )
        content = answer.raw.read(_LARGEST + 1, decode_content=True)
    except FAILURES as failure:
        raise TargetError(
            f"{told_url(url)} cannot be fetched: {describe(failure)}", hint="Is the target running?"
        ) from None
    if answer.status_code != 200 or len(content) > _LARGEST:
        what = f"answered {answer.status_code}" if answer.status_code != 200 else f"has more than {_LARGEST} bytes"
        hint = "Give the URL of the OpenAPI document itself, or a file."
        if answer.status_code in (401, 403):
            hint = "A document is asked for without a credential: save it with yours, and give the file and `--target`."
        raise TargetError(f"{told_url(url)} {what}", hint=hint)
    return bytes(content)


def _without_base(contract: dict[str, object], target: str | None, cwd: Path) -> dict[str, object]:
    """The contract, without a base path that the target's URL ends with already."""
    base = str(contract.get("base_path", ""))
    url = _base_url(target, cwd)
    if base and url and urlsplit(url).path.rstrip("/").endswith(base):
        return {word: value for word, value in contract.items() if word != "base_path"}
    return contract


def _credential(target: str | None, cwd: Path) -> str:
    """The credential ``full`` as the target has it; empty where it has none that can be read before the run."""
    config = load_config(cwd)
    section = config.sections.get(target or config.target or "")
    said = section.target.credentials.get("full", "") if section else f"${{{credential_variable('full')}}}"
    return VARIABLE.sub(lambda match: os.environ.get(match[1], ""), said)


def _as_given(found: Imported, credential: str) -> Imported:
    """The document with the credential that is of the form of the one given, where either will do: a user and a
    password have a colon between them, and no token has one (RFC 6750 §2.1)."""
    of_users = ":" in credential
    if not credential or (found.contract.get("auth") in OF_USERS) == of_users or found.contract.get("auth") is None:
        return found
    wanted = OF_USERS if of_users else ("bearer",)
    auth = next((one for one in found.auth_as_well if one in wanted), found.contract["auth"])
    return replace(found, contract={**found.contract, "auth": auth})


def tell(document: Document) -> None:
    """Print what a run of a document leaves to be told."""
    for line in document.closing_lines():
        click.echo(line)
