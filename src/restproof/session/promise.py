"""What a run is about: read before anything is collected or sent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from restproof.bundle import find_contract
from restproof.config import Config, Target, load_config, resolve_target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError
from restproof.session.options import Options
from restproof.session.stubbed import RecordedEndpoint, recorded_promise


@dataclass(frozen=True)
class Promise:
    """The contract, the configuration found, and the recording that answers instead of a target, where one does.
    ``options``: those that the user gave, but what a recording knows better."""

    contract: Contract
    contract_path: Path
    config: Config
    options: Options
    recorded: RecordedEndpoint | None = None

    @cached_property
    def target(self) -> Target | None:
        """The server that is meant; ``None`` is the embedded sandbox. Raises ``ConfigurationError``."""
        return resolve_target(self.options.target, self.config, self.contract, resources=self.options.resource)


def promised(options: Options, cwd: Path) -> Promise:
    """Read the configuration and the contract. Raises ``RestproofError``."""
    config = load_config(cwd)
    recording: Path | None = None
    if options.stubs is None:
        path = find_contract(options.contract, config.contract, cwd)
    else:
        path, recording, options = recorded_promise(options, config, cwd)
    contract = load(path)
    for name in options.resource:
        if name not in contract.resources:
            raise ConfigurationError(
                f"the contract has no resource {name!r}", hint=f"It has: {', '.join(contract.resources)}."
            )
    recorded = None if recording is None else RecordedEndpoint(contract, recording, options)
    return Promise(contract, path, config, options, recorded)
