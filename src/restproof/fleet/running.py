"""The runs of a fleet: each service's in a process of its own, several at once, each kept as it ends."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from restproof.errors import ConfigurationError, RestproofError
from restproof.fleet.spec import Fleet, Service
from restproof.fleet.store import STATE, SUMMARY, Record, Store
from restproof.hooks import FILE_NAME as HOOKS
from restproof.version import __version__
from restproof.wire.stop import Heard, handled

RUN = "run"
LOG = "log.txt"
_TICK = 0.05
"""Seconds between two looks at the processes."""
_INTERRUPTED = (130, 143, 129)


@dataclass
class _Going:
    """A run that goes on: its process, and the folder that it writes to."""

    service: Service
    name: str
    fingerprint: str | None
    folder: tempfile.TemporaryDirectory[str]
    process: subprocess.Popen[bytes]
    passed: int = 0
    """How many signals it was given."""


@dataclass
class FleetRun:
    """One run of a fleet, or what is left of one. ``on_ended`` hears of each service that has ended. ``engine``: where
    the shards of each run take place; ``coordinate``: where all of them take turns, ``redis://HOST``, where that is not
    on this machine alone."""

    fleet: Fleet
    store: Store
    id: str
    on_ended: Callable[[Record], None]
    jobs: int
    engine: str | None = None
    coordinate: str | None = None
    stopped: int | None = None
    _signals: list[int] = field(default_factory=list)
    _going: list[_Going] = field(default_factory=list)

    def run(self, services: Sequence[Service]) -> None:
        """Run the services, and return when the last has ended; after a signal, when those that had begun have tidied
        up (``stopped`` is the signal then)."""
        with tempfile.TemporaryDirectory(prefix="restproof-fleet-") as shared, self._stopping():
            waiting = list(services)
            self._remember(services, finished=False)
            while waiting or self._going:
                while waiting and len(self._going) < self.jobs and self.stopped is None:
                    self._start(waiting.pop(0), Path(shared))
                if self.stopped is not None:
                    waiting = []
                    self._pass_on()
                self._collect()
            self._remember(services, finished=self.stopped is None)

    def _start(self, service: Service, shared: Path) -> None:
        folder, about = tempfile.TemporaryDirectory(prefix=f"restproof-{service.name}-"), fingerprint(service)
        with (Path(folder.name) / LOG).open("wb") as log:
            process = subprocess.Popen(
                self._command(service, Path(folder.name) / RUN, shared),
                cwd=service.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # The fleet passes signals on: what Ctrl-C ends has to tidy up, and once.
                start_new_session=True,
            )
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        self._going.append(_Going(service, name, about, folder, process))

    def _command(self, service: Service, out: Path, shared: Path) -> list[str]:
        words = [sys.executable, "-m", "restproof", "run", "-q"]
        words += [str(service.contract)] if service.contract else []
        words += ["--target", service.target] if service.target else []
        words += [*service.options, "--out", str(out)]
        words += ["--engine", self.engine] if self.engine else []
        with suppress(RestproofError):  # what is wrong with a configuration is told by the run
            rate = self.fleet.rate(service.host())
            words += self._paced(rate, shared) if rate else []
        return words

    def _paced(self, rate: float, shared: Path) -> list[str]:
        """The words that keep a run within its host's rate: all take turns, or, on machines that share no place for
        that, each keeps to an even share."""
        if self.coordinate is None and self.engine not in (None, "local"):
            return ["--rate", str(rate / self.jobs)]
        return ["--rate", str(rate), "--coordinate", self.coordinate or str(shared)]

    def _pass_on(self) -> None:
        """Give each run the signals that it has not had yet."""
        for going in self._going:
            for number in self._signals[going.passed :]:
                going.process.send_signal(number)
            going.passed = len(self._signals)

    def _collect(self) -> None:
        """Keep the runs that have ended; waits a moment where none has."""
        ended = [going for going in self._going if going.process.poll() is not None]
        if not ended:
            time.sleep(_TICK)
        for going in ended:
            self._going.remove(going)
            with going.folder:
                self._keep(going)

    def _keep(self, going: _Going) -> None:
        folder, code = Path(going.folder.name), going.process.returncode
        log = (folder / LOG).read_text(encoding="utf-8", errors="replace")
        left = folder / RUN
        left.mkdir(exist_ok=True)
        (folder / LOG).replace(left / LOG)
        summary = json.loads((left / SUMMARY).read_text(encoding="utf-8")) if (left / SUMMARY).is_file() else None
        said = "" if summary else (log.strip().splitlines() or [f"exit code {code}"])[0].removeprefix("restproof: ")
        interrupted = code in _INTERRUPTED or code < 0
        record = Record(
            going.service.name,
            going.name,
            # Whoever resumes runs it again.
            "" if interrupted else self.id,
            code,
            verdict=summary["verdict"] if summary else "",
            failing=summary["counts"]["fail"] if summary else 0,
            fingerprint=None if interrupted or said else going.fingerprint,
            revision=going.service.revision,
            said=said,
        )
        self.store.keep(record, left)
        self.store.thin(going.service.name, self.fleet.keep)
        self.on_ended(record)

    def _remember(self, services: Sequence[Service], *, finished: bool) -> None:
        state = {"id": self.id, "finished": finished, "services": [s.name for s in services]}
        self.store.write(STATE, json.dumps(state, indent=1) + "\n")

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """While the fleet runs, SIGINT, SIGTERM and SIGHUP end the runs that have begun, and start no more."""
        heard = Heard()

        def stop(number: int, frame: FrameType | None) -> None:
            if heard.word(number) != "same":
                self.stopped = number
                self._signals.append(number)

        with handled(stop):
            yield


def unfinished(fleet: Fleet, store: Store) -> tuple[str, list[Service]]:
    """The run of the fleet that was stopped: its id, and the services that it has not told of. Raises
    ``ConfigurationError`` where none was."""
    text = store.read(STATE)
    state: Mapping[str, object] = json.loads(text) if text else {"finished": True}
    names = state.get("services")
    if state["finished"] or not isinstance(names, list):
        raise ConfigurationError("no run of this fleet was stopped", hint="Leave out --resume.")
    known = [fleet.services[name] for name in names if name in fleet.services]
    return str(state["id"]), [s for s in known if not _is_done(s, store, str(state["id"]))]


def _is_done(service: Service, store: Store, id: str) -> bool:
    names = store.names(service.name)
    return bool(names) and store.record(service.name, names[-1]).fleet_run == id


def changed(services: Sequence[Service], store: Store) -> list[Service]:
    """Those of which anything has changed since their last run, if that came to a verdict: contract, configuration,
    options, suites, ``revision``, or restproof itself. What cannot be told counts as changed."""
    return [service for service in services if _has_changed(service, store)]


def _has_changed(service: Service, store: Store) -> bool:
    names, now = store.names(service.name), fingerprint(service)
    return not names or now is None or store.record(service.name, names[-1]).fingerprint != now


def fingerprint(service: Service) -> str | None:
    """Of all that a run is about, as far as files and options tell; ``None`` where the contract cannot be read."""
    from restproof.bundle import suites_of
    from restproof.config import load_config
    from restproof.contract.digest import digest
    from restproof.contract.load import load

    try:
        config = load_config(service.folder)
        path = service.contract_path()
        files = [config.root / HOOKS]
        try:
            contract = load(path)
            promised = digest(contract)
            files += [contract.deviations] if contract.deviations else []
        except RestproofError:  # a document, which is no contract
            promised = hashlib.sha256(path.read_bytes()).hexdigest()
        files += [f for folder in suites_of(config.root)[1:] for f in sorted(folder.rglob("*")) if f.suffix != ".pyc"]
        files += [config.file] if config.file else []
        files += [section.target.deviations for section in config.sections.values() if section.target.deviations]
        held = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
    except (RestproofError, OSError):
        return None
    said = [__version__, promised, service.target, service.revision, *service.options, *held]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
