"""What an attempt is given: the files that a run reads, its options, and the variables that hold its credentials.

Files travel with the places that they have to each other, so that the paths in ``restproof.toml`` lead where they did.
What an absolute path names there is taken from the attempt's own machine, and a private key never travels.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any

from restproof.bundle import bundled_dir, suites_of
from restproof.config import Config, Target
from restproof.configfile import CREDENTIALS, read_toml
from restproof.contract.document import noting_files
from restproof.contract.given import as_json
from restproof.contract.load import load
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.hooks import FILE_NAME as HOOKS
from restproof.record.disk import private
from restproof.session.promise import Promise
from restproof.wire.pace import filled

_FILES = ("ca_bundle", "client_cert", "client_key", "socket", "deviations")
"""The words of a target that name files."""
_STAY = ("client_cert", "client_key", "socket")
"""Those of them that do not travel: a key, what may hold one, and what is no file."""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOLD_LATER: dict[str, Any] = {
    "out": None,
    "baseline": None,
    "against": None,
    "new_only": False,
    "write_deviations": None,
}
"""Options about the whole run, as a shard has them."""


@frozen
class Parcel:
    """``files``: by their paths below a folder that the attempt makes; ``folder``: which of its folders the run is
    begun in; ``bundled``: the contract's path among what ships with restproof, where it does; ``options`` and
    ``words``: what was asked of the run and, after ``--``, of pytest; ``variables``: of the environment; ``given``: the
    values that hooks have given to fields."""

    files: Mapping[str, bytes] = field(repr=False)
    folder: str
    options: Mapping[str, Any]
    words: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    given: Mapping[str, Mapping[str, list[Any] | None]] = field(default_factory=dict, repr=False)
    bundled: str = ""

    def packed(self) -> bytes:
        """As bytes."""
        plain = {**vars(self), "files": {name: b64encode(data).decode() for name, data in self.files.items()}}
        return zlib.compress(json.dumps(plain).encode())

    @classmethod
    def unpacked(cls, data: bytes) -> Parcel:
        """What :meth:`packed` gave."""
        plain: dict[str, Any] = json.loads(zlib.decompress(data))
        return cls(**{**plain, "files": {name: b64decode(text) for name, text in plain["files"].items()}})

    def laid_out(self, root: Path) -> Path:
        """The folder to begin in, with the files around it, all below ``root``, where nobody else may look."""
        for name, data in self.files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "wb", opener=private) as opened:
                opened.write(data)
        folder = root / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def of_shard(self, part: int, whole: int) -> Parcel:
        """That of one shard."""
        return replace(self, options={**self.options, "shard": f"{part}/{whole}"})


def parcel_of(promise: Promise, cwd: Path, words: Sequence[str], shards: int) -> Parcel:
    """What each of the shards of a run needs, but for which one it is. Rate and ceilings are divided evenly. Raises
    ``RestproofError``."""
    config, target = promise.config, promise.target
    table = _table(config, target)
    # A link travels as what it leads to, under its own name.
    files = {_absolute(file): file for file in _files(promise, table)}
    here = _absolute(cwd)
    above = Path(os.path.commonpath([here, *(file.parent for file in files)]))
    contract = promise.contract_path
    bundled = contract.resolve().relative_to(bundled_dir()).as_posix() if _is_bundled(contract) else ""
    options = {**asdict(_divided(promise, shards)), **_TOLD_LATER}
    options["contract"] = None if bundled else os.path.relpath(_absolute(contract), here)
    if promise.options.deviations:
        options["deviations"] = os.path.relpath(_absolute(promise.options.deviations), here)
    return Parcel(
        files={place.relative_to(above).as_posix(): file.read_bytes() for place, file in files.items()},
        folder=here.relative_to(above).as_posix(),
        options=options,
        words=list(words),
        variables=dict(_variables(target, table)),
        given=as_json(promise.given),
        bundled=bundled,
    )


def _absolute(path: Path | str) -> Path:
    return Path(os.path.abspath(path))


def _divided(promise: Promise, shards: int) -> Any:
    options, target = promise.options, promise.target
    rate = options.rate or (target.rate if target else None)
    place = filled(options.coordinate) if options.coordinate else None
    return replace(
        options,
        coordinate=os.path.abspath(place) if place and "://" not in place else place,
        rate=rate / shards if rate and not options.coordinate else options.rate,
        max_requests=options.max_requests and options.max_requests // shards,
        max_creates=options.max_creates and options.max_creates // shards,
    )


def _table(config: Config, target: Target | None) -> Mapping[str, Any] | None:
    """What ``restproof.toml`` writes of the target; ``None`` where it stands in none."""
    if target is None or config.file is None or target.name not in config.sections:
        return None
    found: Mapping[str, Any] = read_toml(config.file)[0]["targets"][target.name]
    return found


def _files(promise: Promise, table: Mapping[str, Any] | None) -> Iterator[Path]:
    """All that a shard reads which is not of restproof itself, nor of its own machine."""
    config = promise.config
    if not _is_bundled(promise.contract_path):
        with noting_files() as read:
            load(promise.contract_path)
        yield from read
    if config.file is not None:
        yield config.file
    if (config.root / HOOKS).is_file():
        yield config.root / HOOKS
    for suites in suites_of(config.root)[1:]:
        yield from (f for f in suites.rglob("*") if f.is_file() and f.suffix != ".pyc")
    if promise.options.deviations:
        yield Path(promise.options.deviations)
    if promise.target is not None and table is None and promise.target.ca_bundle is not None:
        yield promise.target.ca_bundle
    for word in _FILES:
        said = (table or {}).get(word)
        if said is None or Path(said).is_absolute():
            continue
        if word in _STAY:
            raise ConfigurationError(
                f"{word} does not travel to other machines",
                place=config.sections[promise.target.name].place(word) if promise.target else None,
                hint="Name it by an absolute path, at which each machine of the engine has its own.",
            )
        yield config.root / said


def _is_bundled(contract: Path) -> bool:
    return contract.resolve().is_relative_to((bundled_dir() / "contracts").resolve())


def _variables(target: Target | None, table: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The variables that the target is configured with: those that its table names, or those that a URL has."""
    if target is None:
        return
    if table is None:
        names = [f"RESTPROOF_{name.upper()}" for name in CREDENTIALS]
        names += [name for name in os.environ if name.startswith("RESTPROOF_ID_")]
        if target.ca_bundle is not None:
            yield "RESTPROOF_CA_BUNDLE", os.path.relpath(target.ca_bundle)
    else:
        names = _VARIABLE.findall(json.dumps(table, default=str))
    yield from ((name, os.environ[name]) for name in names if name in os.environ)
