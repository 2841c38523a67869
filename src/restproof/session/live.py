"""The target of a run: the embedded sandbox or a configured server, reached, checked and left tidy."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restproof.bundle import find_contract
from restproof.config import Config, Target, load_config, resolve_target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError
from restproof.plan.symbols import PREFIX_LENGTH
from restproof.session.options import Options

if TYPE_CHECKING:
    from restproof.session.stubbed import Stubbed

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Promise:
    """What a run is about: the contract, the configuration found, and the recording that answers instead of a
    target."""

    contract: Contract
    contract_path: Path
    config: Config
    options: Options
    stubbed: Stubbed | None = None


def promised(options: Options, cwd: Path) -> Promise:
    """Read the configuration and the contract. Raises ``RestproofError``."""
    config = load_config(cwd)
    recording: Path | None = None
    if options.stubs is None:
        path = find_contract(options.contract, config.contract, cwd)
    else:
        from restproof.session.stubbed import Stubbed, recorded_promise

        path, recording, options = recorded_promise(options, config, cwd)
    contract = load(path)
    for name in options.resource:
        if name not in contract.resources:
            raise ConfigurationError(
                f"the contract has no resource {name!r}", hint=f"It has: {', '.join(contract.resources)}."
            )
    stubbed = None if recording is None else Stubbed(contract, recording, options)
    return Promise(contract, path, config, options, stubbed)


class Live:
    """The target while a run lasts. The sandbox's process, where there is one, ends with ``close``."""

    def __init__(self, promise: Promise) -> None:
        from restproof.wire.preflight import check_target

        self._stack = ExitStack()
        options = promise.options
        found = resolve_target(options.target, promise.config, promise.contract)
        if found is None:
            from restproof.sandbox.launch import start

            running = start(promise.contract_path, tls=promise.contract.transport == "https", faults=options.faults)
            self._stack.callback(running.stop)
            found = Target(
                name="sandbox",
                base_url=running.base_url,
                kind="sandbox",
                credentials=running.credentials,
                ids=running.ids,
                ca_bundle=running.ca_bundle,
            )
            # The embedded sandbox starts empty, so the prefix may follow the seed: the same seed sends the same bytes.
            self.prefix = prefix_of(options.seed)
        else:
            if options.faults:
                raise ConfigurationError(
                    "--fault is for the embedded sandbox",
                    hint="Leave out --target, or give the fault to restproof serve.",
                )
            check_target(found, promise.contract)
            self.prefix = _prefix(secrets.token_bytes(8))
        self.target: Target = found

    def close(self) -> None:
        self._stack.close()


def prefix_of(seed: int) -> str:
    """The prefix of a run that owns its whole target."""
    return _prefix(hashlib.sha256(str(seed).encode()).digest())


def _prefix(data: bytes) -> str:
    number = int.from_bytes(data[:8], "big")
    digits = ""
    for _ in range(PREFIX_LENGTH - 2):
        number, digit = divmod(number, 36)
        digits += _DIGITS[digit]
    return f"rp{digits}"


def run_directory(options: Options, config: Config, cwd: Path, started: datetime) -> Path:
    """Where the run lands: exactly ``--out``, else ``reports/<time>`` beside the configuration (or the working
    directory)."""
    if options.out:
        return Path(options.out)
    root = config.root if config.contract or config.target else cwd
    return root / "reports" / started.strftime("%Y%m%dT%H%M%SZ")


def claimed(wanted: Path) -> Path:
    """Make the directory of a run: ``wanted``, or ``wanted-2`` … where another run of the same second has made it."""
    found, number = wanted, 1
    while True:
        try:
            found.mkdir(parents=True)
        except FileExistsError:
            number += 1
            found = wanted.with_name(f"{wanted.name}-{number}")
        else:
            return found


def point_latest(run: Path) -> None:
    """Let ``latest`` beside the run's directory point to it."""
    link = run.parent / "latest"
    if link.is_symlink() or not link.exists():
        # Made aside and moved, because another run may end at the same moment.
        fresh = run.parent / f".latest-{run.name}"
        fresh.symlink_to(run.name, target_is_directory=True)
        fresh.replace(link)


def now() -> datetime:
    return datetime.now(UTC)


def target_header(target: Target) -> Mapping[str, Any]:
    """The target as the run file's header tells of it: nothing secret."""
    return {
        "name": target.name,
        "base_url": target.base_url,
        "kind": target.kind,
        "ids": dict(target.ids),
        "credentials": {name: {"cased": secret != secret.swapcase()} for name, secret in target.credentials.items()},
        "forbid": sorted(target.forbid),
    }


def file_in_repository(file: Path, cwd: Path) -> str:
    """``file`` as its repository names it (with slashes): relative to the nearest folder above it that holds ``.git``,
    else to ``cwd``; only its last two names where it lies outside both."""
    found = file.resolve()
    root = next((folder for folder in found.parents if (folder / ".git").exists()), cwd.resolve())
    if found.is_relative_to(root):
        return found.relative_to(root).as_posix()
    return "/".join(found.parts[-2:])
