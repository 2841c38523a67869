"""What a run is about: read before anything is collected or sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restproof.bundle import find_contract
from restproof.config import Config, Target, load_config, resolve_target
from restproof.contract.given import GivenValues, with_given
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.deviations import load_all_of
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.hooks import Hooks, Rule, load_hooks
from restproof.session.given import given_by, with_flags_down
from restproof.session.options import Options
from restproof.session.sharding import shard_of

if TYPE_CHECKING:
    from restproof.sandbox.launch import Starting
    from restproof.session.stubbed import RecordedEndpoint


@frozen
class Promise:
    """The contract, the configuration found, and the recording that answers instead of a target, where one does.
    ``options``: those that the user gave, but what a recording knows better. ``begun``: the embedded sandbox, where it
    is on its way already. ``hooks``: those of the user; ``given``: the values that they, or those of the recorded run,
    give to fields, with which ``contract`` is read. ``left``: what was made before the run and could not be taken
    away, a line each; ``soundings``: how many requests that took. ``is_shared``: it is one shard of a run that is told
    of elsewhere, when all are there."""

    contract: Contract
    contract_path: Path
    config: Config
    options: Options
    recorded: RecordedEndpoint | None = None
    begun: Starting | None = None
    hooks: Hooks = field(default_factory=Hooks)
    given: GivenValues = field(default_factory=dict)
    left: tuple[str, ...] = ()
    soundings: int = 0
    is_shared: bool = False

    def giving(self, more: GivenValues, left: tuple[str, ...] = (), requests: int = 0) -> Promise:
        """The promise with further values of fields, and with what it took to know them: what is ``left`` of it, and
        how many requests."""
        given = {**self.given, **{name: {**self.given.get(name, {}), **fields} for name, fields in more.items()}}
        contract, left = with_given(self.contract, more), (*self.left, *left)
        return replace(self, contract=contract, given=given, left=left, soundings=self.soundings + requests)

    @cached_property
    def target(self) -> Target | None:
        """The server that is meant; ``None`` is the embedded sandbox. Raises ``ConfigurationError``."""
        return resolve_target(self.options.target, self.config, self.contract, resources=self.options.resource)

    def declared(self) -> list[dict[str, Any]]:
        """The deviations that are declared: those of the recorded run where no others are said; else the contract's and
        those said for this run or its target. Raises ``ConfigurationError``."""
        if self.recorded is not None and not self.options.deviations:
            return self.recorded.deviations
        chosen = self.options.deviations or (self.target.deviations if self.target else None)
        return load_all_of(self.contract.deviations, Path(chosen) if chosen else None)

    def waived(self, item: str, rule: Rule) -> str | None:
        """Why a hook says that the rule of an item does not apply, or said so in the recorded run."""
        recorded = self.recorded.waived.get(item) if self.recorded else None
        return recorded or self.hooks.not_applicable(rule)


def promised(
    options: Options, cwd: Path, given: GivenValues | None = None, contract: Contract | None = None
) -> Promise:
    """Read the configuration and the contract. ``given``: what hooks have given to fields, where they were asked
    before; ``contract``: that of the options, where it was read before. Raises ``RestproofError``."""
    config = load_config(cwd)
    if options.shard is not None:
        options = replace(options, shard=shard_of(options.shard, os.environ))
    recording: Path | None = None
    if options.stubs is None:
        path = find_contract(options.contract, config.contract, cwd)
    else:
        # Whoever runs against a server needs nothing of what answers in its place.
        from restproof.session.stubbed import recorded_promise

        path, recording, options = recorded_promise(options, config, cwd)
    contract = load(path) if contract is None else contract
    for name in options.resource:
        if name not in contract.resources:
            known = f"It has: {', '.join(contract.resources)}."
            hint = "Give --resource once for each of them." if "," in name else known
            raise ConfigurationError(f"the contract has no resource {name!r}", hint=hint)
    hooks = load_hooks(config.root)
    if recording is None:
        if given is None:
            given = given_by(hooks, contract)
            is_shared = (options.target or config.target or "sandbox") != "sandbox"
            given = with_flags_down(given, contract) if is_shared else given
        return Promise(with_given(contract, given), path, config, options, hooks=hooks, given=given)
    from restproof.session.stubbed import RecordedEndpoint

    recorded = RecordedEndpoint(contract, recording, options)
    return Promise(recorded.contract, path, config, options, recorded, hooks=hooks, given=recorded.given)


@contextmanager
def beginning(promise: Promise) -> Iterator[Promise]:
    """The promise with its embedded sandbox begun, where it needs one: it starts while the suites are collected, and
    ends with the block at the latest."""
    if promise.options.plan or promise.recorded is not None or promise.target is not None:
        yield promise
        return
    from restproof.sandbox.launch import begin

    tls = promise.contract.transport == "https"
    begun = begin(promise.contract_path, tls=tls, faults=promise.options.faults)
    try:
        yield replace(promise, begun=begun)
    finally:
        begun.stop()
