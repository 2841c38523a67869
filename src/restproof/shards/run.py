"""A whole run on an engine: from what was promised to its reports."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from restproof.compare.merge import Known, merge
from restproof.errors import ConfigurationError, RestproofError
from restproof.frozen import frozen
from restproof.record.disk import Hold, unusable
from restproof.record.events import RUN_FILE
from restproof.session.endpoint import Tidied
from restproof.session.folder import landed, now
from restproof.session.heading import contract_part
from restproof.session.live import LiveEndpoint
from restproof.session.promise import Promise
from restproof.session.telling import Ended, baseline_of, tell
from restproof.shards.coordinating import Spread
from restproof.shards.dask import DaskEngine
from restproof.shards.engine import Engine, EngineLost
from restproof.shards.mirror import Mirror
from restproof.shards.parcel import parcel_of
from restproof.wire.obtain import opened, wallet_of
from restproof.wire.pace import filled
from restproof.wire.session import Unrecorded

LOCAL = "local"
_PER_CORE = 8
"""Processes of a local engine for each core: a shard waits for answers most of its time, and needs 0.2 GB of memory."""
_DASK = re.compile(r"dask(\+tls)?://([^/?#@]+:[0-9]+)/?")


@frozen
class SpreadRun:
    """What came of a run. ``ended`` is ``None`` where no shard has left anything to tell of; ``signal``: the name of
    what interrupted it; ``missing``: shards that were given up, and why."""

    ended: Ended | None
    signal: str | None
    missing: dict[int, str]


def engine_of(said: str, workers: int | None) -> Engine:
    """The engine that ``--engine`` names: ``local``, ``dask://HOST:PORT`` or ``dask+tls://HOST:PORT``. ``workers``: the
    processes of a local one (else one for each core). Raises ``ConfigurationError``."""
    run = f"restproof-{secrets.token_hex(4)}"
    if said == LOCAL:
        cores = os.cpu_count() or 1
        if (workers or 0) > cores * _PER_CORE:
            raise ConfigurationError(
                f"--engine local: {workers} processes are too many for the {cores} cores of this machine",
                hint=f"Give --concurrency {cores * _PER_CORE} at most, or the scheduler of several machines.",
            )
        return DaskEngine(run, None, workers or cores)
    found = _DASK.fullmatch(said)
    if found is None:
        raise ConfigurationError(f"--engine {said}: there is no such engine", hint="Give local, or dask://HOST:PORT.")
    return DaskEngine(run, f"{'tls' if found[1] else 'tcp'}://{found[2]}", 0)


def check(promise: Promise, engine: str) -> None:
    """Whether a run can be spread at all, and its deviations be read: an engine takes its time to begin. Raises
    ``ConfigurationError``."""
    options = promise.options
    for said, flag in ((options.shard, "--shard"), (options.stubs, "--stubs"), (options.case, "--case")):
        if said is not None:
            raise ConfigurationError(f"{flag} and --engine do not go together", hint=f"Leave out {flag}.")
    place = filled(options.coordinate) if options.coordinate else None
    if place is not None and engine != LOCAL and not re.match(r"rediss?://", place):
        raise ConfigurationError(
            "--coordinate names a folder of this machine, and the shards run on others",
            hint="Give redis://HOST, or leave it out: then each shard keeps to its share of the rate.",
        )
    promise.declared()


def spread(
    promise: Promise,
    engine: Engine,
    words: Sequence[str],
    shards: int | None,
    told: Callable[[str], None],
) -> SpreadRun:
    """Run the shards of a run on ``engine``, one for each place there unless ``shards`` says how many, and tell of what
    they come to as of one run. ``words``: those for pytest. ``told`` hears what goes on. Raises ``RestproofError``."""
    options, started = promise.options, now()
    try:
        baseline = baseline_of(promise)
        of = min(n for n in (shards or engine.room, options.max_requests, options.max_creates) if n)
        parcel = parcel_of(promise, Path.cwd(), words, of)
        directory = landed(options.out, promise.config, Path.cwd(), started)
        hold = Hold(directory)
        parts = _room_for_parts(directory, hold)
    except BaseException:
        engine.close()
        raise
    try:
        ledgers = promise.config.ledgers
        contract = promise.contract_path.resolve()
        going = Spread(engine, parcel, of, parts, lambda: Mirror(ledgers, contract), told, options.cleanup_timeout)
        told(f"{of} shards on {engine.room} places")
        going.run()
        tidied, is_settled = _tidied(promise, going, told)
        if going.error is not None and not isinstance(going.error, EngineLost):
            _leave(directory, parts)
            raise going.error
        name = None if going.signal is None else signal.Signals(going.signal).name
        if not going.files:
            _leave(directory, parts)
            if going.error is not None:
                raise going.error
            if len(going.empty) == of:
                raise ConfigurationError("nothing is selected: no item of the plan is left")
            return SpreadRun(None, name, going.missing)
        file = directory / RUN_FILE
        known = Known(
            {
                "selection": options.selection,
                "contract": contract_part(promise.contract, promise.contract_path),
            },
            tidied.deleted,
            (*promise.left, *tidied.left),
            frozenset(going.empty),
            frozenset(going.unsettled if is_settled else ()),
            promise.soundings,
        )
        merge([going.files[part] for part in sorted(going.files)], file, known)
        shutil.rmtree(parts)
        ended = tell(promise, file, baseline)
        missing = going.missing or ({} if going.error is None else {0: going.error.message})
        return SpreadRun(ended, name, missing)
    finally:
        hold.release()


def _room_for_parts(directory: Path, hold: Hold) -> Path:
    """A folder in that of the run for what comes from its shards. Raises ``ConfigurationError``."""
    try:
        return Path(mkdtemp(prefix="shards-", dir=directory))
    except OSError as error:
        hold.release()
        raise unusable(directory, error) from None


def _leave(directory: Path, parts: Path) -> None:
    """Take away what the run would have landed in, if nothing has."""
    shutil.rmtree(parts, ignore_errors=True)
    try:
        directory.rmdir()
    except OSError:
        return  # the user's own, with something in it


def _tidied(promise: Promise, going: Spread, told: Callable[[str], None]) -> tuple[Tidied, bool]:
    """Clean up by the ledgers of attempts that were lost, or told of something left: now nobody works any more. Also
    whether all of them could be looked after."""
    prefixes = [mirror.prefix for mirror in going.orphans]
    if not prefixes or promise.target is None:
        return Tidied(), True
    told(f"cleaning up what may be left of {len(prefixes)} shards")
    deleted, left = 0, list[str]()
    ends = time.monotonic() + promise.options.cleanup_timeout if going.signal is not None else None
    try:
        wallet = wallet_of(promise.target, promise.contract.base_path)
        target = replace(opened(promise.target, wallet), rate=promise.options.rate or promise.target.rate)
        for prefix in prefixes:
            endpoint = LiveEndpoint(target, prefix, wallet, promise.hooks)
            tidied = endpoint.tidy(promise.contract, promise.config.root, Unrecorded(), ends, None)
            deleted, left = deleted + tidied.deleted, [*left, *tidied.left]
    except RestproofError as error:  # what is left has its ledger
        left.append(f"{error.message}; restproof cleanup deletes what lost shards have made")
        return Tidied(deleted, tuple(left)), False
    return Tidied(deleted, tuple(left)), True
